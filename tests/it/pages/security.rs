//! What a citizen proves themselves with, as they manage it: `/account/security`.

use std::time::Duration;

use senid::domain::assurance::{AuthenticationLevel, Requirement};
use senid::domain::credential::{CredentialKind, CredentialTraits};

use crate::support::World;
use crate::support::world::holdings::PASSKEY;
use crate::support::world::{AN, BINH, Backend, Browser, Page, on_every_backend_with_passkeys};

const WEAK: AuthenticationLevel = AuthenticationLevel::OneFactor;
const STRONG: AuthenticationLevel = AuthenticationLevel::TwoFactors;
const NEW: &str = "a sentence that nobody else thinks of";

async fn at_home(world: &World) -> (Browser, Page) {
    let mut browser = world.browser();
    let page = AN.enters_account(&mut browser, "/account/security").await;
    assert_eq!((page.path(), page.status.as_u16()), ("/account/security", 200), "{}", page.text());
    (browser, page)
}

async fn is_written(world: &World, kind: &str) -> bool {
    world.operator().events_of(&AN).await.iter().any(|event| event.kind.is_some_and(|own| own.as_str() == kind))
}

on_every_backend_with_passkeys! {
    async fn everything_that_opens_the_account_is_there_with_what_it_counts_for(world: World) {
        let (mut browser, _) = at_home(&world).await;
        world.holds(&AN, "My phone", CredentialKind::WebAuthn, PASSKEY, WEAK).await;
        world.holds(&AN, "My app", CredentialKind::Totp, CredentialTraits::default(), WEAK).await;
        world.holds(&BINH, "Not mine", CredentialKind::WebAuthn, PASSKEY, STRONG).await;
        let page = browser.open("/account/security").await;
        let text = page.text();
        assert_eq!(page.count(".credential"), 2, "{text}");
        assert!(text.contains("My phone") && text.contains("Passkey") && text.contains("Never used"), "{text}");
        assert!(text.contains("Counts as one step only, because it was added with a single step."), "{text}");
        assert!(!text.contains("Not mine") && page.has("#add-passkey"), "{text}");
        let overview = browser.open("/account").await;
        assert!(overview.text().contains("Code from an authenticator app"), "{}", overview.text());
    }

    async fn it_is_given_another_name(world: World) {
        let (mut browser, page) = at_home(&world).await;
        let id = world.holds(&AN, "My phone", CredentialKind::WebAuthn, PASSKEY, WEAK).await;
        let page = browser.reload(&page).await;
        let page = browser.open(&page.link(".credential a")).await;
        for wrong in ["", "  ", &"x".repeat(65), "two\nlines"] {
            let refused = browser.press(&page, "rename", &[("name", wrong)]).await;
            assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (422, "A name has 1 to 64 characters."));
        }
        let page = browser.press(&page, "rename", &[("name", "The blue one")]).await;
        assert_eq!(page.heading(), "The blue one");
        assert!(page.text().contains("The name has been saved."), "{}", page.text());
        assert!(is_written(&world, "credential.renamed").await);
        // Nobody else's is reached by its id.
        let mut binh = world.browser();
        BINH.enters_account(&mut binh, "/account").await;
        for path in ["", "/remove"] {
            assert_eq!(binh.open(&format!("/account/security/credentials/{id}{path}")).await.status, 404, "{path}");
        }
    }

    async fn it_is_removed_once_its_owner_has_read_what_will_happen(world: World) {
        let (mut browser, _) = at_home(&world).await;
        let id = world.holds(&AN, "My phone", CredentialKind::WebAuthn, PASSKEY, WEAK).await;
        let page = browser.open(&format!("/account/security/credentials/{id}")).await;
        let page = browser.open(&page.link("#remove")).await;
        assert_eq!(page.heading(), "Remove this way to sign in?");
        assert!(!page.has("#last-strong") && !page.has("#closed"), "{}", page.text());
        let mut unsigned = page.form_of("remove-confirm", &[]);
        unsigned.pairs.retain(|(name, _)| name != "csrf");
        assert_eq!(browser.submit(&page, &unsigned.action, &unsigned.pairs).await.status, 403);
        // The token of another form of the same page is none for this one.
        let rename = browser.open(&format!("/account/security/credentials/{id}")).await.form_of("rename", &[]);
        assert_eq!(browser.submit(&page, &unsigned.action, &rename.pairs).await.status, 403);
        let page = browser.press(&page, "remove-confirm", &[]).await;
        assert!(page.text().contains("Removed. It no longer opens your account."), "{}", page.text());
        assert_eq!(page.count(".credential"), 0);
        assert!(is_written(&world, "credential.removed").await);
        assert_eq!(browser.open(&format!("/account/security/credentials/{id}/remove")).await.status, 404);
    }

    async fn a_sensitive_act_needs_the_strongest_that_its_owner_can_bring(world: World) {
        let (mut browser, page) = at_home(&world).await;
        let id = world.holds(&AN, "My phone", CredentialKind::WebAuthn, PASSKEY, STRONG).await;
        let page = browser.reload(&page).await;
        assert!(page.text().contains("Signs you in by itself"), "{}", page.text());
        for path in ["/account/security/password".to_owned(), format!("/account/security/credentials/{id}/remove")] {
            let page = browser.open(&path).await;
            assert!(page.path().ends_with("/step-up") && page.has("#use-passkey"), "{path}: {}", page.text());
            assert!(!page.has("#use-password"), "a password does not stand for the passkey: {}", page.text());
            // Whoever gives up is back in the account, and nothing was done.
            let page = browser.press(&page, "cancel", &[]).await;
            assert_eq!(page.path(), "/account");
        }
        // Neither does a form that was filled in before the passkey was there.
        let page = browser.open(&format!("/account/security/credentials/{id}")).await;
        let page = browser.press(&page, "rename", &[("name", "Mine now")]).await;
        assert!(page.path().ends_with("/step-up"), "{}", page.text());
        let page = browser.open("/account/security").await;
        assert!(page.text().contains("My phone"), "{}", page.text());
    }

    async fn a_password_is_changed_and_every_other_device_is_out(world: World) {
        let (mut elsewhere, _) = at_home(&world).await;
        let (mut browser, page) = at_home(&world).await;
        let page = browser.open(&page.link("#change-password")).await;
        for (wrong, sentence) in [
            ("", "Enter your password."),
            ("short", "This password is too short: it needs at least 15 characters."),
            ("abcabcabcabcabcabc", "This password repeats one piece. Choose another one."),
            (&format!("{} 12", AN.name), "This password is little more than what others know about you. Choose another one."),
        ] {
            let refused = browser.press(&page, "password-save", &[("password", wrong)]).await;
            assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (422, sentence));
        }
        let page = browser.press(&page, "password-save", &[("password", NEW)]).await;
        assert_eq!(page.path(), "/account/security");
        assert!(page.text().contains("The password has been changed."), "{}", page.text());
        assert_eq!(elsewhere.open("/account").await.path(), "/account/sign-in");
        let portal = world.portal("tax-office");
        let page = elsewhere.open(&portal.start().url()).await;
        let page = AN.signs_in(&mut elsewhere, &page).await;
        assert!(page.has("#problem"), "the one before opens nothing: {}", page.text());
        let page = AN.enters(&mut elsewhere, &page, NEW).await;
        assert!(page.has("#allow"), "{}", page.text());
    }

    async fn ten_minutes_later_it_is_proven_again(world: World) {
        let (mut browser, _) = at_home(&world).await;
        world.wait(Duration::from_secs(599));
        let page = browser.open("/account/security/password").await;
        assert!(page.has("#password-save"), "{}", page.text());
        world.wait(Duration::from_secs(2));
        let sent = browser.press(&page, "password-save", &[("password", NEW)]).await;
        assert!(sent.has("#username"), "{}", sent.text());
        let page = AN.signs_in(&mut browser, &sent).await;
        assert!(page.has("#password-save"), "back at the page, and nothing was changed: {}", page.text());
    }

    async fn this_was_not_me_locks_the_account_in_one_action(world: World) {
        let portal = world.portal("tax-office");
        let (mut thief, tokens) = world.signed_in(&portal, &AN).await;
        let (mut browser, _) = at_home(&world).await;
        let page = browser.open("/account/activity").await;
        let page = browser.open(&page.link("#not-me")).await;
        let mut unsigned = page.form_of("not-me-confirm", &[]);
        unsigned.pairs.clear();
        assert_eq!(browser.submit(&page, &unsigned.action, &unsigned.pairs).await.status, 403);
        let page = browser.press(&page, "not-me-confirm", &[]).await;
        assert_eq!((page.path(), page.heading().as_str()), ("/account/locked", "Your account is locked"));
        assert!(page.text().contains("Take your identity card to an office"), "{}", page.text());
        for browser in [&mut thief, &mut browser] {
            assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
        }
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 400);
        let page = AN.enters_account(&mut browser, "/account").await;
        assert_eq!(page.problem(), "The identifier or the password is not right. Check both and try again.");
        let event = world.operator().events_of(&AN).await;
        let event = event.iter().find(|event| event.kind.unwrap().as_str() == "citizen.locked").expect("it is written");
        assert_eq!(event.details["reason"], "not_me");
        world.operator().unlocks(&AN).await;
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 400, "whoever granted it may be a stranger");
    }
}

/// At an address browsers make no passkeys and use none.
#[tokio::test]
async fn what_is_not_taken_here_any_more_is_shown_as_that_and_asked_of_nobody() {
    let world = World::embedded().await;
    let (mut browser, _) = at_home(&world).await;
    world.holds(&AN, "My phone", CredentialKind::WebAuthn, PASSKEY, STRONG).await;
    let page = browser.open("/account/security").await;
    assert!(page.text().contains("Cannot be used to sign in here at present"), "{}", page.text());
    assert!(!page.has("#add-passkey"), "{}", page.text());
    let page = browser.open("/account/security/password").await;
    assert!(page.has("#password-save"), "nobody is locked out of their account by it: {}", page.text());
}

#[tokio::test]
async fn the_last_strong_one_is_not_removed_unwarned() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    world.operator().changes("tax-office", |client| client.policy.assurance = Requirement::level(STRONG)).await;
    let strong = world.holds(&AN, "My phone", CredentialKind::WebAuthn, PASSKEY, STRONG).await;
    let app = world.app(0);
    let citizen = world.operator().id_of(&AN).await;
    let come = senid::flows::account::credentials::consequences(app, citizen, strong).await.unwrap();
    assert!(come.last_strong);
    assert_eq!(come.closed.iter().map(|client| client.id.to_string()).collect::<Vec<_>>(), ["tax-office"]);
    let weak = world.holds(&AN, "My app", CredentialKind::Totp, CredentialTraits::default(), WEAK).await;
    let come = senid::flows::account::credentials::consequences(app, citizen, weak).await.unwrap();
    assert!(!come.last_strong && come.closed.is_empty());
    // Another one that reaches as much: nothing closes.
    world.holds(&AN, "A key", CredentialKind::WebAuthn, PASSKEY, STRONG).await;
    let come = senid::flows::account::credentials::consequences(app, citizen, strong).await.unwrap();
    assert!(!come.last_strong && come.closed.is_empty());
    browser.open("/account").await;
}

#[tokio::test]
async fn a_sign_in_comes_back_to_pages_of_the_account_alone() {
    let world = World::embedded().await;
    for (asked, path) in [
        ("/account/security", "/account/security"),
        ("/account/security/password", "/account/security/password"),
        ("/account/security//evil.example", "/account"),
        ("/account/security/%2e%2e/%2e%2e/logout", "/account"),
        ("/account/security/../../logout", "/account"),
        ("//evil.example", "/account"),
        ("https://evil.example/account/security/", "/account"),
    ] {
        let mut browser = world.browser();
        let page = browser.open(&format!("/account/sign-in?return_to={asked}")).await;
        let page = browser.press(&page, "account-sign-in", &[]).await;
        let page = AN.signs_in(&mut browser, &page).await;
        assert_eq!(page.path(), path, "{asked}");
        assert_eq!(page.url.origin(), world.issuer.parse::<url::Url>().unwrap().origin());
    }
}
