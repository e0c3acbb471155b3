//! Locked citizens and disabled clients (CVE-2026-1609, CVE-2025-64521): on every path.

use senid::domain::citizen::CitizenStatus;
use senid::domain::time::Clock;

use crate::support::World;
use crate::support::world::{AN, on_every_backend};

use super::{up_to_code, up_to_password};

on_every_backend! {
    async fn a_locked_citizen_s_codes_and_tokens_do_not_work(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let (_, started, code) = up_to_code(&world, &portal, &AN).await;
        world.operator().locks(&AN).await;
        assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
        // A code from before the lock is not good after it either.
        world.operator().unlocks(&AN).await;
        assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
    }

    async fn a_locked_citizen_is_signed_in_nowhere_and_does_not_get_in(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        world.operator().locks(&AN).await;
        let page = browser.open(&portal.start().with("prompt", "none").url()).await;
        assert_eq!(page.refusal().0, "login_required");
        assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
        let page = up_to_password(&mut browser, &portal, &AN).await;
        assert_eq!(AN.enters(&mut browser, &page, AN.password).await.status, 401);
        assert_eq!(browser.open("/account").await.path(), "/account/sign-in");
    }

    async fn a_disabled_client_gets_nothing(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        let (_, started, code) = up_to_code(&world, &portal, &AN).await;
        world.operator().disables(portal.id()).await;
        assert_eq!(portal.exchange(&started, &code).await.refused(401), "invalid_client");
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(401), "invalid_client");
        assert_eq!(portal.revoke(&tokens.access_token()).await.status, 401);
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
        for started in [portal.start(), portal.start().with("prompt", "none")] {
            let page = browser.open(&started.url()).await;
            assert_eq!((page.status.as_u16(), page.reply.header("location")), (400, ""));
        }
        let (hint, own) = (tokens.id_token(), portal.registration.post_logout_redirect_uri);
        let page = browser.open(&portal.logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", own)])).await;
        // Signed out all the same, and not led to it.
        assert_eq!((page.status.as_u16(), page.path()), (200, "/signed-out"));
        assert!(!page.has("#back"));
    }
}

#[tokio::test]
async fn a_client_that_is_disabled_during_a_sign_in_is_not_answered() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    let consent = AN.signs_in(&mut browser, &page).await;
    world.operator().disables(portal.id()).await;
    let page = AN.allows(&mut browser, &consent).await;
    assert_eq!((page.status.as_u16(), page.reply.header("location")), (400, ""));
}

/// As a command in another process locks, which cannot reach the sessions in this one's memory.
#[tokio::test]
async fn a_lock_that_only_the_identity_store_knows_of_closes_the_account_too() {
    let world = World::embedded().await;
    let (mut browser, _) = world.signed_in(&world.portal("tax-office"), &AN).await;
    let id = world.operator().id_of(&AN).await;
    world.wait(std::time::Duration::from_secs(1));
    let mut tx = world.app(0).store.begin().await.unwrap();
    let (was, is) = (CitizenStatus::Active, CitizenStatus::Locked);
    assert!(tx.citizens().set_status(id, (was, is), world.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    let portal = world.portal("tax-office");
    let page = browser.open(&portal.start().with("prompt", "consent").url()).await;
    assert_eq!(page.refusal().0, "access_denied");
    assert!(!page.reply.body.contains(AN.name));
    let started = portal.start();
    let code = browser.open(&started.url()).await.code();
    assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
    for path in ["/account", "/account/sessions", "/account/portals", "/account/activity"] {
        let page = browser.open(path).await;
        assert_eq!(page.path(), "/account/sign-in");
        assert!(!page.reply.body.contains(AN.name));
    }
}
