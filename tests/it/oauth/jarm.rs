//! Answers that are signed tokens: JWT Secured Authorization Response Mode for OAuth 2.0 (JARM).

use serde_json::Value;

use senid::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
use senid::domain::keys::SignatureAlgorithm;

use crate::support::World;
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::{AN, Mode, on_every_backend, proof};

const AGREED: Encryption = Encryption { alg: KeyManagementAlgorithm::EcdhEs, enc: ContentEncryption::A256Gcm };

const MODES: [(&str, Mode); 4] = [
    ("jwt", Mode::Query),
    ("query.jwt", Mode::Query),
    ("fragment.jwt", Mode::Fragment),
    ("form_post.jwt", Mode::FormPost),
];

on_every_backend! {
    async fn an_answer_is_a_token_in_whichever_way_it_travels(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for (name, mode) in MODES {
            // Line breaks travel in a token unharmed.
            let started = portal.start().with("response_mode", name).with("state", "two\r\nlines & more");
            let (answered_in, mut told) = portal.jarm(&browser.open(&started.url()).await).await;
            assert_eq!(answered_in, mode, "{name}");
            assert_eq!(told.remove("state"), Some("two\r\nlines & more".into()));
            let code = told.remove("code").unwrap();
            assert!(told.remove("session_state").is_some() && told.is_empty(), "{told:?}");
            assert_eq!(portal.exchange(&started, code.as_str().unwrap()).await.status, 200, "{name}");
        }
    }

    async fn a_refusal_is_a_token_too_wherever_it_arises(world: World) {
        let portal = world.portal("archive");
        for (name, mode) in MODES {
            let asked = portal.start().with("response_mode", name);
            let mut browser = world.browser();
            let page = browser.open(&asked.url()).await;
            let cancelled = browser.press(&page, "cancel", &[]).await;
            let unsound = browser.open(&asked.clone().with("max_age", "soon").url()).await;
            let untyped = browser.open(&asked.clone().with("response_type", "saml").url()).await;
            let silent = browser.open(&asked.clone().with("prompt", "none").url()).await;
            for (page, error) in [
                (cancelled, "access_denied"),
                (unsound, "invalid_request"),
                (untyped, "unsupported_response_type"),
                (silent, "login_required"),
            ] {
                let (answered_in, told) = portal.jarm(&page).await;
                assert_eq!((answered_in, &told["error"]), (mode, &error.into()), "{name}");
                assert_eq!(told["state"], asked.state.as_str());
                assert_eq!(told.keys().collect::<Vec<_>>(), ["error", "error_description", "state"]);
            }
        }
    }

    async fn tokens_that_come_through_the_browser_are_inside_as_well(world: World) {
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        for (name, mode) in [("jwt", Mode::Fragment), ("fragment.jwt", Mode::Fragment), ("form_post.jwt", Mode::FormPost)] {
            let started = portal.start().with("response_type", "code id_token token").with("response_mode", name);
            let (answered_in, told) = portal.jarm(&browser.open(&started.url()).await).await;
            assert_eq!(answered_in, mode, "{name}");
            assert_eq!(told["expires_in"], "600");
            assert!(["code", "access_token", "token_type", "scope"].iter().all(|name| told[*name].is_string()));
            assert_eq!(portal.proven(told["id_token"].as_str().unwrap()).await["nonce"], started.nonce.as_str());
        }
        let asked = portal.start().with("response_type", "code id_token").with("response_mode", "query.jwt");
        let (answered_in, told) = portal.jarm(&browser.open(&asked.url()).await).await;
        let sentence = "response_mode query.jwt is not possible with response_type code id_token unless \
                        authorization_encrypted_response_alg is registered";
        assert_eq!((answered_in, &told["error_description"]), (Mode::Fragment, &sentence.into()));
    }

    async fn a_token_is_signed_and_encrypted_as_the_client_registered(world: World) {
        let keys = OwnKeys::new();
        let portal = world.portal("archive");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let asked = || portal.start().with("response_mode", "jwt");
        let plain = browser.open(&asked().url()).await.answer()["response"].clone();
        let header = proof::header(&plain);
        assert_eq!((&header["alg"], header.get("typ")), (&"ES256".into(), None), "as its ID tokens, and of no other kind");
        for algorithm in [SignatureAlgorithm::Rs256, SignatureAlgorithm::EdDsa] {
            let change = |client: &mut senid::domain::client::Client| {
                client.policy.authorization_response.algorithm = Some(algorithm);
            };
            world.operator().changes("archive", change).await;
            let token = browser.open(&asked().url()).await.answer()["response"].clone();
            assert_eq!(proof::header(&token)["alg"], algorithm.name());
            assert!(portal.jarm_claims(&token).await.contains_key("code"));
        }

        world.operator().changes("archive", |client| {
            client.keys = keys.given();
            client.policy.authorization_response.encryption = Some(AGREED);
        }).await;
        // Encrypted, tokens may be where servers write them down (§2.3.1).
        for (response_type, name, mode) in
            [("code", "jwt", Mode::Query), ("code id_token", "query.jwt", Mode::Query), ("id_token", "jwt", Mode::Fragment)]
        {
            let asked = asked().with("response_type", response_type).with("response_mode", name);
            for (asked, member) in [(asked.clone(), "state"), (asked.with("max_age", "soon"), "error")] {
                let (answered_in, answer) = browser.open(&asked.url()).await.answered();
                assert_eq!(answered_in, mode, "{response_type} {name}");
                let token = keys.decrypt(&answer["response"]).expect("only the portal reads it");
                assert!(portal.jarm_claims(&token).await.contains_key(member));
            }
        }
    }

    async fn of_a_pushed_request_too(world: World) {
        let portal = world.portal("tax-office");
        let (mut browser, _) = world.signed_in(&portal, &AN).await;
        let started = portal.start().with("response_mode", "jwt");
        let pushed = portal.pushed(&started).await;
        // The mode beside the reference is nobody's.
        let page = browser.open(&pushed.with("response_mode", "fragment").url()).await;
        let (mode, told) = portal.jarm(&page).await;
        assert_eq!((mode, &told["state"]), (Mode::Query, &started.state.as_str().into()));
        assert_eq!(portal.exchange(&started, told["code"].as_str().unwrap()).await.status, 200);
    }
}

#[tokio::test]
async fn nothing_is_told_in_clear_where_encryption_was_registered_and_nothing_is_issued() {
    let world = World::embedded().await;
    let portal = world.portal("archive");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    world.operator().changes("archive", |client| client.policy.authorization_response.encryption = Some(AGREED)).await;
    let sentence = "authorization_encrypted_response_alg is ECDH-ES, and there is no key for it";
    for asked in [portal.start(), portal.start().with("max_age", "soon")] {
        let page = browser.open(&asked.with("response_mode", "jwt").url()).await;
        assert_eq!((page.status.as_u16(), page.path()), (400, "/authorize"), "{}", page.url);
        assert!(page.text().contains(sentence), "{}", page.text());
    }
    assert!(browser.open(&portal.start().url()).await.answer().contains_key("code"), "no token was asked for");
}

#[tokio::test]
async fn the_token_of_an_answer_passes_for_no_other() {
    let world = World::embedded().await;
    let portal = world.portal("archive");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let answer = browser.open(&portal.start().with("response_mode", "jwt").url()).await.answer();
    let token = &answer["response"];
    let page = browser.open(&portal.start().with("id_token_hint", token).url()).await;
    assert_eq!(page.refusal().1, "id_token_hint is not an ID token of this issuer");
    assert_eq!(portal.userinfo(token).await.status, 401);
    let page = browser.open(&portal.start().with("request", token).url()).await;
    assert_eq!(page.refusal().0, "invalid_request_object");
    let page = browser.open(&portal.logout(&[("id_token_hint", token)])).await;
    assert_eq!(page.status, 400, "nobody is signed out by it: {}", page.text());
    let told: Value = world.get("/.well-known/openid-configuration").await.json();
    let modes = ["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"];
    assert_eq!(told["response_modes_supported"], Value::from(modes.to_vec()));
}
