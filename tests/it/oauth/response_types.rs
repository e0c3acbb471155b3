//! What each `response_type` is answered with: Multiple Response Type Encoding Practices §3 to §5, OpenID Connect Core
//! §3.2 and §3.3.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use senid::domain::audit::EventKind;
use senid::domain::client::PkcePolicy;

use crate::support::World;
use crate::support::world::{AN, Browser, Mode, Portal, Started, on_every_backend};

/// The type, and the parameters of its answer beside `state` and `iss`.
const TYPES: &[(&str, Mode, &[&str])] = &[
    ("code", Mode::Query, &["code"]),
    ("id_token", Mode::Fragment, &["id_token"]),
    ("id_token token", Mode::Fragment, &["access_token", "expires_in", "id_token", "scope", "token_type"]),
    ("token id_token", Mode::Fragment, &["access_token", "expires_in", "id_token", "scope", "token_type"]),
    ("code id_token", Mode::Fragment, &["code", "id_token"]),
    ("code token", Mode::Fragment, &["access_token", "code", "expires_in", "scope", "token_type"]),
    ("code id_token token", Mode::Fragment, &["access_token", "code", "expires_in", "id_token", "scope", "token_type"]),
    ("none", Mode::Query, &[]),
];

/// A request of the portal that may ask for everything.
fn asking(world: &World, response_type: &str) -> (Portal, Started) {
    let portal = world.portal("archive");
    let started = portal.start().with("response_type", response_type);
    (portal, started)
}

/// Someone who has signed in and allowed, so that every request is answered at once.
async fn visitor(world: &World) -> Browser {
    world.signed_in(&world.portal("archive"), &AN).await.0
}

fn left_half_of_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, text.as_bytes()).as_ref()[..16])
}

on_every_backend! {
    async fn every_response_type_is_answered_with_what_it_names_and_nothing_else(world: World) {
        let mut browser = visitor(&world).await;
        for (response_type, mode, expected) in TYPES {
            let (portal, started) = asking(&world, response_type);
            let (answered_in, answer) = browser.open(&started.url()).await.answered();
            assert_eq!(answered_in, *mode, "{response_type}");
            let others = ["state", "iss", "shelf", "session_state"];
            let told: Vec<&str> = answer.keys().map(String::as_str).filter(|name| !others.contains(name)).collect();
            assert_eq!(told, *expected, "{response_type}");
            assert_eq!((&answer["state"], &answer["iss"]), (&started.state, &world.issuer), "{response_type}");
            check_tokens(&portal, &started, &answer).await;
        }
    }

    async fn both_id_tokens_of_a_hybrid_answer_speak_of_the_same_sign_in(world: World) {
        let mut browser = visitor(&world).await;
        for response_type in ["code id_token", "code id_token token"] {
            let (portal, started) = asking(&world, response_type);
            let answer = browser.open(&started.url()).await.answer();
            let front = portal.proven(&answer["id_token"]).await;
            let tokens = portal.exchange(&started, &answer["code"]).await;
            let back = portal.id_token(&tokens).await;
            for claim in ["iss", "sub", "aud", "nonce", "auth_time", "acr", "amr", "sid"] {
                assert!(!front[claim].is_null(), "{claim}");
                assert_eq!(front[claim], back[claim], "{claim}");
            }
            // What binds the answer of one endpoint has no place in that of the other.
            assert!(back["c_hash"].is_null());
            assert_eq!(back["at_hash"], left_half_of_hash(&tokens.access_token()));
        }
    }

    async fn an_id_token_alone_tells_what_the_scope_asks_for(world: World) {
        let mut browser = visitor(&world).await;
        let (portal, started) = asking(&world, "id_token");
        let alone = portal.proven(&browser.open(&started.url()).await.answer()["id_token"]).await;
        assert_eq!(alone["name"], AN.name);
        assert_eq!(alone["email_verified"], true);
        assert!(alone["national_id"].is_null() && alone["phone_number"].is_null());
        // Whoever receives an access token, now or for the code, asks with that.
        for response_type in ["code id_token", "id_token token", "code id_token token"] {
            let (portal, started) = asking(&world, response_type);
            let beside = portal.proven(&browser.open(&started.url()).await.answer()["id_token"]).await;
            assert!(beside["name"].is_null(), "{response_type}");
        }
        let written = world.operator().events_of(&AN).await;
        let released: Vec<_> = written.iter().filter(|event| event.kind == Some(EventKind::DataReleased)).collect();
        assert_eq!(released.len(), 1, "it is written down");
        assert!(released[0].details["claims"].split(' ').any(|claim| claim == "name"));
    }

    async fn nothing_of_a_person_comes_with_none_but_that_they_are_there(world: World) {
        let (_, started) = asking(&world, "none");
        let silent = started.clone().with("prompt", "none");
        assert_eq!(world.browser().open(&silent.url()).await.refusal().0, "login_required");
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let answer = AN.goes_through(&mut browser, page).await.answer();
        assert_eq!(answer.keys().collect::<Vec<_>>(), ["iss", "shelf", "state"]);
    }

    async fn a_code_that_came_with_tokens_is_proven_like_every_other(world: World) {
        let mut browser = visitor(&world).await;
        for response_type in ["code id_token", "code token", "code id_token token"] {
            let (portal, started) = asking(&world, response_type);
            // Once a challenge came the verifier is demanded …
            let code = browser.open(&started.url()).await.code();
            assert_eq!(portal.exchange(&started.clone().without_pkce(), &code).await.refused(400), "invalid_grant");
            // … and a verifier without one is refused.
            let bare = started.clone().without_pkce();
            let code = browser.open(&bare.url()).await.code();
            assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
            let code = browser.open(&bare.url()).await.code();
            assert_eq!(portal.exchange(&bare, &code).await.status, 200, "{response_type}");
        }
    }
}

/// What is in the answer holds together.
async fn check_tokens(portal: &Portal, started: &Started, answer: &BTreeMap<String, String>) {
    if let Some(id_token) = answer.get("id_token") {
        let claims = portal.proven(id_token).await;
        assert_eq!(claims["nonce"], started.nonce.as_str());
        for (hash, of) in [("at_hash", "access_token"), ("c_hash", "code")] {
            let expected = answer.get(of).map(|text| left_half_of_hash(text));
            assert_eq!(claims[hash].as_str(), expected.as_deref(), "{hash}");
        }
    }
    if let Some(access_token) = answer.get("access_token") {
        assert_eq!((&*answer["token_type"], &*answer["expires_in"]), ("Bearer", "600"));
        assert_eq!(
            answer.contains_key("code"),
            answer["scope"].contains("offline_access"),
            "a code alone is refreshed"
        );
        assert_eq!(portal.claims(access_token).await["name"], AN.name);
    }
    if let Some(code) = answer.get("code") {
        assert_eq!(portal.exchange(started, code).await.status, 200);
    }
}

#[tokio::test]
async fn what_was_not_registered_for_a_portal_is_refused_by_name() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    for (response_type, ..) in &TYPES[1..] {
        let page = browser.open(&portal.start().with("response_type", response_type).url()).await;
        let (error, sentence) = page.refusal();
        assert_eq!(error, "unauthorized_client", "{response_type}");
        assert!(sentence.ends_with("is not registered for this client"), "{sentence}");
    }
    for (response_type, error) in [("token", "unsupported_response_type"), ("code code", "unsupported_response_type")] {
        let page = browser.open(&portal.start().with("response_type", response_type).url()).await;
        assert_eq!(page.refusal().0, error, "{response_type}");
    }
}

#[tokio::test]
async fn an_id_token_through_the_browser_needs_a_nonce() {
    let world = World::embedded().await;
    let mut browser = visitor(&world).await;
    for (response_type, mode, issued) in TYPES {
        let (_, started) = asking(&world, response_type);
        let page = browser.open(&started.without("nonce").url()).await;
        match issued.contains(&"id_token") {
            true => {
                let sentence = page.refusal().1;
                assert!(sentence.starts_with("nonce is missing"), "{sentence}");
                assert_eq!(page.answered().0, *mode);
            }
            false => assert!(!page.answer().contains_key("error"), "{response_type}"),
        }
    }
}

#[tokio::test]
async fn pkce_is_demanded_wherever_a_code_is_issued() {
    let world = World::embedded().await;
    world.operator().changes("archive", |client| client.policy.pkce = PkcePolicy::Required).await;
    let mut browser = world.browser();
    let page = browser.open(&world.portal("archive").start().url()).await;
    AN.goes_through(&mut browser, page).await;
    for (response_type, _, issued) in TYPES {
        let (_, started) = asking(&world, response_type);
        let answer = browser.open(&started.without_pkce().url()).await.answer();
        let refused = answer.get("error_description").is_some_and(|told| told.starts_with("code_challenge is missing"));
        assert_eq!(refused, issued.contains(&"code"), "{response_type}");
    }
}
