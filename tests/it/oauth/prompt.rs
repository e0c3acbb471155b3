//! `prompt` and `max_age`: OpenID Connect Core §3.1.2.1, §3.1.2.6.

use std::time::Duration;

use crate::support::World;
use crate::support::world::{AN, BINH, on_every_backend};

const SECOND: Duration = Duration::from_secs(1);

on_every_backend! {
    async fn prompt_none_says_what_is_missing(world: World) {
        let portal = world.portal("tax-office");
        let silent = portal.start().with("prompt", "none");
        let page = world.browser().open(&silent.url()).await;
        assert_eq!(page.refusal(), ("login_required".to_owned(), "the person is not signed in".to_owned()));
        assert_eq!((&page.answer()["state"], &page.answer()["iss"]), (&silent.state, &world.issuer));

        let (mut browser, _) = world.signed_in(&world.portal("library"), &AN).await;
        let page = browser.open(&silent.url()).await;
        assert_eq!(page.refusal(), ("consent_required".to_owned(), "the person has not allowed this yet".to_owned()));
        assert_eq!((&page.answer()["state"], &page.answer()["iss"]), (&silent.state, &world.issuer));
    }

    async fn prompt_none_is_answered_without_a_page_where_nothing_is_missing(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, first) = world.signed_in(&portal, &AN).await;
        world.wait(5 * SECOND);
        let silent = portal.start().with("prompt", "none");
        let tokens = portal.exchange(&silent, &browser.open(&silent.url()).await.code()).await;
        let (before, after) = (portal.id_token(&first).await, portal.id_token(&tokens).await);
        assert_eq!((&after["auth_time"], &after["sid"]), (&before["auth_time"], &before["sid"]));
        assert!(after["iat"].as_i64() > before["iat"].as_i64());
    }

    async fn prompt_login_asks_again_and_says_when(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, first) = world.signed_in(&portal, &AN).await;
        let cookie = browser.cookies["senid-session"].clone();
        world.wait(5 * SECOND);
        let again = portal.start().with("prompt", "login");
        let page = browser.open(&again.url()).await;
        assert!(page.has("#username"), "{}", page.text());
        let page = AN.signs_in(&mut browser, &page).await;
        let tokens = portal.exchange(&again, &page.code()).await;
        let (before, after) = (portal.id_token(&first).await, portal.id_token(&tokens).await);
        assert_eq!(after["auth_time"].as_i64().unwrap(), before["auth_time"].as_i64().unwrap() + 5);
        assert_eq!(after["sid"], before["sid"], "the session goes on under its name");
        assert_ne!(browser.cookies["senid-session"], cookie, "but with another cookie");
    }

    async fn max_age_is_how_long_ago_somebody_may_have_signed_in(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, first) = world.signed_in(&portal, &AN).await;
        let signed_in_at = portal.id_token(&first).await["auth_time"].clone();
        world.wait(2 * SECOND);

        let patient = portal.start().with("max_age", "10000");
        let tokens = portal.exchange(&patient, &browser.open(&patient.url()).await.code()).await;
        assert_eq!(portal.id_token(&tokens).await["auth_time"], signed_in_at);

        let silent = portal.start().with("max_age", "1").with("prompt", "none");
        assert_eq!(browser.open(&silent.url()).await.refusal().0, "login_required");

        let strict = portal.start().with("max_age", "1");
        let page = browser.open(&strict.url()).await;
        assert!(page.has("#username"), "{}", page.text());
        let page = AN.signs_in(&mut browser, &page).await;
        let tokens = portal.exchange(&strict, &page.code()).await;
        let auth_time = portal.id_token(&tokens).await["auth_time"].as_i64();
        assert_eq!(auth_time, signed_in_at.as_i64().map(|at| at + 2));
    }

    async fn whoever_is_chosen_in_select_account_takes_the_browser_over(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, an) = world.signed_in(&portal, &AN).await;
        let choice = portal.start().with("prompt", "select_account");
        let page = browser.open(&choice.url()).await;
        assert!(page.has("#username"), "{}", page.text());
        let page = BINH.goes_through(&mut browser, page).await;
        let binh = portal.exchange(&choice, &page.code()).await;
        let (an, binh) = (portal.id_token(&an).await, portal.id_token(&binh).await);
        assert_ne!((&an["sub"], &an["sid"]), (&binh["sub"], &binh["sid"]));

        let silent = portal.start().with("prompt", "none");
        let tokens = portal.exchange(&silent, &browser.open(&silent.url()).await.code()).await;
        assert_eq!(portal.id_token(&tokens).await["sub"], binh["sub"]);
    }
}

#[tokio::test]
async fn prompt_consent_asks_what_was_allowed_before() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let page = browser.open(&portal.start().with("prompt", "consent").url()).await;
    assert_eq!(page.heading(), "Share this information?");
    assert!(AN.allows(&mut browser, &page).await.answer().contains_key("code"));
}

#[tokio::test]
async fn prompt_login_and_consent_ask_both() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let page = browser.open(&portal.start().with("prompt", "consent login").url()).await;
    assert!(page.has("#username"), "{}", page.text());
    let page = AN.signs_in(&mut browser, &page).await;
    assert_eq!(page.heading(), "Share this information?");
    assert!(AN.allows(&mut browser, &page).await.answer().contains_key("code"));
}

#[tokio::test]
async fn only_what_is_new_is_asked_again() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let little = portal.start().with("scope", "openid profile");
    let page = browser.open(&little.url()).await;
    AN.goes_through(&mut browser, page).await;
    assert!(browser.open(&portal.start().with("scope", "openid").url()).await.answer().contains_key("code"));

    let page = browser.open(&portal.start().with("scope", "openid email").url()).await;
    assert_eq!(page.heading(), "Share this information?");
    AN.allows(&mut browser, &page).await;
    let both = portal.start().with("scope", "openid profile email").with("prompt", "none");
    assert!(browser.open(&both.url()).await.answer().contains_key("code"));
}

#[tokio::test]
async fn the_authority_s_own_application_asks_nobody() {
    let world = World::embedded().await;
    let portal = world.portal("registry");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    assert!(AN.signs_in(&mut browser, &page).await.answer().contains_key("code"));
}

#[tokio::test]
async fn who_does_not_allow_it_is_let_go_and_stays_signed_in() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let page = AN.signs_in(&mut browser, &page).await;
    let page = browser.press(&page, "deny", &[]).await;
    assert_eq!(page.refusal(), ("access_denied".to_owned(), "the person did not allow it".to_owned()));
    assert_eq!((&page.answer()["state"], &page.answer()["iss"]), (&started.state, &world.issuer));
    let silent = portal.start().with("prompt", "none");
    assert_eq!(browser.open(&silent.url()).await.refusal().0, "consent_required");
}

#[tokio::test]
async fn who_cancels_is_let_go() {
    let world = World::embedded().await;
    let portal = world.portal("library");
    let mut browser = world.browser();
    let first = browser.open(&portal.start().url()).await;
    let refused = ("access_denied".to_owned(), "the person cancelled the sign-in".to_owned());
    assert_eq!(browser.press(&first, "cancel", &[]).await.refusal(), refused);
    let page = browser.open(&portal.start().url()).await;
    let page = AN.identifies(&mut browser, &page).await;
    let page = browser.press(&page, "cancel", &[]).await;
    assert_eq!(page.refusal(), refused);
    assert_eq!(page.answer()["branch"], "main", "the redirect URI's own query is kept");
}
