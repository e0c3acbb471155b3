//! Passkeys and security keys: enrolled in the account, used at sign-in and where more is asked for.

use std::sync::Arc;

use senid::app::deployment::{self, OpenError};
use senid::crypto::random::SystemRandom;
use senid::domain::time::ManualClock;
use serde_json::json;

use crate::support::world::passkey::{at_localhost, enrols, has_enrolled, options, phone_of_an, uses};
use crate::support::world::{AN, BINH, Backend, NOW, on_every_backend_with_passkeys};
use crate::support::{Authenticator, Behaviour, World};

const NEW: &str = "/account/security/passkeys/new";
/// A sign-in that nothing but a passkey or a key brings.
const PHISHING_RESISTANT: (&str, &str) = ("claims", r#"{"id_token":{"acr":{"essential":true,"values":["phr"]}}}"#);

on_every_backend_with_passkeys! {
    async fn a_citizen_enrols_a_passkey_and_signs_in_with_it(world: World) {
        let mut phone = phone_of_an(&world).await;
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let started = portal.start().with("acr_values", "phr");
        let page = browser.open(&started.url()).await;
        assert!(page.has("#username[autocomplete='username webauthn']") && page.has("#use-passkey"), "{}", page.text());
        let asked = options(&mut browser, &page, "autofill").await.unwrap_or_else(|status| panic!("{status}"));
        assert_eq!(asked.options["allowCredentials"], json!([]), "a passkey says by itself whose it is");
        assert_eq!((&asked.options["rpId"], &asked.options["userVerification"]), (&json!("localhost"), &json!("required")));
        let page = asked.answer(&mut browser, &page, &phone.get(&asked.options), &[]).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        let told = portal.id_token(&portal.exchange(&started, &code).await).await;
        assert_eq!((told["acr"].as_str(), &told["amr"]), (Some("phr"), &json!(["pop"])), "{told}");
        let security = browser.open("/account/security").await;
        assert!(security.text().contains("My phone"), "{}", security.text());
        let activity = browser.open("/account/activity").await.text();
        assert!(activity.contains("with a passkey") && activity.contains("A way to sign in was added"), "{activity}");
    }

    async fn a_touch_of_a_security_key_beside_a_password_steps_up(world: World) {
        let mut key = Authenticator::behaving(&world.issuer, Behaviour::security_key());
        let mut browser = has_enrolled(&world, &AN, &mut key).await;
        // Another key of the citizen's that nobody has at hand.
        enrols(&mut browser, &mut Authenticator::behaving(&world.issuer, Behaviour::security_key()), "Spare").await;
        let portal = world.portal("tax-office");
        let started = portal.start().with(PHISHING_RESISTANT.0, PHISHING_RESISTANT.1);
        let page = browser.open(&started.url()).await;
        assert!(page.has("#use-passkey") && !page.has("#use-password"), "{}", page.text());
        let page = browser.press(&page, "use-passkey", &[]).await;
        let asked = options(&mut browser, &page, "use-passkey").await.unwrap_or_else(|status| panic!("{status}"));
        assert_eq!(asked.options["allowCredentials"].as_array().map(Vec::len), Some(2), "both are the citizen's");
        assert_eq!(asked.options["userVerification"], "discouraged", "a touch is enough, and nobody is bothered");
        let page = asked.answer(&mut browser, &page, &key.get(&asked.options), &[]).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        let told = portal.id_token(&portal.exchange(&started, &code).await).await;
        // Two factors, of which one was enrolled with a password alone: they reach what a password reaches.
        assert_eq!((told["acr"].as_str(), &told["amr"]), (Some("phr"), &json!(["pwd", "pop"])), "{told}");
        assert_eq!(told["authentication_level"], 1);
        let page = browser.open("/account/security").await;
        assert_eq!(page.count(".credential"), 2, "{}", page.text());
        assert!(page.text().contains("Last used"), "{}", page.text());
    }
}

#[tokio::test]
async fn a_key_that_nothing_opens_does_not_stand_alone() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    // It names its owner, and has no PIN. Whoever finds it gives it one.
    let found = Behaviour { resident: true, ..Behaviour::security_key() };
    let mut key = Authenticator::behaving(&world.issuer, found);
    let enrolled = has_enrolled(&world, &AN, &mut key).await;
    key.behaviour.verified = true;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    let page = uses(&mut browser, &page, &mut key).await;
    assert_eq!(page.status, 401);
    assert!(page.problem().contains("together with your password"), "{}", page.problem());
    assert!(!browser.cookies.contains_key("senid-session"));
    // Its owner, who has proven something else, may have given it one.
    let mut browser = enrolled;
    let started = portal.start().with(PHISHING_RESISTANT.0, PHISHING_RESISTANT.1);
    let page = browser.open(&started.url()).await;
    let page = browser.press(&page, "use-passkey", &[]).await;
    assert!(uses(&mut browser, &page, &mut key).await.has("#allow"));
}

#[tokio::test]
async fn enrolling_says_what_is_wrong_and_does_nothing() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let mut phone = phone_of_an(&world).await;
    let mut browser = world.browser();
    let page = BINH.enters_account(&mut browser, NEW).await;
    // Without script the form comes as it stands.
    let sent = browser.press(&page, "add-passkey", &[("name", "Mine")]).await;
    assert_eq!(sent.status, 422);
    assert!(sent.problem().contains("JavaScript"), "{}", sent.problem());
    assert_eq!(sent.field("name"), "Mine", "what was typed is kept");
    for name in ["", "  ", &"x".repeat(65)] {
        let asked = options(&mut browser, &page, "add").await.unwrap_or_else(|status| panic!("{status}"));
        let answer = Authenticator::phone(&world.issuer).create(&asked.options);
        let sent = asked.answer(&mut browser, &page, &answer, &[("name", name)]).await;
        assert!(sent.problem().contains("at most 64"), "{name:?}: {}", sent.problem());
    }
    // A phone that is in another account already, whose browser was not told.
    let asked = options(&mut browser, &page, "add").await.unwrap_or_else(|status| panic!("{status}"));
    let answer = phone.create_again(0, &asked.options);
    let sent = asked.answer(&mut browser, &page, &answer, &[("name", "Mine")]).await;
    assert!(sent.problem().contains("already"), "{}", sent.problem());
    assert_eq!(browser.open("/account/security").await.count(".credential"), 0);
}

#[tokio::test]
async fn what_leaves_the_house_names_nobody_s_number() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let mut browser = has_enrolled(&world, &AN, &mut Authenticator::phone(&world.issuer)).await;
    let page = browser.open(NEW).await;
    let first = options(&mut browser, &page, "add").await.unwrap_or_else(|status| panic!("{status}")).options;
    let again = options(&mut browser, &page, "add").await.unwrap_or_else(|status| panic!("{status}")).options;
    assert!(!first.to_string().contains(AN.identifier), "{first}");
    assert_eq!(first["user"]["id"], again["user"]["id"], "one account on the phone");
    assert_ne!(first["challenge"], again["challenge"]);
    assert_eq!(
        first["excludeCredentials"].as_array().map(Vec::len),
        Some(1),
        "the phone that is there makes no second"
    );
    assert_eq!(first["authenticatorSelection"]["residentKey"], "preferred");
}

#[tokio::test]
async fn at_an_address_there_are_none() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    assert!(!page.has("#use-passkey") && !page.has("#webauthn") && page.has("#use-password"), "{}", page.text());
    assert!(page.has("#username[autocomplete=username]"));
    assert_eq!(AN.enters_account(&mut browser, "/account/security").await.count("#add-passkey"), 0);
    assert_eq!(browser.open(NEW).await.status, 404);
    assert_eq!(world.get("/.well-known/webauthn").await.status, 404);
}

#[tokio::test]
async fn pages_of_other_origins_that_are_the_authority_s_use_them_too() {
    const TAX: &str = "https://tax.example.vn";
    let related = |settings: &mut senid::config::Settings| {
        at_localhost(settings);
        let text = format!("[webauthn]\nrelated_origins = [\"{TAX}\"]");
        let path = std::path::Path::new("senid.toml");
        let loaded = senid::config::Settings::parse(Some((path, &text)), std::iter::empty(), NOW).unwrap();
        settings.webauthn = loaded.settings.webauthn;
    };
    let world = World::embedded_with(related).await;
    let document = world.get("/.well-known/webauthn").await;
    assert_eq!(document.header("content-type"), "application/json");
    assert_eq!(document.json(), json!({ "origins": [world.issuer, TAX] }));
    let mut phone = phone_of_an(&world).await;
    phone.behaviour.origin = Some(TAX.to_owned());
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    assert!(uses(&mut browser, &page, &mut phone).await.has("#allow"));
}

#[tokio::test]
async fn no_server_starts_for_another_domain_once_there_is_a_passkey() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let settings = world.app(0).settings.clone();
    phone_of_an(&world).await;
    let _backend = world.stop().await;
    let mut other = (*settings).clone();
    for issuer in ["https://id.example.gov", "http://127.0.0.1:8080"] {
        other.issuer = issuer.parse().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let refused = deployment::open(Arc::new(other.clone()), clock, Arc::new(SystemRandom::new())).await;
        let why = refused.expect_err("every passkey would be lost");
        assert!(matches!(why, OpenError::OtherRelyingParty { .. }), "{why}");
        assert!(why.to_string().contains("made for localhost") && why.to_string().contains("webauthn.rp_id"), "{why}");
    }
    let clock = Arc::new(ManualClock::at(NOW));
    deployment::open(settings, clock, Arc::new(SystemRandom::new())).await.expect("the same domain serves");
}
