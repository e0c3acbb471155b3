//! Who someone is to a portal: OpenID Connect Core §8, and the national identifier only where it was approved.

use serde_json::Value;

use crate::support::World;
use crate::support::world::{AN, BINH, Citizen, Portal};

/// The `sub` that the portal knows the citizen by, the same wherever it is told.
async fn subject(world: &World, portal: &Portal, citizen: &Citizen) -> String {
    let (_, tokens) = world.signed_in(portal, citizen).await;
    let told = [
        portal.id_token(&tokens).await["sub"].clone(),
        portal.access_token(&tokens).await["sub"].clone(),
        portal.claims(&tokens.access_token()).await["sub"].clone(),
    ];
    assert!(told[0].is_string() && told.iter().all(|sub| *sub == told[0]), "{told:?}");
    told[0].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_subject_is_the_same_in_every_token_and_another_in_every_sector() {
    let world = World::embedded().await;
    let an_at = async |client| subject(&world, &world.portal(client), &AN).await;
    let office = an_at("tax-office").await;
    assert_eq!(office, an_at("tax-office").await, "from sign-in to sign-in");
    assert_eq!(office, an_at("tax-app").await, "of the same sector");
    assert_ne!(office, an_at("library").await, "of another sector");
    assert_ne!(office, subject(&world, &world.portal("tax-office"), &BINH).await);
}

#[tokio::test]
async fn a_public_subject_is_nobody_s_pairwise_one_and_says_nothing() {
    let world = World::embedded().await;
    let public = subject(&world, &world.portal("registry"), &AN).await;
    assert_ne!(public, subject(&world, &world.portal("tax-office"), &AN).await);
    assert_ne!(public, subject(&world, &world.portal("registry"), &BINH).await);
    assert!(!public.contains(AN.identifier));
    let id = world.operator().id_of(&AN).await.to_string();
    assert!(!public.contains(&id), "the identity store's own numbers stay there");
}

#[tokio::test]
async fn portals_cannot_compare_sessions() {
    let world = World::embedded().await;
    let (office, app) = (world.portal("tax-office"), world.portal("tax-app"));
    let (mut browser, tokens) = world.signed_in(&office, &AN).await;
    let others = world.sign_in_again(&mut browser, &app, &AN).await;
    assert_ne!(office.id_token(&tokens).await["sid"], app.id_token(&others).await["sid"]);
}

#[tokio::test]
async fn the_national_identifier_is_told_only_with_its_scope() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    for (scope, told) in [("openid profile national_id", Value::from(AN.identifier)), ("openid profile", Value::Null)] {
        let started = portal.start().with("scope", scope);
        let page = browser.open(&started.url()).await;
        let page = AN.goes_through(&mut browser, page).await;
        let tokens = portal.exchange(&started, &page.code()).await;
        let claims = portal.claims(&tokens.access_token()).await;
        assert_eq!(claims["national_id"], told);
        for token in [portal.id_token(&tokens).await, portal.access_token(&tokens).await] {
            assert!(!token.to_string().contains(AN.identifier), "{token}");
        }
    }
}
