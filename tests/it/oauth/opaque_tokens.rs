//! Access tokens that say nothing to whoever holds them, and those that one resource server alone can read.

use std::time::Duration;

use senid::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::resource::{AccessTokenFormat, ResourceServer};
use serde_json::json;

use crate::support::World;
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::resources::{
    HEALTH, HEALTH_SCOPE, LAND, LAND_SCOPE, for_itself, health, land, registered_for,
};
use crate::support::world::{AN, Portal, TokenAnswer, on_every_backend, proof};

async fn health_token(world: &World, portal: &Portal) -> TokenAnswer {
    let started = portal.start().with("scope", "openid offline_access health.read").with("resource", HEALTH);
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    portal.exchange(&started, &code).await
}

/// Health records that are asked about, and a portal that may read them.
async fn portal(world: &World, change: impl FnOnce(&mut ResourceServer)) -> Portal {
    let mut server = health("customs");
    change(&mut server);
    world.operator().opens(&server).await;
    world.operator().changes("tax-office", registered_for(HEALTH, HEALTH_SCOPE)).await;
    world.operator().changes("tax-office", for_itself).await;
    world.portal("tax-office")
}

async fn own_token(portal: &Portal) -> TokenAnswer {
    let tokens = portal.token(&[("grant_type", "client_credentials"), ("resource", HEALTH)]).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    tokens
}

const fn nothing() -> &'static str {
    r#"{"active":false}"#
}

on_every_backend! {
    async fn a_client_s_own_format_works_at_userinfo(world: World) {
        world.operator().changes("tax-office", |client| {
            client.policy.access_token_format = Some(AccessTokenFormat::Opaque);
        })
        .await;
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let token = tokens.access_token();
        assert!(token.starts_with("senid_at_") && token.len() == 9 + 68, "{token}");
        assert_eq!(portal.claims(&token).await["sub"], portal.id_token(&tokens).await["sub"]);
        assert_eq!(portal.introspection(&token).await["aud"], world.issuer.as_str());
        let changed = format!("{}A", &token[..token.len() - 1]);
        assert_eq!(portal.userinfo(&changed).await.status, 401);
        world.wait(Duration::from_secs(3600));
        assert_eq!(portal.userinfo(&token).await.status, 401);
        assert_eq!(portal.introspects(&token).await.body, nothing());
    }

    async fn an_opaque_token_says_to_its_resource_server_what_a_jwt_would(world: World) {
        let portal = portal(&world, |health| health.token_format = AccessTokenFormat::Opaque).await;
        let opaque = health_token(&world, &portal).await;
        assert!(opaque.access_token().starts_with("senid_at_"));
        world.operator().changes("tax-office", |client| {
            client.policy.access_token_format = Some(AccessTokenFormat::Jwt);
        })
        .await;
        let jwt = health_token(&world, &portal).await;
        let customs = world.portal("customs");
        let mut told = Vec::new();
        for token in [opaque.access_token(), jwt.access_token()] {
            let mut answer = customs.introspection(&token).await;
            assert_eq!(answer["active"], true);
            answer["jti"].take();
            told.push(answer);
        }
        assert_eq!(told[0], told[1]);
        assert_eq!((&told[0]["aud"], &told[0]["scope"]), (&json!(HEALTH), &json!("health.read")));
    }

    async fn either_form_of_either_grant_is_revoked(world: World) {
        let portal = portal(&world, |_| {}).await;
        let customs = world.portal("customs");
        for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
            world.operator().changes("tax-office", |client| client.policy.access_token_format = Some(format)).await;
            let (granted, own, other) =
                (health_token(&world, &portal).await, own_token(&portal).await, own_token(&portal).await);
            for tokens in [&granted, &own] {
                let token = tokens.access_token();
                assert_eq!(customs.introspection(&token).await["active"], true);
                // Another client's word ends nothing.
                assert_eq!(world.portal("library").revoke(&token).await.status, 200);
                assert_eq!(customs.introspection(&token).await["active"], true);
                assert_eq!(portal.revoke(&token).await.status, 200);
                assert_eq!(customs.introspects(&token).await.body, nothing());
                assert_eq!(portal.introspects(&token).await.body, nothing());
            }
            assert_eq!(portal.refresh(&granted.refresh_token()).await.refused(400), "invalid_grant");
            // A token that stands on no grant ends alone.
            assert_eq!(customs.introspection(&other.access_token()).await["active"], true);
        }
    }

    async fn one_resource_server_alone_reads_what_is_encrypted_to_it(world: World) {
        let keys = OwnKeys::new();
        let with = Encryption { alg: KeyManagementAlgorithm::EcdhEs, enc: ContentEncryption::A256Gcm };
        let portal = portal(&world, |health| {
            health.keys = keys.given();
            health.encryption = Some(with);
            health.algorithm = SignatureAlgorithm::EdDsa;
        })
        .await;
        let tokens = health_token(&world, &portal).await;
        let token = tokens.access_token();
        let header = proof::header(&token);
        assert_eq!((&header["alg"], &header["enc"], &header["cty"]), (&json!("ECDH-ES"), &json!("A256GCM"), &json!("JWT")));
        let inside = keys.decrypt(&token).expect("the resource server can read it");
        assert_eq!((&proof::header(&inside)["typ"], &proof::header(&inside)["alg"]), (&json!("at+jwt"), &json!("EdDSA")));
        let claims = proof::claims(&world.issuer, &inside).await;
        assert_eq!((&claims["aud"], &claims["scope"]), (&json!(HEALTH), &json!("health.read")));
        // Whether it asks about what it was given or about what was inside.
        let customs = world.portal("customs");
        for asked in [&token, &inside] {
            let reply = customs.introspects(asked).await;
            assert_eq!(reply.json()["active"], true, "{}", reply.body);
        }
        assert_eq!(portal.userinfo(&token).await.status, 401);
        portal.revoke(&token).await;
        for asked in [&token, &inside] {
            assert_eq!(customs.introspects(asked).await.body, nothing());
        }
    }
}

#[tokio::test]
async fn tokens_of_two_that_read_different_ones_are_asked_for_one_at_a_time() {
    let world = World::embedded().await;
    let portal = portal(&world, |health| health.algorithm = SignatureAlgorithm::EdDsa).await;
    world.operator().opens(&land("customs")).await;
    world.operator().changes("tax-office", registered_for(LAND, LAND_SCOPE)).await;
    let asked = async |more: &[(&str, &str)]| {
        let form: Vec<_> = [("grant_type", "client_credentials")].into_iter().chain(more.iter().copied()).collect();
        portal.token(&form).await
    };
    let both = asked(&[]).await;
    assert_eq!(both.refused(400), "invalid_target");
    for (resource, algorithm) in [(HEALTH, "EdDSA"), (LAND, "ES256")] {
        let tokens = asked(&[("resource", resource)]).await;
        assert_eq!(proof::header(&tokens.access_token())["alg"], algorithm);
    }
    // What says nothing to either can be for both.
    world.operator().changes_resource(LAND, |land| land.token_format = AccessTokenFormat::Opaque).await;
    let tokens = asked(&[]).await;
    assert_eq!(portal.introspection(&tokens.access_token()).await["aud"], json!([HEALTH, LAND]));
}
