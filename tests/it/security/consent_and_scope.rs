//! Consent and scope (CVE-2026-79652, CVE-2024-52287): what was withdrawn is over, and nothing ever widens.

use serde_json::json;

use crate::support::World;
use crate::support::world::{AN, Browser, Portal, on_every_backend};

use super::up_to_code;

async fn withdraw(browser: &mut Browser, portal: &Portal) {
    let page = browser.open(&format!("/account/portals/{}/withdraw", portal.id())).await;
    let page = browser.press(&page, "withdraw-confirm", &[]).await;
    assert_eq!(page.path(), "/account/portals");
}

on_every_backend! {
    async fn a_code_from_before_a_withdrawal_is_worth_nothing_after_it(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, started, code) = up_to_code(&world, &portal, &AN).await;
        withdraw(&mut browser, &portal).await;
        assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
    }

    async fn a_withdrawal_ends_every_token_and_is_seen_by_the_next_silent_sign_on(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        withdraw(&mut browser, &portal).await;
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        let page = browser.open(&portal.start().with("prompt", "none").url()).await;
        assert_eq!(page.refusal().0, "consent_required");
    }

    async fn what_a_client_has_lost_since_it_is_neither_granted_nor_told(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let (_, started, code) = up_to_code(&world, &portal, &AN).await;
        let left = "openid profile offline_access";
        world.operator().changes(portal.id(), |client| client.scopes = left.parse().unwrap()).await;
        assert_eq!(portal.exchange(&started, &code).await.scope(), "offline_access openid profile");
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(refreshed.scope(), "offline_access openid profile");
        for access in [tokens.access_token(), refreshed.access_token()] {
            let claims = portal.claims(&access).await;
            assert!(claims.get("name").is_some());
            for lost in ["national_id", "email", "phone_number", "address"] {
                assert!(claims.get(lost).is_none(), "{lost}");
            }
        }
    }

    async fn a_claim_that_a_client_was_not_approved_for_is_not_had_by_asking_for_it_singly(world: World) {
        let claims = json!({ "national_id": { "essential": true }, "national_id_scheme": null, "phone_number": null });
        let claims = json!({ "userinfo": claims, "id_token": claims }).to_string();
        // Neither where the person is asked, nor where the law is the ground.
        for portal in ["library", "registry"].map(|id| world.portal(id)) {
            let started = portal.start().with("claims", &claims);
            let mut browser = world.browser();
            let page = browser.open(&started.url()).await;
            let page = AN.signs_in(&mut browser, &page).await;
            assert!(!page.text().contains("identification"), "{}", page.text());
            let code = AN.goes_through(&mut browser, page).await.code();
            let mut tokens = portal.exchange(&started, &code).await;
            for _ in 0..2 {
                let told = [portal.id_token(&tokens).await, portal.claims(&tokens.access_token()).await];
                for claim in ["national_id", "national_id_scheme", "phone_number"] {
                    assert!(told.iter().all(|told| told.get(claim).is_none()), "{}: {claim}", portal.id());
                }
                if portal.id() == "registry" {
                    break;
                }
                tokens = portal.refresh(&tokens.refresh_token()).await;
            }
        }
    }

    async fn a_single_claim_that_a_client_has_lost_since_is_neither_granted_nor_told(world: World) {
        let portal = world.portal("tax-office");
        let claims = json!({ "national_id": null, "gender": null });
        let claims = json!({ "userinfo": claims, "id_token": claims }).to_string();
        let single = portal.start().with("scope", "openid offline_access").with("claims", &claims);
        let mut browser = world.browser();
        let page = browser.open(&single.url()).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        let before = portal.exchange(&single, &code).await;
        assert_eq!(portal.claims(&before.access_token()).await["national_id"], AN.identifier);
        assert_eq!(portal.id_token(&before).await["national_id"], AN.identifier);
        let late = browser.open(&single.url()).await.code();
        let left = "openid profile offline_access";
        world.operator().changes(portal.id(), |client| client.scopes = left.parse().unwrap()).await;
        let (after, refreshed) = (portal.exchange(&single, &late).await, portal.refresh(&before.refresh_token()).await);
        for tokens in [&after, &refreshed] {
            let id_token = portal.id_token(tokens).await;
            assert_eq!((id_token.get("national_id"), &id_token["gender"]), (None, &json!("male")));
        }
        for tokens in [&before, &after, &refreshed] {
            let told = portal.claims(&tokens.access_token()).await;
            assert_eq!((told.get("national_id"), &told["gender"]), (None, &json!("male")));
        }
    }

    async fn a_scope_that_has_grown_since_does_not_tell_more_than_was_allowed(world: World) {
        let portal = world.portal("tax-office");
        let asked = portal.start().with("scope", "openid profile offline_access").with("claims_locales", "ru");
        let mut browser = world.browser();
        let page = browser.open(&asked.url()).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        let tokens = portal.exchange(&asked, &code).await;
        let before = portal.claims(&tokens.access_token()).await;
        assert!(before.get("name#ru").is_some() && before.get("picture").is_some());
        for claim in ["picture", "name"] {
            world.operator().makes_older(&AN, portal.id(), claim).await;
            let refreshed = portal.refresh(&tokens.refresh_token()).await;
            for tokens in [&tokens, &refreshed] {
                let told = portal.claims(&tokens.access_token()).await;
                assert!(told.get(claim).is_none() && told.get(format!("{claim}#ru")).is_none(), "{told}");
                assert_eq!(told["nickname"], "Tí", "what was allowed is told");
            }
        }
    }

    async fn the_withdrawal_of_a_single_claim_ends_what_stood_on_it(world: World) {
        let portal = world.portal("tax-office");
        let claims = json!({ "userinfo": { "gender": null } }).to_string();
        let single = portal.start().with("scope", "openid offline_access").with("claims", &claims);
        let mut browser = world.browser();
        let page = browser.open(&single.url()).await;
        let code = AN.goes_through(&mut browser, page).await.code();
        let tokens = portal.exchange(&single, &code).await;
        let late = browser.open(&single.url()).await.code();
        withdraw(&mut browser, &portal).await;
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
        assert_eq!(portal.exchange(&single, &late).await.refused(400), "invalid_grant");
        let page = browser.open(&single.with("prompt", "none").url()).await;
        assert_eq!(page.refusal().0, "consent_required");
    }

    async fn a_client_that_may_not_refresh_any_more_does_not(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let (_, started, code) = up_to_code(&world, &portal, &AN).await;
        world.operator().changes(portal.id(), |client| client.scopes = "openid profile".parse().unwrap()).await;
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "unauthorized_client");
        assert!(portal.exchange(&started, &code).await.json().get("refresh_token").is_none());
    }
}

#[tokio::test]
async fn a_refresh_narrows_and_never_widens() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let started = portal.start().with("scope", "openid profile offline_access");
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let tokens = portal.exchange(&started, &code).await;
    for wider in ["openid national_id", "openid profile email", "admin", "openid profile offline_access phone"] {
        assert_eq!(portal.refresh_for(&tokens.refresh_token(), wider).await.refused(400), "invalid_scope", "{wider}");
    }
    let narrowed = portal.refresh_for(&tokens.refresh_token(), "openid").await;
    assert_eq!(narrowed.scope(), "openid");
    assert!(portal.claims(&narrowed.access_token()).await.get("name").is_none());
}

#[tokio::test]
async fn the_national_identifier_is_only_for_clients_that_were_approved() {
    let world = World::embedded().await;
    for portal in ["library", "registry", "tax-app", "sandbox"].map(|id| world.portal(id)) {
        let page = world.browser().open(&portal.start().with("scope", "openid national_id").url()).await;
        assert_eq!(page.refusal().0, "invalid_scope", "{}", portal.id());
    }
}

#[tokio::test]
async fn a_scope_that_was_not_allowed_before_is_asked_about_and_never_answered_silently() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().with("scope", "openid profile").url()).await;
    AN.goes_through(&mut browser, page).await;
    let wider = portal.start().with("scope", "openid profile national_id");
    assert_eq!(browser.open(&wider.clone().with("prompt", "none").url()).await.refusal().0, "consent_required");
    assert!(browser.open(&wider.url()).await.has("#allow"));
}
