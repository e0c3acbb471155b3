//! The demonstration portal against a SenID in the same process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use scraper::{Html, Selector};
use senid::crypto::random::SystemRandom;
use senid::demo::people;
use senid::demo::portal::{self, PortalSettings};
use senid::domain::client::LogoutEndpoint;
use senid::domain::secret::SecretString;
use tower::ServiceExt;

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Office, eventually, web::encode};

const PORTAL: &str = "http://localhost:8081";

#[tokio::test]
async fn the_portal_shows_who_signed_in_and_what_it_received() {
    let world = World::embedded().await;
    let mut browser = Both::new(&world);
    let page = browser.sign_in().await;
    assert_eq!(page.text("#citizen-name"), AN.name);
    assert_eq!(page.text("[data-claim=birthdate]"), "15 August 1990");
    assert_eq!(page.text("[data-claim=national_id]"), AN.identifier);
    assert!(page.has("[data-service=passport][data-open=true]"));
}

#[tokio::test]
async fn a_service_that_needs_two_factors_asks_for_a_stronger_sign_in() {
    let world = World::embedded().await;
    let mut browser = Both::new(&world);
    let page = browser.sign_in().await;
    assert!(page.has("[data-service=residence][data-open=false] #stronger-residence"));
    assert!(!page.has("#stronger-passport"));
    let asked = browser.open("/sign-in?stronger=yes").await.location;
    assert!(asked.contains("acr_values=urn%3Asenid%3Aaal%3A2"), "{asked}");
    // Whoever has nothing more to prove it with is let in as they are.
    let page = browser.through_senid("/sign-in?stronger=yes").await;
    assert_eq!(page.text("#citizen-name"), AN.name);
    assert!(page.has("#stronger-residence"));
}

#[tokio::test]
async fn whoever_is_signed_in_at_senid_is_signed_in_silently() {
    let world = World::embedded().await;
    let mut browser = Both::new(&world);
    browser.sign_in().await;
    browser.at_portal.clear();
    let page = browser.through_senid("/sign-in?prompt=none").await;
    assert_eq!(page.text("#citizen-name"), AN.name);
}

#[tokio::test]
async fn a_silent_sign_in_that_would_need_somebody_is_no_error() {
    let world = World::embedded().await;
    let page = Both::new(&world).through_senid("/sign-in?prompt=none").await;
    assert!(page.has("#portal-sign-in") && !page.has("#portal-error"));
}

#[tokio::test]
async fn the_session_has_another_cookie_than_the_sign_in_and_ends_after_eight_hours() {
    let world = World::embedded().await;
    let mut browser = Both::new(&world);
    browser.open("/sign-in").await;
    let planted = browser.at_portal["portal-session"].clone();
    browser.sign_in().await;
    assert_ne!(browser.at_portal["portal-session"], planted);
    world.wait(Duration::from_secs(8 * 3600));
    assert!(browser.open("/").await.has("#portal-sign-in"));
}

#[tokio::test]
async fn an_answer_is_taken_once_and_only_in_the_browser_that_asked() {
    let world = World::embedded().await;
    let mut browser = Both::new(&world);
    let answer = browser.answer_of_senid("/sign-in").await;

    let mut stranger = Both::new(&world);
    stranger.open("/sign-in").await;
    let page = stranger.open(&answer).await;
    assert_eq!((page.status, page.text("h1").as_str()), (StatusCode::BAD_REQUEST, "This sign-in is not recognised"));

    assert_eq!(browser.open(&answer).await.text("#citizen-name"), AN.name);
    // Reloaded by the same browser, which is signed in: nothing to mend. Anywhere else it is nothing.
    assert_eq!(browser.open(&answer).await.text("#citizen-name"), AN.name);
    browser.at_portal.clear();
    assert!(browser.open(&answer).await.has("#portal-error"));
}

#[tokio::test]
async fn an_answer_of_another_issuer_or_of_none_is_not_taken() {
    let world = World::embedded().await;
    let issuer = url::form_urlencoded::byte_serialize(world.issuer.as_bytes()).collect::<String>();
    for (issuer_of_answer, complaint) in
        [("https%3A%2F%2Fid.example", "the answer names another issuer"), ("", "the answer names another issuer")]
    {
        let mut browser = Both::new(&world);
        let answer = browser.answer_of_senid("/sign-in").await;
        let page = browser.open(&answer.replace(&issuer, issuer_of_answer)).await;
        assert_eq!((page.status, page.text("code").as_str()), (StatusCode::BAD_GATEWAY, complaint));
        assert!(browser.open("/").await.has("#portal-sign-in"));
    }
    let mut browser = Both::new(&world);
    let answer = browser.answer_of_senid("/sign-in").await;
    let page = browser.open(&answer.replace(&format!("iss={issuer}"), "x=y")).await;
    assert_eq!(page.text("code"), "the answer names no issuer");
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused() {
    let world = World::embedded().await;
    let mut browser = Both::new(&world);
    let own = browser.answer_of_senid("/sign-in").await;
    let mut attacker = Both::new(&world);
    let other = attacker.answer_of_senid("/sign-in").await;
    let (own_code, other_code) = (parameter(&own, "code"), parameter(&other, "code"));
    let page = browser.open(&own.replace(&own_code, &other_code)).await;
    assert_eq!((page.status, page.text("h1").as_str()), (StatusCode::BAD_GATEWAY, "The sign-in did not succeed"));
    assert!(page.text("code").starts_with("invalid_grant"), "{}", page.text("code"));
}

#[tokio::test]
async fn somebody_who_cancels_is_told_that_nothing_was_shared() {
    let world = World::embedded().await;
    let mut browser = Both::new(&world);
    let page = browser.open("/sign-in").await;
    let page = browser.senid.open(&page.location).await;
    let answer = browser.senid.press(&page, "cancel", &[]).await.url;
    let page = browser.open(answer.as_str()).await;
    assert_eq!(page.text(".news"), "You cancelled the sign-in. Nothing was shared.");
}

#[tokio::test]
async fn a_key_that_is_newer_than_discovery_is_fetched() {
    let world = World::embedded().await;
    let mut browser = Both::new(&world);
    browser.sign_in().await;
    let keys = world.get("/jwks.json").await.body;
    // Twice: the key that comes first was published before the portal looked.
    world.operator().rotates_keys().await;
    world.operator().rotates_keys().await;
    eventually("the server hears of its new keys", async || world.get("/jwks.json").await.body != keys).await;
    let mut other = browser.elsewhere(&world);
    assert_eq!(other.sign_in().await.text("#citizen-name"), AN.name);
}

#[tokio::test]
async fn signing_out_at_the_portal_signs_out_at_senid() {
    let world = World::embedded().await;
    let mut browser = Both::new(&world);
    let page = browser.sign_in().await;
    let csrf = page.value("[name=csrf]");

    for (origin, csrf, status) in [
        (PORTAL, "made-up", StatusCode::FORBIDDEN),
        ("https://evil.example", csrf.as_str(), StatusCode::FORBIDDEN),
        ("null", csrf.as_str(), StatusCode::FORBIDDEN),
    ] {
        assert_eq!(browser.post("/sign-out", origin, &[("csrf", csrf)]).await.status, status);
        assert!(browser.open("/").await.has("#citizen-name"), "{origin} signed somebody out");
    }

    let left = browser.post("/sign-out", PORTAL, &[("csrf", csrf.as_str())]).await;
    let back = browser.senid.open(&left.location).await;
    assert_eq!(back.url.as_str(), format!("{PORTAL}/signed-out"));
    let page = browser.open("/signed-out").await;
    assert_eq!(page.text(".news"), "You are signed out of this portal.");
    let page = browser.open("/sign-in").await;
    assert!(browser.senid.open(&page.location).await.has("#username"));
}

/// Over the network, as SenID's own delivery finds it.
#[tokio::test]
async fn whoever_signs_out_at_senid_is_signed_out_at_the_portal_and_others_are_not() {
    let world = World::embedded().await;
    let mut an = Both::new(&world);
    let mut an_elsewhere = an.elsewhere(&world);
    let uri = format!("{}/back-channel-logout", an.serve().await);
    let registered = LogoutEndpoint { uri, session_required: true };
    world.operator().changes(people::PORTAL_CLIENT, |portal| portal.logout.back_channel = Some(registered)).await;
    an.sign_in().await;
    an_elsewhere.sign_in().await;

    let page = an.senid.open("/logout").await;
    an.senid.press(&page, "logout-confirm", &[]).await;
    eventually("the portal hears of it", async || an.open("/").await.has("#portal-sign-in")).await;
    assert_eq!(an_elsewhere.open("/").await.text("#citizen-name"), AN.name);
}

#[tokio::test]
async fn a_logout_token_is_taken_once_and_nothing_else_signs_anybody_out() {
    let world = World::embedded().await;
    let mut office = Office::new(&world.issuer, people::PORTAL_CLIENT, world.clock.clone());
    office.opens();
    office.answers(Some(200));
    world.operator().changes(people::PORTAL_CLIENT, office.registers()).await;
    let mut browser = Both::new(&world);
    browser.sign_in().await;
    // What SenID sends, caught on its way.
    let page = browser.senid.open("/logout").await;
    browser.senid.press(&page, "logout-confirm", &[]).await;
    eventually("the token is sent", async || !office.told().is_empty()).await;
    let token = office.told().remove(0);

    let mut say = async |token: &str| {
        let answer = browser.elsewhere(&world).post_as_server("/back-channel-logout", &[("logout_token", token)]).await;
        let here = browser.open("/").await.has("#citizen-name");
        (answer.status, answer.html, here)
    };
    let refused = |why: &str| {
        let html = format!(r#"{{"error":"invalid_request","error_description":"logout_token: {why}"}}"#);
        (StatusCode::BAD_REQUEST, html)
    };
    for (wrong, why) in [("x", "it is no signed token"), (&token[..token.len() - 6], "its signature does not hold")] {
        let (status, html, here) = say(wrong).await;
        assert_eq!(((status, html), here), (refused(why), true), "{wrong}");
    }
    assert_eq!(say(&token).await, (StatusCode::OK, String::new(), false));
    let (status, html, _) = say(&token).await;
    assert_eq!((status, html), refused("it was taken before (jti)"));
}

#[tokio::test]
async fn a_logout_token_that_cannot_be_verified_yet_is_asked_for_again() {
    let world = World::embedded().await;
    let mut portal = Both::at("http://127.0.0.1:1", &world);
    let answer = portal.post_as_server("/back-channel-logout", &[("logout_token", "x")]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let answer = portal.post_as_server("/back-channel-logout", &[("token", "x")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn two_portals_of_two_people_do_not_mix() {
    let world = World::embedded().await;
    let mut an = Both::new(&world);
    let mut binh = an.elsewhere(&world);
    an.sign_in().await;
    let page = binh.open("/sign-in").await;
    let page = binh.senid.open(&page.location).await;
    let answer = BINH.goes_through(&mut binh.senid, page).await.url;
    assert_eq!(binh.open(answer.as_str()).await.text("#citizen-name"), BINH.name);
    assert_eq!(an.open("/").await.text("#citizen-name"), AN.name);
}

#[tokio::test]
async fn a_provider_that_is_away_is_said_to_be_away_and_asked_again_next_time() {
    let world = World::embedded().await;
    let mut browser = Both::at("http://127.0.0.1:1", &world);
    for _ in 0..2 {
        let page = browser.open("/sign-in").await;
        assert_eq!(page.status, StatusCode::BAD_GATEWAY);
        assert_eq!(page.text("h1"), "The sign-in could not be verified");
        assert!(page.text("code").starts_with("discovery at http://127.0.0.1:1"), "{}", page.text("code"));
    }
}

#[tokio::test]
async fn the_portal_is_read_in_the_language_that_was_chosen_and_asks_senid_for_it() {
    let world = World::embedded().await;
    let mut browser = Both::new(&world);
    let page = browser.post("/language", PORTAL, &[("language", "fr"), ("return_to", "https://evil.example/")]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(browser.open("/").await.attribute("html", "lang"), "fr");
    let page = browser.open("/sign-in").await;
    assert_eq!(parameter(&page.location, "ui_locales"), "fr");
}

/// A browser at both sites: it keeps the cookies of each.
struct Both {
    portal: Router,
    at_portal: BTreeMap<String, String>,
    senid: Browser,
}

/// What the portal answered.
struct Answer {
    status: StatusCode,
    location: String,
    html: String,
}

impl Both {
    fn new(world: &World) -> Self {
        Self::at(&world.issuer, world)
    }

    fn at(issuer: &str, world: &World) -> Self {
        let settings = PortalSettings {
            issuer: issuer.parse().unwrap(),
            client_id: people::PORTAL_CLIENT.to_owned(),
            client_secret: SecretString::new(people::PORTAL_SECRET),
            base_url: PORTAL.parse().unwrap(),
        };
        let portal = portal::router(settings, world.clock.clone(), Arc::new(SystemRandom::new())).unwrap();
        Self { portal, at_portal: BTreeMap::new(), senid: world.browser() }
    }

    /// Another browser at the same portal.
    fn elsewhere(&self, world: &World) -> Self {
        Self { portal: self.portal.clone(), at_portal: BTreeMap::new(), senid: world.browser() }
    }

    /// Opens a page of the portal, and follows where it leads within the portal.
    async fn open(&mut self, address: &str) -> Answer {
        let mut path = address.trim_start_matches(PORTAL).to_owned();
        loop {
            let answer = self.send(Request::get(&path), Body::empty()).await;
            if !answer.location.starts_with('/') {
                return answer;
            }
            path = answer.location;
        }
    }

    async fn post(&mut self, path: &str, origin: &str, form: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(encode(form))).await
    }

    /// As a server does, which has neither an origin nor cookies.
    async fn post_as_server(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(encode(form))).await
    }

    /// Puts the portal on the network too, and tells where.
    async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let portal = self.portal.clone();
        tokio::spawn(async move { axum::serve(listener, portal).await.unwrap() });
        format!("http://{address}")
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<String> = self.at_portal.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header(header::COOKIE, cookies.join("; ")).header(header::ACCEPT_LANGUAGE, "en");
        let answer = self.portal.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            assert!(attributes.contains("HttpOnly") && attributes.contains("SameSite=Lax"), "{attributes}");
            let (name, value) = pair.split_once('=').unwrap();
            match attributes.contains("Max-Age=0") {
                true => self.at_portal.remove(name),
                false => self.at_portal.insert(name.to_owned(), value.to_owned()),
            };
        }
        let location = answer.headers().get(header::LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned();
        let (status, bytes) = (answer.status(), to_bytes(answer.into_body(), 1 << 20).await.unwrap());
        Answer { status, location, html: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// Begins at the portal, does at SenID what it asks of An, and returns the address that leads back.
    async fn answer_of_senid(&mut self, path: &str) -> String {
        let page = self.open(path).await;
        let page = self.senid.open(&page.location).await;
        let page = if page.status.is_redirection() { page } else { AN.goes_through(&mut self.senid, page).await };
        page.url.to_string()
    }

    async fn through_senid(&mut self, path: &str) -> Answer {
        let answer = self.answer_of_senid(path).await;
        self.open(&answer).await
    }

    async fn sign_in(&mut self) -> Answer {
        self.through_senid("/sign-in").await
    }
}

impl Answer {
    fn text(&self, css: &str) -> String {
        let html = Html::parse_document(&self.html);
        let text = html.select(&Selector::parse(css).unwrap()).flat_map(|element| element.text()).collect::<String>();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn has(&self, css: &str) -> bool {
        Html::parse_document(&self.html).select(&Selector::parse(css).unwrap()).next().is_some()
    }

    fn attribute(&self, css: &str, name: &str) -> String {
        let html = Html::parse_document(&self.html);
        let element = html.select(&Selector::parse(css).unwrap()).next();
        element.and_then(|element| element.attr(name)).unwrap_or_else(|| panic!("no {css}: {}", self.html)).to_owned()
    }

    fn value(&self, css: &str) -> String {
        self.attribute(css, "value")
    }
}

fn parameter(address: &str, name: &str) -> String {
    let url: url::Url = address.parse().unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    found.unwrap_or_else(|| panic!("no {name} in {address}"))
}
