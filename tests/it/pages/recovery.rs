//! Back into an account that its owner has lost the way into: `/recover`, what is lost in the account, and codes that an officer
//! hands over.

use std::time::Duration;

use senid::crypto::hash::hash_secret;
use senid::crypto::random::SystemRandom;
use senid::domain::assurance::AuthenticationLevel;
use senid::domain::credential::CredentialKind;
use senid::domain::ids::RecoveryId;
use senid::domain::issued_code::CodeUse;
use senid::domain::recovery::{Kept, Means, Recovery};
use senid::domain::time::Clock;
use senid::flows::recover::finish::finish_due;

use crate::support::World;
use crate::support::world::holdings::PASSKEY;
use crate::support::world::{AN, BINH, Browser, Citizen, Page, on_every_backend_with_passkeys};

const NEW: &str = "a sentence that nobody else thinks of";
const HOUR: Duration = Duration::from_secs(3600);
const WRONG: &str = "The identifier or the code is not right. Check both and try again.";

async fn recovers(browser: &mut Browser, citizen: &Citizen, code: &str) -> Page {
    let page = browser.open("/recover").await;
    let typed = [("username", citizen.identifier), ("code", code), ("password", NEW)];
    browser.press(&page, "recover", &typed).await
}

/// Whether the password opens the account, from a browser that was never here.
async fn opens(world: &World, password: &str) -> bool {
    world.wait(Duration::from_secs(601));
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let page = AN.tries(&mut browser, &page, password).await;
    page.has("#allow") || page.status == 303
}

async fn list_of(browser: &mut Browser) -> Vec<String> {
    let page = AN.enters_account(browser, "/account/security/recovery-codes").await;
    let page = browser.press(&page, "show", &[]).await;
    page.words("#codes code").split_whitespace().map(str::to_owned).collect()
}

/// A recovery that waits, and that this secret stops.
async fn waits(world: &World, secret: &str) {
    let now = world.clock.now();
    let recovery = Recovery {
        id: RecoveryId::new(now, &SystemRandom::new()),
        citizen: world.operator().id_of(&AN).await,
        stop: hash_secret(secret.as_bytes()),
        means: Means::RecoveryCode,
        phc: None,
        kept: Kept::All,
        begun_at: now,
        takes_effect_at: now + 72 * HOUR,
    };
    let mut tx = world.app(0).store.begin().await.unwrap();
    tx.recoveries().begin(&recovery).await.unwrap();
    tx.commit().await.unwrap();
}

on_every_backend_with_passkeys! {
    async fn an_officer_s_code_sets_a_new_password_at_once_and_everybody_is_out(world: World) {
        let portal = world.portal("tax-office");
        let (mut thief, tokens) = world.signed_in(&portal, &AN).await;
        world.holds(&AN, "A thief's", CredentialKind::WebAuthn, PASSKEY, AuthenticationLevel::TwoFactors).await;
        let code = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
        world.wait(Duration::from_secs(1));
        let mut browser = world.browser();
        let page = recovers(&mut browser, &AN, &code.to_lowercase()).await;
        assert_eq!(page.heading(), "Your new password is set", "{}", page.text());
        assert_eq!(thief.open("/account").await.path(), "/account/sign-in");
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 400);
        assert!(!opens(&world, AN.password).await && opens(&world, NEW).await);
        let page = Citizen { password: NEW, ..AN }.enters_account(&mut browser, "/account/security").await;
        assert!(!page.text().contains("A thief's"), "{}", page.text());
        assert_eq!(recovers(&mut browser, &AN, &code).await.problem(), WRONG, "it is good once");
    }

    async fn a_code_of_one_s_own_waits_and_is_stopped_from_the_account(world: World) {
        let mut owner = world.browser();
        let codes = list_of(&mut owner).await;
        let mut thief = world.browser_at("127.0.0.9");
        let page = recovers(&mut thief, &AN, &codes[0]).await;
        assert_eq!(page.heading(), "Your new password waits", "{}", page.text());
        assert!(page.text().contains("72 hours"), "{}", page.text());
        let page = owner.open("/account/security").await;
        assert!(page.has("#recovery"), "{}", page.text());
        let mut unsigned = page.form_of("recovery-stop", &[]);
        unsigned.pairs.clear();
        assert_eq!(owner.submit(&page, &unsigned.action, &unsigned.pairs).await.status, 403);
        let page = owner.press(&page, "recovery-stop", &[]).await;
        assert!(page.text().contains("The recovery has been stopped.") && !page.has("#recovery"), "{}", page.text());
        world.wait(73 * HOUR);
        finish_due(world.app(0)).await.unwrap();
        assert!(opens(&world, AN.password).await && !opens(&world, NEW).await);
        assert_eq!(recovers(&mut thief, &AN, &codes[0]).await.problem(), WRONG, "a code is used once, stopped or not");
    }

    async fn the_link_of_the_letter_stops_it_once_and_not_by_being_opened(world: World) {
        waits(&world, "the secret of a letter").await;
        let mut owner = world.browser();
        let mut phone = world.browser_at("127.0.0.7");
        let page = phone.open("/recover/stop/the%20secret%20of%20a%20letter").await;
        assert_eq!(page.heading(), "Stop the recovery of your account?", "{}", page.text());
        assert!(AN.enters_account(&mut owner, "/account/security").await.has("#recovery"), "opened, and not pressed");
        assert_eq!(phone.open("/recover/stop/another").await.heading(), "There is nothing to stop");
        let stopped = phone.press(&page, "recovery-stop", &[]).await;
        assert_eq!(stopped.heading(), "The recovery is stopped", "{}", stopped.text());
        assert_eq!(phone.press(&page, "recovery-stop", &[]).await.heading(), "There is nothing to stop");
        assert!(!owner.open("/account/security").await.has("#recovery"));
    }

    async fn a_recovery_takes_effect_when_it_has_cooled_off(world: World) {
        let mut owner = world.browser();
        let codes = list_of(&mut owner).await;
        let mut elsewhere = world.browser();
        let page = recovers(&mut elsewhere, &AN, &codes[0]).await;
        assert_eq!(page.heading(), "Your new password waits", "{}", page.text());
        world.wait(71 * HOUR);
        finish_due(world.app(0)).await.unwrap();
        assert!(opens(&world, AN.password).await && !opens(&world, NEW).await);
        world.wait(HOUR);
        finish_due(world.app(0)).await.unwrap();
        assert!(opens(&world, NEW).await && !opens(&world, AN.password).await);
        let events = world.operator().events_of(&AN).await;
        let kinds: Vec<&str> = events.iter().filter_map(|event| event.kind.map(|kind| kind.as_str())).collect();
        assert!(kinds.contains(&"recovery.begun") && kinds.contains(&"recovery.finished"), "{kinds:?}");
    }

    async fn a_locked_account_is_not_recovered(world: World) {
        let mut owner = world.browser();
        let codes = list_of(&mut owner).await;
        recovers(&mut world.browser(), &AN, &codes[0]).await;
        let page = owner.open("/account/not-me").await;
        owner.press(&page, "not-me-confirm", &[]).await;
        world.wait(73 * HOUR);
        finish_due(world.app(0)).await.unwrap();
        assert_eq!(recovers(&mut world.browser(), &AN, &codes[1]).await.problem(), WRONG);
        assert!(world.operator().issues(&AN, CodeUse::Recover).await.is_err());
        assert!(!opens(&world, NEW).await && !opens(&world, AN.password).await);
    }

    async fn what_was_lost_is_removed_once_it_has_cooled_off(world: World) {
        let mut browser = world.browser();
        let app = world.adds_totp(&AN, &mut browser).await;
        world.raises_everything(&AN).await;
        let lost = world.holds(&AN, "Lost", CredentialKind::WebAuthn, PASSKEY, AuthenticationLevel::TwoFactors).await;
        world.wait(Duration::from_secs(660));
        // A password alone does not get that far: the second step is asked for.
        let mut browser = world.browser();
        let page = browser.open("/account/security/lost").await;
        let page = browser.press(&page, "account-sign-in", &[]).await;
        let page = AN.signs_in(&mut browser, &page).await;
        assert!(page.path().ends_with("/step-up"), "{}", page.text());
        let page = browser.press(&page, "use-totp", &[]).await;
        let page = browser.press(&page, "prove", &[("code", &app.code(&world, 0))]).await;
        assert_eq!(page.path(), "/account/security/lost", "{}", page.text());
        let remove = browser.open(&format!("/account/security/credentials/{lost}/remove")).await;
        assert!(remove.path().ends_with("/step-up"), "not at once: {}", remove.text());
        let page = browser.press(&page, "lost-confirm", &[]).await;
        assert!(page.has("#recovery") && page.text().contains("Lost"), "{}", page.text());
        world.wait(73 * HOUR);
        finish_due(world.app(0)).await.unwrap();
        let mut browser = world.browser();
        let page = AN.enters_account(&mut browser, "/account/security").await;
        let page = browser.press(&page, "use-totp", &[]).await;
        let page = browser.press(&page, "prove", &[("code", &app.code(&world, 0))]).await;
        assert!(page.text().contains("My app") && !page.text().contains("Lost"), "{}", page.text());
    }

    async fn an_officer_s_code_raises_what_was_proven_in_this_session_and_nothing_else(world: World) {
        let mut browser = world.browser();
        let app = world.adds_totp(&AN, &mut browser).await;
        world.holds(&AN, "A thief's", CredentialKind::WebAuthn, PASSKEY, AuthenticationLevel::OneFactor).await;
        let page = browser.open("/account/security/raise").await;
        assert!(page.has("#raise-nothing"), "only the password was proven here: {}", page.text());
        world.wait(Duration::from_secs(30));
        let mut browser = world.browser();
        let page = AN.enters_account(&mut browser, "/account/security/raise").await;
        let page = browser.press(&page, "use-totp", &[]).await;
        let page = browser.press(&page, "prove", &[("code", &app.code(&world, 0))]).await;
        assert_eq!((page.path(), page.count("input[name=credential]")), ("/account/security/raise", 1), "{}", page.text());
        let of_another_use = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
        let of_binh = world.operator().issues(&BINH, CodeUse::Raise).await.unwrap();
        for wrong in [&of_another_use, &of_binh, "BCDF-GHJK-LMNP-QRST", "nonsense"] {
            let refused = browser.press(&page, "raise", &[("code", wrong)]).await;
            assert!(refused.problem().starts_with("The code is not right."), "{wrong}: {}", refused.text());
            world.wait(Duration::from_secs(60));
        }
        let code = world.operator().issues(&AN, CodeUse::Raise).await.unwrap();
        let page = browser.press(&page, "raise", &[("code", &code)]).await;
        let text = page.text();
        assert!(text.contains("Done. What you signed in with counts as two steps from now on."), "{text}");
        assert!(text.contains("Counts as two steps together with your password."), "{text}");
        assert!(text.contains("Counts as one step only"), "what was not proven is not raised: {text}");
        // The session that stands counts for two as well.
        let portal = world.portal("tax-office");
        let asked = portal.start().with("acr_values", "urn:senid:aal:2");
        let page = browser.open(&asked.url()).await;
        let answered = AN.goes_through(&mut browser, page).await;
        let tokens = portal.exchange(&asked, &answered.code()).await;
        assert_eq!(portal.id_token(&tokens).await["acr"], "urn:senid:aal:2");
    }

    async fn a_password_that_was_stolen_opens_nothing_where_there_is_a_second_step(world: World) {
        let mut owner = world.browser();
        let app = world.adds_totp(&AN, &mut owner).await;
        let portal = world.portal("tax-office");
        let mut thief = world.browser();
        let page = thief.open(&portal.start().with("acr_values", "urn:senid:aal:1").url()).await;
        let page = AN.signs_in(&mut thief, &page).await;
        assert!(page.path().ends_with("/step-up") && page.has("#use-totp"), "{}: {}", page.url, page.text());
        // The half of a session that this leaves behind is none: not here, not for another portal, not silently.
        for path in ["/account", "/account/security", "/account/security/password", "/account/requests"] {
            assert_eq!(thief.open(path).await.path(), "/account/sign-in", "{path}");
        }
        for client in ["tax-office", "library"] {
            let silent = world.portal(client).start().with("prompt", "none");
            assert_eq!(thief.open(&silent.url()).await.refusal().0, "login_required", "{client}");
        }
        let skipped = thief.open(&page.url.path().replace("/step-up", "/consent")).await;
        assert!(skipped.path().ends_with("/step-up"), "{}", skipped.url);
        // Its owner goes on, and is in.
        world.wait(Duration::from_secs(30));
        let page = thief.press(&skipped, "use-totp", &[]).await;
        let page = thief.press(&page, "prove", &[("code", &app.code(&world, 0))]).await;
        assert!(page.has("#allow"), "{}", page.text());
        assert_eq!(thief.open("/account").await.path(), "/account");
        // It is switched off with both, and then a password is enough where nobody asks for more.
        let page = thief.open("/account/security").await;
        let page = thief.press(&page, "second-step-switch", &[]).await;
        assert!(page.text().contains("A second step is asked for only where a service wants it."), "{}", page.text());
        assert!(opens(&world, AN.password).await);
    }
}

#[tokio::test]
async fn a_counter_s_code_signs_in_once_for_minutes_and_changes_nothing() {
    let off = World::embedded().await;
    let mut browser = off.browser();
    let page = browser.open(&off.portal("tax-office").start().url()).await;
    assert!(!page.has("#use-counter-code"), "{}", page.text());
    let id = page.path().to_owned();
    AN.identifies(&mut browser, &page).await;
    assert!(browser.open(&format!("{id}/counter")).await.has("#password"), "the page is not there where it is off");
    assert!(off.operator().issues(&AN, CodeUse::Counter).await.is_err());

    let world = World::embedded_with(|settings| settings.counter.enabled = true).await;
    let portal = world.portal("tax-office");
    let code = world.operator().issues(&AN, CodeUse::Counter).await.unwrap();
    let other = world.operator().issues(&AN, CodeUse::Recover).await.unwrap();
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    let page = browser.press(&page, "use-counter-code", &[("username", AN.identifier)]).await;
    assert_eq!(page.heading(), "Enter the code from the officer");
    for wrong in ["BCDF-GHJK-LMNP-QRST", other.as_str()] {
        let refused = browser.press(&page, "counter-login", &[("code", wrong)]).await;
        assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (401, WRONG));
    }
    assert_eq!(browser.press(&page, "counter-login", &[("code", "")]).await.status, 422);
    let page = browser.press(&page, "counter-login", &[("code", &code)]).await;
    assert!(page.has("#allow"), "{}", page.text());
    assert!(!browser.cookies.contains_key("senid-device"), "the device is the office's: {:?}", browser.cookies.keys());
    assert_eq!(browser.open("/account").await.path(), "/account");
    let page = browser.open("/account/security/password").await;
    assert!(page.has("#username"), "nothing is changed with it: {}", page.text());
    world.wait(Duration::from_secs(15 * 60));
    assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
    let mut again = world.browser();
    let page = again.open(&portal.start().url()).await;
    let page = again.press(&page, "use-counter-code", &[("username", AN.identifier)]).await;
    assert_eq!(again.press(&page, "counter-login", &[("code", &code)]).await.problem(), WRONG);
}
