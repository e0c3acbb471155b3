//! ID tokens and userinfo answers that only the portal can read: OpenID Connect Core §5.3.2 and §10.2.

use serde_json::{Value, json};

use senid::domain::client::ClientKeys;
use senid::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
use senid::domain::keys::SignatureAlgorithm;

use crate::support::World;
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::proof::{header, verify};
use crate::support::world::{AN, Portal, TokenAnswer, on_every_backend};

const AGREED: Encryption = Encryption { alg: KeyManagementAlgorithm::EcdhEs, enc: ContentEncryption::A128CbcHs256 };

async fn published(world: &World) -> Value {
    world.get("/jwks.json").await.json()
}

/// The tokens of a citizen's sign-in at the tax office.
async fn signed_in(world: &World) -> (Portal, TokenAnswer) {
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    (portal, tokens)
}

on_every_backend! {
    async fn an_id_token_is_signed_and_then_encrypted_as_the_client_registered(world: World) {
        let keys = OwnKeys::new();
        let (portal, plain) = signed_in(&world).await;
        let mut expected = verify(&plain.id_token(), &published(&world).await);
        // Every algorithm once; every pair of them is tried beside the code.
        for (alg, enc) in KeyManagementAlgorithm::ALL.iter().cycle().zip(ContentEncryption::ALL) {
            let with = Encryption { alg: *alg, enc: *enc };
            world.operator().changes("tax-office", |client| {
                client.keys = keys.given();
                client.policy.id_token_encryption = Some(with);
            }).await;
            let tokens = world.sign_in_again(&mut world.browser(), &portal, &AN).await;
            let head = header(&tokens.id_token());
            assert_eq!((&head["alg"], &head["enc"], &head["cty"]), (&alg.name().into(), &enc.name().into(), &"JWT".into()));
            let signed = keys.decrypt(&tokens.id_token()).expect("the portal can read it");
            let mut claims = verify(&signed, &published(&world).await);
            for own in ["nonce", "at_hash", "sid", "iat", "exp", "auth_time"] {
                assert!(claims.as_object_mut().unwrap().remove(own).is_some(), "{own}");
                expected.as_object_mut().unwrap().remove(own);
            }
            assert_eq!(claims, expected, "{with:?}");
            assert!(OwnKeys::new().decrypt(&tokens.id_token()).is_none(), "nobody else can");
        }
    }

    async fn userinfo_is_plain_signed_encrypted_or_both_as_the_client_registered(world: World) {
        let keys = OwnKeys::new();
        let (portal, tokens) = signed_in(&world).await;
        let plain = portal.claims(&tokens.access_token()).await;
        let answer = async |algorithm, encryption| {
            world.operator().changes("tax-office", |client| {
                client.keys = keys.given();
                client.policy.userinfo_algorithm = algorithm;
                client.policy.userinfo_encryption = encryption;
            }).await;
            let reply = portal.userinfo(&tokens.access_token()).await;
            assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"), "{}", reply.body);
            (reply.header("content-type").to_owned(), reply.body)
        };
        let mut named = plain.clone();
        named["iss"] = world.issuer.as_str().into();
        named["aud"] = "tax-office".into();

        for algorithm in [SignatureAlgorithm::Es256, SignatureAlgorithm::Rs256] {
            let (media_type, signed) = answer(Some(algorithm), None).await;
            assert_eq!((media_type.as_str(), &header(&signed)["alg"]), ("application/jwt", &algorithm.name().into()));
            assert_eq!(verify(&signed, &published(&world).await), named);
        }
        let (media_type, encrypted) = answer(None, Some(AGREED)).await;
        assert_eq!((media_type.as_str(), header(&encrypted).get("cty")), ("application/jwt", None));
        assert_eq!(serde_json::from_str::<Value>(&keys.decrypt(&encrypted).unwrap()).unwrap(), plain);

        let (media_type, both) = answer(Some(SignatureAlgorithm::Es256), Some(AGREED)).await;
        assert_eq!((media_type.as_str(), &header(&both)["cty"]), ("application/jwt", &"JWT".into()));
        assert_eq!(verify(&keys.decrypt(&both).unwrap(), &published(&world).await), named);

        let (media_type, body) = answer(None, None).await;
        assert_eq!((media_type.as_str(), serde_json::from_str::<Value>(&body).unwrap()), ("application/json", plain));
    }
}

#[tokio::test]
async fn a_refreshed_id_token_is_encrypted_too() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    world
        .operator()
        .changes("tax-office", |client| {
            client.keys = keys.given();
            client.policy.id_token_encryption = Some(AGREED);
        })
        .await;
    let (portal, tokens) = signed_in(&world).await;
    let refreshed = portal.refresh(&tokens.refresh_token()).await;
    let signed = keys.decrypt(&refreshed.id_token()).expect("the portal can read it");
    assert_eq!(verify(&signed, &published(&world).await)["aud"], "tax-office");
}

#[tokio::test]
async fn without_a_key_to_encrypt_to_nothing_is_issued_and_nothing_is_spent() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    let mut only_signing = keys.jwks();
    only_signing["keys"].as_array_mut().unwrap().retain(|key| key["use"] == "sig");
    let portal = world.portal("tax-office");
    let started = portal.start();
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    for (given, why) in [
        (ClientKeys::None, "the client has registered neither jwks nor jwks_uri"),
        (ClientKeys::Given(only_signing.to_string()), "the keys hold none that it works with"),
    ] {
        world
            .operator()
            .changes("tax-office", |client| {
                client.keys = given;
                client.policy.id_token_encryption = Some(AGREED);
            })
            .await;
        let refused = portal.exchange(&started, &code).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        let sentence = format!("id_token_encrypted_response_alg is ECDH-ES, and there is no key for it: {why}");
        let expected = json!({ "error": "invalid_request", "error_description": sentence });
        assert_eq!(serde_json::from_str::<Value>(&refused.body).unwrap(), expected);
    }
    world.operator().changes("tax-office", |client| client.keys = keys.given()).await;
    let tokens = portal.exchange(&started, &code).await;
    assert!(keys.decrypt(&tokens.id_token()).is_some(), "the code is still good: {}", tokens.body);
}

#[tokio::test]
async fn userinfo_without_a_key_to_encrypt_to_tells_nothing() {
    let world = World::embedded().await;
    let (portal, tokens) = signed_in(&world).await;
    let rsa = Encryption { alg: KeyManagementAlgorithm::RsaOaep256, ..AGREED };
    world.operator().changes("tax-office", |client| client.policy.userinfo_encryption = Some(rsa)).await;
    let refused = portal.userinfo(&tokens.access_token()).await;
    let sentence = "userinfo_encrypted_response_alg is RSA-OAEP-256, and there is no key for it: the client has registered \
        neither jwks nor jwks_uri";
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json(), json!({ "error": "invalid_request", "error_description": sentence }));
}

#[tokio::test]
async fn a_signed_userinfo_answer_is_no_id_token() {
    let world = World::embedded().await;
    let (portal, tokens) = signed_in(&world).await;
    world
        .operator()
        .changes("tax-office", |client| client.policy.userinfo_algorithm = Some(SignatureAlgorithm::Es256))
        .await;
    let signed = portal.userinfo(&tokens.access_token()).await.body;
    assert_eq!(header(&signed).get("typ"), None);
    let hinted = portal.start().with("prompt", "none").with("id_token_hint", &signed);
    let answer = world.browser().open(&hinted.url()).await.answer();
    assert_eq!(answer["error"], "invalid_request", "{answer:?}");
}

#[tokio::test]
async fn an_id_token_that_travels_through_the_browser_is_encrypted_too_or_not_sent() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    let portal = world.portal("archive");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    world.operator().changes("archive", |client| client.policy.id_token_encryption = Some(AGREED)).await;
    let asked = portal.start().with("response_type", "code id_token");
    let (_, refused) = browser.open(&asked.url()).await.answered();
    assert_eq!(
        (&refused["error"], refused.get("id_token"), refused.get("code")),
        (&"invalid_request".into(), None, None)
    );

    world.operator().changes("archive", |client| client.keys = keys.given()).await;
    let (_, answer) = browser.open(&asked.url()).await.answered();
    let signed = keys.decrypt(&answer["id_token"]).expect("the portal can read it");
    let claims = verify(&signed, &published(&world).await);
    assert_eq!(claims["nonce"], asked.nonce.as_str());
    assert!(claims["c_hash"].is_string());
}
