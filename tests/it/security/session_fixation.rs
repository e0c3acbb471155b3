//! Session fixation (CVE-2026-7507, CVE-2025-12390): what one browser began no other finishes, and signing out ends it all.

use crate::support::World;
use crate::support::world::{AN, BINH};

const SESSION: &str = "senid-session";
const BROWSER: &str = "senid-browser";

#[tokio::test]
async fn a_sign_in_that_an_attacker_began_is_not_finished_by_whom_they_sent_its_address() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut attacker, mut victim) = (world.browser(), world.browser());
    let begun = attacker.open(&portal.start().url()).await;
    for path in ["", "/password", "/consent"] {
        let page = victim.open(&format!("{}{path}", begun.path())).await;
        assert_eq!(page.status, 403, "{}", page.text());
        assert!(!page.has("#username") && !page.has("#password"));
    }
    // Nor with the attacker's own form, filled in for the victim.
    let form = begun.form_of("continue", &[("username", AN.identifier)]);
    let page = victim.submit(&begun, &form.action, &form.pairs).await;
    assert_eq!(page.status, 403);
    assert!(victim.cookies.is_empty(), "{:?}", victim.cookies.keys());
}

#[tokio::test]
async fn who_planted_the_browser_s_cookie_sees_nothing_of_who_signs_in_with_it() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut attacker, mut victim) = (world.browser(), world.browser());
    let begun = attacker.open(&portal.start().url()).await;
    victim.cookies = attacker.cookies.clone();
    let begun = victim.open(begun.url.as_str()).await;
    let consent = AN.signs_in(&mut victim, &begun).await;
    assert!(consent.has("#allow") && consent.text().contains(AN.name));
    assert!(victim.cookies.contains_key(SESSION));

    for path in [consent.path().to_owned(), begun.path().to_owned(), format!("{}/password", begun.path())] {
        let page = attacker.open(&path).await;
        assert_eq!(page.status, 410, "{path}");
        assert!(!page.reply.body.contains(AN.name), "{path}");
    }
    let form = consent.form_of("allow", &[]);
    assert_eq!(attacker.submit(&consent, &form.action, &form.pairs).await.status, 410);
    // The victim goes on undisturbed.
    assert!(AN.allows(&mut victim, &consent).await.answer().contains_key("code"));
}

#[tokio::test]
async fn a_planted_session_cookie_is_never_signed_in_to() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let planted = "A".repeat(43);
    let mut victim = world.browser();
    victim.cookies.insert(SESSION.to_owned(), planted.clone());
    world.sign_in_again(&mut victim, &portal, &AN).await;
    assert_ne!(victim.cookies[SESSION], planted);
    let mut attacker = world.browser();
    attacker.cookies.insert(SESSION.to_owned(), planted);
    assert_eq!(attacker.open("/account").await.path(), "/account/sign-in");
}

#[tokio::test]
async fn the_session_s_cookie_changes_with_every_sign_in_and_the_one_before_is_worth_nothing() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let mut before = browser.clone();
    let page = browser.open(&portal.start().with("prompt", "login").url()).await;
    AN.goes_through(&mut browser, page).await;
    assert_ne!(browser.cookies[SESSION], before.cookies[SESSION]);
    assert_eq!(browser.open("/account").await.path(), "/account");
    assert_eq!(before.open("/account").await.path(), "/account/sign-in");

    // Somebody else signs in at the same browser: the first person's session is over, at this browser and elsewhere.
    let mut first = browser.clone();
    let page = browser.open(&portal.start().with("prompt", "login").url()).await;
    BINH.goes_through(&mut browser, page).await;
    assert_eq!(first.open("/account").await.path(), "/account/sign-in");
}

#[tokio::test]
async fn what_was_left_open_at_a_shared_browser_shows_the_next_person_nothing() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    let consent = AN.signs_in(&mut browser, &page).await;
    assert!(consent.text().contains(AN.name));
    let page = browser.open(&world.portal("sandbox").start().with("prompt", "login").url()).await;
    let typed = BINH.identifies(&mut browser, &page).await;
    assert!(typed.has("#password"));

    let page = browser.open("/logout").await;
    browser.press(&page, "logout-confirm", &[]).await;
    assert!(!browser.cookies.contains_key(BROWSER) && !browser.cookies.contains_key(SESSION));
    for left_open in [&consent, &typed] {
        let page = browser.reload(left_open).await;
        assert_eq!(page.status, 403, "{}", page.url);
        assert!(!page.reply.body.contains(AN.name) && !page.reply.body.contains(BINH.identifier));
    }
    let form = consent.form_of("allow", &[]);
    assert_eq!(browser.submit(&consent, &form.action, &form.pairs).await.status, 403);
    let events = world.operator().events_of(&AN).await;
    assert!(events.iter().all(|event| event.kind.is_none_or(|kind| kind.as_str() != "consent.granted")), "{events:?}");
}

#[tokio::test]
async fn a_consent_page_outlives_neither_its_person_s_sign_out_nor_someone_else_s_sign_in() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    let consent = AN.signs_in(&mut browser, &page).await;
    // Signed out elsewhere: the browser's cookies are all still there.
    world.operator().locks(&AN).await;
    let page = browser.reload(&consent).await;
    assert_eq!(page.status, 410);
    world.operator().unlocks(&AN).await;

    let page = browser.open(&portal.start().url()).await;
    let consent = AN.signs_in(&mut browser, &page).await;
    assert!(consent.has("#allow"));
    let page = browser.open(&portal.start().with("prompt", "login").url()).await;
    BINH.goes_through(&mut browser, page).await;
    let page = browser.reload(&consent).await;
    assert_eq!(page.status, 410);
    assert!(!page.reply.body.contains(AN.name));
}
