//! Requests whose parameters the portal signed, and encrypted: OpenID Connect Core §6, RFC 9101.

use std::time::Duration;

use serde_json::{Value, json};

use senid::domain::client::ClientKeys;
use senid::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
use senid::domain::keys::SignatureAlgorithm;

use crate::support::World;
use crate::support::outside::{Outside, ok, status};
use crate::support::world::client_keys::{OwnKeys, encrypted};
use crate::support::world::{AN, Backend, Mode, NOW, Portal, Started, on_every_backend};

const ES256: SignatureAlgorithm = SignatureAlgorithm::Es256;
const JWT: &str = "application/jwt";
const AGREED: Encryption = Encryption { alg: KeyManagementAlgorithm::EcdhEs, enc: ContentEncryption::A256Gcm };

/// The portal with its keys registered.
async fn portal(world: &World, keys: &OwnKeys) -> Portal {
    world.operator().changes("tax-office", |client| client.keys = keys.given()).await;
    world.portal("tax-office")
}

/// Everything that a request asks for, as the claims of an object.
fn object(started: &Started) -> Value {
    started.parameters().iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
}

/// The request with `token` in it and only what must stand beside it.
fn around(started: &Started, name: &str, token: &str) -> Started {
    let mut bare = started.clone();
    for (name, _) in started.parameters() {
        if !["client_id", "response_type"].contains(&name.as_str()) {
            bare = bare.without(name);
        }
    }
    bare.and(name, token).and("scope", "openid")
}

async fn published(world: &World) -> Value {
    world.get("/jwks.json").await.json()
}

on_every_backend! {
    async fn a_request_is_answered_as_its_signed_object_says(world: World) {
        let keys = OwnKeys::new();
        let portal = portal(&world, &keys).await;
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for algorithm in SignatureAlgorithm::ALL {
            let started = portal.start();
            let token = keys.sign(algorithm, Some("oauth-authz-req+jwt"), &object(&started));
            // Whoever carries the request writes a state of their own beside it.
            let request = around(&started, "request", &token).and("state", "theirs");
            let page = browser.open(&request.url()).await;
            let code = page.answer().get("code").cloned().unwrap_or_else(|| panic!("{algorithm}: {:?}", page.answer()));
            assert_eq!(page.answer()["state"], started.state, "{algorithm}");
            let tokens = portal.exchange(&started, &code).await;
            assert_eq!(portal.id_token(&tokens).await["nonce"], started.nonce.as_str());
            assert!(tokens.scope().contains("national_id"), "the scope inside, not the one beside it");
        }
    }

    async fn an_encrypted_object_is_read_and_by_an_older_key_for_a_while(world: World) {
        let keys = OwnKeys::new();
        let portal = portal(&world, &keys).await;
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let before = published(&world).await;
        let mut ask = async |with: Encryption, jwks: &Value| {
            let started = portal.start();
            let token = keys.sign(ES256, None, &object(&started));
            let request = around(&started, "request", &encrypted(&token, with, jwks));
            browser.open(&request.and("redirect_uri", portal.registration.redirect_uri).url()).await
        };
        for alg in KeyManagementAlgorithm::ALL {
            for enc in ContentEncryption::ALL {
                let with = Encryption { alg: *alg, enc: *enc };
                assert!(ask(with, &before).await.answer().contains_key("code"), "{with:?}");
            }
        }
        world.wait(Duration::from_secs(1));
        world.operator().rotates_keys().await;
        let after = published(&world).await;
        let kids = |jwks: &Value| -> Vec<Value> {
            let keys = jwks["keys"].as_array().unwrap().iter();
            keys.filter(|key| key["use"] == "enc").map(|key| key["kid"].clone()).collect()
        };
        assert_eq!((kids(&before).len(), kids(&after).len()), (2, 2), "one of each type");
        assert!(kids(&after).iter().all(|kid| !kids(&before).contains(kid)), "both are new");
        assert!(ask(AGREED, &after).await.answer().contains_key("code"));
        assert!(ask(AGREED, &before).await.answer().contains_key("code"), "whoever has the key set from before");
        world.wait(Duration::from_secs(2 * 86_400));
        let sentence = "the request object is encrypted to a key that is not in this server's jwks_uri";
        assert_eq!(ask(AGREED, &before).await.refusal(), ("invalid_request_object".to_owned(), sentence.to_owned()));
    }
}

#[tokio::test]
async fn an_object_is_fetched_from_where_the_portal_registered_it() {
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = World::start(backend, |settings| settings.outbound.allow_loopback = true).await;
        let keys = OwnKeys::new();
        let portal = portal(&world, &keys).await;
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let started = portal.start();
        let token = keys.sign(ES256, None, &object(&started));
        let site = Outside::http(move |_| ok(JWT, token.clone()));
        world.operator().changes("tax-office", |client| client.request_objects.uris = vec![site.url("/r#v1")]).await;
        let request = around(&started, "request_uri", &site.url("/r#v1"));
        let page = browser.open(&request.url()).await;
        assert!(page.answer().contains_key("code"), "{:?}", page.answer());
        browser.open(&request.url()).await;
        assert_eq!(site.requests(), 1, "what is found there is kept");

        // Another fragment means that something else is found there (Core §6.2).
        let newer = portal.start();
        let token = keys.sign(ES256, None, &object(&newer));
        site.answers(move |_| ok(JWT, format!("{token}\n")));
        let page = browser.open(&around(&newer, "request_uri", &site.url("/r#v2")).url()).await;
        assert_eq!(page.answer()["state"], newer.state);
    }
}

#[tokio::test]
async fn an_object_that_has_expired_where_it_was_kept_is_fetched_again() {
    let world = World::embedded_with(|settings| settings.outbound.allow_loopback = true).await;
    let keys = OwnKeys::new();
    let portal = portal(&world, &keys).await;
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let until = |started: &Started, seconds: i64| {
        let mut claims = object(started);
        claims["exp"] = (NOW.seconds() + seconds).into();
        keys.sign(ES256, None, &claims)
    };
    let (first, second) = (portal.start(), portal.start());
    let (one, other) = (until(&first, 100), until(&second, 3600));
    let site = Outside::http(move |_| ok(JWT, one.clone()));
    world.operator().changes("tax-office", |client| client.request_objects.uris = vec![site.url("/r")]).await;
    let address = site.url("/r");
    assert!(browser.open(&around(&first, "request_uri", &address).url()).await.answer().contains_key("code"));
    site.answers(move |_| ok(JWT, other.clone()));
    world.wait(Duration::from_secs(120));
    let page = browser.open(&around(&second, "request_uri", &address).url()).await;
    assert_eq!(page.answer()["state"], second.state);
    assert_eq!(site.requests(), 2);
}

#[tokio::test]
async fn nothing_is_fetched_but_what_was_registered_and_what_fails_is_said() {
    let world = World::embedded_with(|settings| settings.outbound.allow_loopback = true).await;
    let keys = OwnKeys::new();
    let portal = portal(&world, &keys).await;
    let started = portal.start();
    let site = Outside::http(|seen| match seen.head.uri.path() {
        "/gone" => status(404),
        "/page" => ok("text/html", "<p>"),
        _ => ok(JWT, "not a token"),
    });
    let registered = ["/gone", "/page", "/rubbish"].map(|path| site.url(path));
    world.operator().changes("tax-office", |client| client.request_objects.uris = registered.to_vec()).await;
    for (path, error, sentence) in [
        (
            "/other",
            "invalid_request_uri",
            "request_uri is not one of the client's request_uris; all but the fragment is",
        ),
        (
            "/gone?",
            "invalid_request_uri",
            "request_uri is not one of the client's request_uris; all but the fragment is",
        ),
        ("/gone", "invalid_request_uri", "request_uri did not answer with status 200"),
        ("/page", "invalid_request_uri", "request_uri answered with another media type than"),
        ("/rubbish", "invalid_request_object", "the request object: the token is not three parts of base64url"),
    ] {
        let before = site.requests();
        let request = started.clone().with("request_uri", &site.url(path));
        let (told, why) = world.browser().open(&request.url()).await.refusal();
        assert!(told == error && why.starts_with(sentence), "{path}: {told}: {why}");
        assert_eq!(site.requests() > before, registered.contains(&site.url(path)), "{path}");
    }
}

#[tokio::test]
async fn the_redirect_uri_inside_is_the_one_that_counts() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    let portal = portal(&world, &keys).await;
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let started = portal.start();
    let token = keys.sign(ES256, None, &object(&started));
    let outside = around(&started, "request", &token).and("redirect_uri", "https://evil.example/");
    assert!(browser.open(&outside.url()).await.answer().contains_key("code"), "the one beside it is not looked at");

    let mut hostile = object(&started);
    hostile["redirect_uri"] = "https://evil.example/".into();
    let request = started.clone().with("request", &keys.sign(ES256, None, &hostile));
    let page = browser.open(&request.url()).await;
    assert_eq!((page.path(), page.status.as_u16()), ("/authorize", 400));
    assert!(page.text().contains("redirect_uri is not one of those registered"), "{}", page.text());
}

#[tokio::test]
async fn what_is_wrong_with_an_object_is_told_where_the_redirect_uri_beside_it_leads() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    let portal = portal(&world, &keys).await;
    let started = portal.start();
    let with = |name: &str, value: Value| {
        let mut claims = object(&started);
        claims[name] = value;
        keys.sign(ES256, None, &claims)
    };
    let good = keys.sign(ES256, None, &object(&started));
    let stranger = OwnKeys::new().sign(ES256, None, &object(&started));
    for (token, sentence) in [
        (stranger, "no key of the client's has signed the request object"),
        (good[..good.len() - 4].to_owned() + "AAAA", "no key of the client's has signed the request object"),
        ("a.b".to_owned(), "the request object: the token is not three parts of base64url"),
        ("a.b.c.d.e".to_owned(), "the request object cannot be decrypted"),
        (with("exp", NOW.seconds().into()), "the request object has expired"),
        (with("aud", "https://other.example".into()), "aud of the request object must hold this issuer"),
        (with("client_id", "library".into()), "client_id inside the request object differs from the one beside it"),
        (
            with("response_type", "none".into()),
            "response_type inside the request object differs from the one beside it",
        ),
        (with("request_uri", "https://tax.example/r".into()), "a request object must not hold request_uri"),
        (with("max_age", json!("soon")), "max_age must be"),
    ] {
        let page = world.browser().open(&started.clone().with("request", &token).url()).await;
        let (error, why) = page.refusal();
        assert!(why.starts_with(sentence), "{sentence}: {error}: {why}");
        assert_eq!(error, if sentence.starts_with("max_age") { "invalid_request" } else { "invalid_request_object" });
        assert_eq!(page.answer()["state"], started.state);

        // Nobody vouches for any other place to tell it at.
        if error == "invalid_request_object" {
            let page = world.browser().open(&around(&started, "request", &token).url()).await;
            assert_eq!((page.path(), page.status.as_u16()), ("/authorize", 400), "{sentence}");
            assert!(page.text().contains(sentence), "{}", page.text());
        }
    }
    let both = started.clone().with("request", &good).and("request_uri", "https://tax.example/r");
    assert_eq!(world.browser().open(&both.url()).await.refusal().1, "request and request_uri exclude each other");
}

#[tokio::test]
async fn an_object_is_protected_as_the_client_registered_and_there_is_one_where_it_promised_so() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    let portal = portal(&world, &keys).await;
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    world
        .operator()
        .changes("tax-office", |client| {
            client.request_objects.algorithm = Some(SignatureAlgorithm::Ps256);
            client.request_objects.encryption = Some(AGREED);
            client.request_objects.required = true;
        })
        .await;
    let started = portal.start();
    let jwks = published(&world).await;
    let signed = |algorithm| keys.sign(algorithm, None, &object(&started));
    let other = Encryption { enc: ContentEncryption::A128Gcm, ..AGREED };
    for (token, sentence) in [
        (
            signed(SignatureAlgorithm::Ps256),
            "the request object is not encrypted as request_object_encryption_alg says",
        ),
        (
            encrypted(&signed(SignatureAlgorithm::Ps256), other, &jwks),
            "the request object is encrypted with other algorithms than those registered, or none of this server's",
        ),
        (
            encrypted(&signed(ES256), AGREED, &jwks),
            "the request object is not signed as request_object_signing_alg says",
        ),
    ] {
        let page = browser.open(&started.clone().with("request", &token).url()).await;
        assert_eq!(page.refusal(), ("invalid_request_object".to_owned(), sentence.to_owned()));
    }
    let sentence = "request or request_uri is missing: this client's requests are signed";
    let page = browser.open(&started.url()).await;
    assert_eq!(page.refusal(), ("invalid_request".to_owned(), sentence.to_owned()));
    let token = encrypted(&signed(SignatureAlgorithm::Ps256), AGREED, &jwks);
    assert!(browser.open(&around(&started, "request", &token).url()).await.answer().contains_key("code"));
}

#[tokio::test]
async fn keys_that_the_portal_publishes_are_fetched_and_fetched_again_for_a_new_one() {
    let world = World::embedded_with(|settings| settings.outbound.allow_loopback = true).await;
    let (old, new) = (OwnKeys::new(), OwnKeys::new());
    let jwks = old.jwks().to_string();
    let site = Outside::http(move |_| ok("application/jwk-set+json", jwks.clone()));
    world
        .operator()
        .changes("tax-office", |client| {
            client.keys = ClientKeys::Published(site.url("/jwks"));
            client.policy.id_token_encryption = Some(AGREED);
        })
        .await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    assert!(old.decrypt(&tokens.id_token()).is_some(), "it is encrypted to a key that was fetched");

    let jwks = new.jwks().to_string();
    site.answers(move |_| ok("application/jwk-set+json", jwks.clone()));
    let started = portal.start();
    let token = new.sign(ES256, None, &object(&started));
    let page = browser.open(&started.clone().with("request", &token).url()).await;
    assert!(page.answer().contains_key("code"), "{:?}", page.answer());
    assert_eq!(site.requests(), 2);
    let tokens = portal.exchange(&started, &page.code()).await;
    assert!(new.decrypt(&tokens.id_token()).is_some(), "and so is what is encrypted from then on");
}

#[tokio::test]
async fn an_object_says_in_json_what_a_query_says_in_text() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    let portal = portal(&world, &keys).await;
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let started = portal.start();
    let mut claims = object(&started);
    claims["scope"] = "openid".into();
    claims["claims"] = json!({ "userinfo": { "email": { "essential": true } } });
    claims["max_age"] = 3600.into();
    claims["response_mode"] = "fragment".into();
    let request = started.clone().with("request", &keys.sign(ES256, None, &claims));
    let (mode, answer) = browser.open(&request.url()).await.answered();
    assert_eq!(mode, Mode::Fragment);
    let tokens = portal.exchange(&started, &answer["code"]).await;
    let told = portal.claims(&tokens.access_token()).await;
    assert_eq!((&told["email"], told.get("phone_number")), (&"an.nguyen@senid.example".into(), None), "{told}");

    world.wait(Duration::from_secs(3601));
    let page = browser.open(&request.url()).await;
    assert!(page.path().starts_with("/sign-in"), "max_age is counted: {}", page.url);
}

#[tokio::test]
async fn an_object_may_be_posted() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    let portal = portal(&world, &keys).await;
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let started = portal.start();
    let request = around(&started, "request", &keys.sign(ES256, None, &object(&started)));
    let page = browser.post_from("https://tax.example", &world.at("/authorize"), request.parameters()).await;
    assert_eq!(page.answer()["state"], started.state);
}
