//! Two servers behind one port, which share nothing but the stores.

use std::time::Duration;

use crate::support::World;
use crate::support::world::{AN, BINH, Operator, eventually, web};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_flow_is_completed_turn_by_turn() {
    let world = World::two_servers().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    for _ in 0..2 {
        // Twice, so that each step falls to each of the two.
        let silent = portal.start().with("prompt", "none");
        let code = browser.open(&silent.url()).await.code();
        let again = portal.exchange(&silent, &code).await;
        assert_eq!(portal.claims(&again.access_token()).await["name"], AN.name);
        assert_eq!(portal.exchange(&silent, &code).await.refused(400), "invalid_grant");
        assert_eq!(portal.userinfo(&again.access_token()).await.status, 401);
        web::get(&world.at("/jwks.json"), &[]).await;
    }
    let refreshed = portal.refresh(&tokens.refresh_token()).await;
    let lost = portal.refresh(&tokens.refresh_token()).await;
    assert_eq!(refreshed.refresh_token(), lost.refresh_token(), "both derive the same successor");
    browser.open(&portal.logout(&[("id_token_hint", &refreshed.id_token())])).await;
    for _ in 0..2 {
        let page = browser.open(&portal.start().with("prompt", "none").url()).await;
        assert_eq!(page.refusal().0, "login_required");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_at_one_server_the_other_hears_within_a_second() {
    let world = World::two_servers().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let (_, binh) = world.signed_in(&portal, &BINH).await;
    // The clock stands still, so nothing that is cached grows old by itself: only a message makes it new.
    let id = "tax-office".parse().unwrap();
    for server in 0..2 {
        assert!(world.app(server).clients.find(world.app(server), &id).await.unwrap().unwrap().is_active());
    }
    let kids = |server: usize| {
        let now = world.app(server).clock.now();
        world.app(server).keys.ring().published(now).into_owned()
    };
    let before = kids(1);
    world.wait(Duration::from_secs(1));
    let operator: Operator<'_> = world.operator();
    operator.rotates_keys().await;
    let within_a_second = async |what: &str, holds: &dyn Fn() -> bool| {
        let heard = eventually(what, async || holds());
        assert!(tokio::time::timeout(Duration::from_secs(10), heard).await.is_ok(), "{what}");
    };
    within_a_second("the other server's keys", &|| kids(1) != before && kids(0) == kids(1)).await;
    for _ in 0..2 {
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 200, "old tokens hold at both");
    }

    operator.locks(&BINH).await;
    for _ in 0..2 {
        assert_eq!(portal.userinfo(&binh.access_token()).await.status, 401);
    }

    operator.disables("tax-office").await;
    eventually("the other server's client", async || {
        !world.app(1).clients.find(world.app(1), &id).await.unwrap().unwrap().is_active()
    })
    .await;
    for _ in 0..2 {
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(401), "invalid_client");
    }
}
