//! The sandbox: a portal's developer chooses what goes wrong in one sign-in, and it does, in that one alone; and nothing that has
//! citizens can be served as one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use senid::app::sandbox::{enter, stay_out};
use senid::app::{Deployment, deployment};
use senid::config::{DatabaseUrl, Sandbox, Settings};
use senid::crypto::random::SystemRandom;
use senid::demo::people::SANDBOX_CLIENT;
use senid::domain::sandbox::Fault;
use senid::domain::time::ManualClock;
use serde_json::Value;

use crate::support::World;
use crate::support::world::{Backend, Browser, NOW, Page, Portal, Started, TokenAnswer};

/// Chooses the first made-up citizen, and `fault`.
pub(super) async fn chooses(browser: &mut Browser, page: &Page, fault: &str) -> Page {
    let citizen = page.attribute("#citizen-1", "value");
    choose(browser, page, &citizen, fault).await
}

async fn choose(browser: &mut Browser, page: &Page, citizen: &str, fault: &str) -> Page {
    let action = page.attribute("main form", "action");
    let pairs = [("csrf", page.field("csrf").as_str()), ("citizen", citizen), ("fault", fault), ("choice", "continue")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    browser.submit(page, &action, &pairs).await
}

/// A sign-in of the portal in a new browser, with what was chosen, up to the portal's address.
pub(super) async fn answered(world: &World, portal: &Portal, fault: &str) -> (Started, Page) {
    let (mut browser, started) = (world.browser(), portal.start());
    let page = browser.open(&started.url()).await;
    assert_eq!(page.heading(), "What should happen?", "{}", page.text());
    let page = chooses(&mut browser, &page, fault).await;
    let page = if page.has("#allow") { browser.press(&page, "allow", &[]).await } else { page };
    (started, page)
}

pub(super) async fn exchanged(world: &World, portal: &Portal, fault: &str) -> (Started, TokenAnswer) {
    let (started, page) = answered(world, portal, fault).await;
    let answer = portal.exchange(&started, &page.code()).await;
    (started, answer)
}

/// What a token says, whoever signed it.
pub(super) fn unproven(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a JWS");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn kid(token: &str) -> Value {
    let header = token.split('.').next().expect("a JWS");
    serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()["kid"].clone()
}

async fn published(world: &World) -> Vec<Value> {
    let jwks = world.get("/jwks.json").await.json();
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect()
}

async fn what_is_told_everywhere(world: World) {
    let portal = world.portal(SANDBOX_CLIENT);
    // With nothing chosen, everything is right, and marked.
    let (started, tokens) = exchanged(&world, &portal, "").await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let claims = portal.id_token(&tokens).await;
    assert_eq!(claims["nonce"], started.nonce.as_str());
    assert_eq!(claims["sandbox"], true);
    assert_eq!(portal.access_token(&tokens).await["sandbox"], true);
    assert_eq!(portal.claims(&tokens.access_token()).await["sandbox"], true);
    assert_eq!(world.get("/.well-known/openid-configuration").await.json()["sandbox"], true);
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    assert!(page.words("aside").starts_with("Sandbox: nobody here is real"), "{}", page.words("aside"));
    let page = choose(&mut browser, &page, "", "").await;
    assert!(page.has("input[name=username]"), "the ordinary page: {}", page.text());
    assert!(page.words("aside").starts_with("Sandbox: nobody here is real"), "{}", page.words("aside"));
}

async fn faults_of_the_answer(world: World) {
    let portal = world.portal(SANDBOX_CLIENT);
    for error in ["access_denied", "login_required", "temporarily_unavailable", "server_error"] {
        let (started, page) = answered(&world, &portal, error).await;
        assert_eq!(page.refusal().0, error);
        assert_eq!(page.answer()["state"], started.state);
    }
    let (started, page) = answered(&world, &portal, "wrong_state").await;
    let answer = page.answer();
    assert!(answer.contains_key("code") && answer["state"] != started.state, "{answer:?}");
    let (started, page) = answered(&world, &portal, "missing_issuer").await;
    let answer = page.answer();
    assert_eq!((answer.get("iss"), &answer["state"]), (None, &started.state));
    assert!(answer.contains_key("code"));
}

#[expect(clippy::disallowed_methods, reason = "measures that an answer comes late")]
async fn faults_of_the_token_endpoint(world: World) {
    let portal = world.portal(SANDBOX_CLIENT);
    let (_, refused) = exchanged(&world, &portal, "expired_code").await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.refusal().1, "the code is unknown or has expired");
    let (_, refused) = exchanged(&world, &portal, "used_code").await;
    assert_eq!(refused.status, 400);
    assert!(refused.refusal().1.starts_with("the code was already used"), "{}", refused.body);

    let (started, page) = answered(&world, &portal, "unavailable").await;
    let away = portal.exchange(&started, &page.code()).await;
    assert_eq!(away.refused(503), "temporarily_unavailable");
    assert!(away.headers.contains_key("retry-after"));
    assert_eq!(portal.exchange(&started, &page.code()).await.status, 200, "who comes again gets their tokens");

    let (started, page) = answered(&world, &portal, "slow").await;
    let begun = Instant::now();
    assert_eq!(portal.exchange(&started, &page.code()).await.status, 200);
    assert!(begun.elapsed() >= Duration::from_secs(1), "it took {:?}", begun.elapsed());
}

async fn faults_of_the_id_token(world: World) {
    let portal = world.portal(SANDBOX_CLIENT);
    let now = NOW.seconds();
    for fault in ["wrong_nonce", "wrong_audience", "wrong_issuer", "expired_token", "missing_subject", "lower_level"] {
        let (started, tokens) = exchanged(&world, &portal, fault).await;
        assert_eq!(tokens.status, 200, "{fault}: {}", tokens.body);
        let claims = unproven(&tokens.id_token());
        let wrong = [
            ("wrong_nonce", claims["nonce"] != started.nonce.as_str()),
            ("wrong_audience", claims["aud"] != SANDBOX_CLIENT),
            ("wrong_issuer", claims["iss"] != world.issuer.as_str()),
            ("expired_token", claims["exp"].as_i64().unwrap() < now),
            ("missing_subject", claims.get("sub").is_none()),
        ];
        for (named, is_wrong) in wrong {
            assert_eq!(is_wrong, named == fault, "{fault}: {named}");
        }
        assert_eq!(claims["sandbox"], true);
        if fault == "lower_level" {
            assert_eq!(claims["amr"], serde_json::json!(["pwd"]));
        }
    }
}

async fn faults_of_the_signature(world: World) {
    let portal = world.portal(SANDBOX_CLIENT);
    let before = published(&world).await;

    let (_, tokens) = exchanged(&world, &portal, "rotated_key").await;
    assert!(!before.contains(&kid(&tokens.id_token())), "a key that nobody knew");
    portal.id_token(&tokens).await;

    // However often: the oldest make room, and the document stays one that is read.
    let mut last = kid(&tokens.id_token());
    for _ in 0..18 {
        world.wait(Duration::from_secs(1));
        last = kid(&exchanged(&world, &portal, "rotated_key").await.1.id_token());
    }
    let now = published(&world).await;
    assert_eq!((now.len() - before.len(), now.contains(&last)), (16, true), "{now:?}");
    assert!(!now.contains(&kid(&tokens.id_token())), "the first one made room");

    let (_, tokens) = exchanged(&world, &portal, "unknown_key").await;
    assert!(!published(&world).await.contains(&kid(&tokens.id_token())));

    let (_, tokens) = exchanged(&world, &portal, "bad_signature").await;
    let token = tokens.id_token();
    assert!(before.contains(&kid(&token)));
    let proven = tokio::spawn(async move { portal.id_token(&tokens).await }).await;
    assert!(proven.is_err(), "its signature does not hold");
}

async fn a_fault_is_one_sign_ins(world: World) {
    let portal = world.portal(SANDBOX_CLIENT);
    let (mut owner, mut stranger) = (world.browser(), world.browser());
    let page = owner.open(&portal.start().url()).await;
    stranger.open(&portal.start().url()).await;

    // Somebody else's sign-in is not theirs to spoil: another browser neither sees the page nor sends its form.
    assert_eq!(stranger.open(page.url.as_str()).await.status, 403);
    assert_eq!(chooses(&mut stranger, &page, "server_error").await.status, 403);
    // A form that is nobody's, of this browser, is refused as well; so are people and faults that are not offered.
    let action = page.attribute("main form", "action");
    let bare = [("fault".to_owned(), "server_error".to_owned()), ("choice".to_owned(), "continue".to_owned())];
    assert_eq!(owner.submit(&page, &action, &bare).await.status, 403);
    assert_eq!(choose(&mut owner, &page, "", "no_such_fault").await.status, 422);
    let nobody = "0198a3f2-7c1e-8d05-8f5b-1f2e3d4c5b6d";
    assert_eq!(choose(&mut owner, &page, nobody, "").await.status, 422);

    // What one chooses, another's sign-in does not suffer from.
    let (_, refused) = exchanged(&world, &portal, "expired_code").await;
    assert_eq!(refused.status, 400);
    let page = chooses(&mut owner, &page, "").await;
    let page = if page.has("#allow") { owner.press(&page, "allow", &[]).await } else { page };
    assert!(page.answer().contains_key("code"));
}

macro_rules! in_a_sandbox {
    ($($sentence:ident: $told:ident,)*) => {
        mod embedded {
            use crate::support::world::{Backend, World};
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $sentence() {
                super::$told(World::sandbox(Backend::bare_embedded().await).await).await;
            })*
        }

        mod production {
            use crate::support::world::{Backend, World};
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $sentence() {
                super::$told(World::sandbox(Backend::bare_production().await).await).await;
            })*
        }
    };
}

in_a_sandbox! {
    whatever_a_sandbox_tells_is_marked: what_is_told_everywhere,
    the_answer_goes_wrong_as_was_chosen: faults_of_the_answer,
    the_token_endpoint_goes_wrong_as_was_chosen: faults_of_the_token_endpoint,
    the_id_token_is_wrong_as_was_chosen: faults_of_the_id_token,
    the_signature_is_wrong_as_was_chosen: faults_of_the_signature,
    a_fault_goes_wrong_in_the_sign_in_it_was_chosen_for_and_nobody_elses: a_fault_is_one_sign_ins,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn elsewhere_there_is_no_such_page_and_no_mark() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    assert!(page.has("input[name=username]"));
    let door = format!("{}/sandbox", page.path());
    assert_eq!(browser.open(&door).await.status, 404);
    let form = [("csrf".to_owned(), page.field("csrf")), ("fault".to_owned(), "server_error".to_owned())];
    assert_eq!(browser.submit(&page, &door, &form).await.status, 404);
    assert!(world.get("/.well-known/openid-configuration").await.json().get("sandbox").is_none());
    let (_, tokens) = world.signed_in(&portal, &crate::support::world::AN).await;
    assert!(portal.id_token(&tokens).await.get("sandbox").is_none());
    assert!(portal.access_token(&tokens).await.get("sandbox").is_none());
}

/// A deployment on `settings`, opened.
async fn open(settings: &Settings) -> Deployment {
    let clock = Arc::new(ManualClock::at(NOW));
    deployment::open(Arc::new(settings.clone()), clock, Arc::new(SystemRandom::new())).await.expect("it opens")
}

async fn why_not(settings: &Settings) -> String {
    enter(open(settings).await).await.map(drop).expect_err("this is no sandbox").to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_has_citizens_is_served_as_a_sandbox() {
    // A deployment with people in it, whose settings say the most that settings can.
    let world = World::embedded().await;
    let mut settings = (*world.app(0).settings).clone();
    let _backend = world.stop().await;
    assert!(why_not(&settings).await.starts_with("--sandbox: the settings name no sandbox"));
    settings.sandbox = Sandbox { issuer: Some("http://localhost:1".parse().unwrap()), ..Sandbox::default() };
    assert!(why_not(&settings).await.contains("only the issuer that is named is a sandbox"));
    settings.sandbox.issuer = Some(settings.issuer.clone());
    assert!(why_not(&settings).await.contains("holds a real citizen"));
    // Named as a sandbox, it is not served as anything else either.
    let why = stay_out(&open(&settings).await).await.unwrap_err().to_string();
    assert!(why.contains("served with --sandbox, or not at all"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_is_a_sandbox_from_its_first_day_or_never() {
    let world = World::sandbox(Backend::bare_embedded().await).await;
    let mut settings = (*world.app(0).settings).clone();
    let _backend = world.stop().await;
    enter(open(&settings).await).await.expect("it is one, and stays it");

    // Its host has to say so, where others than this machine reach it.
    let at = |settings: &mut Settings, issuer: &str| {
        settings.issuer = issuer.parse().unwrap();
        settings.sandbox.issuer = Some(settings.issuer.clone());
    };
    let own = settings.issuer.clone();
    at(&mut settings, "https://id.example.gov");
    assert!(why_not(&settings).await.contains("expected a label \"sandbox\" in it"));
    at(&mut settings, "https://notsandbox.example.gov");
    assert!(why_not(&settings).await.contains("expected a label \"sandbox\" in it"));
    at(&mut settings, "https://sandbox.id.example.gov");
    let why = why_not(&settings).await;
    assert_eq!(why, format!("--sandbox: this identity store was made as the sandbox of {own}"));
    settings.sandbox.issuer = None;
    let why = stay_out(&open(&settings).await).await.unwrap_err().to_string();
    assert!(why.starts_with(&format!("this identity store was made as the sandbox of {own}")), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_was_served_to_citizens_never_becomes_a_sandbox_even_while_it_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::default();
    settings.database.url = DatabaseUrl::Sqlite(folder.path().join("senid.db"));
    settings.keys.folder = folder.path().join("keys");
    let store = deployment::connect(&settings).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    stay_out(&open(&settings).await).await.expect("an ordinary deployment");
    settings.sandbox.issuer = Some(settings.issuer.clone());
    let why = why_not(&settings).await;
    assert_eq!(
        why,
        format!("--sandbox: this identity store was served without it ({}), and is never a sandbox", settings.issuer)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_reaches_nobody_real() {
    let world = World::sandbox(Backend::bare_embedded().await).await;
    let mut settings = (*world.app(0).settings).clone();
    let _backend = world.stop().await;
    settings.messages.sms = Some(senid::config::Sms {
        url: "https://sms.example/".parse().unwrap(),
        key_id: "one".to_owned(),
        key: senid::domain::secret::SecretString::new("x"),
        sender: None,
    });
    assert_eq!(why_not(&settings).await, "--sandbox: messages.sms.url is set: a sandbox reaches nobody real");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_that_citizens_use_is_unknown_in_a_sandbox() {
    let world = World::sandbox(Backend::bare_embedded().await).await;
    let other = crate::support::world::clients::registration("tax-office").client(world.app(0).keys.sealing());
    let mut tx = world.app(0).store.begin().await.unwrap();
    tx.clients().insert(&other).await.unwrap();
    tx.commit().await.unwrap();
    let portal = world.portal("tax-office");
    assert_eq!(world.browser().open(&portal.start().url()).await.status, 400);
    let refused = portal.token(&[("grant_type", "authorization_code"), ("code", "x")]).await;
    assert_eq!(refused.refused(401), "invalid_client");
    let settings = (*world.app(0).settings).clone();
    let _backend = world.stop().await;
    assert!(why_not(&settings).await.contains("the application tax-office is in production"));
}

#[test]
fn every_fault_there_is_has_been_seen_by_a_portal() {
    let own = concat!(include_str!("sandbox.rs"), include_str!("sandbox_marks.rs"));
    for fault in Fault::ALL {
        assert!(own.contains(&format!("\"{fault}\"")), "{fault}");
    }
}
