//! Client credentials: RFC 6749 §4.4. A program asks for itself, and is given nothing that is a person's.

use std::time::Duration;

use senid::domain::client::PolicyName;
use senid::domain::resource::AccessTokenFormat;
use serde_json::json;

use crate::support::World;
use crate::support::world::resources::{LAND, LAND_SCOPE, for_itself, land, registered_for};
use crate::support::world::{Portal, TokenAnswer, on_every_backend, proof};

async fn portal(world: &World, id: &str) -> Portal {
    let operator = world.operator();
    operator.changes(id, registered_for(LAND, LAND_SCOPE)).await;
    operator.changes(id, for_itself).await;
    world.portal(id)
}

async fn asks(portal: &Portal, more: &[(&str, &str)]) -> TokenAnswer {
    let form = [("grant_type", "client_credentials")];
    portal.token(&form.into_iter().chain(more.iter().copied()).collect::<Vec<_>>()).await
}

on_every_backend! {
    async fn the_token_is_about_the_client_and_nothing_comes_with_it(world: World) {
        world.operator().opens(&land("land-office")).await;
        let portal = portal(&world, "tax-office").await;
        let answer = asks(&portal, &[]).await;
        let json = answer.json();
        assert_eq!((answer.status.as_u16(), &json["token_type"]), (200, &json!("Bearer")));
        assert!(json.get("refresh_token").is_none() && json.get("id_token").is_none(), "{json}");
        let claims = proof::claims(&world.issuer, &answer.access_token()).await;
        assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("tax-office"), &json!("tax-office")));
        for absent in ["acr", "amr", "auth_time", "act", "grant"] {
            assert_eq!(claims.get(absent), None, "{absent}");
        }
        // It opens nobody's data.
        assert_eq!(portal.userinfo(&answer.access_token()).await.status, 401);
    }

    async fn it_ends_by_itself_by_revocation_and_with_its_client(world: World) {
        let operator = world.operator();
        operator.opens(&land("land-office")).await;
        let portal = portal(&world, "tax-office").await;
        let register = world.portal("land-office");
        let live = async |token: &str| register.introspection(token).await["active"] == true;
        for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
            operator.changes_resource(LAND, |server| server.token_format = format).await;
            let (one, other) = (asks(&portal, &[]).await.access_token(), asks(&portal, &[]).await.access_token());
            // Nobody else's to revoke.
            register.revoke(&one).await;
            assert!(live(&one).await && live(&other).await, "{format:?}");
            portal.revoke(&one).await;
            assert!(!live(&one).await && live(&other).await, "{format:?}");
            world.wait(Duration::from_secs(600));
            assert!(!live(&other).await, "{format:?}");
        }
        let token = asks(&portal, &[]).await.access_token();
        operator.disables("tax-office").await;
        assert!(!live(&token).await);
        assert_eq!(asks(&portal, &[]).await.refused(401), "invalid_client");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_a_person_can_grant_and_what_is_not_registered_is_refused_by_its_name() {
    let world = World::embedded().await;
    world.operator().opens(&land("land-office")).await;
    let portal = portal(&world, "tax-office").await;
    for (scope, told) in [
        ("openid", "the scope openid is about a person: nobody but they can grant it"),
        ("land.read offline_access", "the scope offline_access is about a person: nobody but they can grant it"),
        ("land.write", "this client is not registered for the scope land.write"),
        ("\"", "scope has a character that no scope may have"),
    ] {
        let answer = asks(&portal, &[("scope", scope)]).await;
        assert_eq!(answer.refusal(), ("invalid_scope".to_owned(), told.to_owned()), "{scope}");
    }
    assert_eq!(asks(&portal, &[("scope", "land.read")]).await.scope(), "land.read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_client_that_is_registered_for_it_and_proves_itself_asks() {
    let world = World::embedded().await;
    world.operator().opens(&land("land-office")).await;
    let told = "this client is not registered for the grant type client_credentials";
    let refusal = asks(&world.portal("tax-office"), &[]).await.refusal();
    assert_eq!(refusal, ("unauthorized_client".to_owned(), told.to_owned()));
    let public = portal(&world, "tax-app").await;
    assert_eq!(asks(&public, &[]).await.refused(400), "unauthorized_client");
    let mut impostor = portal(&world, "tax-office").await;
    impostor.registration.secret = "a guess";
    assert_eq!(asks(&impostor, &[]).await.refused(401), "invalid_client");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_holds_here_as_with_every_other_grant() {
    let world = World::embedded().await;
    world.operator().opens(&land("land-office")).await;
    let portal = portal(&world, "tax-office").await;
    world.operator().changes("tax-office", |client| client.policy.set = PolicyName::baseline()).await;
    assert_eq!(asks(&portal, &[]).await.status, 200);
    // A secret is no key, so this one is refused before it is given anything.
    world.operator().changes("tax-office", |client| client.policy.set = "fapi2".parse().unwrap()).await;
    let (_, told) = asks(&portal, &[]).await.refusal();
    assert!(told.starts_with("the policy fapi2 demands "), "{told}");
}
