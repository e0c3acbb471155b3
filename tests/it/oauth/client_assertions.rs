//! Clients that prove themselves by assertions: OpenID Connect Core §9, RFC 7523; and where their keys come from.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use senid::crypto::private_key::PrivateKey;
use senid::domain::client::{AssertionAudience, ClientAuthentication, ClientKeys};
use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::outside::{Outside, authority, ok, status};
use crate::support::world::assertion::{form, jwk, jwks, key};
use crate::support::world::{AN, Assertion, Portal, TokenAnswer, on_every_backend};

/// What a client asks for to hear whether it was believed: it is told of its token only once it has proven itself.
const ANYTHING: [(&str, &str); 2] = [("grant_type", "refresh_token"), ("refresh_token", "x")];

async fn present(portal: &Portal, token: &str) -> TokenAnswer {
    portal.raw_token(&[], &[&ANYTHING[..], &form(token)].concat()).await
}

async fn is_believed(portal: &Portal, token: &str) -> bool {
    let answer = present(portal, token).await;
    match answer.status.as_u16() {
        400 => answer.refused(400) == "invalid_grant",
        _ => {
            assert_eq!(answer.refused(401), "invalid_client");
            assert!(!answer.headers.contains_key("www-authenticate"), "it did not try the header");
            false
        }
    }
}

on_every_backend! {
    async fn a_client_with_assertions_signs_people_in_refreshes_and_revokes(world: World) {
        for client in ["customs", "land-office"] {
            let portal = world.portal(client);
            let (_, tokens) = world.signed_in(&portal, &AN).await;
            let fresh = portal.refresh(&tokens.refresh_token()).await;
            assert_eq!(fresh.status, 200, "{client}: {}", fresh.body);
            assert_eq!(portal.revoke(&fresh.refresh_token()).await.status, 200, "{client}");
            assert_eq!(portal.refresh(&fresh.refresh_token()).await.refused(400), "invalid_grant", "{client}");
        }
    }
}

#[tokio::test]
async fn an_assertion_is_for_the_issuer_or_the_token_endpoint() {
    let world = World::embedded().await;
    let token_endpoint = world.at("/token");
    for client in ["customs", "land-office"] {
        let portal = world.portal(client);
        for audience in
            [json!(world.issuer), json!(token_endpoint), json!([world.issuer]), json!([token_endpoint, world.issuer])]
        {
            let assertion = portal.prove(&portal.assertion().with("aud", audience.clone()));
            assert!(is_believed(&portal, &assertion).await, "{client}: {audience}");
        }
        world.operator().changes(client, |client| client.policy.assertion_audience = AssertionAudience::Issuer).await;
        for (audience, believed) in
            [(json!(world.issuer), true), (json!(token_endpoint), false), (json!([world.issuer]), false)]
        {
            let assertion = portal.prove(&portal.assertion().with("aud", audience.clone()));
            assert_eq!(is_believed(&portal, &assertion).await, believed, "{client}: {audience}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_to_whoever_holds_the_key_and_nobody_else() {
    let world = World::embedded().await;
    let portal = world.portal("customs");
    let late = portal.assertion().with("exp", 1);
    let told = present(&portal, &portal.prove(&late)).await.refusal();
    assert_eq!(told, ("invalid_client".to_owned(), "the assertion has expired".to_owned()));
    let strange = key("a stranger's", SignatureAlgorithm::Es256);
    let told = present(&portal, &late.signed(strange)).await.refusal().1;
    assert_eq!(
        told,
        present(&portal, &Assertion::new("nobody", "x", senid::domain::time::Timestamp::EPOCH).signed(strange))
            .await
            .refusal()
            .1
    );
}

#[tokio::test]
async fn every_advertised_algorithm_is_verified_and_only_the_registered_one_where_one_is() {
    let world = World::embedded().await;
    let portal = world.portal("customs");
    let advertised = world.get("/.well-known/openid-configuration").await.json();
    let advertised = advertised["token_endpoint_auth_signing_alg_values_supported"].as_array().unwrap().clone();
    let keys: Vec<&PrivateKey> = SignatureAlgorithm::ALL.iter().map(|algorithm| key("many", *algorithm)).collect();
    let set = jwks(&keys).to_string();
    world.operator().changes("customs", |client| client.keys = ClientKeys::Given(set)).await;
    for key in &keys {
        assert!(advertised.contains(&json!(key.algorithm().name())));
        let kid = jwk(key)["kid"].clone();
        assert!(is_believed(&portal, &portal.assertion().headed("kid", kid).signed(key)).await, "{}", key.algorithm());
    }
    let registered = ClientAuthentication::PrivateKeyJwt { algorithm: Some(SignatureAlgorithm::Ps256) };
    world.operator().changes("customs", |client| client.authentication = registered).await;
    for key in &keys {
        let kid = jwk(key)["kid"].clone();
        let believed = is_believed(&portal, &portal.assertion().headed("kid", kid).signed(key)).await;
        assert_eq!(believed, key.algorithm() == SignatureAlgorithm::Ps256, "{}", key.algorithm());
    }
}

/// A portal that publishes these keys and lets them be kept for ten minutes.
fn publish(keys: &[&PrivateKey]) -> impl Fn(&crate::support::outside::Seen) -> Response + use<> {
    let set = jwks(keys).to_string();
    move |_| {
        let mut answer = ok("application/json", set.clone());
        answer.headers_mut().insert("cache-control", "max-age=600".parse().unwrap());
        answer
    }
}

/// A world where customs publishes its keys at a server of its own.
async fn published(keys: &[&PrivateKey]) -> (World, Portal, Outside) {
    let outside = Outside::https(publish(keys));
    let world = World::embedded_with(|settings| {
        settings.outbound.allow_loopback = true;
        settings.outbound.extra_roots = vec![authority()];
    })
    .await;
    let address = outside.at("localhost", "/jwks.json");
    world.operator().changes("customs", |client| client.keys = ClientKeys::Published(address)).await;
    let portal = world.portal("customs");
    (world, portal, outside)
}

fn named(portal: &Portal, key: &PrivateKey) -> String {
    portal.assertion().headed("kid", jwk(key)["kid"].clone()).signed(key)
}

#[tokio::test]
async fn published_keys_are_fetched_once_and_kept() {
    let own = key("published", SignatureAlgorithm::Es256);
    let (world, portal, outside) = published(&[own]).await;
    for _ in 0..5 {
        assert!(is_believed(&portal, &named(&portal, own)).await);
    }
    assert_eq!(outside.requests(), 1);
    assert_eq!(outside.seen()[0].head.uri.path(), "/jwks.json");
    world.wait(Duration::from_secs(600));
    assert!(is_believed(&portal, &named(&portal, own)).await);
    assert_eq!(outside.requests(), 2);
    let metrics = crate::support::world::web::get(&format!("http://{}/metrics", world.operations(0)), &[]).await;
    let line = r#"senid_fetches_total{purpose="jwks_uri",outcome="success"} 2"#;
    assert!(metrics.body.lines().any(|own| own == line), "{}", metrics.body);
}

#[tokio::test]
async fn a_client_that_changes_its_key_is_believed_at_once() {
    let (old, new) = (key("old", SignatureAlgorithm::Es256), key("new", SignatureAlgorithm::Es256));
    let (world, portal, outside) = published(&[old]).await;
    assert!(is_believed(&portal, &named(&portal, old)).await);
    outside.answers(publish(&[new]));
    assert!(is_believed(&portal, &named(&portal, new)).await);
    assert_eq!(outside.requests(), 2);
    assert!(!is_believed(&portal, &named(&portal, old)).await, "what was taken away is gone");
    assert_eq!(outside.requests(), 2, "not again so soon");
    world.wait(Duration::from_secs(30));
    assert!(is_believed(&portal, &named(&portal, new)).await);
    assert_eq!(outside.requests(), 2, "nothing was missing");
}

#[tokio::test]
async fn a_key_without_a_name_may_change_too() {
    let unnamed = |key: &PrivateKey| {
        let mut jwk = jwk(key);
        jwk.as_object_mut().unwrap().remove("kid");
        let set = json!({"keys": [jwk]}).to_string();
        move |_: &crate::support::outside::Seen| ok("application/jwk-set+json", set.clone())
    };
    let (old, new) = (key("old", SignatureAlgorithm::Es256), key("new", SignatureAlgorithm::Es256));
    let (_world, portal, outside) = published(&[old]).await;
    outside.answers(unnamed(old));
    assert!(is_believed(&portal, &portal.assertion().signed(old)).await);
    outside.answers(unnamed(new));
    assert!(is_believed(&portal, &portal.assertion().signed(new)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_with_unknown_keys_is_one_fetch_in_half_a_minute() {
    let (own, strange) = (key("own", SignatureAlgorithm::Es256), key("strange", SignatureAlgorithm::Es256));
    let (world, portal, outside) = published(&[own]).await;
    assert!(is_believed(&portal, &named(&portal, own)).await);
    let flood = async || {
        let mut presented = tokio::task::JoinSet::new();
        for number in 0..40 {
            let portal = Arc::new(portal.clone());
            let token = portal.assertion().headed("kid", format!("unknown-{number}")).signed(strange);
            presented.spawn(async move { is_believed(&portal, &token).await });
        }
        presented.join_all().await
    };
    assert_eq!(flood().await, [false; 40]);
    assert_eq!(outside.requests(), 2);
    world.wait(Duration::from_secs(30));
    assert_eq!(flood().await, [false; 40]);
    assert_eq!(outside.requests(), 3);
    assert!(is_believed(&portal, &named(&portal, own)).await, "the client itself is not kept waiting");
}

#[tokio::test]
async fn a_portal_whose_key_server_is_away_goes_on_for_hours_and_not_for_ever() {
    let own = key("own", SignatureAlgorithm::Es256);
    let (world, portal, outside) = published(&[own]).await;
    assert!(is_believed(&portal, &named(&portal, own)).await);
    outside.answers(|_| status(503));
    world.wait(Duration::from_secs(3600));
    assert!(is_believed(&portal, &named(&portal, own)).await);
    world.wait(Duration::from_secs(5 * 3600));
    assert!(!is_believed(&portal, &named(&portal, own)).await);
    outside.answers(publish(&[own]));
    world.wait(Duration::from_secs(30));
    assert!(is_believed(&portal, &named(&portal, own)).await);
}

#[tokio::test]
async fn a_set_that_shows_a_private_key_or_a_secret_proves_nothing() {
    let own = key("own", SignatureAlgorithm::Es256);
    let (world, portal, outside) = published(&[own]).await;
    for bad in [json!({"kty": "oct", "k": "c2VjcmV0"}), json!({"kty": "EC", "crv": "P-256", "d": "AA"})] {
        let set = json!({"keys": [jwk(own), bad]}).to_string();
        outside.answers(move |_| ok("application/json", set.clone()));
        assert!(!is_believed(&portal, &named(&portal, own)).await, "{bad}");
        world.wait(Duration::from_secs(30));
    }
    let html: Value = jwks(&[own]);
    outside.answers(move |_| ok("text/html", html.to_string()));
    assert!(!is_believed(&portal, &named(&portal, own)).await, "of another type");
}

#[tokio::test]
async fn keys_on_this_machine_are_not_fetched_unless_the_settings_say_so() {
    let own = key("own", SignatureAlgorithm::Es256);
    let outside = Outside::https(publish(&[own]));
    let world = World::embedded_with(|settings| {
        settings.outbound.extra_roots = vec![authority()];
        settings.outbound.allow_loopback = false;
    })
    .await;
    let portal = world.portal("customs");
    for host in ["localhost", "127.0.0.1"] {
        let address = outside.at(host, "/jwks.json");
        world.operator().changes("customs", |client| client.keys = ClientKeys::Published(address)).await;
        assert!(!is_believed(&portal, &named(&portal, own)).await, "{host}");
    }
    assert_eq!(outside.requests(), 0);
}
