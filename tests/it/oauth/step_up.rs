//! Step-up (RFC 9470), the protocol's side: what a resource server needs to see is in the token, and what its challenge leads
//! to asks for exactly what is missing.

use std::time::Duration;

use crate::support::World;
use crate::support::world::{AN, on_every_backend};

const SECOND: Duration = Duration::from_secs(1);
const SESSION: &str = "senid-session";

on_every_backend! {
    async fn a_resource_server_sees_how_and_when_somebody_signed_in(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let in_the_id_token = portal.id_token(&tokens).await;
        let in_the_token = portal.access_token(&tokens).await;
        let told = portal.introspection(&tokens.access_token()).await;
        for claim in ["auth_time", "acr", "amr"] {
            assert_eq!(in_the_token[claim], in_the_id_token[claim], "{claim}");
            assert_eq!(told[claim], in_the_id_token[claim], "{claim}");
        }
        // A refresh is no sign-in (RFC 9470 section 6.2).
        world.wait(600 * SECOND);
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        let later = portal.access_token(&refreshed).await;
        assert_eq!((&later["auth_time"], &later["acr"]), (&in_the_token["auth_time"], &in_the_token["acr"]));
    }

    async fn a_challenge_that_the_live_session_meets_is_answered_silently(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        world.wait(30 * SECOND);
        let challenged = portal.start().with("max_age", "60").with("acr_values", "urn:senid:aal:1");
        let code = browser.open(&challenged.url()).await.code();
        let stepped = portal.exchange(&challenged, &code).await;
        let (before, after) = (portal.access_token(&tokens).await, portal.access_token(&stepped).await);
        assert_eq!((&after["auth_time"], &after["acr"]), (&before["auth_time"], &before["acr"]));
    }

    async fn a_sign_in_that_is_too_old_is_made_again_and_nothing_else_is_asked(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        let mut left_behind = browser.clone();
        world.wait(61 * SECOND);
        let challenged = portal.start().with("max_age", "60");
        assert_eq!(browser.open(&challenged.clone().with("prompt", "none").url()).await.refusal().0, "login_required");
        let page = browser.open(&challenged.url()).await;
        assert!(page.has("#username"), "{}", page.text());
        // What was allowed before is not asked about again.
        let page = AN.signs_in(&mut browser, &page).await;
        let stepped = portal.exchange(&challenged, &page.code()).await;
        let (before, after) = (portal.access_token(&tokens).await, portal.access_token(&stepped).await);
        assert_eq!(after["auth_time"].as_i64(), before["auth_time"].as_i64().map(|at| at + 61));
        // The session goes on under another cookie (session fixation): who knew the one before knows nothing.
        assert_ne!(browser.cookies[SESSION], left_behind.cookies[SESSION]);
        assert_eq!(left_behind.open("/account").await.path(), "/account/sign-in");
        assert_eq!(portal.id_token(&stepped).await["sid"], portal.id_token(&tokens).await["sid"]);
    }
}

#[tokio::test]
async fn a_step_up_that_an_attacker_began_raises_nothing_for_them() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut victim, _) = world.signed_in(&portal, &AN).await;
    // Somebody copied the session's cookie before the step-up.
    let mut attacker = victim.clone();
    world.wait(61 * SECOND);
    let challenged = portal.start().with("max_age", "60");
    let page = victim.open(&challenged.url()).await;
    AN.goes_through(&mut victim, page).await;
    let silent = portal.start().with("max_age", "60").with("prompt", "none");
    assert_eq!(attacker.open(&silent.url()).await.refusal().0, "login_required");
    assert!(victim.open(&silent.url()).await.answer().contains_key("code"));
}

#[tokio::test]
async fn what_the_person_cannot_reach_bothers_nobody_where_it_is_a_wish_and_is_told_where_it_is_a_demand() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    // A wish: answered with what was reached, which the resource server sees.
    let wish = portal.start().with("acr_values", "urn:senid:aal:2");
    let code = browser.open(&wish.url()).await.code();
    assert_eq!(portal.access_token(&portal.exchange(&wish, &code).await).await["acr"], "urn:senid:aal:1");
    // A demand: they are told what is missing and how to get it; the portal hears its name.
    let demand =
        portal.start().with("claims", r#"{"id_token":{"acr":{"essential":true,"values":["urn:senid:aal:2"]}}}"#);
    let page = browser.open(&demand.url()).await;
    assert!(page.has("#how") && page.has("#leave") && !page.has("#use-password"), "{}", page.text());
    // Nobody passes by: what is not proven is not asked about.
    let skipped = browser.open(&page.url.path().replace("/step-up", "/consent")).await;
    assert!(skipped.path().ends_with("/step-up"), "{}", skipped.url);
    let refused = browser.press(&page, "leave", &[]).await;
    assert_eq!(refused.refusal().0, "unmet_authentication_requirements");
    let silent = demand.with("prompt", "none");
    assert_eq!(browser.open(&silent.url()).await.refusal().0, "unmet_authentication_requirements");
}
