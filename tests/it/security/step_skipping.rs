//! Skipped steps (CVE-2025-64103, CVE-2026-49448, CVE-2024-47070): each form is for its step, its sign-in and its browser.

use senid::crypto::base64url;
use senid::crypto::hash::HmacKey;
use senid::domain::ids::SignInId;

use crate::support::World;
use crate::support::world::passkey::uses;
use crate::support::world::{AN, BINH, Backend, Browser, Page};

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

/// What a browser that knows its own cookie can make up: a form's token is bound to the browser, the sign-in and the step, and keeps
/// other sites out. It is no leave to take the step.
fn token(browser: &Browser, sign_in: &str, step: &str) -> String {
    let id: SignInId = sign_in.parse().unwrap();
    let key = HmacKey::new(browser.cookies["senid-browser"].as_bytes());
    base64url::encode(&key.mac(&[b"sign-in\0", id.uuid().as_bytes(), step.as_bytes()]))
}

/// Every form of a sign-in: its path, and the step that its token is bound to.
const FORMS: [(&str, &str); 17] = [
    ("", "identify"),
    ("/create", "create"),
    ("/password", "password"),
    ("/passkey", "passkey"),
    ("/passkey/options", "passkey"),
    ("/security-key", "passkey"),
    ("/security-key/options", "passkey"),
    ("/totp", "totp"),
    ("/recovery-code", "recovery-code"),
    ("/sms", "sms"),
    ("/counter", "counter"),
    ("/certificate", "certificate"),
    ("/certificate/web-eid", "web-eid"),
    ("/certificate/signature", "signature"),
    ("/certificate/remote", "remote"),
    ("/step-up", "step-up"),
    ("/consent", "consent"),
];

fn id_of(page: &Page) -> String {
    page.path().split('/').nth(2).unwrap().to_owned()
}

/// Whether whoever has this browser is somebody: to a portal, or to the account.
async fn is_somebody(world: &World, browser: &Browser) -> bool {
    let mut browser = browser.clone();
    let silent = world.portal("tax-office").start().with("prompt", "none");
    browser.open(&silent.url()).await.answer().contains_key("code")
        || browser.open("/account").await.path() == "/account"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_of_another_step_sign_in_or_browser_is_taken_by_any_page() {
    let (world, _) = World::with_every_method(Backend::embedded().await, |_| {}).await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let other = browser.open(&portal.start().url()).await;
    let begun = browser.open(&portal.start().url()).await;
    let mut stranger = world.browser();
    stranger.open(&portal.start().url()).await;
    let (own, others) = (id_of(&begun), id_of(&other));
    // Before anything is said, once a name is said, and in the middle of a step-up.
    let mut at = begun.clone();
    for stage in 0..3 {
        for (path, step) in FORMS {
            let action = format!("/sign-in/{own}{path}");
            let wrong_step = FORMS.iter().find(|(_, other)| *other != step).unwrap().1;
            for csrf in [
                String::new(),
                token(&browser, &own, wrong_step),
                token(&browser, &others, step),
                token(&stranger, &own, step),
            ] {
                let form =
                    pairs(&[("csrf", &csrf), ("choice", "allow"), ("code", "000000"), ("password", AN.password)]);
                let refused = browser.submit(&at, &action, &form).await;
                assert_eq!(refused.status, 403, "{stage} {path}: {}", refused.text());
            }
            // An empty form, and the right one from a browser that did not begin it.
            assert_eq!(browser.submit(&at, &action, &[]).await.status, 403, "{stage} {path}");
            let form = pairs(&[("csrf", &token(&browser, &own, step)), ("password", AN.password)]);
            assert_eq!(stranger.submit(&at, &action, &form).await.status, 403, "{stage} {path}");
        }
        assert!(!is_somebody(&world, &browser).await && !is_somebody(&world, &stranger).await, "{stage}");
        at = match stage {
            0 => AN.identifies(&mut browser, &at).await,
            1 => AN.enters(&mut browser, &at, AN.password).await,
            _ => at,
        };
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_step_is_taken_before_its_turn_by_whoever_makes_up_its_form() {
    let (world, means) = World::with_every_method(Backend::embedded().await, |_| {}).await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let begun = browser.open(&portal.start().url()).await;
    let own = id_of(&begun);
    // Right answers of the second step among them: without the first they prove nothing.
    let right = [means.application.code(&world, 0), means.codes[0].clone()];
    for stage in 0..3 {
        for (path, step) in FORMS {
            // At each stage what does come next is left out.
            let its_turn: &[&str] = match stage {
                0 => &["", "/passkey", "/security-key", "/certificate"],
                1 => &["", "/password", "/passkey", "/security-key", "/counter", "/certificate"],
                _ => &["/totp", "/recovery-code", "/sms"],
            };
            if its_turn.contains(&path) {
                continue;
            }
            for code in &right {
                let csrf = token(&browser, &own, step);
                let form = pairs(&[
                    ("csrf", &csrf),
                    ("choice", "allow"),
                    ("username", BINH.identifier),
                    ("password", AN.password),
                    ("code", code),
                    ("credential", "{}"),
                    ("token", "{}"),
                    ("signature", "MAA="),
                ]);
                let page = browser.submit(&begun, &format!("/sign-in/{own}{path}"), &form).await;
                assert!(page.url.path().starts_with("/sign-in/"), "{stage} {path} led to {}", page.url);
                assert!(!page.has("#allow"), "{stage} {path}: {}", page.text());
            }
        }
        for path in ["/certificate/ticket", "/certificate/ticket?ticket=x", "/consent", "/step-up", "/totp", "/sms"] {
            let page = browser.open(&format!("/sign-in/{own}{path}")).await;
            assert!(!page.has("#allow"), "{stage} {path}: {}", page.text());
        }
        assert!(!is_somebody(&world, &browser).await, "{stage}");
        match stage {
            0 => drop(browser.press(&begun, "continue", &[("username", AN.identifier)]).await),
            1 => {
                let page = browser.open(&format!("/sign-in/{own}/password")).await;
                let page = AN.enters(&mut browser, &page, AN.password).await;
                assert!(page.path().ends_with("/step-up"), "{}: {}", page.url, page.text());
            }
            _ => {}
        }
    }
    // After all of it the sign-in can still be gone through, by its own steps.
    let page = browser.open(&format!("/sign-in/{own}/step-up")).await;
    let page = browser.press(&page, "use-recovery-code", &[]).await;
    let page = browser.press(&page, "prove", &[("code", &means.codes[1])]).await;
    assert!(page.has("#allow") && page.text().contains(AN.name), "{}: {}", page.url, page.text());
}

/// What is missing is asked for, and nothing else that the person has: it would be asked in vain, or be a way around.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_up_takes_no_method_that_it_does_not_offer() {
    let (world, mut means) = World::with_every_method(Backend::embedded().await, |_| {}).await;
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["phr"]}}}"#;
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().with("claims", claims).url()).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert!(page.has("#use-passkey") && !page.has("#use-totp") && !page.has("#use-recovery-code"), "{}", page.text());
    let own = id_of(&page);
    for (step, code) in [("totp", means.application.code(&world, 0)), ("recovery-code", means.codes[0].clone())] {
        let csrf = token(&browser, &own, step);
        let form = pairs(&[("csrf", &csrf), ("code", &code)]);
        let refused = browser.submit(&page, &format!("/sign-in/{own}/{step}"), &form).await;
        assert!(refused.path().ends_with("/step-up"), "{step}: {}", refused.url);
    }
    for choice in ["use-totp", "use-recovery-code", "use-password", "use-counter-code", "allow", "leave", ""] {
        let csrf = token(&browser, &own, "step-up");
        let form = pairs(&[("csrf", &csrf), ("choice", choice)]);
        let shown = browser.submit(&page, page.path(), &form).await;
        assert!(shown.path().ends_with("/step-up") && shown.has("#use-passkey"), "{choice}: {}", shown.url);
    }
    let page = browser.press(&page, "use-passkey", &[]).await;
    assert!(uses(&mut browser, &page, &mut means.phone).await.has("#allow"));
    // Neither code was spent by it.
    for (step, code) in [("totp", means.application.code(&world, 0)), ("recovery-code", means.codes[0].clone())] {
        let mut browser = world.browser();
        let page = browser.open(&world.portal("tax-office").start().url()).await;
        let page = AN.signs_in(&mut browser, &page).await;
        let page = browser.press(&page, &format!("use-{step}"), &[]).await;
        assert!(browser.press(&page, "prove", &[("code", &code)]).await.has("#allow"), "{step}");
    }
}
