//! Backchannel authentication requests, one fault at a time: CIBA Core §7.1, §7.1.1, §13.

use std::sync::atomic::{AtomicU32, Ordering};

use senid::domain::client::BackChannelDelivery;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::time::Clock;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::web::Reply;
use crate::support::world::{AN, BINH, DpopKey, Portal};

const ES256: SignatureAlgorithm = SignatureAlgorithm::Es256;

/// The error and its sentence.
fn refusal(reply: &Reply, status: u16) -> (String, String) {
    assert_eq!(reply.status, status, "{}", reply.body);
    let json = reply.json();
    assert_eq!(json.as_object().unwrap().len(), 2, "{json}");
    (json["error"].as_str().unwrap().to_owned(), json["error_description"].as_str().unwrap().to_owned())
}

async fn polling(world: &World, client: &str) -> Portal {
    world.may_ask(client, BackChannelDelivery::Poll).await;
    world.portal(client)
}

#[tokio::test]
async fn each_fault_of_a_request_is_told_by_its_name() {
    let world = World::embedded().await;
    let portal = polling(&world, "tax-office").await;
    let other = world.portal("library");
    let (_, foreign) = world.signed_in(&other, &AN).await;
    let (_, own) = world.signed_in(&portal, &AN).await;
    let (foreign, own, access) = (foreign.id_token(), own.id_token(), own.access_token());
    let good = [("login_hint", AN.identifier)];
    let (long, jkt) = ("a".repeat(65), DpopKey::new("the portal's").jkt());
    for (parameters, error, named) in [
        (&[][..], "invalid_request", "login_hint or id_token_hint is missing"),
        (&[("login_hint", AN.identifier), ("id_token_hint", &own)], "invalid_request", "exclude each other"),
        (&[("login_hint", AN.identifier), ("login_hint_token", "x")], "invalid_request", "exclude each other"),
        (&[("login_hint", AN.identifier), ("id_token_hint", "x.y.z")], "invalid_request", "exclude each other"),
        (&[("login_hint_token", "x")], "invalid_request", "login_hint_token is not supported"),
        (&[("login_hint", "nguyen van an")], "unknown_user_id", "login_hint"),
        (&[("id_token_hint", &foreign)], "invalid_request", "another client"),
        (&[("id_token_hint", &access)], "invalid_request", "not an ID token"),
        (&[("id_token_hint", "x.y.z")], "invalid_request", "not an ID token"),
        (&[good[0], ("scope", "profile")], "invalid_scope", "openid"),
        (&[good[0], ("binding_message", &long)], "invalid_binding_message", "64 characters"),
        (&[good[0], ("binding_message", "1234 \u{1F44D}")], "invalid_binding_message", "letters, digits"),
        (&[good[0], ("user_code", "1234")], "invalid_request", "user_code"),
        (&[good[0], ("dpop_jkt", &jkt)], "invalid_request", "dpop_jkt binds nothing here"),
        (&[good[0], ("requested_expiry", "0")], "invalid_request", "requested_expiry"),
        (&[good[0], ("requested_expiry", "-5")], "invalid_request", "requested_expiry"),
        (&[good[0], ("requested_expiry", "1.5")], "invalid_request", "requested_expiry"),
        (&[good[0], ("requested_expiry", "soon")], "invalid_request", "requested_expiry"),
        (&[good[0], ("request_uri", "https://tax.example/r")], "invalid_request", "request_uri"),
        (&[good[0], ("resource", "https://nowhere.example")], "invalid_target", "resource"),
        (&[good[0], ("login_hint", BINH.identifier)], "invalid_request", "more than once"),
    ] {
        let (told, sentence) = refusal(&portal.asks(parameters).await, 400);
        assert_eq!(told, error, "{parameters:?}: {sentence}");
        assert!(sentence.contains(named), "{parameters:?}: {sentence}");
    }
    for (asked, given) in [("1", 10), ("86400", 600), ("99999999999999999999999", 600), ("30", 30)] {
        let reply = portal.asks(&[("login_hint", "0912 999 999"), ("requested_expiry", asked)]).await;
        assert_eq!(reply.json()["expires_in"], given, "{}", reply.body);
        world.wait(std::time::Duration::from_secs(600));
    }
}

#[tokio::test]
async fn only_a_client_that_is_registered_for_it_asks() {
    let world = World::embedded().await;
    let asks = async |client: &str| world.portal(client).asks(&[("login_hint", AN.identifier)]).await;
    assert_eq!(refusal(&asks("tax-office").await, 400).0, "unauthorized_client");
    world.may_ask("tax-app", BackChannelDelivery::Poll).await;
    let (error, sentence) = refusal(&asks("tax-app").await, 400);
    assert!(error == "unauthorized_client" && sentence.contains("public"), "{error}: {sentence}");
    let stranger = crate::support::world::web::post(&world.at("/bc-authorize"), &[], &[("client_id", "nobody")]).await;
    assert_eq!(refusal(&stranger, 401).0, "invalid_client");
    polling(&world, "tax-office").await;
    assert_eq!(asks("tax-office").await.status, 200);
    world.operator().changes("tax-office", |client| client.backchannel_authentication = None).await;
    assert_eq!(refusal(&asks("tax-office").await, 400).0, "unauthorized_client");
}

/// A portal whose requests are signed, and its keys.
async fn signing(world: &World) -> (Portal, OwnKeys) {
    let portal = polling(world, "tax-office").await;
    let keys = OwnKeys::quick();
    let given = keys.given();
    let registers = |client: &mut senid::domain::client::Client| {
        client.keys = given;
        client.backchannel_authentication.as_mut().unwrap().algorithm = Some(ES256);
    };
    world.operator().changes("tax-office", registers).await;
    (portal, keys)
}

/// What a signed request says that is in order.
fn claims(world: &World) -> Value {
    let now = world.clock.now().seconds();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let jti = format!("request-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    json!({
        "iss": "tax-office", "aud": world.issuer, "iat": now, "nbf": now, "exp": now + 300, "jti": jti,
        "scope": "openid profile", "login_hint": AN.identifier, "binding_message": "1234",
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    match value {
        Value::Null => claims.as_object_mut().unwrap().remove(name),
        value => claims.as_object_mut().unwrap().insert(name.to_owned(), value),
    };
    claims
}

#[tokio::test]
async fn a_signed_request_counts_alone_and_once() {
    let world = World::embedded().await;
    let (portal, keys) = signing(&world).await;
    let token = keys.sign(ES256, None, &with(claims(&world), "requested_expiry", 45.into()));
    let reply = portal.asks(&[("request", &token)]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.json()["expires_in"], 45, "a number is as good as a text");
    let page = AN.reads_request(&mut world.browser()).await;
    assert_eq!(page.words("#binding-message"), "1234");

    let (error, sentence) = refusal(&portal.asks(&[("request", &token)]).await, 400);
    assert!(error == "invalid_request" && sentence.contains("jti"), "{sentence}");
    for beside in [("scope", "openid"), ("login_hint", BINH.identifier), ("anything", "at all")] {
        let token = keys.sign(ES256, None, &claims(&world));
        let (error, sentence) = refusal(&portal.asks(&[("request", &token), beside]).await, 400);
        assert!(error == "invalid_request" && sentence.contains(beside.0), "{sentence}");
    }
    let (error, sentence) = refusal(&portal.asks(&[("login_hint", AN.identifier)]).await, 400);
    assert!(error == "invalid_request" && sentence.contains("request is missing"), "{sentence}");
}

#[tokio::test]
async fn each_fault_of_a_signed_request_is_told_by_its_name() {
    let world = World::embedded().await;
    let (portal, keys) = signing(&world).await;
    let now = world.clock.now().seconds();
    let mut faults = vec![
        (with(claims(&world), "iss", json!("library")), "iss"),
        (with(claims(&world), "sub", json!("tax-office")), "sub"),
        (with(claims(&world), "aud", json!("https://other.example")), "aud"),
        (with(claims(&world), "aud", json!(7)), "of their type"),
        (with(claims(&world), "exp", json!(now)), "expired"),
        (with(claims(&world), "exp", json!(now + 3601)), "60 minutes"),
        (with(claims(&world), "nbf", json!(now - 3600)), "60 minutes"),
        (with(claims(&world), "nbf", json!(now + 31)), "future"),
        (with(claims(&world), "iat", json!(now + 31)), "future"),
        (with(claims(&world), "jti", json!("")), "jti"),
        (with(claims(&world), "binding_message", Value::Null), "binding_message"),
        (with(claims(&world), "requested_expiry", json!(true)), "requested_expiry"),
        (with(claims(&world), "requested_expiry", json!(-1)), "requested_expiry"),
        (with(claims(&world), "login_hint", json!("a\0b")), "login_hint"),
        (with(claims(&world), "id_token_hint", json!("x.y.z")), "id_token_hint"),
    ];
    for name in ["iss", "aud", "exp", "iat", "nbf", "jti"] {
        faults.push((with(claims(&world), name, Value::Null), name));
    }
    for (claims, named) in faults {
        let (error, sentence) = refusal(&portal.asks(&[("request", &keys.sign(ES256, None, &claims))]).await, 400);
        assert_eq!(error, "invalid_request", "{claims}: {sentence}");
        assert!(sentence.contains(named), "{claims}: {sentence}");
    }
    let unsigned = |header: &str| {
        let part = |value: &str| senid::crypto::base64url::encode(value.as_bytes());
        format!("{}.{}.", part(header), part(&claims(&world).to_string()))
    };
    for token in [
        OwnKeys::quick().sign(ES256, None, &claims(&world)),
        keys.sign(SignatureAlgorithm::EdDsa, None, &claims(&world)),
        keys.sign(ES256, Some("client-authentication+jwt"), &claims(&world)),
        unsigned(r#"{"alg":"none"}"#),
        unsigned(r#"{"alg":"ES256"}"#),
        "x".to_owned(),
    ] {
        assert_eq!(refusal(&portal.asks(&[("request", &token)]).await, 400).0, "invalid_request", "{token}");
    }
    assert_eq!(AN.enters_account(&mut world.browser(), "/account/requests").await.count(".request"), 0);
}

#[tokio::test]
async fn an_assertion_may_be_addressed_to_the_endpoint_that_it_comes_to() {
    let world = World::embedded().await;
    let portal = polling(&world, "customs").await;
    for (audience, status) in [("", 200), ("/token", 200), ("/bc-authorize", 200), ("/par", 401), ("/revoke", 401)] {
        let audience = format!("{}{audience}", world.issuer);
        let proof = portal.prove(&portal.assertion().with("aud", audience.as_str()));
        let form = crate::support::world::assertion::form(&proof);
        let asked = [("scope", "openid"), ("login_hint", AN.identifier)];
        let url = world.at("/bc-authorize");
        let reply = crate::support::world::web::post(&url, &[], &[&asked[..], &form].concat()).await;
        assert_eq!(reply.status, status, "{audience}: {}", reply.body);
    }
    // What is good at one endpoint is not at another.
    let proof = portal.prove(&portal.assertion().with("aud", world.at("/bc-authorize")));
    let form = [
        &[("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", "x")][..],
        &crate::support::world::assertion::form(&proof),
    ]
    .concat();
    assert_eq!(portal.raw_token(&[], &form).await.refused(401), "invalid_client");
}
