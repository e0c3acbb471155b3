//! Requests that the portal hands over itself: RFC 9126.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use senid::config::{Rate, Size};
use senid::domain::keys::SignatureAlgorithm;

use crate::support::World;
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::{AN, Portal, Reply, Started, on_every_backend, web};

const ES256: SignatureAlgorithm = SignatureAlgorithm::Es256;
const USED_OR_UNKNOWN: &str =
    "invalid_request_uri: request_uri has expired, was used before, or was not given to this client";

/// Everything that a request asks for, as the claims of an object.
fn object(started: &Started) -> Value {
    started.parameters().iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
}

/// The request as an object and nothing beside it.
fn only_object(portal: &Portal, token: &str) -> Started {
    let bare = portal.start();
    let names: Vec<String> = bare.parameters().iter().map(|(name, _)| name.clone()).collect();
    names.iter().fold(bare, |bare, name| bare.without(name)).with("request", token)
}

fn refusal(reply: &Reply) -> (u16, String, String) {
    assert_eq!(reply.header("cache-control"), "no-store");
    let json = reply.json();
    assert_eq!(json.get("request_uri"), None);
    let text = |name: &str| json[name].as_str().unwrap().to_owned();
    (reply.status.as_u16(), text("error"), text("error_description"))
}

on_every_backend! {
    async fn a_portal_of_every_method_pushes_and_is_answered_as_it_pushed(world: World) {
        for client in ["tax-office", "tax-app", "library", "customs", "land-office"] {
            let portal = world.portal(client);
            let started = portal.start();
            let reply = portal.push(&started).await;
            assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (201, "no-store"), "{}", reply.body);
            let told = reply.json();
            assert_eq!(told["expires_in"], 60);
            let random = told["request_uri"].as_str().unwrap().strip_prefix("urn:ietf:params:oauth:request_uri:");
            assert_eq!(random.unwrap().len(), 43, "256 bits");

            let mut browser = world.browser();
            let page = browser.open(&portal.pushed(&started).await.url()).await;
            let page = AN.goes_through(&mut browser, page).await;
            assert_eq!((&page.answer()["state"], &page.answer()["iss"]), (&started.state, &world.issuer));
            let tokens = portal.exchange(&started, &page.code()).await;
            assert_eq!(portal.id_token(&tokens).await["nonce"], started.nonce.as_str(), "{client}");
        }
    }

    async fn the_sign_in_page_may_be_reloaded_and_left_and_entered_again_until_there_is_an_answer(world: World) {
        let portal = world.portal("tax-office");
        let started = portal.start();
        let pushed = portal.pushed(&started).await;
        let mut browser = world.browser();
        let first = browser.open(&pushed.url()).await;
        assert!(browser.reload(&first).await.has("#username"));
        let page = browser.open(&pushed.url()).await;
        assert_ne!(page.url, first.url, "another sign-in of the same request");
        let code = AN.goes_through(&mut browser, page).await.code();
        assert_eq!(portal.exchange(&started, &code).await.status, 200);

        // It was answered: the first page is over, and so is the reference.
        let page = browser.open(&pushed.url()).await;
        assert_eq!((page.status.as_u16(), page.path()), (400, "/authorize"));
        assert!(page.text().contains(USED_OR_UNKNOWN), "{}", page.text());
        let page = AN.signs_in(&mut browser, &first).await;
        assert_eq!((page.status.as_u16(), page.path()), (410, first.path()), "{}", page.text());
    }

    async fn whoever_says_no_has_answered_too(world: World) {
        let portal = world.portal("tax-office");
        for button in ["cancel", "deny"] {
            let pushed = portal.pushed(&portal.start()).await;
            let mut browser = world.browser();
            let mut page = browser.open(&pushed.url()).await;
            if button == "deny" {
                page = AN.signs_in(&mut browser, &page).await;
            }
            assert_eq!(browser.press(&page, button, &[]).await.refusal().0, "access_denied");
            assert_eq!(browser.open(&pushed.url()).await.status, 400, "{button}");
        }
        let silent = portal.pushed(&portal.start().with("prompt", "none")).await;
        assert_eq!(world.browser().open(&silent.url()).await.refusal().0, "login_required");
        assert_eq!(world.browser().open(&silent.url()).await.status, 400);
    }

    async fn a_reference_ends_with_its_time_and_a_sign_in_that_it_began_does_not(world: World) {
        let portal = world.portal("tax-office");
        let started = portal.start();
        let pushed = portal.pushed(&started).await;
        let mut browser = world.browser();
        let page = browser.open(&pushed.url()).await;
        world.wait(Duration::from_secs(60));
        let late = world.browser().open(&pushed.url()).await;
        assert!(late.status == 400 && late.text().contains(USED_OR_UNKNOWN), "{}", late.text());
        world.wait(Duration::from_secs(1200));
        let code = AN.goes_through(&mut browser, page).await.code();
        assert_eq!(portal.exchange(&started, &code).await.status, 200);
    }

    async fn a_signed_request_is_pushed_by_value_and_alone(world: World) {
        let keys = OwnKeys::new();
        world.operator().changes("tax-office", |client| client.keys = keys.given()).await;
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let started = portal.start().without("state");
        let token = keys.sign(ES256, Some("oauth-authz-req+jwt"), &object(&started));
        // Nothing beside the object counts, not even where the object says nothing of it.
        let request = only_object(&portal, &token).with("state", "theirs").with("redirect_uri", "https://evil.example/");
        let page = browser.open(&portal.pushed(&request).await.url()).await;
        assert!(!page.answer().contains_key("state"), "{:?}", page.answer());
        assert_eq!(portal.exchange(&started, &page.code()).await.status, 200);

        let mut about_another = object(&started);
        about_another["client_id"] = "library".into();
        let mut nested = object(&started);
        nested["request_uri"] = "urn:ietf:params:oauth:request_uri:x".into();
        for (token, sentence) in [
            (keys.sign(ES256, None, &about_another), "client_id inside the request object differs from the one beside it"),
            (keys.sign(ES256, None, &nested), "a request object must not hold request_uri"),
            (OwnKeys::new().sign(ES256, None, &object(&started)), "no key of the client's has signed the request object"),
        ] {
            let told = refusal(&portal.push(&only_object(&portal, &token)).await);
            assert_eq!(told, (400, "invalid_request_object".to_owned(), sentence.to_owned()));
        }
    }
}

#[tokio::test]
async fn a_request_is_judged_when_it_is_pushed() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let start = || portal.start();
    for (started, error, sentence) in [
        (start().without("redirect_uri"), "invalid_request", "redirect_uri is missing"),
        (
            start().with("redirect_uri", "https://tax.example/callback/"),
            "invalid_request",
            "redirect_uri is not one of those registered for this client; it is compared character by character",
        ),
        (
            start().and("redirect_uri", "https://tax.example/callback"),
            "invalid_request",
            "redirect_uri is given more than once",
        ),
        (start().without("response_type"), "invalid_request", "response_type is missing"),
        (
            start().with("response_type", "code id_token"),
            "unauthorized_client",
            "the response_type code id_token is not registered for this client",
        ),
        (start().with("scope", "profile"), "invalid_scope", "scope must contain openid"),
        (start().without_pkce(), "invalid_request", "code_challenge is missing: this client must use PKCE with S256"),
        (start().and("scope", "openid"), "invalid_request", "scope is given more than once"),
        (
            start().with("request_uri", "https://tax.example/r"),
            "invalid_request",
            "request_uri is not a parameter of a pushed request",
        ),
        (
            start().with("request", "eyJhbGciOiJub25lIn0.e30."),
            "invalid_request_object",
            "an unsigned request object is not supported",
        ),
        (start().with("prompt", "none login"), "invalid_request", "prompt none stands alone"),
    ] {
        let told = refusal(&portal.push(&started).await);
        assert_eq!(told, (400, error.to_owned(), sentence.to_owned()));
    }
}

#[tokio::test]
async fn whoever_pushes_has_proven_who_they_are() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let started = portal.start();
    let form: Vec<_> = started.parameters().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let reply = web::post(&world.at("/par"), &[], &form).await;
    assert_eq!(refusal(&reply).0, 401, "a confidential client shows its secret");
    assert_eq!(refusal(&reply).1, "invalid_client");
    let (name, value) = ("authorization", portal.basic());
    let another =
        form.iter().map(|(name, value)| if *name == "client_id" { ("client_id", "library") } else { (*name, *value) });
    let reply = web::post(&world.at("/par"), &[(name, &value)], &another.collect::<Vec<_>>()).await;
    assert_eq!((refusal(&reply).0, refusal(&reply).1), (400, "invalid_request".to_owned()));
    // Whoever proved itself has said who it is.
    let unnamed: Vec<_> = form.iter().filter(|(name, _)| *name != "client_id").copied().collect();
    let reply = web::post(&world.at("/par"), &[(name, &value)], &unnamed).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
}

#[tokio::test]
async fn other_methods_and_endless_requests_are_refused_as_http_says() {
    let world = World::embedded_with(|settings| settings.limits.body = Size::kib(8)).await;
    let portal = world.portal("tax-office");
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let reply = web::send(method, &world.at("/par"), &[], None, [127, 0, 0, 1].into()).await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "POST"));
        assert_eq!(refusal(&reply).1, "invalid_request");
    }
    let told = refusal(&portal.push(&portal.start().with("claims", &"x".repeat(9 * 1024))).await);
    assert_eq!(told, (413, "invalid_request".to_owned(), "the body is larger than is read here".to_owned()));
}

#[tokio::test]
async fn a_portal_whose_requests_are_pushed_sends_no_other() {
    let world = World::embedded_with(|settings| settings.lifetimes.pushed_request = Duration::from_secs(300)).await;
    let keys = OwnKeys::new();
    let change = world.operator();
    change
        .changes("tax-office", |client| {
            client.policy.pushed_requests_required = true;
            client.keys = keys.given();
        })
        .await;
    let portal = world.portal("tax-office");
    let started = portal.start();
    let signed = keys.sign(ES256, None, &object(&started));
    for request in [started.clone(), started.clone().with("request", &signed)] {
        let page = world.browser().open(&request.url()).await;
        let sentence = "request_uri is missing: this client's requests are pushed";
        assert_eq!(page.refusal(), ("invalid_request".to_owned(), sentence.to_owned()));
        assert_eq!(page.answer()["state"], started.state);
    }
    let reply = portal.push(&started).await;
    assert_eq!(reply.json()["expires_in"], 300);
    let pushed = portal.pushed(&started).await;
    world.wait(Duration::from_secs(299));
    assert!(world.browser().open(&pushed.url()).await.has("#username"));
}

#[tokio::test]
async fn a_reference_may_be_posted_to_the_authorization_endpoint() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let started = portal.start();
    let pushed = portal.pushed(&started).await;
    let page = browser.post_from("https://tax.example", &world.at("/authorize"), pushed.parameters()).await;
    assert_eq!(page.answer()["state"], started.state);
}

#[tokio::test]
async fn what_was_pushed_is_read_as_its_client_is_now() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (moved, disabled) = (portal.pushed(&portal.start()).await, portal.pushed(&portal.start()).await);
    let elsewhere = "https://tax.example/elsewhere".to_owned();
    world.operator().changes("tax-office", |client| client.redirect_uris = vec![elsewhere]).await;
    let page = world.browser().open(&moved.url()).await;
    assert!(page.status == 400 && page.text().contains("redirect_uri is not one of those"), "{}", page.text());
    world
        .operator()
        .changes("tax-office", |client| client.redirect_uris = vec![portal.registration.redirect_uri.to_owned()])
        .await;
    world.operator().disables("tax-office").await;
    let page = world.browser().open(&disabled.url()).await;
    assert!(page.status == 400 && page.text().contains("this client has been disabled"), "{}", page.text());
    assert_eq!(json!(portal.push(&portal.start()).await.status.as_u16()), 401);
}

#[tokio::test]
async fn nobody_fills_the_store_with_requests_in_a_public_clients_name() {
    let few = Rate { most: 3, window: Duration::from_secs(600) };
    let world = World::embedded_with(|settings| settings.throttling.pushed_requests_per_address = few).await;
    let (app, office) = (world.portal("tax-app"), world.portal("tax-office"));
    for _ in 0..3 {
        assert_eq!(app.push(&app.start()).await.status, 201);
    }
    let reply = app.push(&app.start()).await;
    let told = "too many requests from this network; try again later".to_owned();
    assert_eq!(refusal(&reply), (429, "temporarily_unavailable".to_owned(), told));
    assert!((1..=600).contains(&reply.header("retry-after").parse::<u64>().unwrap()));
    // Whoever proves itself speaks for nobody else.
    assert_eq!(office.push(&office.start()).await.status, 201);
    world.wait(Duration::from_secs(600));
    assert_eq!(app.push(&app.start()).await.status, 201);
}
