//! The JWT authorization grant: RFC 7523 §2.1. Somebody whom the operator trusts says which program asks.

use senid::config::{JwtGrant, Settings, StatementKeys, TrustedAssertion};
use senid::domain::client::GrantType;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::mac::MacAlgorithm;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::resources::{HEALTH, HEALTH_SCOPE, LAND, LAND_SCOPE, health, land, registered_for};
use crate::support::world::{Assertion, Backend, NOW, Portal, TokenAnswer, assertion, proof};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const CLUSTER: &str = "https://cluster.example";

fn trusting(settings: &mut Settings) {
    let key = assertion::key(CLUSTER, SignatureAlgorithm::Es256);
    let trusted = |subject: &str, client: &str, scope: &str| TrustedAssertion {
        issuer: CLUSTER.to_owned(),
        keys: StatementKeys::File { path: "cluster.json".into(), jwks: assertion::jwks(&[key]).to_string() },
        subject: subject.to_owned(),
        client: client.parse().unwrap(),
        scopes: scope.parse().unwrap(),
    };
    let assertions = vec![
        trusted("nightly", "tax-office", "health.read land.read"),
        trusted("weekly", "tax-office", "land.read"),
        trusted("library", "library", "land.read"),
    ];
    settings.jwt_grant = JwtGrant { assertions };
}

async fn portal(world: &World) -> Portal {
    let operator = world.operator();
    operator.opens(&health("customs")).await;
    operator.opens(&land("land-office")).await;
    for client in ["tax-office", "tax-app"] {
        operator.changes(client, registered_for(HEALTH, HEALTH_SCOPE)).await;
        operator.changes(client, registered_for(LAND, LAND_SCOPE)).await;
        let allow = |client: &mut senid::domain::client::Client| {
            client.grant_types.insert(GrantType::JwtBearer);
        };
        operator.changes(client, allow).await;
    }
    world.portal("tax-office")
}

/// What the cluster says of the program that it calls so.
fn said(world: &World, subject: &str) -> Assertion {
    Assertion::new(CLUSTER, &world.issuer, NOW).with("sub", subject)
}

fn signed(assertion: &Assertion) -> String {
    assertion.signed(assertion::key(CLUSTER, SignatureAlgorithm::Es256))
}

async fn brings(portal: &Portal, assertion: &str, more: &[(&str, &str)]) -> TokenAnswer {
    let form = [("grant_type", JWT_BEARER), ("assertion", assertion)];
    portal.token(&form.into_iter().chain(more.iter().copied()).collect::<Vec<_>>()).await
}

async fn of_a_hundred_that_bring_the_same_assertion_one_is_first(world: World) {
    let portal = portal(&world).await;
    let assertion = signed(&said(&world, "nightly"));
    let mut redemptions = JoinSet::new();
    for _ in 0..100 {
        let (portal, assertion) = (portal.clone(), assertion.clone());
        redemptions.spawn(async move { brings(&portal, &assertion, &[]).await });
    }
    let answers = redemptions.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(won.len(), 1);
    for answer in lost {
        assert_eq!(answer.refusal(), ("invalid_grant".to_owned(), "the assertion was used before".to_owned()));
    }
    let claims = proof::claims(&world.issuer, &won[0].access_token()).await;
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("tax-office"), &json!("tax-office")));
    assert_eq!(claims["scope"], "health.read land.read");
    for absent in ["act", "acr", "grant"] {
        assert_eq!(claims.get(absent), None, "{absent}");
    }
    let json = won[0].json();
    assert!(json.get("refresh_token").is_none() && json.get("id_token").is_none(), "{json}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assertion_is_good_once_embedded() {
    of_a_hundred_that_bring_the_same_assertion_one_is_first(World::embedded_with(trusting).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assertion_is_good_once_production() {
    let world = World::start(Backend::production().await, trusting).await;
    of_a_hundred_that_bring_the_same_assertion_one_is_first(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_believed_unless_the_settings_say_so() {
    let world = World::embedded().await;
    let portal = portal(&world).await;
    let answer = brings(&portal, &signed(&said(&world, "nightly")), &[]).await;
    assert_eq!(answer.refused(400), "unsupported_grant_type");
    let document = world.get("/.well-known/openid-configuration").await.json();
    let offered = |document: &Value| document["grant_types_supported"].as_array().unwrap().contains(&json!(JWT_BEARER));
    assert!(!offered(&document));
    let world = World::embedded_with(trusting).await;
    assert!(offered(&world.get("/.well-known/openid-configuration").await.json()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assertion_is_its_issuers_for_this_server_and_for_now() {
    let world = World::embedded_with(trusting).await;
    let portal = portal(&world).await;
    let (now, good) = (NOW.seconds(), || said(&world, "nightly"));
    let endpoint = world.at("/token");
    let not_trusted = "is of nobody who may speak for this client";
    let audience = "must have this issuer or its token endpoint as aud, and nobody else";
    let claims = "must claim iss, sub, aud, exp and jti, each of its type and once";
    for (assertion, told) in [
        (good().with("iss", "https://another.example"), not_trusted),
        (good().with("sub", "hourly"), not_trusted),
        (said(&world, "library"), not_trusted),
        (good().with("aud", "https://another.example"), audience),
        (good().with("aud", json!([world.issuer, "https://another.example"])), audience),
        (good().with("aud", json!([])), audience),
        (good().with("exp", now), "has expired"),
        (good().with("exp", now + 3600 + 31), "has an exp that is more than an hour ahead"),
        (good().with("iat", now + 31), "has an iat or nbf in the future"),
        (good().with("nbf", now + 31), "has an iat or nbf in the future"),
        (good().with("jti", ""), "must not have an empty jti or sub"),
        (good().with("jti", Value::Null), claims),
        (good().with("exp", Value::Null), claims),
        (good().with("sub", 7), claims),
        // Tokens of other kinds are what they are.
        (good().headed("typ", "at+jwt"), "is not signed by its issuer"),
        (good().headed("typ", "logout+jwt"), "is not signed by its issuer"),
    ] {
        let answer = brings(&portal, &signed(&assertion), &[]).await;
        assert_eq!(answer.refusal(), ("invalid_grant".to_owned(), format!("the assertion {told}")), "{assertion:?}");
    }
    let stranger = good().signed(assertion::key("a stranger", SignatureAlgorithm::Es256));
    let mac = good().protected("the-tax-office's-secret-of-32-characters", MacAlgorithm::Hs256);
    for (text, told) in [
        (stranger, "is not signed by its issuer"),
        (mac, "is not a JWT that is signed with an asymmetric algorithm"),
        (good().bare(), "is not a JWT that is signed with an asymmetric algorithm"),
        ("x".to_owned(), "is not a signed JWT that names its issuer"),
    ] {
        assert_eq!(brings(&portal, &text, &[]).await.refusal().1, format!("the assertion {told}"));
    }
    for fine in [good().with("aud", json!([endpoint])), good().with("exp", now + 3600), good().headed("typ", "JWT")] {
        assert_eq!(brings(&portal, &signed(&fine), &[]).await.status, 200, "{fine:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_is_good_for_is_the_settings_to_say_and_never_more_than_the_clients_own() {
    let world = World::embedded_with(trusting).await;
    let portal = portal(&world).await;
    let scope = async |subject: &str, more: &[(&str, &str)]| {
        let answer = brings(&portal, &signed(&said(&world, subject)), more).await;
        if answer.status == 200 { Ok(answer.scope()) } else { Err(answer.refusal().0) }
    };
    assert_eq!(scope("nightly", &[]).await, Ok("health.read land.read".to_owned()));
    assert_eq!(scope("weekly", &[]).await, Ok("land.read".to_owned()));
    assert_eq!(scope("nightly", &[("scope", "land.read")]).await, Ok("land.read".to_owned()));
    assert_eq!(scope("nightly", &[("resource", LAND)]).await, Ok("land.read".to_owned()));
    for wide in ["health.write", "openid", "health.read openid"] {
        assert_eq!(scope("nightly", &[("scope", wide)]).await, Err("invalid_scope".to_owned()), "{wide}");
    }
    // What is refused has not spent the assertion.
    let assertion = signed(&said(&world, "nightly"));
    assert_eq!(brings(&portal, &assertion, &[("scope", "openid")]).await.refused(400), "invalid_scope");
    assert_eq!(brings(&portal, &assertion, &[]).await.status, 200);

    let app = world.portal("tax-app");
    assert_eq!(brings(&app, &signed(&said(&world, "nightly")), &[]).await.refused(400), "unauthorized_client");
    let archive = world.portal("archive");
    assert_eq!(brings(&archive, &signed(&said(&world, "nightly")), &[]).await.refused(400), "unauthorized_client");
    assert_eq!(portal.token(&[("grant_type", JWT_BEARER)]).await.refused(400), "invalid_request");
}
