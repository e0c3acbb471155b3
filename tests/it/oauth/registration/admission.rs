//! Who may register: nobody, whoever has an initial access token, or anyone within a rate.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use senid::domain::registration::RegistrationTerms;
use serde_json::{Value, json};

use super::{gated, open, portal, portal_with, refusal, register, send};
use crate::support::World;
use crate::support::world::Backend;
use crate::support::world::web::Reply;

async fn register_with(world: &World, token: &str, metadata: &Value) -> Reply {
    send(world, Method::POST, "/register", Some(token), Some(metadata.to_string())).await
}

const REFUSED: &str = "the initial access token is unknown, used up, expired or revoked";

#[tokio::test]
async fn nobody_registers_where_it_is_switched_off() {
    let world = World::embedded().await;
    let sentence = "dynamic registration is switched off (registration.mode)".to_owned();
    let expected = (403, "access_denied".to_owned(), sentence);
    assert_eq!(refusal(&register(&world, &portal()).await), expected);
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let reply = send(&world, method, "/register/tax-office", Some("x"), Some("{}".to_owned())).await;
        assert_eq!(refusal(&reply), expected);
    }
}

#[tokio::test]
async fn without_a_token_nobody_registers_where_one_is_needed() {
    let world = World::embedded_with(gated).await;
    let needed = "an initial access token is needed to register a client";
    let reply = register(&world, &portal()).await;
    assert_eq!(refusal(&reply), (401, "invalid_token".to_owned(), needed.to_owned()));
    assert!(reply.header("www-authenticate").starts_with("Bearer "));
    for token in ["x", "senid_it_x", "senid_rg_AAAA"] {
        let reply = register_with(&world, token, &portal()).await;
        assert_eq!(refusal(&reply), (401, "invalid_token".to_owned(), REFUSED.to_owned()), "{token}");
    }
    let (_, token) = world.operator().hands_out(1, RegistrationTerms::default()).await;
    assert_eq!(register_with(&world, &token, &portal()).await.status, 201);
}

async fn only_so_many_uses(world: World) {
    let (_, token) = world.operator().hands_out(1, RegistrationTerms::default()).await;
    let world = Arc::new(world);
    let mut attempts = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (world, token) = (world.clone(), token.clone());
        attempts.spawn(async move { register_with(&world, &token, &portal()).await });
    }
    let replies = attempts.join_all().await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    assert!(replies.iter().filter(|reply| reply.status != 201).all(|reply| refusal(reply).2 == REFUSED));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_at_once_with_one_use_left_one_registers_embedded() {
    only_so_many_uses(World::embedded_with(gated).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_at_once_with_one_use_left_one_registers_production() {
    only_so_many_uses(World::start(Backend::production().await, gated).await).await;
}

#[tokio::test]
async fn what_is_refused_costs_no_use() {
    let world = World::embedded_with(gated).await;
    let (_, token) = world.operator().hands_out(1, RegistrationTerms::default()).await;
    let refused = register_with(&world, &token, &portal_with(json!({ "redirect_uris": [] }))).await;
    assert_eq!(refused.status, 400);
    assert_eq!(register_with(&world, &token, &portal()).await.status, 201);
}

#[tokio::test]
async fn an_expired_or_revoked_token_registers_nothing() {
    let world = World::embedded_with(gated).await;
    let (id, revoked) = world.operator().hands_out(5, RegistrationTerms::default()).await;
    let (_, expired) = world.operator().hands_out(5, RegistrationTerms::default()).await;
    assert_eq!(register_with(&world, &revoked, &portal()).await.status, 201);
    world.operator().takes_back(id).await;
    assert_eq!(refusal(&register_with(&world, &revoked, &portal()).await).2, REFUSED);
    world.wait(Duration::from_secs(7 * 86_400));
    assert_eq!(refusal(&register_with(&world, &expired, &portal()).await).2, REFUSED);
}

/// What one token grants, the settings do not grant to others, and an update of its client may still say.
#[tokio::test]
async fn a_token_grants_what_the_settings_do_not() {
    let world = World::embedded_with(gated).await;
    let terms = RegistrationTerms {
        scopes: Some("openid profile".parse().unwrap()),
        response_types: Some(["code", "code id_token"].map(|one| one.parse().unwrap()).into()),
        ..RegistrationTerms::default()
    };
    let (_, special) = world.operator().hands_out(9, terms).await;
    let (_, plain) = world.operator().hands_out(9, RegistrationTerms::default()).await;
    let hybrid = portal_with(json!({ "response_types": ["code id_token"] }));
    let refused = refusal(&register_with(&world, &plain, &hybrid).await);
    assert_eq!(refused.2, "response_types: code id_token may not be registered here, only code");
    let told = register_with(&world, &special, &hybrid).await.json();
    assert_eq!(told["grant_types"], json!(["authorization_code", "implicit"]));
    assert_eq!(told["scope"], "openid profile");
    let refused = refusal(&register_with(&world, &special, &portal_with(json!({ "scope": "openid email" }))).await);
    assert_eq!(refused.2, "scope: 'email' may not be registered here, only openid profile");
    let again = super::manage(&world, Method::PUT, &told, Some(&super::update_of(&told, &hybrid))).await;
    assert_eq!(again.status, 200, "{}", again.body);
}

#[tokio::test]
async fn one_address_registers_only_so_often() {
    let world = World::embedded_with(|settings| {
        open(settings);
        settings.registration.throttle.most = 3;
    })
    .await;
    for _ in 0..3 {
        assert_eq!(register(&world, &portal()).await.status, 201);
    }
    let reply = register(&world, &portal()).await;
    assert_eq!((reply.status.as_u16(), refusal(&reply).1.as_str()), (429, "temporarily_unavailable"));
    let seconds: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=3600).contains(&seconds), "{seconds}");
    world.wait(Duration::from_secs(seconds));
    assert_eq!(register(&world, &portal()).await.status, 201);
}

#[tokio::test]
async fn one_token_registers_only_so_often() {
    let world = World::embedded_with(|settings| {
        gated(settings);
        settings.registration.throttle.most = 2;
    })
    .await;
    let (_, token) = world.operator().hands_out(9, RegistrationTerms::default()).await;
    for _ in 0..2 {
        assert_eq!(register_with(&world, &token, &portal()).await.status, 201);
    }
    assert_eq!(register_with(&world, &token, &portal()).await.status, 429);
    let (_, other) = world.operator().hands_out(9, RegistrationTerms::default()).await;
    assert_eq!(register_with(&world, &other, &portal()).await.status, 201);
}

#[tokio::test]
async fn one_client_updates_itself_only_so_often() {
    let world = World::embedded_with(|settings| {
        open(settings);
        settings.registration.throttle.most = 2;
    })
    .await;
    let (mut told, other) = (register(&world, &portal()).await.json(), register(&world, &portal()).await.json());
    let update =
        async |told: &Value| super::manage(&world, Method::PUT, told, Some(&super::update_of(told, &portal()))).await;
    for _ in 0..2 {
        let reply = update(&told).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        told = reply.json();
    }
    let reply = update(&told).await;
    assert_eq!((reply.status.as_u16(), refusal(&reply).1.as_str()), (429, "temporarily_unavailable"));
    assert_eq!(update(&other).await.status, 200, "another client is another matter");
    world.wait(Duration::from_secs(reply.header("retry-after").parse().unwrap()));
    assert_eq!(update(&told).await.status, 200, "the token was not used up by what was refused");
}
