//! WebAuthn (CVE-2026-8830): algorithm, origin, relying party, user verification, flags and counters are held on the server,
//! and a challenge is answered once.

use std::time::Duration;

use http::Method;
use senid::domain::audit::EventKind;
use serde_json::{Value, json};

use crate::support::authenticator::{bytes, integer, map, text};
use crate::support::world::passkey::{Asked, enrols, has_enrolled, options, phone_of_an, uses};
use crate::support::world::{AN, BINH, Backend, Browser, Page};
use crate::support::{Authenticator, Behaviour, World};

const SESSION: &str = "senid-session";
const NEW: &str = "/account/security/passkeys/new";

async fn world() -> World {
    World::with_passkeys(Backend::embedded().await).await
}

/// A new browser at the sign-in page.
async fn arrives(world: &World) -> (Browser, Page) {
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    (browser, page)
}

async fn asked(browser: &mut Browser, page: &Page) -> Asked {
    options(browser, page, "use-passkey").await.unwrap_or_else(|status| panic!("{status}: {}", page.text()))
}

/// Behaves in these ways, one after the other, and gets in by none of them; by an honest one it does.
async fn none_gets_in(world: &World, phone: &mut Authenticator, ways: Vec<(&str, Behaviour)>) {
    let honest = phone.behaviour.clone();
    for (what, behaviour) in ways {
        phone.behaviour = behaviour;
        let (mut browser, page) = arrives(world).await;
        let refused = uses(&mut browser, &page, phone).await;
        assert_eq!(refused.status, 401, "{what}: {}", refused.text());
        assert!(refused.problem().starts_with("We could not sign you in"), "{what}: {}", refused.problem());
        assert!(!browser.cookies.contains_key(SESSION), "{what}");
    }
    phone.behaviour = honest;
    let (mut browser, page) = arrives(world).await;
    assert!(uses(&mut browser, &page, phone).await.has("#allow"), "the honest one");
}

#[tokio::test]
async fn client_data_of_another_page_ceremony_or_challenge_is_refused() {
    let world = world().await;
    let mut phone = phone_of_an(&world).await;
    let own = Behaviour::default;
    let (host, port) = world.issuer.rsplit_once(':').unwrap();
    let origins = [
        "https://evil.example".to_owned(),
        format!("{}.evil.example", world.issuer),
        format!("{host}:1"),
        host.to_owned(),
        format!("https://localhost:{port}"),
        format!("{}/", world.issuer),
        format!("{}/sign-in", world.issuer),
        world.issuer.replace("localhost", "LOCALHOST"),
        world.issuer.replace("localhost", "id.localhost"),
        "null".to_owned(),
        String::new(),
        "android:apk-key-hash:AAAA".to_owned(),
    ];
    let mut ways: Vec<_> = origins.map(|origin| ("origin", Behaviour { origin: Some(origin), ..own() })).into();
    for type_ in ["webauthn.create", "webauthn.Get", "payment.get", ""] {
        ways.push((type_, Behaviour { type_: Some(type_.to_owned()), ..own() }));
    }
    for challenge in ["", "AAAA", &"A".repeat(43), &"A".repeat(44), "!"] {
        ways.push(("challenge", Behaviour { challenge: Some(challenge.to_owned()), ..own() }));
    }
    for client_data in [
        vec![("crossOrigin", json!(true))],
        vec![("crossOrigin", json!("false"))],
        vec![("topOrigin", json!("https://evil.example"))],
        vec![("crossOrigin", json!(true)), ("topOrigin", json!("https://evil.example"))],
        vec![("origin", json!([phone.origin]))],
        vec![("type", json!(null))],
    ] {
        ways.push(("client data", Behaviour { client_data, ..own() }));
    }
    none_gets_in(&world, &mut phone, ways).await;
}

#[tokio::test]
async fn what_the_authenticator_says_is_held_against_what_was_asked() {
    let world = world().await;
    let mut phone = phone_of_an(&world).await;
    let mut other = Authenticator::phone(&world.issuer);
    has_enrolled(&world, &BINH, &mut other).await;
    let theirs = other.credentials[0].user_handle.clone();
    let own = Behaviour::default;
    let ways = vec![
        ("another relying party", Behaviour { rp_id: Some("evil.example".to_owned()), ..own() }),
        ("the origin for a relying party", Behaviour { rp_id: Some(world.issuer.clone()), ..own() }),
        ("nobody there", Behaviour { present: false, ..own() }),
        ("nobody verified", Behaviour { verified: false, ..own() }),
        ("no longer to be backed up", Behaviour { backup_eligible: false, backed_up: false, ..own() }),
        ("backed up and not to be", Behaviour { backup_eligible: false, ..own() }),
        ("a signature with a bit turned", Behaviour { spoil_signature: true, ..own() }),
        ("somebody else's handle", Behaviour { user_handle: Some(theirs), ..own() }),
        ("an empty handle", Behaviour { user_handle: Some(Vec::new()), ..own() }),
    ];
    none_gets_in(&world, &mut phone, ways).await;
    // Whether it is backed up now is not what it was made with, and may change.
    phone.behaviour.backed_up = false;
    let (mut browser, page) = arrives(&world).await;
    assert!(uses(&mut browser, &page, &mut phone).await.has("#allow"));
    // A key that does not say whose it is names nobody.
    phone.credentials[0].resident = false;
    let (mut browser, page) = arrives(&world).await;
    let asked = asked(&mut browser, &page).await;
    let answer = phone.sign(0, &asked.options);
    assert_eq!(asked.answer(&mut browser, &page, &answer, &[]).await.status, 401);
}

#[tokio::test]
async fn somebody_else_s_signature_and_an_unknown_key_are_refused_alike() {
    let world = world().await;
    let mut phone = phone_of_an(&world).await;
    let mut other = Authenticator::phone(&world.issuer);
    has_enrolled(&world, &BINH, &mut other).await;
    let mut stranger = Authenticator::phone(&world.issuer);
    let creation = json!({ "rp": { "id": "localhost" }, "user": { "id": "AAAA" }, "challenge": "AAAA",
        "pubKeyCredParams": [{ "alg": -7 }] });
    stranger.create(&creation);
    let mut words = Vec::new();
    // Binh's key under the id of An's; a key that nobody enrolled; nonsense of every kind.
    let (own, theirs) = (phone.credentials[0].id.clone(), other.credentials[0].id.clone());
    for attempt in 0..7 {
        let (mut browser, page) = arrives(&world).await;
        let asked = asked(&mut browser, &page).await;
        let honest: Value = serde_json::from_str(&phone.get(&asked.options)).unwrap();
        let answer = match attempt {
            0 => {
                other.credentials[0].id = own.clone();
                let forged = other.get(&asked.options);
                other.credentials[0].id = theirs.clone();
                forged
            }
            1 => stranger.get(&asked.options),
            2 => "{".to_owned(),
            3 => json!({ "id": honest["id"], "type": "public-key", "response": {} }).to_string(),
            4 => honest.to_string().replace("public-key", "password"),
            5 => honest.to_string().replacen("\"id\"", "\"id\":\"AAAA\",\"id\"", 1),
            _ => honest.to_string().replacen("\"signature\":\"", "\"signature\":\"!", 1),
        };
        let refused = asked.answer(&mut browser, &page, &answer, &[]).await;
        assert!(!browser.cookies.contains_key(SESSION), "{attempt}");
        words.push((refused.status, refused.problem()));
    }
    assert!(words.iter().all(|told| *told == words[0]), "{words:?}");
    assert_eq!(words[0].0, 401);
}

#[tokio::test]
async fn a_challenge_is_answered_once_by_whom_it_was_made_for_and_in_time() {
    let world = world().await;
    let mut phone = phone_of_an(&world).await;
    // Whatever comes of it: the wrong answer spends it too.
    let (mut browser, page) = arrives(&world).await;
    let once = asked(&mut browser, &page).await;
    let answer = phone.get(&once.options);
    assert_eq!(once.answer(&mut browser, &page, "{}", &[]).await.status, 401);
    let late = once.answer(&mut browser, &page, &answer, &[]).await;
    assert_eq!(late.status, 422);
    assert!(late.problem().contains("sent twice"), "{}", late.problem());
    // A newer one voids it.
    let older = asked(&mut browser, &page).await;
    let newer = asked(&mut browser, &page).await;
    let answer = phone.get(&older.options);
    assert_eq!(newer.answer(&mut browser, &page, &answer, &[]).await.status, 401);
    // Another sign-in of the same browser has its own.
    let page_of_another = browser.open(&world.portal("tax-office").start().url()).await;
    let theirs = asked(&mut browser, &page_of_another).await;
    let own = asked(&mut browser, &page).await;
    let answer = phone.get(&theirs.options);
    assert_eq!(own.answer(&mut browser, &page, &answer, &[]).await.status, 401);
    // The person took more time for the sign-in; the challenge has what it had.
    let early = asked(&mut browser, &page).await;
    world.wait(world.app(0).settings.lifetimes.sign_in - Duration::from_secs(60));
    browser.press(&page, "extend", &[]).await;
    world.wait(Duration::from_secs(61));
    let answer = phone.get(&early.options);
    assert_eq!(early.answer(&mut browser, &page, &answer, &[]).await.status, 422);
    assert!(!browser.cookies.contains_key(SESSION));
    // What was answered well is not answered again, by anybody.
    let good = asked(&mut browser, &page).await;
    let answer = phone.get(&good.options);
    assert!(good.answer(&mut browser, &page, &answer, &[]).await.has("#allow"));
    let (mut thief, other) = arrives(&world).await;
    let replayed = asked(&mut thief, &other).await.answer(&mut thief, &other, &answer, &[]).await;
    assert_eq!(replayed.status, 401);
}

#[tokio::test]
async fn a_counter_that_falls_is_refused_and_its_owner_is_told() {
    let world = world().await;
    let mut key = Authenticator::behaving(&world.issuer, Behaviour::opened_key());
    let mut owner = has_enrolled(&world, &AN, &mut key).await;
    for _ in 0..2 {
        let (mut browser, page) = arrives(&world).await;
        assert!(uses(&mut browser, &page, &mut key).await.has("#allow"));
    }
    // A copy that was made when the counter was lower; one at the same; and one that has forgotten how to count.
    for (counter, by) in [(1, 1), (3, 0), (0, 0)] {
        key.credentials[0].counter = counter;
        key.behaviour.counts_by = by;
        let (mut browser, page) = arrives(&world).await;
        assert_eq!(uses(&mut browser, &page, &mut key).await.status, 401, "{counter} {by}");
        assert!(!browser.cookies.contains_key(SESSION));
    }
    world.app(0).audit.flush().await;
    let activity = owner.open("/account/activity").await.text();
    assert!(activity.contains("as if it had been copied"), "{activity}");
    let events = world.operator().events_of(&AN).await;
    let suspected: Vec<_> = events.iter().filter(|event| event.kind == Some(EventKind::CredentialSuspected)).collect();
    assert_eq!(suspected.len(), 1, "once: whoever has the copy does not fill the log");
    assert_eq!(["why", "name"].map(|detail| suspected[0].details[detail].as_str()), ["counter_fell", "My phone"]);
    key.credentials[0].counter = 3;
    key.behaviour.counts_by = 1;
    let (mut browser, page) = arrives(&world).await;
    assert!(uses(&mut browser, &page, &mut key).await.has("#allow"), "the one that counts on");
}

#[tokio::test]
async fn of_two_answers_with_one_count_one_is_taken() {
    let world = world().await;
    let mut key = Authenticator::behaving(&world.issuer, Behaviour::opened_key());
    has_enrolled(&world, &AN, &mut key).await;
    let mut attempts = Vec::new();
    for _ in 0..8 {
        let (mut browser, page) = arrives(&world).await;
        let asked = asked(&mut browser, &page).await;
        key.credentials[0].counter = 1;
        let answer = key.get(&asked.options);
        attempts.push(tokio::spawn(async move { asked.answer(&mut browser, &page, &answer, &[]).await.has("#allow") }));
    }
    let mut let_in = 0;
    for attempt in attempts {
        let_in += usize::from(attempt.await.unwrap());
    }
    assert_eq!(let_in, 1);
}

#[tokio::test]
async fn a_step_up_takes_this_citizen_s_own_and_only_what_was_asked_for() {
    let world = world().await;
    let mut phone = phone_of_an(&world).await;
    let mut other = Authenticator::phone(&world.issuer);
    has_enrolled(&world, &BINH, &mut other).await;
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["phr"]}}}"#;
    let started = world.portal("tax-office").start().with("claims", claims);
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    // A challenge for anybody, from before the password.
    let before = asked(&mut browser, &page).await;
    let chooser = AN.signs_in(&mut browser, &page).await;
    assert!(chooser.has("#use-passkey"), "{}", chooser.text());
    let answer = phone.get(&before.options);
    let page = before.answer(&mut browser, &chooser, &answer, &[]).await;
    assert!(page.has("#use-passkey") && !page.has("#allow"), "out of order: {}", page.text());
    let page = browser.press(&chooser, "use-passkey", &[]).await;
    let asked_of_an = asked(&mut browser, &page).await;
    assert_eq!(asked_of_an.options["allowCredentials"].as_array().map(Vec::len), Some(1));
    let answer = other.sign(0, &asked_of_an.options);
    let refused = asked_of_an.answer(&mut browser, &page, &answer, &[]).await;
    assert_eq!(refused.status, 401);
    assert!(uses(&mut browser, &page, &mut phone).await.has("#allow"));
}

#[tokio::test]
async fn nothing_tells_whether_a_name_is_known_or_has_a_passkey() {
    let world = world().await;
    phone_of_an(&world).await;
    let mut told = Vec::new();
    for name in [AN.identifier, BINH.identifier, "001099999999"] {
        let (mut browser, page) = arrives(&world).await;
        browser.press(&page, "continue", &[("username", name)]).await;
        let page = browser.reload(&page).await;
        let mut options = asked(&mut browser, &page).await.options;
        options["challenge"] = json!(null);
        assert_eq!(options["allowCredentials"], json!([]), "{name}");
        told.push(options);
    }
    assert!(told.iter().all(|options| *options == told[0]), "{told:?}");
}

#[tokio::test]
async fn a_locked_citizen_is_not_let_in_by_a_passkey_either() {
    let world = world().await;
    let mut phone = phone_of_an(&world).await;
    let (mut browser, page) = arrives(&world).await;
    let begun = asked(&mut browser, &page).await;
    world.operator().locks(&AN).await;
    let answer = phone.get(&begun.options);
    assert_eq!(begun.answer(&mut browser, &page, &answer, &[]).await.status, 401);
    let (mut browser, page) = arrives(&world).await;
    let refused = uses(&mut browser, &page, &mut phone).await;
    assert_eq!(refused.status, 401);
    assert!(refused.problem().starts_with("We could not sign you in"), "{}", refused.problem());
}

#[tokio::test]
async fn options_and_answers_are_for_the_page_s_own_browser_and_step() {
    let world = world().await;
    let mut phone = phone_of_an(&world).await;
    let (mut browser, page) = arrives(&world).await;
    let url = page.url.join(&page.attribute("form#webauthn", "data-options")).unwrap();
    let origin = page.url.origin().ascii_serialization();
    let own = page.attribute("form#webauthn input[name=csrf]", "value");
    for (csrf, from) in
        [("", origin.as_str()), (&page.field("csrf"), &origin), (&own, "https://evil.example"), (&own, "null")]
    {
        let body = format!("csrf={csrf}&choice=use-passkey");
        let reply = browser.request(Method::POST, &url, Some(body), &[("origin", from)]).await;
        assert_eq!(reply.status, 403, "{csrf} {from}");
        assert!(!reply.body.contains("challenge"));
    }
    let asked = asked(&mut browser, &page).await;
    let answer = phone.get(&asked.options);
    let (mut thief, _) = arrives(&world).await;
    assert!(!asked.answer(&mut thief, &page, &answer, &[]).await.has("#allow"));
    assert!(!thief.cookies.contains_key(SESSION));
    assert!(asked.answer(&mut browser, &page, &answer, &[]).await.has("#allow"), "nothing was spent by it");
}

/// Offers a credential in each of these ways, and enrols none; by an honest one it does.
async fn none_is_enrolled(world: &World, ways: Vec<(&str, Behaviour)>) {
    let mut browser = world.browser();
    let page = AN.enters_account(&mut browser, NEW).await;
    for (what, behaviour) in ways {
        let mut key = Authenticator::behaving(&world.issuer, behaviour);
        let asked = options(&mut browser, &page, "add").await.unwrap_or_else(|status| panic!("{status}"));
        let answer = key.create(&asked.options);
        let refused = asked.answer(&mut browser, &page, &answer, &[("name", "Mine")]).await;
        assert_eq!(refused.status, 422, "{what}: {}", refused.text());
        assert!(refused.problem().starts_with("We could not accept"), "{what}: {}", refused.problem());
    }
    assert_eq!(browser.open("/account/security").await.count(".credential"), 0);
    assert!(enrols(&mut browser, &mut Authenticator::phone(&world.issuer), "Mine").await.has("#next-time"));
}

#[tokio::test]
async fn an_enrolment_is_held_against_what_was_asked() {
    let world = world().await;
    let own = Behaviour::default;
    let forged = map(&[(text("alg"), integer(-7)), (text("sig"), bytes(&[0x30; 70]))]);
    let ways = vec![
        ("another origin", Behaviour { origin: Some("https://evil.example".to_owned()), ..own() }),
        ("an assertion", Behaviour { type_: Some("webauthn.get".to_owned()), ..own() }),
        ("another challenge", Behaviour { challenge: Some("A".repeat(43)), ..own() }),
        ("within another page", Behaviour { client_data: vec![("crossOrigin", json!(true))], ..own() }),
        ("below another page", Behaviour { client_data: vec![("topOrigin", json!("https://a.example"))], ..own() }),
        ("another relying party", Behaviour { rp_id: Some("evil.example".to_owned()), ..own() }),
        ("nobody there", Behaviour { present: false, ..own() }),
        ("backed up and not to be", Behaviour { backup_eligible: false, ..own() }),
        ("EdDSA, which was not asked for", Behaviour { algorithm: -8, ..own() }),
        ("ES384 by a key on P-256's neighbour", Behaviour { algorithm: -36, ..own() }),
        ("an algorithm that is none", Behaviour { algorithm: 5, ..own() }),
        ("a statement whose signature does not hold", Behaviour { statement: ("packed", forged), ..own() }),
        ("a format that nobody knows", Behaviour { statement: ("made-up", map(&[])), ..own() }),
    ];
    none_is_enrolled(&world, ways).await;
}

#[tokio::test]
async fn an_enrolment_s_challenge_is_for_its_session_and_once() {
    let world = world().await;
    let mut browser = world.browser();
    let page = AN.enters_account(&mut browser, NEW).await;
    let mut stranger = world.browser();
    let elsewhere = BINH.enters_account(&mut stranger, NEW).await;
    let theirs = options(&mut stranger, &elsewhere, "add").await.unwrap_or_else(|status| panic!("{status}"));
    let own = options(&mut browser, &page, "add").await.unwrap_or_else(|status| panic!("{status}"));
    // An account is not given a key that another account's page asked for.
    let answer = Authenticator::phone(&world.issuer).create(&theirs.options);
    let name = [("name", "Mine")];
    assert_eq!(own.answer(&mut browser, &page, &answer, &name).await.status, 422);
    // That one was spent by it.
    let answer = Authenticator::phone(&world.issuer).create(&own.options);
    let late = own.answer(&mut browser, &page, &answer, &name).await;
    assert!(late.problem().contains("sent twice"), "{}", late.problem());
    // Nor after its time.
    let own = options(&mut browser, &page, "add").await.unwrap_or_else(|status| panic!("{status}"));
    let answer = Authenticator::phone(&world.issuer).create(&own.options);
    world.wait(Duration::from_secs(599));
    world.wait(Duration::from_secs(2));
    assert!(!own.answer(&mut browser, &page, &answer, &name).await.has("#next-time"));
    assert_eq!(browser.open("/account/security").await.count(".credential"), 0);
}

#[tokio::test]
async fn whoever_found_a_session_enrols_nothing() {
    let world = world().await;
    let mut browser = world.browser();
    let page = AN.enters_account(&mut browser, NEW).await;
    let asked = options(&mut browser, &page, "add").await.unwrap_or_else(|status| panic!("{status}"));
    world.wait(Duration::from_secs(601));
    // The proof is older than ten minutes: they are asked again, and nothing is enrolled meanwhile.
    assert_eq!(options(&mut browser, &page, "add").await.err(), Some(403));
    let answer = Authenticator::phone(&world.issuer).create(&asked.options);
    let page = asked.answer(&mut browser, &page, &answer, &[("name", "Mine")]).await;
    assert!(page.has("#username"), "{}: {}", page.url, page.text());
    assert!(browser.open(NEW).await.has("#username"));
    assert_eq!(browser.open("/account/security").await.count(".credential"), 0);
}
