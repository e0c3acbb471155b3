//! Skipped steps (CVE-2025-64103, CVE-2026-49448, CVE-2024-47070): each form is for its step, its sign-in and its browser.

use crate::support::World;
use crate::support::world::{AN, Browser, Page};

use super::up_to_password;

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Sends `form` to every step of the sign-in and sees that nobody is signed in or answered by it.
async fn leads_nowhere(browser: &mut Browser, sign_in: &Page, form: &[(&str, &str)]) {
    for step in ["", "/password", "/consent"] {
        let root = sign_in.path().trim_end_matches("/password").trim_end_matches("/consent");
        let page = browser.submit(sign_in, &format!("{root}{step}"), &pairs(form)).await;
        assert!(page.url.path().starts_with("/sign-in/"), "{step} {form:?} led to {}", page.url);
        assert!(!browser.cookies.contains_key("senid-session"), "{step} {form:?} signed somebody in");
    }
}

#[tokio::test]
async fn empty_and_odd_forms_change_nothing() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let begun = browser.open(&portal.start().url()).await;
    let token = begun.field("csrf");
    for form in [
        &[][..],
        &[("csrf", "")],
        &[("csrf", &token)],
        &[("csrf", &token), ("choice", "allow")],
        &[("csrf", &token), ("choice", "login")],
        &[("csrf", &token), ("choice", "continue"), ("choice", "allow")],
        &[("csrf", &token), ("username", AN.identifier), ("password", AN.password), ("choice", "allow")],
        &[("csrf", &token), ("state", "Authenticated"), ("citizen", "1"), ("step", "consent")],
    ] {
        leads_nowhere(&mut browser, &begun, form).await;
    }
    // After all of it the sign-in can still be gone through.
    let page = browser.reload(&begun).await;
    assert!(AN.goes_through(&mut browser, page).await.answer().contains_key("code"));
}

#[tokio::test]
async fn a_form_s_token_is_for_its_own_step_sign_in_and_browser() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let identify = browser.open(&portal.start().url()).await;
    let other_sign_in = up_to_password(&mut browser, &portal, &AN).await;
    let mut stranger = world.browser();
    let other_browser = up_to_password(&mut stranger, &portal, &AN).await;
    let identified = AN.identifies(&mut browser, &identify).await;
    let tokens = [identify.field("csrf"), other_sign_in.field("csrf"), other_browser.field("csrf"), "A".repeat(43)];
    for token in &tokens {
        assert_ne!(*token, identified.field("csrf"));
        let form = pairs(&[("csrf", token), ("password", AN.password)]);
        let page = browser.submit(&identified, identified.path(), &form).await;
        assert_eq!(page.status, 403);
        assert!(!browser.cookies.contains_key("senid-session"));
    }
    let consent = AN.enters(&mut browser, &identified, AN.password).await;
    assert!(consent.has("#allow"));
    for token in tokens.iter().chain([&identified.field("csrf")]) {
        let form = pairs(&[("csrf", token), ("choice", "allow")]);
        assert_eq!(browser.submit(&consent, consent.path(), &form).await.status, 403);
    }
}

#[tokio::test]
async fn steps_do_not_come_out_of_order_or_twice() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let begun = browser.open(&portal.start().url()).await;
    for step in ["/password", "/consent"] {
        let page = browser.open(&format!("{}{step}", begun.path())).await;
        assert!(page.has("#username"), "{step} was shown before its turn");
    }
    let identified = AN.identifies(&mut browser, &begun).await;
    let page = browser.open(&format!("{}/consent", begun.path())).await;
    assert!(page.has("#password"), "consent was asked for before the password");
    let consent = AN.enters(&mut browser, &identified, AN.password).await;
    // Who has proven who they are does not become someone else on the way.
    let form = begun.form_of("continue", &[("username", "079192000123")]);
    let page = browser.submit(&begun, &form.action, &form.pairs).await;
    assert!(page.has("#allow") && page.text().contains(AN.name), "{}", page.text());
    let answered = AN.allows(&mut browser, &consent).await;
    assert!(answered.answer().contains_key("code"));
    for page in [&begun, &identified, &consent] {
        let again = browser.reload(page).await;
        assert_eq!(again.status, 410, "{}", page.url);
    }
    assert_eq!(AN.allows(&mut browser, &consent).await.status, 410);
}

#[tokio::test]
async fn a_session_alone_is_no_answer_to_a_request_for_proof() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    world.wait(std::time::Duration::from_secs(100));
    for started in [
        portal.start().with("prompt", "login"),
        portal.start().with("prompt", "login consent"),
        portal.start().with("prompt", "select_account"),
        portal.start().with("max_age", "99"),
        portal.start().with("max_age", "0"),
    ] {
        let page = browser.open(&started.url()).await;
        assert!(page.has("#username"), "{}", started.url());
        for step in ["/consent", "/password"] {
            assert!(browser.open(&format!("{}{step}", page.path())).await.has("#username"));
        }
    }
}
