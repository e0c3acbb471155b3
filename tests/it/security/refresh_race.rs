//! Refresh tokens (CVE-2026-1035): one live branch whatever happens at once, and theft ends the family.

use std::collections::HashSet;
use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::crypto::token::{Token, TokenKind};
use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::{AN, DpopKey, on_every_backend};

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

    async fn a_hundred_refreshes_at_once_of_a_token_that_is_not_replaced_leave_that_one(world: World) {
        a_token_stays(&world).await;
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

/// FAPI 2.0 Security Profile §5.3.2.1: refresh tokens are not rotated; the client's own proof is what a thief has not.
async fn a_token_stays(world: &World) {
    let (portal, key) = (world.portal("customs"), DpopKey::new("customs' program"));
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    world.operator().changes("customs", |client| client.policy.set = "fapi2".parse().unwrap()).await;
    let presented = tokens.refresh_token();
    let mut refreshes = JoinSet::new();
    for _ in 0..100 {
        let (portal, token) = (portal.clone(), presented.clone());
        refreshes.spawn(async move {
            portal.token_by(&key, &[("grant_type", "refresh_token"), ("refresh_token", &token)]).await
        });
    }
    let answers = refreshes.join_all().await;
    let live: HashSet<String> = answers.iter().map(|answer| answer.refresh_token()).collect();
    assert_eq!(live, HashSet::from([presented.clone()]));
    let access: HashSet<String> = answers.iter().map(|answer| answer.access_token()).collect();
    assert_eq!(access.len(), 100);
    // Long after any grace it is still the one, and still nobody else's.
    world.wait(Duration::from_secs(86_400));
    assert_eq!(world.portal("tax-office").refresh(&presented).await.refused(400), "invalid_grant");
    let form = [("grant_type", "refresh_token"), ("refresh_token", presented.as_str())];
    assert_eq!(portal.token_by(&key, &form).await.refresh_token(), presented);
    // Without a key nobody gets a token of such a client.
    assert_eq!(portal.token(&form).await.refused(400), "invalid_request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_keep_the_same_token() {
    a_token_stays(&World::two_servers().await).await;
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
