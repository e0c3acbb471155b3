//! Request objects: no token that was made for something else is one, and none is made up.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

use senid::domain::client::{Client, ClientKeys};
use senid::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
use senid::domain::keys::SignatureAlgorithm;

use crate::support::World;
use crate::support::world::client_keys::{OwnKeys, encrypted};
use crate::support::world::{AN, NOW, on_every_backend};

const ES256: SignatureAlgorithm = SignatureAlgorithm::Es256;

on_every_backend! {
    async fn no_other_token_is_taken_for_a_request_object(world: World) {
        let keys = OwnKeys::new();
        // The worst case: a client whose registered keys are this server's own, so that what we sign verifies.
        let ours = world.get("/jwks.json").await.body;
        let portal = world.portal("tax-office");
        world.operator().changes("tax-office", |client| {
            client.keys = ClientKeys::Given(ours);
            client.policy.userinfo_algorithm = Some(ES256);
        }).await;
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        let userinfo = portal.userinfo(&tokens.access_token()).await.body;
        for (what, token) in
            [("an ID token", tokens.id_token()), ("an access token", tokens.access_token()), ("userinfo", userinfo)]
        {
            let page = browser.open(&portal.start().with("request", &token).url()).await;
            assert_eq!(page.refusal().0, "invalid_request_object", "{what}");
        }

        world.operator().changes("tax-office", |client| client.keys = keys.given()).await;
        let about = json!({ "iss": "tax-office", "aud": world.issuer, "exp": NOW.seconds() + 60, "jti": "1" });
        let and = |name: &str, value: Value| {
            let mut claims = about.clone();
            claims[name] = value;
            claims
        };
        for (what, typ, claims) in [
            ("an assertion", None, and("sub", "tax-office".into())),
            ("an assertion by its name", Some("client-authentication+jwt"), about.clone()),
            ("a logout token", Some("logout+jwt"), about.clone()),
            ("an access token", Some("at+jwt"), about.clone()),
            ("a proof of possession", Some("dpop+jwt"), about.clone()),
        ] {
            let token = keys.sign(ES256, typ, &claims);
            let page = browser.open(&portal.start().with("request", &token).url()).await;
            assert_eq!(page.refusal().0, "invalid_request_object", "{what}");
        }
        let token = keys.sign(ES256, None, &about);
        let page = browser.open(&portal.start().with("request", &token).url()).await;
        assert!(page.answer().contains_key("code"), "what they have in common is not what they are refused for");
    }
}

#[tokio::test]
async fn a_request_object_is_not_made_up() {
    let world = World::embedded().await;
    let (keys, forger) = (OwnKeys::new(), OwnKeys::new());
    world.operator().changes("tax-office", |client| client.keys = keys.given()).await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "scope": "openid national_id" });
    let jwks = keys.jwks();
    let own = jwks["keys"].as_array().unwrap().iter().find(|key| key["alg"] == "ES256").unwrap();
    let theirs = forger.jwks()["keys"][0].clone();
    let forged = forger.sign(ES256, None, &claims);
    let (_, forged_signature) = forged.rsplit_once('.').unwrap();
    let mac = |header: &Value, secret: &[u8]| {
        let signed = format!("{}.{}", part(header), part(&claims));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    };
    let hs256 = json!({ "alg": "HS256", "kid": own["kid"] });
    let with_header = |header: Value| format!("{}.{}.{forged_signature}", part(&header), part(&claims));
    for (what, token) in [
        ("unsigned", format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims))),
        ("unsigned in capitals", format!("{}.{}.", part(&json!({ "alg": "NONE" })), part(&claims))),
        ("unsigned and yet signed", with_header(json!({ "alg": "none", "kid": own["kid"] }))),
        ("a MAC with the published key", mac(&hs256, own.to_string().as_bytes())),
        ("a MAC with the published set", mac(&hs256, jwks.to_string().as_bytes())),
        ("a MAC with nothing", mac(&hs256, b"")),
        ("another's key", forged.clone()),
        ("another's key under our kid", with_header(json!({ "alg": "ES256", "kid": own["kid"] }))),
        ("another's key brought along", with_header(json!({ "alg": "ES256", "jwk": theirs }))),
        ("another's key by address", with_header(json!({ "alg": "ES256", "jku": "https://evil.example/jwks" }))),
        ("an unknown extension", with_header(json!({ "alg": "ES256", "kid": own["kid"], "crit": ["exp"] }))),
    ] {
        let page = browser.open(&portal.start().with("request", &token).url()).await;
        let (error, why) = page.refusal();
        assert!(
            ["invalid_request_object", "request_not_supported"].contains(&error.as_str()),
            "{what}: {error}: {why}"
        );
    }
}

#[tokio::test]
async fn an_encrypted_object_that_nobody_signed_is_refused() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    world.operator().changes("tax-office", |client| client.keys = keys.given()).await;
    let jwks = world.get("/jwks.json").await.json();
    let with = Encryption { alg: KeyManagementAlgorithm::RsaOaep256, enc: ContentEncryption::A128CbcHs256 };
    let unsigned = format!("{}.e30.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
    for inside in ["{}", "", &unsigned, "a.b.c.d.e"] {
        let token = encrypted(inside, with, &jwks);
        let request = world.portal("tax-office").start().with("request", &token);
        assert_eq!(world.browser().open(&request.url()).await.refusal().0, "invalid_request_object", "{inside:?}");
    }
}

/// Otherwise whoever changes a request on its way would only have to add to it.
#[tokio::test]
async fn nothing_counts_beside_the_object_of_a_client_whose_requests_are_signed() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    let require = async |required| {
        let change = |client: &mut Client| {
            client.keys = keys.given();
            client.request_objects.required = required;
        };
        world.operator().changes("tax-office", change).await;
    };
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    require(true).await;
    let mut ask = async |left_out: &[&str], beside: &[(&str, &str)]| {
        let started = portal.start();
        let said = started.parameters().iter().filter(|(name, _)| !left_out.contains(&name.as_str()));
        let object: Value = said.map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        let token = keys.sign(ES256, None, &object);
        let request = beside.iter().fold(started.with("request", &token), |all, (name, value)| all.with(name, value));
        browser.open(&request.url()).await
    };
    let added = [("state", "theirs"), ("prompt", "none"), ("max_age", "0"), ("response_mode", "fragment")];
    let page = ask(&["state"], &added).await;
    let answer = page.answer();
    assert!(answer.contains_key("code") && !answer.contains_key("state"), "{answer:?}");
    assert_eq!(ask(&["scope"], &[]).await.refusal(), ("invalid_scope".into(), "scope must contain openid".into()));
    let page = ask(&["redirect_uri"], &[]).await;
    assert_eq!(page.status, 400);
    assert!(page.text().contains("redirect_uri is missing"), "{}", page.text());

    require(false).await;
    let page = ask(&["state"], &[("state", "theirs")]).await;
    assert_eq!(page.answer()["state"], "theirs", "of others it counts (Core §6.1)");
}
