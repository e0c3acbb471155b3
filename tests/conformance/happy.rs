//! The flows themselves, in every response type and both response modes: Core §3.1 to §3.3.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::json;

use super::relying_party::{A_MOMENT, RelyingParty, VARIANTS, Variant, modules};
use crate::support::world::proof;

modules! {
    async fn oidcc_server(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            party.flow().await;
            party.unregister().await;
        }
    }

    async fn oidcc_server_client_secret_post(world: World) {
        for variant in VARIANTS.into_iter().filter(|variant| variant.issues("code")) {
            let method = json!({ "token_endpoint_auth_method": "client_secret_post" });
            RelyingParty::register_with(world, variant, method).await.flow().await;
        }
    }

    async fn oidcc_idtoken_signature(world: World) {
        let party = RelyingParty::register(world, Variant::CODE).await;
        let outcome = party.flow().await;
        // A registration that names no algorithm means RS256 (Registration §2), and the key is found by its kid.
        assert_eq!(proof::header(outcome.token("id_token"))["alg"], "RS256");
    }

    async fn oidcc_idtoken_rs256(world: World) {
        for variant in VARIANTS {
            let algorithm = json!({ "id_token_signed_response_alg": "RS256" });
            RelyingParty::register_with(world, variant, algorithm).await.flow().await;
        }
    }

    // Without a signature there is no ID token here, and nobody can register for one.
    async fn oidcc_idtoken_unsigned(world: World) {
        let metadata = world.get("/.well-known/openid-configuration").await.json();
        let offered = metadata["id_token_signing_alg_values_supported"].as_array().unwrap();
        assert!(offered.contains(&json!("RS256")) && !offered.contains(&json!("none")));
        let none = json!({ "id_token_signed_response_alg": "none" });
        let refused = RelyingParty::ask_to_register(world, Variant::CODE, none).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_client_metadata")));
    }

    async fn oidcc_ensure_post_request_succeeds(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            let (mut browser, request) = (world.browser(), party.request());
            let page = browser.post_from("https://suite.example", "/authorize", &request.0).await;
            let answered = party.arrives(&mut browser, page).await;
            party.complete(&request, answered).await;
        }
    }

    async fn oidcc_ensure_request_with_valid_pkce_succeeds(world: World) {
        for variant in VARIANTS.into_iter().filter(|variant| variant.issues("code")) {
            let party = RelyingParty::register(world, variant).await;
            let verifier = "a-verifier-of-the-suite-that-is-long-enough-for-it";
            let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
            let request = party.request().with("code_challenge", &challenge).with("code_challenge_method", "S256");
            let answered = party.sends(&mut world.browser(), &request).await;
            let code = &answered.parameters["code"];
            let tokens = party.exchange_with(code, &[("code_verifier", verifier)]).await;
            assert_eq!(tokens.status, 200, "{}", tokens.body);

            // Once a challenge came, the verifier is demanded.
            let answered = party.sends(&mut world.browser(), &request).await;
            let refused = party.exchange(&answered.parameters["code"]).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_grant")));
        }
    }

    // Other values than usual: a long state, a long nonce, all scopes at once.
    async fn oidcc_alternate_happy_flow(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            let request = party.request().with("state", &"s".repeat(128)).with("nonce", &"n".repeat(128));
            let request = request.with("scope", "openid profile email address phone");
            party.flow_of(&mut world.browser(), &request).await;
        }
    }

    async fn oidcc_refresh_token(world: World) {
        for variant in VARIANTS.into_iter().filter(|variant| variant.issues("code")) {
            let mut grant_types = vec!["authorization_code", "refresh_token"];
            if variant.response_type != "code" {
                grant_types.push("implicit");
            }
            let grants = json!({ "grant_types": grant_types });
            let party = RelyingParty::register_with(world, variant, grants.clone()).await;
            let other = RelyingParty::register_with(world, variant, grants).await;
            let request = party.request().with("scope", "openid offline_access").with("prompt", "consent");
            let outcome = party.flow_of(&mut world.browser(), &request).await;

            world.wait(A_MOMENT);
            let refreshed = party.refresh(outcome.token("refresh_token")).await;
            assert_eq!(refreshed.status, 200, "{}", refreshed.body);
            let refreshed = refreshed.json();
            let again = proof::claims(&world.issuer, refreshed["id_token"].as_str().unwrap()).await;
            let first = outcome.id_token.as_ref().unwrap();
            // Core §12.2.
            for name in ["iss", "sub", "aud", "auth_time"] {
                assert_eq!(again[name], first[name], "{name}");
            }
            assert!(again["iat"].as_i64() > first["iat"].as_i64());
            assert_ne!(refreshed["access_token"].as_str(), Some(outcome.token("access_token")));
            party.userinfo(refreshed["access_token"].as_str().unwrap()).await;

            // A refresh token is its client's alone.
            let stolen = other.refresh(refreshed["refresh_token"].as_str().unwrap()).await;
            assert_eq!((stolen.status.as_u16(), &stolen.json()["error"]), (400, &json!("invalid_grant")));
        }
    }
}
