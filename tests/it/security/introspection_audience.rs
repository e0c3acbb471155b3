//! Who learns what of a token (CVE-2026-37979): the client that it was issued to, the resource servers that it is for, and
//! nobody else that there is one.

use senid::domain::client::ConsentPolicy;
use senid::domain::resource::{AccessTokenFormat, ResourceStatus};
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::resources::{
    HEALTH, HEALTH_SCOPE, LAND, LAND_SCOPE, for_itself, health, land, registered_for,
};
use crate::support::world::{AN, Portal, TokenAnswer, on_every_backend};

const NOTHING: &str = r#"{"active":false}"#;

/// Two resource servers that two clients ask for, and a portal that has tokens for both.
async fn portal(world: &World) -> Portal {
    let operator = world.operator();
    operator.opens(&health("customs")).await;
    operator.opens(&land("land-office")).await;
    operator.changes("tax-office", registered_for(HEALTH, HEALTH_SCOPE)).await;
    operator.changes("tax-office", registered_for(LAND, LAND_SCOPE)).await;
    operator.changes("tax-office", for_itself).await;
    world.portal("tax-office")
}

/// What a citizen granted for both, and for userinfo.
async fn granted(world: &World, portal: &Portal) -> TokenAnswer {
    let started = portal.start().with("scope", "openid profile offline_access health.read land.read");
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    portal.exchange(&started, &code).await
}

async fn in_format(world: &World, format: AccessTokenFormat) {
    world.operator().changes("tax-office", |client| client.policy.access_token_format = Some(format)).await;
}

const FORMATS: [AccessTokenFormat; 2] = [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque];

fn members(told: &Value) -> (&Value, &Value) {
    (&told["aud"], &told["scope"])
}

on_every_backend! {
    async fn each_learns_its_own_part_and_others_nothing(world: World) {
        let portal = portal(&world).await;
        for format in FORMATS {
            in_format(&world, format).await;
            let tokens = granted(&world, &portal).await;
            let token = tokens.access_token();
            let told = world.portal("customs").introspection(&token).await;
            assert_eq!(members(&told), (&json!(HEALTH), &json!("health.read")));
            assert_eq!(told["sub"], portal.id_token(&tokens).await["sub"]);
            let told = world.portal("land-office").introspection(&token).await;
            assert_eq!(members(&told), (&json!(LAND), &json!("land.read")));
            let whole = portal.introspection(&token).await;
            assert_eq!(whole["scope"], "health.read land.read offline_access openid profile");
            for other in ["library", "registry", "archive"] {
                assert_eq!(world.portal(other).introspects(&token).await.body, NOTHING, "{other}");
            }
            // Nobody but its client learns of a refresh token.
            for other in ["customs", "land-office", "library"] {
                assert_eq!(world.portal(other).introspects(&tokens.refresh_token()).await.body, NOTHING, "{other}");
            }
            assert_eq!(portal.introspection(&tokens.refresh_token()).await["active"], true);
        }
    }

    async fn a_token_for_one_resource_is_nothing_to_another(world: World) {
        let portal = portal(&world).await;
        for format in FORMATS {
            in_format(&world, format).await;
            let form = [("grant_type", "client_credentials"), ("resource", LAND)];
            let token = portal.token(&form).await.access_token();
            assert_eq!(world.portal("customs").introspects(&token).await.body, NOTHING);
            assert_eq!(world.portal("land-office").introspection(&token).await["sub"], "tax-office");
        }
        // A token for userinfo alone is nothing to either.
        let (_, tokens) = world.signed_in(&world.portal("library"), &AN).await;
        for other in ["customs", "land-office", "tax-office"] {
            assert_eq!(world.portal(other).introspects(&tokens.access_token()).await.body, NOTHING, "{other}");
        }
    }

    async fn a_locked_citizen_s_tokens_are_nothing(world: World) {
        let portal = portal(&world).await;
        let mut all = Vec::new();
        for format in FORMATS {
            in_format(&world, format).await;
            let tokens = granted(&world, &portal).await;
            all.extend([tokens.access_token(), tokens.refresh_token()]);
        }
        world.operator().locks(&AN).await;
        for token in &all {
            assert_eq!(portal.introspects(token).await.body, NOTHING);
            assert_eq!(world.portal("customs").introspects(token).await.body, NOTHING);
        }
    }

    async fn a_disabled_client_s_tokens_are_nothing_and_it_learns_nothing(world: World) {
        let portal = portal(&world).await;
        let mut all = Vec::new();
        for format in FORMATS {
            in_format(&world, format).await;
            all.push(granted(&world, &portal).await.access_token());
            all.push(portal.token(&[("grant_type", "client_credentials"), ("resource", HEALTH)]).await.access_token());
        }
        let customs = world.portal("customs");
        for token in &all {
            assert_eq!(customs.introspection(token).await["active"], true);
        }
        world.operator().disables("tax-office").await;
        for token in &all {
            assert_eq!(customs.introspects(token).await.body, NOTHING);
            assert_eq!(portal.introspects(token).await.status, 401);
        }
    }

    async fn a_withdrawn_consent_ends_its_tokens(world: World) {
        let portal = portal(&world).await;
        let mut browser = world.browser();
        let mut all = Vec::new();
        for format in FORMATS {
            in_format(&world, format).await;
            let started = portal.start().with("scope", "openid offline_access health.read");
            let page = browser.open(&started.url()).await;
            let code = AN.goes_through(&mut browser, page).await.code();
            let tokens = portal.exchange(&started, &code).await;
            all.extend([tokens.access_token(), tokens.refresh_token()]);
        }
        for token in &all {
            assert_eq!(portal.introspection(token).await["active"], true);
        }
        let page = browser.open("/account/portals/tax-office/withdraw").await;
        let form = page.form_of("withdraw-confirm", &[]);
        browser.submit(&page, &form.action, &form.pairs).await;
        for token in &all {
            assert_eq!(portal.introspects(token).await.body, NOTHING);
            assert_eq!(world.portal("customs").introspects(token).await.body, NOTHING);
        }
    }
}

#[tokio::test]
async fn who_may_not_ask_any_more_learns_nothing() {
    let world = World::embedded().await;
    let portal = portal(&world).await;
    let (customs, land_office) = (world.portal("customs"), world.portal("land-office"));
    let operator = world.operator();
    let token = granted(&world, &portal).await.access_token();
    // The resource server asks as another client now, or is disabled, or the portal lost it.
    operator.changes_resource(HEALTH, |health| health.introspected_by.clear()).await;
    assert_eq!(customs.introspects(&token).await.body, NOTHING);
    operator.changes_resource(LAND, |land| land.status = ResourceStatus::Disabled).await;
    assert_eq!(land_office.introspects(&token).await.body, NOTHING);
    operator.changes_resource(LAND, |land| land.status = ResourceStatus::Active).await;
    assert_eq!(land_office.introspection(&token).await["active"], true);
    operator.changes("tax-office", |client| client.resources.retain(|id| id.as_str() != LAND)).await;
    assert_eq!(land_office.introspects(&token).await.body, NOTHING);
}

#[tokio::test]
async fn what_the_client_lost_since_is_not_told() {
    let world = World::embedded().await;
    let portal = portal(&world).await;
    world.operator().changes("tax-office", |client| client.policy.consent = ConsentPolicy::Implied).await;
    let token = portal.token(&[("grant_type", "client_credentials"), ("resource", HEALTH)]).await.access_token();
    let customs = world.portal("customs");
    assert_eq!(customs.introspection(&token).await["scope"], "health.read health.write");
    let less = "openid health.read".parse().unwrap();
    world.operator().changes("tax-office", |client| client.scopes = client.scopes.intersection(&less)).await;
    assert_eq!(customs.introspection(&token).await["scope"], "health.read");
}
