//! Who someone is to a portal: OpenID Connect Core §8, and the national identifier only where it was approved.

use std::time::Duration;

use senid::domain::client::{ClientAuthenticationMethod, Localised};
use senid::domain::secret::SecretString;
use senid::flows::admin::update_client::{ClientChange, ListChange, NewSecret, SectorChange};
use serde_json::Value;

use crate::support::World;
use crate::support::world::{AN, BINH, CHAU, Citizen, Portal};

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

/// An office that moves to another host.
fn moves_to(uri: &str) -> ClientChange {
    ClientChange {
        redirect_uris: ListChange { whole: Some(vec![uri.to_owned()]), ..ListChange::default() },
        ..ClientChange::default()
    }
}

/// The portal as it is once its redirect URI is another.
fn at(portal: &Portal, redirect_uri: &'static str) -> Portal {
    let mut moved = portal.clone();
    moved.registration.redirect_uri = redirect_uri;
    moved
}

#[tokio::test]
async fn a_subject_outlives_domains_keys_and_owners() {
    let world = World::embedded().await;
    let office = world.portal("tax-office");
    let before = subject(&world, &office, &AN).await;

    world.wait(Duration::from_secs(1));
    world.operator().updates("tax-office", moves_to("https://revenue.example/callback")).await.unwrap();
    let mut office = at(&office, "https://revenue.example/callback");
    assert_eq!(subject(&world, &office, &AN).await, before, "another domain");

    world.wait(Duration::from_secs(1));
    let secret = NewSecret::Given(SecretString::new("another-secret-of-the-office"));
    let change = ClientChange {
        secret: Some(secret),
        authentication: Some(ClientAuthenticationMethod::ClientSecretPost),
        id_token_algorithm: Some(senid::domain::keys::SignatureAlgorithm::Rs256),
        ..ClientChange::default()
    };
    world.operator().updates("tax-office", change).await.unwrap();
    office.registration.secret = "another-secret-of-the-office";
    office.registration.method = crate::support::world::clients::Method::Post;
    assert_eq!(subject(&world, &office, &AN).await, before, "another secret, method and algorithm");

    world.wait(Duration::from_secs(1));
    let change = ClientChange {
        name: Some(Localised::plain("Revenue service")),
        organisation: Some(Localised::plain("Ministry of Finance")),
        ..ClientChange::default()
    };
    world.operator().updates("tax-office", change).await.unwrap();
    assert_eq!(subject(&world, &office, &AN).await, before, "another owner");

    world.operator().rotates_keys().await;
    assert_eq!(subject(&world, &office, &AN).await, before, "our own keys are new");
}

#[tokio::test]
async fn a_subject_outlives_the_national_identifier() {
    let world = World::embedded().await;
    let office = world.portal("tax-office");
    let before = subject(&world, &office, &AN).await;
    let renumbered = Citizen { identifier: "001190123459", ..AN };
    let taken = world.operator().renumbers(&AN, BINH.identifier).await.unwrap_err().to_string();
    assert!(taken.starts_with("another citizen has "), "{taken}");
    world.operator().renumbers(&AN, renumbered.identifier).await.unwrap();
    assert_eq!(subject(&world, &office, &renumbered).await, before);
    let (_, tokens) = world.signed_in(&office, &renumbered).await;
    assert_eq!(office.claims(&tokens.access_token()).await["national_id"], renumbered.identifier);
    // Nobody is found by the old number, and it is free for whoever it belongs to.
    let mut browser = world.browser();
    let page = browser.open(&office.start().url()).await;
    assert_eq!(AN.signs_in(&mut browser, &page).await.status, 401);
    world.operator().renumbers(&BINH, AN.identifier).await.unwrap();
    assert_ne!(subject(&world, &office, &Citizen { identifier: AN.identifier, ..BINH }).await, before);
}

#[tokio::test]
async fn two_organisations_that_merge_keep_their_citizens() {
    // As 63 provinces became 34 in 2025: two clients of two sectors come under one name and one host.
    let world = World::embedded().await;
    let (tax, library) = (world.portal("tax-office"), world.portal("library"));
    let before = (subject(&world, &tax, &AN).await, subject(&world, &library, &AN).await);
    world.wait(Duration::from_secs(1));
    for (client, uri) in [
        ("tax-office", "https://can-tho.example/tax/callback"),
        ("library", "https://can-tho.example/library/callback"),
    ] {
        let merged = ClientChange { organisation: Some(Localised::plain("Cần Thơ")), ..moves_to(uri) };
        world.operator().updates(client, merged).await.unwrap();
    }
    let tax = at(&tax, "https://can-tho.example/tax/callback");
    let library = at(&library, "https://can-tho.example/library/callback");
    assert_eq!((subject(&world, &tax, &AN).await, subject(&world, &library, &AN).await), before);
    // And who comes new is still told apart.
    assert_ne!(subject(&world, &tax, &CHAU).await, subject(&world, &library, &CHAU).await);
}

#[tokio::test]
async fn a_sector_changes_only_for_who_says_how_many_that_makes_strangers() {
    let world = World::embedded().await;
    let office = world.portal("tax-office");
    let before = [subject(&world, &office, &AN).await, subject(&world, &office, &BINH).await];
    world.wait(Duration::from_secs(1));
    let change = |citizens| ClientChange {
        sector: Some(SectorChange { sector: "Revenue.Example".to_owned(), citizens }),
        ..ClientChange::default()
    };
    for wrong in [None, Some(0), Some(1), Some(3)] {
        let refused = world.operator().updates("tax-office", change(wrong)).await.unwrap_err().to_string();
        assert!(
            refused.starts_with("2 citizens are known to tax-office by subjects of the sector tax.example"),
            "{refused}"
        );
        assert!(refused.ends_with("--citizens 2"), "{refused}");
    }
    assert_eq!(subject(&world, &office, &AN).await, before[0]);
    world.wait(Duration::from_secs(1));
    let changed = world.operator().updates("tax-office", change(Some(2))).await.unwrap();
    assert_eq!(changed.client.sector_identifier, "revenue.example");
    let after = [subject(&world, &office, &AN).await, subject(&world, &office, &BINH).await];
    assert!(after.iter().all(|sub| !before.contains(sub)), "as was said");
}
