//! The authorization code flow from end to end: OpenID Connect Core §3.1.

use crate::support::World;
use crate::support::world::{AN, BINH, on_every_backend};

on_every_backend! {
    async fn a_citizen_signs_in_allows_and_the_portal_learns_who_they_are(world: World) {
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let started = portal.start();

        let page = browser.open(&started.url()).await;
        assert_eq!(page.heading(), "Sign in");
        let page = AN.signs_in(&mut browser, &page).await;
        assert_eq!(page.heading(), "Share this information?");
        assert!(page.text().contains("Nguyễn Văn An"), "{}", page.text());
        let page = AN.allows(&mut browser, &page).await;

        let answer = page.answer();
        assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), (started.state.as_str(), world.issuer.as_str()));
        let tokens = portal.exchange(&started, &answer["code"]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        assert_eq!(tokens.headers["cache-control"], "no-store");
        assert_eq!((&tokens.json()["token_type"], &tokens.json()["expires_in"]), (&"Bearer".into(), &600.into()));
        let id_token = portal.id_token(&tokens).await;
        assert_eq!(id_token["nonce"], started.nonce.as_str());
        let claims = portal.claims(&tokens.access_token()).await;
        assert_eq!((&claims["name"], &claims["sub"]), (&AN.name.into(), &id_token["sub"]));
    }

    async fn who_signed_in_and_allowed_before_is_asked_nothing(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let again = portal.start();
        let answer = browser.open(&again.url()).await.answer();
        assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), (again.state.as_str(), world.issuer.as_str()));
        assert_eq!(portal.exchange(&again, &answer["code"]).await.status, 200);
    }

    async fn a_request_may_come_by_post_from_the_portal_s_own_page(world: World) {
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let started = portal.start();
        let page = browser.post_from("https://tax.example", "/authorize", started.parameters()).await;
        let page = AN.goes_through(&mut browser, page).await;
        assert_eq!(portal.exchange(&started, &page.code()).await.status, 200);

        // The session's cookie does not come with another site's POST; the request is read again as a GET of our own.
        let again = portal.start();
        let page = browser.post_from("https://tax.example", "/authorize", again.parameters()).await;
        assert_eq!(page.answer()["state"], again.state);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_that_take_turns_complete_the_flow_together() {
    let world = World::two_servers().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &BINH).await;
    assert_eq!(portal.claims(&tokens.access_token()).await["name"], BINH.name);
    let refreshed = portal.refresh(&tokens.refresh_token()).await;
    let id_token = portal.id_token(&refreshed).await;
    assert_eq!(id_token["sub"], portal.id_token(&tokens).await["sub"]);
    let silent = portal.start().with("prompt", "none");
    assert_eq!(portal.exchange(&silent, &browser.open(&silent.url()).await.code()).await.status, 200);
    let goodbye = portal.logout(&[("id_token_hint", &tokens.id_token()), ("state", "bye")]);
    assert_eq!(browser.open(&goodbye).await.heading(), "You are signed out");
    assert_eq!(browser.open(&silent.url()).await.refusal().0, "login_required");
    assert!(world.front().requests() >= 12);
}

#[tokio::test]
async fn a_state_comes_back_whole() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let odd = "a b+c&d=e%20f#g?h/é✓\"<>\\{}|^`'~";
    for state in [odd.to_owned(), "s".repeat(128), "š".repeat(1024)] {
        let page = browser.open(&portal.start().with("state", &state).url()).await;
        assert_eq!(page.answer()["state"], state);
        assert!(page.answer().contains_key("code"));
    }
}

#[tokio::test]
async fn what_the_server_does_not_know_is_ignored() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let mut started = portal.start();
    for (name, value) in [
        ("display", "wap"),
        ("claims_locales", "se"),
        ("acr_values", "urn:example:never-heard-of"),
        ("extra", "foobar"),
        ("scope", "openid profile of-tomorrow"),
    ] {
        started = started.with(name, value);
    }
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    let tokens = portal.exchange(&started, &page.code()).await;
    assert_eq!(tokens.scope(), "openid profile");
}

#[tokio::test]
async fn a_portal_may_wish_for_a_language() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    for (wish, language) in [("vi", "vi"), ("se", "en"), ("se ru", "ru"), ("fr-CA", "fr")] {
        let page = world.browser().open(&portal.start().with("ui_locales", wish).url()).await;
        assert_eq!((page.status.as_u16(), page.language().as_str()), (200, language), "ui_locales={wish}");
    }
}
