//! RP-initiated logout: OpenID Connect RP-Initiated Logout 1.0.

use std::time::Duration;

use senid::domain::client::LogoutEndpoint;

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Page, Portal, on_every_backend};

const GOODBYE: &str = "https://tax.example/goodbye";

async fn is_signed_in(browser: &mut Browser, portal: &Portal) -> bool {
    let page = browser.open(&portal.start().with("prompt", "none").url()).await;
    page.answer().contains_key("code")
}

fn is_a_page(page: &Page, heading: &str, detail: &str) {
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (400, heading), "{}", page.url);
    assert!(page.text().contains(detail), "{}", page.text());
}

on_every_backend! {
    async fn a_portal_signs_its_own_person_out_without_asking(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        let hint = tokens.id_token();
        // However old the hint is.
        world.wait(Duration::from_secs(50 * 60));
        let asked = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", GOODBYE), ("state", "a b&c")];
        let page = browser.open(&portal.logout(&asked)).await;
        assert_eq!((page.status.as_u16(), page.url.as_str()), (303, "https://tax.example/goodbye?state=a+b%26c"));
        assert!(!browser.cookies.contains_key("senid-session"));
        assert!(!is_signed_in(&mut browser, &portal).await);
    }

    async fn whose_session_it_was_is_signed_out_with_the_old_cookie_too(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        let mut copy = browser.clone();
        browser.open(&portal.logout(&[("id_token_hint", &tokens.id_token())])).await;
        assert!(!is_signed_in(&mut copy, &portal).await);
    }

    async fn without_a_hint_the_person_is_asked(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let asked = [("client_id", "tax-office"), ("post_logout_redirect_uri", GOODBYE), ("state", "s")];
        let page = browser.open(&portal.logout(&asked)).await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (200, "Sign out?"));
        assert!(page.text().contains("The tax office asks to sign you out."), "{}", page.text());
        assert!(is_signed_in(&mut browser, &portal).await, "nothing happens before the answer");
        let page = browser.press(&page, "logout-confirm", &[]).await;
        assert_eq!(page.url.as_str(), "https://tax.example/goodbye?state=s");
        assert!(!is_signed_in(&mut browser, &portal).await);
    }
}

#[tokio::test]
async fn with_nothing_at_all_the_person_is_asked_and_told() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let page = browser.open("/logout").await;
    assert_eq!(page.heading(), "Sign out?");
    assert!(page.words("#untold").starts_with("1 portal cannot be told.") && !page.has("#told"), "{}", page.text());
    let page = browser.press(&page, "logout-confirm", &[]).await;
    assert_eq!((page.path(), page.heading().as_str()), ("/signed-out", "You are signed out"));
    let page = browser.open("/logout").await;
    assert_eq!(page.heading(), "You are signed out", "whoever is nobody is asked nothing");
}

#[tokio::test]
async fn the_question_says_who_will_be_told_and_who_cannot_be() {
    let world = World::embedded().await;
    let (tax_office, library, registry) =
        (world.portal("tax-office"), world.portal("library"), world.portal("registry"));
    let address = || Some(LogoutEndpoint { uri: "https://portal.example/logout".to_owned(), session_required: true });
    world.operator().changes("library", |client| client.logout.back_channel = address()).await;
    world.operator().changes("registry", |client| client.logout.front_channel = address()).await;
    let (mut browser, _) = world.signed_in(&tax_office, &AN).await;
    world.sign_in_again(&mut browser, &library, &AN).await;
    world.sign_in_again(&mut browser, &registry, &AN).await;
    let page = browser.open("/logout").await;
    assert!(page.words("#told").starts_with("2 portals that you signed in to with this session will be told"));
    assert!(page.words("#untold").starts_with("1 portal cannot be told."), "{}", page.text());
}

#[tokio::test]
async fn the_hint_of_another_person_s_sign_in_makes_it_ask() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, binh) = world.signed_in(&portal, &BINH).await;
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let page = browser.open(&portal.logout(&[("id_token_hint", &binh.id_token())])).await;
    assert_eq!(page.heading(), "Sign out?");
    assert!(is_signed_in(&mut browser, &portal).await);
}

#[tokio::test]
async fn a_return_address_that_is_not_registered_is_a_page_and_nobody_is_signed_out() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    let hint = tokens.id_token();
    for uri in ["https://evil.example/", "https://tax.example/goodbye?x=1", "https://tax.example/goodbye/"] {
        let page = browser.open(&portal.logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", uri)])).await;
        let detail = "post_logout_redirect_uri is not one of those registered for this client";
        is_a_page(&page, "The return address is not valid", detail);
    }
    assert!(is_signed_in(&mut browser, &portal).await);
}

#[tokio::test]
async fn a_request_that_proves_nothing_is_a_page() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    let hint = tokens.id_token();
    let altered = format!("{}AAAA", &hint[..hint.len() - 4]);
    let unsigned = format!("{}.", hint.rsplit_once('.').unwrap().0);
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("post_logout_redirect_uri", GOODBYE)], "post_logout_redirect_uri needs an id_token_hint or a client_id"),
        (
            &[("id_token_hint", &altered), ("post_logout_redirect_uri", GOODBYE)],
            "id_token_hint is not an ID token of this issuer",
        ),
        (&[("id_token_hint", &unsigned)], "id_token_hint is not an ID token of this issuer"),
        (
            &[("id_token_hint", &hint), ("client_id", "library")],
            "client_id differs from the client of id_token_hint, or is malformed",
        ),
        (&[("client_id", "nobody")], "no client is registered under this client_id"),
        (&[("state", "a"), ("state", "b")], "a parameter is given more than once"),
    ];
    for (asked, detail) in cases {
        let page = browser.open(&portal.logout(asked)).await;
        is_a_page(&page, "The portal’s request has a fault", detail);
    }
    assert!(is_signed_in(&mut browser, &portal).await);
}

#[tokio::test]
async fn a_portal_may_post_it_and_its_address_may_have_a_query() {
    let world = World::embedded().await;
    let portal = world.portal("library");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    let asked = [
        ("id_token_hint", tokens.id_token()),
        ("post_logout_redirect_uri", portal.registration.post_logout_redirect_uri.to_owned()),
        ("state", "x".to_owned()),
    ];
    let form = asked.map(|(name, value)| (name.to_owned(), value));
    let page = browser.post_from("https://library.example", "/logout", &form).await;
    assert_eq!(page.url.as_str(), "https://library.example/?left&state=x");
    assert!(!is_signed_in(&mut browser, &portal).await);
}

#[tokio::test]
async fn the_question_is_answered_only_from_its_own_page() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let page = browser.open("/logout").await;
    let mut form = page.form_of("logout-confirm", &[]);
    form.pairs.retain(|(name, _)| name != "csrf");
    let page = browser.submit(&page, &form.action, &form.pairs).await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (403, "This form can no longer be used"));
    assert!(is_signed_in(&mut browser, &portal).await);
}
