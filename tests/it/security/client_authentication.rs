//! Client authentication (CVE-2026-16093, CVE-2020-5300): one method, the registered one, read strictly.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use senid::domain::audit::EventKind;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::mac::MacAlgorithm;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::assertion::{form, jwk, key};
use crate::support::world::{AN, Portal, on_every_backend};

use super::up_to_code;

#[tokio::test]
async fn whatever_does_not_prove_the_client_is_answered_alike() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, started, code) = up_to_code(&world, &portal, &AN).await;
    let code_form = portal.code_form(&started, &code);
    let basic = |id: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let secret = portal.registration.secret;
    let id = portal.id();

    let mut answers = Vec::new();
    for header in [
        basic(id, "wrong"),
        basic(id, ""),
        basic(id, &secret[..secret.len() - 1]),
        basic(id, &format!("{secret} ")),
        basic(id, &secret.to_uppercase()),
        basic("nobody-has-this-id", secret),
        // Another client's own secret, and a client that has none.
        basic(id, "sandbox-secret-2026"),
        basic("tax-app", ""),
    ] {
        let answer = portal.raw_token(&[("authorization", &header)], &code_form).await;
        assert_eq!(answer.refused(401), "invalid_client", "{header}");
        assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"senid\"");
        answers.push(answer.body);
    }
    for more in [
        &[("client_id", id)][..],
        &[("client_id", id), ("client_secret", "wrong")],
        &[("client_id", "nobody-has-this-id"), ("client_secret", secret)],
        &[("client_id", "tax-app"), ("client_secret", "x")],
    ] {
        let form: Vec<_> = code_form.iter().chain(more).copied().collect();
        let answer = portal.raw_token(&[], &form).await;
        assert_eq!(answer.refused(401), "invalid_client", "{more:?}");
        answers.push(answer.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answers tell strangers something: {answers:?}");
    assert_eq!(portal.exchange(&started, &code).await.status, 200, "nobody who was refused has spent the code");
}

#[tokio::test]
async fn a_loosely_written_basic_header_is_refused() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let pair = format!("{}:{}", portal.id(), portal.registration.secret);
    for header in [
        format!("Basic {}", STANDARD_NO_PAD.encode(format!("{pair}x"))),
        format!("Basic\t{}", STANDARD.encode(&pair)),
        format!("Basic {}=", STANDARD.encode(&pair)),
        format!("Basic {}", URL_SAFE.encode(format!("{pair}\u{fb}\u{ff}"))),
        format!("Basic {}", STANDARD.encode(pair.replace(':', "%3A"))),
        format!("Basic {}", STANDARD.encode(format!("{pair}\0"))),
        format!("Basic {}, Basic {}", STANDARD.encode(&pair), STANDARD.encode(&pair)),
        format!("Bearer {}", STANDARD.encode(&pair)),
        "Basic".to_owned(),
        "Basic ".to_owned(),
    ] {
        let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        let answer = portal.raw_token(&[("authorization", &header)], &form).await;
        assert_eq!(answer.refused(401), "invalid_client", "{header:?}");
    }
}

#[tokio::test]
async fn two_methods_or_two_names_in_one_request_are_refused() {
    let world = World::embedded().await;
    let (portal, form) = (world.portal("tax-office"), [("grant_type", "refresh_token"), ("refresh_token", "x")]);
    let (basic, secret) = (portal.basic(), portal.registration.secret);
    for more in [
        &[("client_id", portal.id()), ("client_secret", secret)][..],
        &[("client_id", "sandbox")],
        &[("client_secret", secret)],
        &[("client_id", portal.id()), ("client_id", portal.id())],
    ] {
        let form: Vec<_> = form.iter().chain(more).copied().collect();
        let answer = portal.raw_token(&[("authorization", &basic)], &form).await;
        assert_eq!(answer.refused(400), "invalid_request", "{more:?}");
    }
    let answer = portal.raw_token(&[("authorization", &basic), ("authorization", &basic)], &form).await;
    assert_eq!(answer.refused(400), "invalid_request");
    let assertion = [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", "a.b."),
    ];
    let form: Vec<_> = form.iter().chain(&assertion).copied().collect();
    assert_eq!(portal.raw_token(&[], &form).await.refused(401), "invalid_client");
}

/// What is asked once the client has proven itself.
const ANYTHING: [(&str, &str); 2] = [("grant_type", "refresh_token"), ("refresh_token", "x")];

/// The status of a request with this assertion: 400 for a client that was believed and whose token is none, or 401.
async fn presented(portal: &Portal, token: &str) -> u16 {
    let answer = portal.raw_token(&[], &[&ANYTHING[..], &form(token)].concat()).await;
    let error = if answer.status == 400 { "invalid_grant" } else { "invalid_client" };
    assert_eq!(answer.refusal().0, error, "{}", answer.body);
    answer.status.as_u16()
}

on_every_backend! {
    async fn of_a_hundred_that_present_one_assertion_one_is_believed(world: World) {
        for client in ["customs", "land-office"] {
            let portal = world.portal(client);
            let token = portal.prove(&portal.assertion());
            let mut thieves = JoinSet::new();
            for _ in 0..100 {
                let (portal, token) = (portal.clone(), token.clone());
                thieves.spawn(async move { presented(&portal, &token).await });
            }
            let statuses = thieves.join_all().await;
            assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 1, "{client}: {statuses:?}");
        }
    }

    async fn an_assertion_is_good_once_and_not_after_its_end(world: World) {
        let portal = world.portal("customs");
        let (first, second) = (portal.prove(&portal.assertion()), portal.prove(&portal.assertion()));
        assert_eq!(presented(&portal, &first).await, 400);
        world.wait(std::time::Duration::from_secs(59));
        assert_eq!(presented(&portal, &first).await, 401, "it was used");
        assert_eq!(presented(&portal, &second).await, 400);
        world.wait(std::time::Duration::from_secs(1));
        assert_eq!(presented(&portal, &first).await, 401, "what is forgotten is over");
        let (one, other) = (world.portal("customs"), world.portal("land-office"));
        let (one_token, other_token) =
            (one.prove(&one.assertion().with("jti", "same")), other.prove(&other.assertion().with("jti", "same")));
        assert_eq!((presented(&one, &one_token).await, presented(&other, &other_token).await), (400, 400));
    }

    async fn an_assertion_for_another_audience_or_time_is_refused(world: World) {
        let now = senid::domain::time::Clock::now(&*world.clock).seconds();
        for client in ["customs", "land-office"] {
            let portal = world.portal(client);
            for (claim, value) in [
                ("aud", json!("https://elsewhere.example")),
                ("aud", json!([world.issuer, "https://elsewhere.example"])),
                ("aud", json!(format!("{}/", world.issuer))),
                ("aud", json!(world.at("/revoke"))),
                ("aud", json!(client)),
                ("aud", Value::Null),
                ("exp", json!(now)),
                ("exp", json!(now + 86_400)),
                ("exp", Value::Null),
                ("iat", json!(now + 60)),
                ("nbf", json!(now + 60)),
                ("jti", Value::Null),
                ("jti", json!("")),
                ("sub", json!("tax-office")),
                ("sub", Value::Null),
            ] {
                let token = portal.prove(&portal.assertion().with(claim, value.clone()));
                assert_eq!(presented(&portal, &token).await, 401, "{client}: {claim} {value}");
            }
            assert_eq!(presented(&portal, &portal.prove(&portal.assertion())).await, 400, "none of them was in its way");
        }
    }

    async fn what_the_client_has_not_signed_is_refused(world: World) {
        let portal = world.portal("customs");
        let own = portal.registration.key();
        let strange = key("a stranger's", SignatureAlgorithm::Es256);
        let public = serde_json::to_string(&jwk(own)).unwrap();
        let good = portal.prove(&portal.assertion());
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let other = portal.prove(&portal.assertion());
        let cases = [
            ("unsigned", portal.assertion().bare()),
            ("signature cut off", format!("{signed}.")),
            ("another's signature", format!("{signed}.{}", other.rsplit_once('.').unwrap().1)),
            ("altered signature", format!("{signed}.{}", signature.chars().rev().collect::<String>())),
            ("a stranger's key", portal.assertion().signed(strange)),
            ("a stranger's key under the client's name", portal.assertion().headed("kid", jwk(own)["kid"].clone()).signed(strange)),
            ("a key that comes along", portal.assertion().headed("jwk", jwk(strange)).signed(strange)),
            ("an address of keys", portal.assertion().headed("jku", "https://attacker.example/jwks").signed(strange)),
            ("a certificate's address", portal.assertion().headed("x5u", "https://attacker.example/x5").signed(strange)),
            ("a MAC with the public key", portal.assertion().protected(&public, MacAlgorithm::Hs256)),
            ("another algorithm's name", portal.assertion().headed("alg", "ES384").signed(own)),
            ("none in another case", portal.assertion().headed("alg", "None").signed(own)),
            ("a kind of another use", portal.assertion().headed("typ", "at+jwt").signed(own)),
            ("a request object's kind", portal.assertion().headed("typ", "oauth-authz-req+jwt").signed(own)),
            ("a logout token's kind", portal.assertion().headed("typ", "logout+jwt").signed(own)),
            ("an extension", portal.assertion().headed("crit", json!(["b64"])).signed(own)),
            ("JSON", json!({"payload": "e30", "signature": ""}).to_string()),
            ("two parts", signed.to_owned()),
            ("four parts", format!("{good}.x")),
        ];
        for (what, token) in cases {
            assert_eq!(presented(&portal, &token).await, 401, "{what}");
        }
        assert_eq!(presented(&portal, &good).await, 400);
    }

    async fn a_token_of_ours_is_no_assertion(world: World) {
        let portal = world.portal("customs");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        for token in [tokens.id_token(), tokens.access_token()] {
            assert_eq!(presented(&portal, &token).await, 401);
        }
    }

    async fn each_client_proves_itself_by_its_own_method_alone(world: World) {
        let (customs, land, tax) = (world.portal("customs"), world.portal("land-office"), world.portal("tax-office"));
        let secret = land.registration.secret;
        // A secret that protects assertions is never shown.
        let basic = format!("Basic {}", STANDARD.encode(format!("land-office:{}", secret.replace('\'', "%27"))));
        assert_eq!(land.raw_token(&[("authorization", &basic)], &ANYTHING).await.refused(401), "invalid_client");
        for (client, secret) in [("land-office", secret), ("customs", ""), ("customs", "x")] {
            let form = [&ANYTHING[..], &[("client_id", client), ("client_secret", secret)]].concat();
            assert_eq!(land.raw_token(&[], &form).await.refused(401), "invalid_client", "{client}");
        }
        let form = [&ANYTHING[..], &[("client_id", "customs")]].concat();
        assert_eq!(customs.raw_token(&[], &form).await.refused(401), "invalid_client", "a name alone");
        // Nor does one method's proof serve for another.
        let own = customs.registration.key();
        let padded = format!("{:x<64}", tax.registration.secret);
        for (portal, token) in [
            (&land, land.assertion().signed(own)),
            (&customs, customs.assertion().protected(secret, MacAlgorithm::Hs256)),
            (&tax, tax.assertion().signed(own)),
            (&tax, tax.assertion().protected(&padded, MacAlgorithm::Hs256)),
        ] {
            assert_eq!(presented(portal, &token).await, 401, "{}", portal.id());
        }
    }

    async fn a_disabled_client_is_not_believed_whatever_it_proves(world: World) {
        for client in ["customs", "land-office"] {
            let portal = world.portal(client);
            world.operator().disables(client).await;
            assert_eq!(presented(&portal, &portal.prove(&portal.assertion())).await, 401, "{client}");
        }
    }

    async fn an_assertion_beside_another_proof_is_two_methods(world: World) {
        let (portal, tax) = (world.portal("customs"), world.portal("tax-office"));
        let token = portal.prove(&portal.assertion());
        let assertion = [&ANYTHING[..], &form(&token)].concat();
        let beside = tax.raw_token(&[("authorization", &tax.basic())], &assertion).await;
        assert_eq!(beside.refused(400), "invalid_request");
        let named = [&assertion[..], &[("client_id", "customs"), ("client_secret", "x")]].concat();
        assert_eq!(portal.raw_token(&[], &named).await.refused(400), "invalid_request");
        let other_name = [&assertion[..], &[("client_id", "tax-office")]].concat();
        assert_eq!(portal.raw_token(&[], &other_name).await.refused(401), "invalid_client");
        let twice = [&assertion[..], &[("client_assertion", token.as_str())]].concat();
        assert_eq!(portal.raw_token(&[], &twice).await.refused(400), "invalid_request");
        let own_name = [&assertion[..], &[("client_id", "customs")]].concat();
        assert_eq!(portal.raw_token(&[], &own_name).await.refused(400), "invalid_grant", "it was not spent by any of them");
    }
}

#[tokio::test]
async fn a_failed_assertion_is_counted_and_written_like_a_wrong_secret() {
    let world = World::embedded().await;
    let portal = world.portal("customs");
    let strange = key("a stranger's", SignatureAlgorithm::Es256);
    let encoded = URL_SAFE_NO_PAD.encode(json!({"iss": "nobody"}).to_string());
    for _ in 0..10 {
        assert_eq!(presented(&portal, &portal.assertion().signed(strange)).await, 401);
    }
    assert_eq!(presented(&portal, &format!("e30.{encoded}.x")).await, 401);
    let metrics = crate::support::world::web::get(&format!("http://{}/metrics", world.operations(0)), &[]).await;
    assert!(metrics.body.contains("senid_client_refusals_total 10\n"), "{}", metrics.body);
    let written = world.operator().events_at("customs").await;
    assert_eq!(
        written.iter().filter(|event| event.kind == Some(EventKind::ClientRefused)).count(),
        5,
        "no more in a minute"
    );
}
