//! Introspection answers that are tokens: RFC 9701.

use senid::domain::client::{Client, ProtectedAnswer};
use senid::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::resources::{HEALTH, HEALTH_SCOPE, for_itself, health, registered_for};
use crate::support::world::web::{self, Reply};
use crate::support::world::{Portal, on_every_backend, proof};

const SIGNED: &str = "application/token-introspection+jwt";
const WITH: Encryption = Encryption { alg: KeyManagementAlgorithm::EcdhEs, enc: ContentEncryption::A256Gcm };

/// A token for the health records, and the tax office's library, which asks about it for them.
async fn asked_about(world: &World) -> (Portal, String) {
    let operator = world.operator();
    operator.opens(&health("archive")).await;
    operator.changes("tax-office", registered_for(HEALTH, HEALTH_SCOPE)).await;
    operator.changes("tax-office", for_itself).await;
    let token = world.portal("tax-office").token(&[("grant_type", "client_credentials")]).await.access_token();
    (world.portal("archive"), token)
}

async fn ask(world: &World, caller: &Portal, token: &str, accept: &str) -> Reply {
    let headers = [("authorization", caller.basic()), ("accept", accept.to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    web::post(&world.at("/introspect"), &headers, &[("token", token)]).await
}

/// The claims of a signed answer to `caller`, once it is proven to be one.
async fn proven(world: &World, caller: &Portal, jwt: &str) -> Value {
    assert_eq!(proof::header(jwt)["typ"], "token-introspection+jwt");
    let claims = proof::claims(&world.issuer, jwt).await;
    let members: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["aud", "iat", "iss", "token_introspection"]);
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(world.issuer), &json!(caller.id())));
    claims["token_introspection"].clone()
}

fn protected(algorithm: Option<SignatureAlgorithm>, encryption: Option<Encryption>) -> impl FnOnce(&mut Client) {
    move |client| client.policy.introspection_response = ProtectedAnswer { algorithm, encryption }
}

on_every_backend! {
    async fn whoever_names_the_type_is_told_the_same_in_a_token(world: World) {
        let (archive, token) = asked_about(&world).await;
        let plain = archive.introspection(&token).await;
        let reply = ask(&world, &archive, &token, SIGNED).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, SIGNED));
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(proven(&world, &archive, &reply.body).await, plain);
        assert_eq!(plain["scope"], HEALTH_SCOPE);
        // Of a token that is nothing, too: a man in the middle cannot make it one.
        let reply = ask(&world, &archive, "x", SIGNED).await;
        assert_eq!(proven(&world, &archive, &reply.body).await, json!({ "active": false }));
        let reply = ask(&world, &archive, &token, "application/json").await;
        assert_eq!(reply.header("content-type"), "application/json");
        // It passes for no access token.
        assert_eq!(archive.userinfo(&ask(&world, &archive, &token, SIGNED).await.body).await.status, 401);
    }

    async fn a_caller_that_registered_so_is_told_nothing_unsigned(world: World) {
        let (archive, token) = asked_about(&world).await;
        world.operator().changes("archive", protected(Some(SignatureAlgorithm::EdDsa), None)).await;
        for accept in ["application/json", "*/*", SIGNED] {
            let reply = ask(&world, &archive, &token, accept).await;
            assert_eq!(reply.header("content-type"), SIGNED, "{accept}");
            assert_eq!(proof::header(&reply.body)["alg"], "EdDSA");
            assert_eq!(proven(&world, &archive, &reply.body).await["active"], true);
        }
    }

    async fn answers_are_encrypted_where_that_was_registered(world: World) {
        let (archive, token) = asked_about(&world).await;
        let keys = OwnKeys::new();
        let (given, set) = (keys.given(), protected(None, Some(WITH)));
        world.operator().changes("archive", |client| {
            client.keys = given;
            set(client);
        }).await;
        let reply = ask(&world, &archive, &token, "application/json").await;
        let signed = keys.decrypt(&reply.body).expect("it can read it");
        assert_eq!(proven(&world, &archive, &signed).await["active"], true);
        // Where its key is gone it is told nothing, rather than anything in the clear.
        world.operator().changes("archive", |client| client.keys = Default::default()).await;
        let reply = ask(&world, &archive, &token, "application/json").await;
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (400, &json!("invalid_request")));
        assert!(reply.body.contains("introspection_encrypted_response_alg"), "{}", reply.body);
    }

    async fn who_registered_nothing_is_told_as_the_resource_server_wants_it(world: World) {
        let (archive, token) = asked_about(&world).await;
        let keys = OwnKeys::new();
        let given = keys.given();
        world.operator().changes_resource(HEALTH, |health| {
            health.algorithm = SignatureAlgorithm::EdDsa;
            health.keys = given;
            health.encryption = Some(WITH);
        }).await;
        for token in [token.as_str(), "x"] {
            let reply = ask(&world, &archive, token, SIGNED).await;
            let signed = keys.decrypt(&reply.body).expect("the resource server can read it");
            assert_eq!(proof::header(&signed)["alg"], "EdDSA");
            proven(&world, &archive, &signed).await;
        }
    }
}
