//! Signing keys change while tokens that they signed are about.

use std::time::Duration;

use serde_json::Value;

use senid::domain::keys::SignatureAlgorithm;
use senid::domain::time::{Clock, Timestamp};
use senid::flows::admin::rotate_keys::When;

use crate::support::World;
use crate::support::world::proof::{JwksCache, header, verify};
use crate::support::world::{AN, eventually, on_every_backend};

async fn jwks(world: &World) -> Value {
    world.get("/jwks.json").await.json()
}

fn kids(jwks: &Value) -> Vec<&Value> {
    jwks["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect()
}

on_every_backend! {
    async fn the_next_key_is_published_before_it_signs_and_the_last_one_after(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, old) = world.signed_in(&portal, &AN).await;
        let before = jwks(&world).await;
        world.wait(Duration::from_secs(1));
        world.operator().rotates_keys().await;
        assert_ne!(jwks(&world).await, before);

        let new = world.sign_in_again(&mut browser, &portal, &AN).await;
        let kid = header(&new.id_token())["kid"].clone();
        assert_ne!(kid, header(&old.id_token())["kid"]);
        assert!(kids(&before).contains(&&kid), "whoever fetched the keys before knew this one");

        verify(&old.id_token(), &jwks(&world).await);
        assert_eq!(portal.userinfo(&old.access_token()).await.status, 200);
        let silent = portal.start().with("prompt", "none").with("id_token_hint", &old.id_token());
        assert!(browser.open(&silent.url()).await.answer().contains_key("code"));

        world.wait(Duration::from_secs(2 * 86_400));
        assert!(!kids(&jwks(&world).await).contains(&&header(&old.id_token())["kid"]), "withdrawn in the end");
    }
}

/// When the next ES256 key signs.
fn next_change_over(world: &World) -> Timestamp {
    let now = world.clock.now();
    let ring = world.app(0).keys.ring();
    let planned = ring.keys().filter(|key| key.algorithm == SignatureAlgorithm::Es256.into() && key.active_from > now);
    planned.map(|key| key.active_from).min().expect("a next key is published")
}

/// To the moment `before` the change-over.
fn wait_until(world: &World, moment: Timestamp, before: Duration) {
    world.wait(moment.since(world.clock.now()) - before);
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn for_a_year_no_portal_meets_a_key_that_it_cannot_know() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut cache = JwksCache::new(&world.issuer);
    for rotation in 0..4 {
        let moment = next_change_over(&world);
        // The portal has just read the keys, and will keep them over the change.
        wait_until(&world, moment, 200 * SECOND);
        world.operator().rotates_what_is_due().await;
        cache.at(world.clock.now()).await;
        let fetches = cache.fetches;

        wait_until(&world, moment, SECOND);
        let (mut browser, last) = world.signed_in(&portal, &AN).await;
        cache.verify(&last.id_token(), world.clock.now()).await;
        world.wait(SECOND);
        let first = world.sign_in_again(&mut browser, &portal, &AN).await;
        cache.verify(&first.id_token(), world.clock.now()).await;
        assert_ne!(header(&first.id_token())["kid"], header(&last.id_token())["kid"], "rotation {rotation}");
        assert_eq!(cache.fetches, fetches, "it was all done with the keys that the portal had");

        // The last token of the old key holds to its end, with keys that are read again just then.
        world.operator().rotates_what_is_due().await;
        world.wait(599 * SECOND - SECOND);
        assert_eq!(portal.userinfo(&last.access_token()).await.status, 200);
        cache.verify(&last.access_token(), world.clock.now()).await;
        assert!(cache.fetches > fetches);
        let hinted = portal.logout(&[("id_token_hint", &last.id_token())]);
        assert!(browser.open(&hinted).await.has("#back, a.button"), "signed out without a question");
        assert!(!browser.open(&portal.start().url()).await.has("#allow"), "nobody is signed in");
    }
    let lived = world.clock.now().since(crate::support::world::NOW);
    assert!(lived > Duration::from_secs(360 * 86_400), "{lived:?}");
}

#[tokio::test]
async fn a_rotation_on_request_waits_for_the_portals_and_an_emergency_does_not() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut cache = JwksCache::new(&world.issuer);
    world.wait(Duration::from_secs(40 * 86_400));
    let kid = async || header(&world.signed_in(&portal, &AN).await.1.id_token())["kid"].clone();
    let first = kid().await;
    cache.at(world.clock.now()).await;

    // The next key has been published for forty days: it may sign at once.
    let rotated = world.operator().rotates(When::Announced).await;
    assert!(!rotated.steps.is_empty() && rotated.unannounced.is_empty());
    let (_, second) = world.signed_in(&portal, &AN).await;
    assert_ne!(header(&second.id_token())["kid"], first);
    cache.verify(&second.id_token(), world.clock.now()).await;

    // The one after it is new. On request it waits for its week.
    world.operator().rotates(When::Announced).await;
    assert_eq!(kid().await, header(&second.id_token())["kid"]);
    assert_eq!(next_change_over(&world), world.clock.now() + Duration::from_secs(7 * 86_400));

    // In an emergency it does not wait, and what the command says then is so.
    let rotated = world.operator().rotates(When::Now).await;
    assert_eq!(rotated.unannounced.len(), 3);
    let (_, third) = world.signed_in(&portal, &AN).await;
    assert!(!cache.knows_key_of(&third.id_token(), world.clock.now()).await, "until it fetches the keys again");
    world.wait(300 * SECOND);
    cache.verify(&third.id_token(), world.clock.now()).await;
    // What the key before it signed holds all the same.
    assert_eq!(portal.userinfo(&second.access_token()).await.status, 200);

    // Unless it has leaked.
    let (mut browser, stolen) = world.signed_in(&portal, &AN).await;
    world.operator().rotates(When::Withdrawing).await;
    assert_eq!(portal.userinfo(&stolen.access_token()).await.status, 401);
    assert!(!kids(&jwks(&world).await).contains(&&header(&stolen.id_token())["kid"]));
    let hinted = portal.start().with("prompt", "none").with("id_token_hint", &stolen.id_token());
    assert_eq!(browser.open(&hinted.url()).await.refusal().0, "invalid_request");
    let silent = portal.start().with("prompt", "none");
    assert!(browser.open(&silent.url()).await.answer().contains_key("code"), "the session itself is not at fault");
}

#[tokio::test]
async fn a_hint_holds_for_as_long_as_the_session_that_it_names() {
    let world = World::embedded_with(|settings| {
        settings.lifetimes.session_idle = settings.lifetimes.session_absolute;
        settings.keys.rotation.retire_after = settings.lifetimes.session_absolute;
    })
    .await;
    let portal = world.portal("tax-office");
    world.wait(Duration::from_secs(40 * 86_400));
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    world.operator().rotates(When::Announced).await;
    world.wait(Duration::from_secs(12 * 3600) - SECOND);
    let silent = portal.start().with("prompt", "none").with("id_token_hint", &tokens.id_token());
    assert!(browser.open(&silent.url()).await.answer().contains_key("code"));
}

#[tokio::test]
async fn keys_that_another_process_rotates_are_taken_into_use_without_a_message() {
    let world = World::embedded().await;
    let before = jwks(&world).await;
    world.wait(Duration::from_secs(1));
    world.operator().rotates_keys_from_outside().await;
    eventually("the server has read its keys again", async || jwks(&world).await != before).await;
}

#[tokio::test]
async fn every_client_gets_the_algorithm_that_it_registered() {
    let world = World::embedded().await;
    for (client, algorithm) in [("tax-office", "ES256"), ("library", "RS256"), ("registry", "EdDSA")] {
        let portal = world.portal(client);
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let head = header(&tokens.id_token());
        assert_eq!(head["alg"], algorithm, "{client}");
        let id_token = portal.id_token(&tokens).await;
        assert!(id_token["at_hash"].is_string() && id_token["acr"].is_string(), "{id_token}");
        assert_eq!(header(&tokens.access_token())["typ"], "at+jwt");
    }
}
