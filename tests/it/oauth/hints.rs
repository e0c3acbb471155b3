//! `login_hint` and `id_token_hint`: OpenID Connect Core §3.1.2.1.

use std::time::Duration;

use crate::support::World;
use crate::support::world::{AN, BINH};

#[tokio::test]
async fn a_login_hint_stands_in_the_field() {
    let world = World::embedded().await;
    let hinted = world.portal("tax-office").start().with("login_hint", AN.identifier);
    let page = world.browser().open(&hinted.url()).await;
    assert_eq!(page.field("username"), AN.identifier);
    let hostile = world.portal("tax-office").start().with("login_hint", "\"><script>alert(1)</script>");
    let page = world.browser().open(&hostile.url()).await;
    assert_eq!(page.field("username"), "\"><script>alert(1)</script>");
    assert!(!page.has("main script"));
}

#[tokio::test]
async fn a_portal_may_name_the_person_it_expects() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    let hinted = portal.start().with("id_token_hint", &tokens.id_token());
    assert!(browser.open(&hinted.url()).await.answer().contains_key("code"));
    let silent = portal.start().with("id_token_hint", &tokens.id_token()).with("prompt", "none");
    assert!(browser.open(&silent.url()).await.answer().contains_key("code"));
    // A hint is no proof of anything, so that it has expired does not matter.
    world.wait(Duration::from_secs(11 * 60));
    assert!(browser.open(&silent.url()).await.answer().contains_key("code"));
}

#[tokio::test]
async fn nobody_else_answers_for_the_person_who_is_expected() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, binh) = world.signed_in(&portal, &BINH).await;
    let (mut browser, _) = world.signed_in(&portal, &AN).await;

    let silent = portal.start().with("id_token_hint", &binh.id_token()).with("prompt", "none");
    assert_eq!(browser.open(&silent.url()).await.refusal().0, "login_required");

    let hinted = portal.start().with("id_token_hint", &binh.id_token());
    let page = browser.open(&hinted.url()).await;
    assert!(page.has("#username"), "{}", page.text());
    let page = AN.signs_in(&mut browser, &page).await;
    let sentence = "someone else has signed in than id_token_hint or the sub in claims named";
    assert_eq!(page.refusal(), ("login_required".to_owned(), sentence.to_owned()));

    let page = browser.open(&hinted.url()).await;
    let page = BINH.signs_in(&mut browser, &page).await;
    let tokens = portal.exchange(&hinted, &page.code()).await;
    assert_eq!(portal.id_token(&tokens).await["sub"], portal.id_token(&binh).await["sub"]);
}

#[tokio::test]
async fn a_hint_that_is_not_this_portal_s_id_token_is_refused() {
    let world = World::embedded().await;
    let (portal, library) = (world.portal("tax-office"), world.portal("library"));
    let (_, lent) = world.signed_in(&library, &AN).await;
    let (mut browser, own) = world.signed_in(&portal, &AN).await;
    let (id_token, access_token) = (own.id_token(), own.access_token());
    let altered = format!("{}AAAA", &id_token[..id_token.len() - 4]);
    let (signed, _) = id_token.rsplit_once('.').unwrap();
    let not_ours = "id_token_hint is not an ID token of this issuer";
    for (hint, sentence) in [
        (lent.id_token(), "id_token_hint was issued to another client"),
        (altered, not_ours),
        (format!("{signed}."), not_ours),
        (access_token, not_ours),
        ("garbage".to_owned(), not_ours),
    ] {
        let page = browser.open(&portal.start().with("id_token_hint", &hint).url()).await;
        assert_eq!(page.refusal(), ("invalid_request".to_owned(), sentence.to_owned()), "{hint}");
    }
}

#[tokio::test]
async fn the_page_says_whether_someone_else_is_expected_or_the_same_person_again() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, binh) = world.signed_in(&portal, &BINH).await;
    let (mut browser, an) = world.signed_in(&portal, &AN).await;
    for (hint, sentence) in [
        (an.id_token(), "This portal asks you to confirm who you are, although you signed in before."),
        (binh.id_token(), "This portal asks for a different account from the one signed in on this browser."),
    ] {
        let page = browser.open(&portal.start().with("id_token_hint", &hint).with("prompt", "login").url()).await;
        assert!(page.text().contains(sentence), "{}", page.text());
    }
}
