//! Where a citizen is reached (CVE-2026-27946): nobody says of themselves that it is verified, nobody who stole a password has the
//! codes sent to themselves, and what was confirmed with a password alone is no second factor beside it.

use std::time::Duration;

use senid::config::Settings;
use senid::domain::message::Channel;

use crate::support::World;
use crate::support::world::means::Telephone;
use crate::support::world::{AN, Backend, Browser, Citizen, Page, eventually};

const TWO_FACTORS: &str = r#"{"id_token":{"acr":{"essential":true,"values":["urn:senid:aal:2"]}}}"#;

async fn world(telephone: &Telephone, counts: bool) -> World {
    let change = |settings: &mut Settings| {
        telephone.is_reached(settings);
        settings.messages.sms_counts = counts;
    };
    World::start(Backend::embedded().await, change).await
}

async fn is_verified(world: &World, citizen: &Citizen, channel: Channel) -> Option<String> {
    let id = world.operator().id_of(citizen).await;
    let found = world.app(0).store.read().await.unwrap().citizens().find(id).await.unwrap().unwrap();
    channel.verified_of(&found.profile).map(str::to_owned)
}

/// Takes the citizen's channels away, as if the authority knew of none.
async fn is_reached_nowhere(world: &World, citizen: &Citizen) {
    let (app, now) = (world.app(0), world.app(0).clock.now());
    let id = world.operator().id_of(citizen).await;
    let mut tx = app.store.begin().await.unwrap();
    let mut profile = tx.citizens().find(id).await.unwrap().unwrap().profile;
    (profile.phone_number, profile.email) = (None, None);
    tx.citizens().update_profile(id, &profile, &[], now).await.unwrap();
    tx.commit().await.unwrap();
}

async fn types(browser: &mut Browser, page: &Page, code: &str) -> Page {
    browser.press(page, "prove", &[("code", code)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stole_the_password_does_not_have_the_codes_sent_to_themselves() {
    let telephone = Telephone::new();
    let world = world(&telephone, false).await;
    let mut thief = world.browser();
    for path in ["/account/security/contact", "/account/security/totp/new", "/account/security/recovery-codes"] {
        let page = AN.enters_account(&mut thief, path).await;
        assert_eq!(page.path(), "/account/security/confirm", "{path}: {}", page.text());
    }
    // Nor with the form, made up by whoever knows the session's cookie: it is their own.
    let token =
        senid::crypto::hash::HmacKey::new(thief.cookies["senid-session"].as_bytes()).mac(&[b"account\0", b"contact"]);
    let csrf = senid::crypto::base64url::encode(&token);
    let page = thief.open("/account").await;
    for choice in ["ask-phone", "ask-email", "confirm-phone"] {
        let form = [
            ("csrf", csrf.as_str()),
            ("choice", choice),
            ("phone", "+84911222333"),
            ("email", "t@example.vn"),
            ("code", "1"),
        ];
        let form: Vec<_> = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let shown = thief.submit(&page, "/account/security/contact", &form).await;
        assert_eq!(shown.path(), "/account/security/confirm", "{choice}: {}", shown.text());
    }
    assert!(telephone.codes().is_empty(), "{:?}", telephone.texts());
    // Its owner reads the code where they are reached now, and goes on.
    let mut owner = world.browser();
    let page = AN.enters_account(&mut owner, "/account/security/contact").await;
    let (page, code) = telephone.receives(&mut owner, &page, "send-sms", &[]).await;
    assert!(types(&mut owner, &page, &code).await.has("#ask-phone"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_typed_makes_a_contact_verified_but_the_code_that_went_there() {
    let telephone = Telephone::new();
    let world = world(&telephone, false).await;
    let before = is_verified(&world, &AN, Channel::Sms).await;
    let mut browser = world.browser();
    let page = AN.enters_account(&mut browser, "/account/security/contact").await;
    let (page, confirming) = telephone.receives(&mut browser, &page, "send-sms", &[]).await;
    let page = types(&mut browser, &page, &confirming).await;
    let mut form = page.form_of("ask-phone", &[("phone", "+84911222333")]);
    for (name, value) in [
        ("verified", "true"),
        ("phone_number_verified", "true"),
        ("binding", "2"),
        ("to", "+84911222333"),
        ("account_level", "2"),
    ] {
        form.pairs.push((name.to_owned(), value.to_owned()));
    }
    let sent = telephone.codes().len();
    let page = browser.submit(&page, &form.action, &form.pairs).await;
    eventually("the code arrives", async || telephone.codes().len() > sent).await;
    let code = telephone.codes().pop().unwrap();
    // Neither a code for something else, nor one of another citizen's, nor nothing.
    let mut other = world.browser();
    let elsewhere = crate::support::world::BINH.enters_account(&mut other, "/account/security/contact").await;
    let (_, theirs) = telephone.receives(&mut other, &elsewhere, "send-sms", &[]).await;
    for wrong in [confirming.as_str(), &theirs, "", "000000"] {
        if wrong != code {
            let refused = browser.press(&page, "confirm-phone", &[("code", wrong)]).await;
            assert_eq!(refused.status, 422, "{wrong}");
        }
    }
    assert_eq!(is_verified(&world, &AN, Channel::Sms).await, before);
    let page = browser.press(&page, "confirm-phone", &[("code", &code)]).await;
    assert_eq!(page.status, 200, "{code}: {}", page.text());
    assert_eq!(is_verified(&world, &AN, Channel::Sms).await.as_deref(), Some("+84911222333"));
}

/// A telephone that anybody with the password can add shows that somebody has the password.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_telephone_that_was_confirmed_with_a_password_alone_is_no_second_factor() {
    let telephone = Telephone::new();
    let world = world(&telephone, true).await;
    is_reached_nowhere(&world, &AN).await;
    let mut thief = world.browser();
    let page = AN.enters_account(&mut thief, "/account/security/contact").await;
    let own = [("phone", "+84911222333")];
    let (page, code) = telephone.receives(&mut thief, &page, "ask-phone", &own).await;
    let page = thief.press(&page, "confirm-phone", &[("code", &code)]).await;
    assert_eq!(page.status, 200, "{code}: {}", page.text());
    assert_eq!(is_verified(&world, &AN, Channel::Sms).await.as_deref(), Some("+84911222333"));
    world.wait(Duration::from_secs(700));
    let page = thief.open(&world.portal("tax-office").start().with("claims", TWO_FACTORS).url()).await;
    assert!(!page.has("#use-sms") && page.has("#how"), "{}: {}", page.url, page.text());
    // What the authority vouches for is one.
    let binh = crate::support::world::BINH;
    let mut owner = world.browser();
    let page = owner.open(&world.portal("tax-office").start().with("claims", TWO_FACTORS).url()).await;
    let page = binh.signs_in(&mut owner, &page).await;
    assert!(page.has("#use-sms"), "{}", page.text());
}
