//! Token revocation: RFC 7009.

use crate::support::World;
use crate::support::world::{AN, on_every_backend};

on_every_backend! {
    async fn either_token_ends_the_whole_grant(world: World) {
        for client in ["tax-office", "tax-app"] {
            let portal = world.portal(client);
            for revoke_access_token in [true, false] {
                let (_, tokens) = world.signed_in(&portal, &AN).await;
                let (access_token, refresh_token) = (tokens.access_token(), tokens.refresh_token());
                let revoked = if revoke_access_token { &access_token } else { &refresh_token };
                let reply = portal.revoke(revoked).await;
                assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, ""));
                assert_eq!(reply.header("cache-control"), "no-store");
                assert_eq!(portal.userinfo(&access_token).await.status, 401);
                assert_eq!(portal.refresh(&refresh_token).await.refused(400), "invalid_grant");
            }
        }
    }

    async fn what_another_client_wants_revoked_stays(world: World) {
        let (portal, other) = (world.portal("tax-office"), world.portal("library"));
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        for token in [tokens.refresh_token(), tokens.access_token()] {
            assert_eq!(other.revoke(&token).await.status, 200, "it learns nothing");
        }
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 200);
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 200);
    }
}

#[tokio::test]
async fn what_is_no_token_is_revoked_already() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    portal.revoke(&tokens.refresh_token()).await;
    for token in ["x", "senid_rt_x", &tokens.id_token(), &tokens.refresh_token()] {
        assert_eq!(portal.revoke(token).await.status, 200, "{token}");
    }
    assert_eq!(portal.revoke("").await.json()["error_description"], "token is missing");
}

#[tokio::test]
async fn a_sign_in_elsewhere_is_not_touched() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, here) = world.signed_in(&portal, &AN).await;
    let (_, there) = world.signed_in(&portal, &AN).await;
    portal.revoke(&here.refresh_token()).await;
    assert_eq!(portal.refresh(&there.refresh_token()).await.status, 200);
}
