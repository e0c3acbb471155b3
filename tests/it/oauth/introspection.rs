//! Token introspection: RFC 7662.

use std::time::Duration;

use serde_json::json;

use crate::support::World;
use crate::support::world::{AN, on_every_backend};

on_every_backend! {
    async fn a_client_learns_all_of_its_own_access_token(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let (claims, id) = (portal.access_token(&tokens).await, portal.id_token(&tokens).await);
        let told = portal.introspection(&tokens.access_token()).await;
        assert_eq!(
            told,
            json!({
                "active": true,
                "scope": tokens.scope(),
                "client_id": "tax-office",
                "token_type": "Bearer",
                "exp": claims["exp"],
                "iat": claims["iat"],
                "sub": id["sub"],
                "aud": world.issuer,
                "iss": world.issuer,
                "jti": claims["jti"],
                "auth_time": id["auth_time"],
                "acr": id["acr"],
                "amr": id["amr"],
            })
        );
    }

    async fn a_client_learns_of_its_own_refresh_token(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let told = portal.introspection(&tokens.refresh_token()).await;
        let keys: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["active", "client_id", "exp", "iat", "iss", "scope", "sub"]);
        assert_eq!(told["sub"], portal.id_token(&tokens).await["sub"]);
        // Its parent is good for the grace, and no longer.
        let next = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(portal.introspection(&tokens.refresh_token()).await["active"], true);
        assert_eq!(portal.introspection(&next.refresh_token()).await["active"], true);
        world.wait(Duration::from_secs(61));
        assert_eq!(portal.introspection(&tokens.refresh_token()).await, json!({ "active": false }));
        // To ask is no use of it: nobody's grant ends.
        assert_eq!(portal.refresh(&next.refresh_token()).await.status, 200);
    }

    async fn a_token_that_holds_no_more_is_nothing(world: World) {
        let portal = world.portal("tax-office");
        let (_, expired) = world.signed_in(&portal, &AN).await;
        world.wait(Duration::from_secs(3600));
        let (_, revoked) = world.signed_in(&portal, &AN).await;
        portal.revoke(&revoked.refresh_token()).await;
        for token in [
            expired.access_token(),
            revoked.access_token(),
            revoked.refresh_token(),
            expired.id_token(),
            "senid_at_x".to_owned(),
            "a.b.c".to_owned(),
            "a.b.c.d.e".to_owned(),
        ] {
            assert_eq!(portal.introspection(&token).await, json!({ "active": false }), "{token}");
        }
    }
}

#[tokio::test]
async fn whoever_asks_proves_who_they_are() {
    let world = World::embedded().await;
    let portal = world.portal("tax-app");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let reply = portal.introspects(&tokens.access_token()).await;
    assert_eq!((reply.status.as_u16(), reply.json()["error"].as_str()), (401, Some("invalid_client")));
    let url = world.at("/introspect");
    let form = [("token", tokens.access_token())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let reply = crate::support::world::web::post(&url, &[], &form).await;
    assert_eq!((reply.status.as_u16(), reply.json()["error"].as_str()), (401, Some("invalid_client")));
    for client in ["tax-office", "library", "customs", "land-office"] {
        let reply = world.portal(client).introspects("x").await;
        assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, r#"{"active":false}"#), "{client}");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_request_without_a_token_or_with_two_is_refused() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    assert_eq!(portal.introspects("").await.json()["error_description"], "token is missing");
    let authorization = portal.basic();
    let form = [("token", "a"), ("token", "b")];
    let reply =
        crate::support::world::web::post(&world.at("/introspect"), &[("authorization", &authorization)], &form).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["error_description"], "token is given more than once");
}
