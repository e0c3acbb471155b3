//! OpenID Connect Session Management 1.0: what a portal's page sees of the sign-in.

use ring::digest::{SHA256, digest};

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, on_every_backend};

const STATE: &str = "senid-state";

/// What the frame computes (§3.3), with nothing of SenID's own code.
fn is_unchanged(session_state: &str, client: &str, origin: &str, browser: &Browser) -> bool {
    let (hash, salt) = session_state.split_once('.').unwrap();
    let state = browser.cookies.get(STATE).map_or("", String::as_str);
    let digest = digest(&SHA256, format!("{client} {origin} {state} {salt}").as_bytes());
    hash == digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
}

on_every_backend! {
    async fn the_session_state_holds_until_the_person_signs_out(world: World) {
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let page = browser.open(&portal.start().url()).await;
        let page = AN.goes_through(&mut browser, page).await;
        let first = page.answer()["session_state"].clone();
        let holds = |state: &str, browser: &Browser| is_unchanged(state, "tax-office", "https://tax.example", browser);
        assert!(holds(&first, &browser));
        assert!(!is_unchanged(&first, "tax-office", "https://evil.example", &browser), "another origin asks");
        assert!(!is_unchanged(&first, "library", "https://tax.example", &browser));

        // Silently again: another salt, so that two answers cannot be compared; both hold.
        let again = browser.open(&portal.start().with("prompt", "none").url()).await.answer()["session_state"].clone();
        assert_ne!(first, again);
        assert!(holds(&first, &browser) && holds(&again, &browser));
        // The same person proves themselves once more: it is the same session.
        let page = browser.open(&portal.start().with("prompt", "login").url()).await;
        AN.goes_through(&mut browser, page).await;
        assert!(holds(&first, &browser));

        // Somebody else is another.
        let page = browser.open(&portal.start().with("prompt", "login").url()).await;
        let other = BINH.goes_through(&mut browser, page).await.answer()["session_state"].clone();
        assert!(!holds(&first, &browser) && holds(&other, &browser));

        let page = browser.open("/logout").await;
        browser.press(&page, "logout-confirm", &[]).await;
        assert!(!browser.cookies.contains_key(STATE));
        assert!(!holds(&other, &browser));
    }
}

#[tokio::test]
async fn a_refusal_has_nothing_to_watch() {
    let world = World::embedded().await;
    let refused = world.browser().open(&world.portal("tax-office").start().with("prompt", "none").url()).await;
    assert_eq!(refused.refusal().0, "login_required");
    assert!(!refused.answer().contains_key("session_state"));
}

#[tokio::test]
async fn what_the_frame_reads_is_no_secret_and_opens_nothing() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    let seen = browser.cookies[STATE].clone();
    assert_ne!(seen, browser.cookies["senid-session"]);
    assert_ne!(portal.id_token(&tokens).await["sid"], seen.as_str());
    browser.cookies.insert("senid-session".to_owned(), seen);
    assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
}

#[tokio::test]
async fn the_frame_may_be_held_by_anyone_and_nothing_else_may() {
    let world = World::embedded().await;
    let discovery = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(discovery["check_session_iframe"], world.at("/check-session"));
    let frame = world.get("/check-session").await;
    assert_eq!((frame.status.as_u16(), frame.header("x-frame-options")), (200, ""));
    let policy = frame.header("content-security-policy");
    assert!(policy.ends_with("frame-ancestors *") && policy.contains("script-src 'self'"), "{policy}");
    assert!(frame.body.contains("data-cookie=\"senid-state\""), "{}", frame.body);
    for path in
        ["/", "/account", "/account/sign-in", "/logout", "/signed-out", "/nowhere", "/jwks.json", "/check-session/"]
    {
        let other = world.get(path).await;
        assert_eq!(other.header("x-frame-options"), "DENY", "{path}");
        assert!(!other.header("content-security-policy").contains("frame-ancestors *"), "{path}");
    }
}
