//! Session fixation (CVE-2026-7507, CVE-2025-12390): what one browser began no other finishes, and signing out ends it all.

use crate::support::World;
use crate::support::world::passkey::uses;
use crate::support::world::{AN, BINH, Backend};

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

/// What the buttons about people on the sign-in page send, and what they would do.
const ABOUT_PEOPLE: [(&str, &str); 4] =
    [("person", "session"), ("forget", "session"), ("choice", "sign-out"), ("choice", "somebody-else")];

#[tokio::test]
async fn nobody_is_chosen_or_signed_out_by_a_form_that_the_browser_was_not_shown() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut victim, _) = world.signed_in(&portal, &AN).await;
    let select = portal.start().with("prompt", "select_account");
    let own = victim.open(&select.url()).await;
    let mut attacker = world.browser();
    let theirs = attacker.open(&select.url()).await;
    let token_of = |page: &crate::support::world::Page| page.field("csrf");
    for (name, value) in ABOUT_PEOPLE {
        for csrf in [String::new(), token_of(&theirs)] {
            let pairs = [("csrf".to_owned(), csrf), (name.to_owned(), value.to_owned())];
            assert_eq!(victim.submit(&own, own.path(), &pairs).await.status, 403, "{name}={value}");
            // Another site's form, with the right token even.
            let pairs = [("csrf".to_owned(), token_of(&own)), (name.to_owned(), value.to_owned())];
            let page = victim.post_from("https://evil.example", own.url.as_str(), &pairs).await;
            assert_eq!(page.status, 403, "{name}={value}");
            // And the victim is led to no sign-in of the attacker's.
            let pairs = [("csrf".to_owned(), token_of(&theirs)), (name.to_owned(), value.to_owned())];
            assert_eq!(victim.submit(&theirs, theirs.path(), &pairs).await.status, 403, "{name}={value}");
        }
    }
    assert!(victim.open("/account").await.text().contains(AN.name));
    assert!(victim.press(&own, "person-1", &[]).await.answer().contains_key("code"));
}

#[tokio::test]
async fn whoever_has_the_browser_s_cookie_alone_chooses_nobody() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut victim = world.browser();
    let page = victim.open(&portal.start().url()).await;
    let page = victim.press(&page, "continue", &[("username", AN.identifier), ("device", "name")]).await;
    let page = AN.enters(&mut victim, &page, AN.password).await;
    AN.allows(&mut victim, &page).await;
    let own = victim.open(&portal.start().with("prompt", "select_account").url()).await;
    assert_eq!(own.count(".people li"), 1);

    // They planted it, or read it: neither the session nor the device's secrets are theirs.
    let mut attacker = world.browser();
    attacker.cookies.insert(BROWSER.to_owned(), victim.cookies[BROWSER].clone());
    let seen = attacker.reload(&own).await;
    assert!(!seen.has(".people") && !seen.text().contains("An"), "{}", seen.text());
    let pressed = attacker.press(&own, "person-1", &[]).await;
    assert!(pressed.has("#username") && !pressed.has("#password"), "{}", pressed.text());
    assert!(!attacker.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn a_planted_device_cookie_gives_whoever_planted_it_nothing_of_whom_signs_in_there() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (attacker, _) = world.signed_in(&portal, &BINH).await;
    let planted = attacker.cookies["senid-device"].clone();
    let mut victim = world.browser();
    victim.cookies.insert("senid-device".to_owned(), planted.clone());
    let page = victim.open(&portal.start().url()).await;
    let page = victim.press(&page, "continue", &[("username", AN.identifier), ("device", "name")]).await;
    let page = AN.enters(&mut victim, &page, AN.password).await;
    AN.allows(&mut victim, &page).await;
    assert_ne!(victim.cookies["senid-device"].split('.').next(), Some(planted.as_str()), "the secret is a new one");
    let mut attacker = world.browser();
    attacker.cookies.insert("senid-device".to_owned(), planted);
    assert!(!attacker.open(&portal.start().url()).await.has(".people"));
}

/// Whoever has a copy of the half of a session, or planted it, has nothing of the whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_s_cookie_changes_with_every_second_step_and_the_one_before_is_worth_nothing() {
    let (world, mut means) = World::with_every_method(Backend::embedded().await, |_| {}).await;
    for kind in ["totp", "recovery-code", "sms", "passkey"] {
        let mut browser = world.browser();
        let page = browser.open(&world.portal("tax-office").start().url()).await;
        let half = AN.signs_in(&mut browser, &page).await;
        let mut copy = browser.clone();
        let page = browser.press(&half, &format!("use-{kind}"), &[]).await;
        let page = match kind {
            "passkey" => uses(&mut browser, &page, &mut means.phone).await,
            "sms" => {
                let (page, code) = means.telephone.receives(&mut browser, &page, "send", &[]).await;
                browser.press(&page, "prove", &[("code", &code)]).await
            }
            "totp" => browser.press(&page, "prove", &[("code", &means.application.code(&world, 0))]).await,
            _ => browser.press(&page, "prove", &[("code", &means.codes[0])]).await,
        };
        assert!(page.has("#allow"), "{kind}: {}", page.text());
        assert_ne!(browser.cookies[SESSION], copy.cookies[SESSION], "{kind}");
        // The sign-in that goes on is the whole session's.
        let shown = copy.open(page.url.path()).await;
        assert!(shown.status == 410 && !shown.reply.body.contains(AN.name), "{kind}: {}", shown.text());
        assert_eq!(copy.open("/account").await.path(), "/account/sign-in", "{kind}");
        assert_eq!(browser.open("/account").await.path(), "/account", "{kind}");
    }
}
