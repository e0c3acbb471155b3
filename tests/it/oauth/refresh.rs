//! Refresh tokens: rotated, bound to their client, never wider, and dead once there are two of them (RFC 9700 §4.14.2).

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::World;
use crate::support::world::{AN, on_every_backend};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);

on_every_backend! {
    async fn a_refresh_gives_new_tokens_of_the_same_sign_in(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        world.wait(600 * SECOND);
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401, "expired");

        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!((refreshed.status.as_u16(), &refreshed.headers["cache-control"]), (200, &"no-store".parse().unwrap()));
        assert_ne!(refreshed.refresh_token(), tokens.refresh_token());
        assert_eq!(refreshed.scope(), tokens.scope());
        let (before, after) = (portal.id_token(&tokens).await, portal.id_token(&refreshed).await);
        for claim in ["iss", "sub", "aud", "auth_time", "sid", "acr", "amr"] {
            assert_eq!(after[claim], before[claim], "{claim}");
        }
        assert_eq!(after["nonce"], serde_json::Value::Null, "a nonce is for the first");
        assert_eq!(after["iat"].as_i64(), before["iat"].as_i64().map(|at| at + 600));
        assert_eq!(portal.claims(&refreshed.access_token()).await["name"], AN.name);
    }

    async fn a_lost_answer_may_be_asked_for_again_and_is_the_same(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let lost = portal.refresh(&tokens.refresh_token()).await;
        world.wait(59 * SECOND);
        let again = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(again.refresh_token(), lost.refresh_token());
        assert_eq!(portal.refresh(&again.refresh_token()).await.status, 200);
    }

    async fn a_parent_that_comes_after_the_grace_ends_the_family(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let live = portal.refresh(&tokens.refresh_token()).await;
        world.wait(60 * SECOND);
        let stolen = portal.refresh(&tokens.refresh_token()).await;
        let sentence = "the refresh token was already used; all tokens of this sign-in have been revoked";
        assert_eq!(stolen.refusal(), ("invalid_grant".to_owned(), sentence.to_owned()));
        let (error, sentence) = portal.refresh(&live.refresh_token()).await.refusal();
        assert_eq!((error.as_str(), sentence.as_str()), ("invalid_grant", "the refresh token was revoked"));
        assert_eq!(portal.userinfo(&live.access_token()).await.status, 401);
    }

    async fn a_parent_whose_successor_was_used_ends_the_family_at_once(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let second = portal.refresh(&tokens.refresh_token()).await;
        let third = portal.refresh(&second.refresh_token()).await;
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        assert_eq!(portal.refresh(&third.refresh_token()).await.refused(400), "invalid_grant");
        assert_eq!(portal.userinfo(&third.access_token()).await.status, 401);
    }

    async fn fifty_refreshes_at_once_leave_one_live_branch(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let attempts: Vec<_> = (0..50)
            .map(|_| {
                let (portal, token) = (portal.clone(), tokens.refresh_token());
                tokio::spawn(async move { portal.refresh(&token).await })
            })
            .collect();
        let mut successors = BTreeSet::new();
        for attempt in attempts {
            successors.insert(attempt.await.unwrap().refresh_token());
        }
        assert_eq!(successors.len(), 1, "every one of them got the same successor");
        assert_eq!(portal.refresh(&successors.pop_first().unwrap()).await.status, 200);
    }

    async fn a_refresh_narrows_for_once_and_never_widens(world: World) {
        let portal = world.portal("tax-office");
        let mut browser = world.browser();
        let started = portal.start().with("scope", "openid profile email offline_access");
        let page = browser.open(&started.url()).await;
        let page = AN.goes_through(&mut browser, page).await;
        let tokens = portal.exchange(&started, &page.code()).await;

        let narrow = portal.refresh_for(&tokens.refresh_token(), "openid email").await;
        assert_eq!(narrow.scope(), "email openid");
        let claims = portal.claims(&narrow.access_token()).await;
        assert!(claims.get("email").is_some() && claims.get("name").is_none(), "{claims}");

        let wide = portal.refresh_for(&narrow.refresh_token(), "openid phone").await;
        assert_eq!(wide.refusal(), ("invalid_scope".to_owned(), "the scope phone was not granted".to_owned()));
        // What was refused has spent nothing, however much later the portal asks properly.
        world.wait(120 * SECOND);
        let whole = portal.refresh(&narrow.refresh_token()).await;
        assert_eq!(whole.scope(), tokens.scope(), "{}", whole.body);
    }

    async fn a_refresh_token_that_is_not_used_dies_of_idleness_and_every_family_of_age(world: World) {
        let portal = world.portal("tax-office");
        let (_, idle) = world.signed_in(&portal, &AN).await;
        let (_, busy) = world.signed_in(&portal, &AN).await;
        let mut token = busy.refresh_token();
        for day in (29..180).step_by(29) {
            world.wait(29 * DAY);
            let refreshed = portal.refresh(&token).await;
            assert_eq!(refreshed.status, 200, "day {day}: {}", refreshed.body);
            token = refreshed.refresh_token();
        }
        let expired = ("invalid_grant".to_owned(), "the refresh token has expired".to_owned());
        assert_eq!(portal.refresh(&idle.refresh_token()).await.refusal(), expired);
        world.wait(6 * DAY);
        assert_eq!(portal.refresh(&token).await.refusal(), expired);
    }

    async fn another_client_s_token_is_refused_and_does_the_family_no_harm(world: World) {
        let (portal, thief) = (world.portal("tax-office"), world.portal("library"));
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let stolen = thief.refresh(&tokens.refresh_token()).await;
        let sentence = "the refresh token is unknown, or was issued to another client";
        assert_eq!(stolen.refusal(), ("invalid_grant".to_owned(), sentence.to_owned()));
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 200);
    }
}

#[tokio::test]
async fn only_who_asks_for_offline_access_gets_a_refresh_token() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let started = portal.start().with("scope", "openid profile");
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    let tokens = portal.exchange(&started, &page.code()).await;
    assert_eq!(tokens.json().get("refresh_token"), None);
}

#[tokio::test]
async fn a_public_client_s_token_is_rotated_too() {
    let world = World::embedded().await;
    let portal = world.portal("tax-app");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let second = portal.refresh(&tokens.refresh_token()).await;
    assert_ne!(second.refresh_token(), tokens.refresh_token());
    portal.refresh(&second.refresh_token()).await;
    assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
}

#[tokio::test]
async fn what_the_client_has_lost_is_refreshed_no_more() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    world
        .operator()
        .changes("tax-office", |client| client.scopes = "openid profile offline_access".parse().unwrap())
        .await;
    let claims = portal.claims(&tokens.access_token()).await;
    assert!(claims.get("national_id").is_none() && claims.get("name").is_some(), "{claims}");
    let refreshed = portal.refresh(&tokens.refresh_token()).await;
    assert_eq!(refreshed.scope(), "offline_access openid profile");
}

#[tokio::test]
async fn what_is_no_refresh_token_of_ours_is_refused() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let token = tokens.refresh_token();
    for other in ["x", "senid_rt_", &token[..token.len() - 1], &tokens.access_token()] {
        let refused = portal.refresh(other).await;
        let sentence = "not a refresh token of this issuer";
        assert_eq!(refused.refusal(), ("invalid_grant".to_owned(), sentence.to_owned()), "{other}");
    }
}
