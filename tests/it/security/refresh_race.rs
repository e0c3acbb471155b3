//! Refresh tokens (CVE-2026-1035): one live branch whatever happens at once, and theft ends the family.

use std::collections::HashSet;
use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::crypto::token::{Token, TokenKind};
use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::{AN, on_every_backend};

on_every_backend! {
    async fn fifty_refreshes_at_once_leave_one_live_branch(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let mut refreshes = JoinSet::new();
        for _ in 0..50 {
            let (portal, token) = (portal.clone(), tokens.refresh_token());
            refreshes.spawn(async move { portal.refresh(&token).await });
        }
        let successors: HashSet<String> =
            refreshes.join_all().await.iter().map(|answer| answer.refresh_token()).collect();
        assert_eq!(successors.len(), 1);
        let successor = successors.into_iter().next().unwrap();
        assert_eq!(portal.refresh(&successor).await.status, 200);
        // The successor was used, so whoever still has the parent took it from somebody.
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        assert_eq!(portal.refresh(&successor).await.refused(400), "invalid_grant");
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
    }

    async fn a_parent_that_comes_after_the_grace_ends_the_family(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let successor = portal.refresh(&tokens.refresh_token()).await.refresh_token();
        world.wait(Duration::from_secs(61));
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        assert_eq!(portal.refresh(&successor).await.refused(400), "invalid_grant");
    }
}

#[tokio::test]
async fn another_client_s_refresh_token_is_refused_and_stays_its_owner_s() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    for other in ["sandbox", "library", "tax-app"].map(|other| world.portal(other)) {
        assert_eq!(other.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        assert_eq!(other.revoke(&tokens.refresh_token()).await.status, 200);
        assert_eq!(other.revoke(&tokens.access_token()).await.status, 200);
    }
    assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 200);
}

#[tokio::test]
async fn what_only_looks_like_a_refresh_token_is_refused_and_ends_nothing() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let own = tokens.refresh_token();
    let grant = portal.access_token(&tokens).await["grant"].as_str().unwrap().parse().unwrap();
    for forged in [
        own.replace("senid_rt_", "senid_ac_"),
        own[..own.len() - 1].to_owned(),
        own.to_lowercase(),
        // Whoever reads an access token knows its grant; the checksum is no secret either.
        Token::new(TokenKind::RefreshToken, grant, &SystemRandom::new()).text().expose().to_owned(),
        tokens.access_token(),
        tokens.id_token(),
        "null".to_owned(),
    ] {
        assert_eq!(portal.refresh(&forged).await.refused(400), "invalid_grant");
    }
    assert_eq!(portal.refresh(&own).await.status, 200);
}
