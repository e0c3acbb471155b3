//! Signing keys change while tokens that they signed are about.

use std::time::Duration;

use serde_json::Value;

use crate::support::World;
use crate::support::world::proof::{header, verify};
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
        eventually("the server hears of its new keys", async || jwks(&world).await != before).await;

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
