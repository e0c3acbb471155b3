//! Discovery, the key set and its rotation: Discovery §3 and §4, Core §10.1.1.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::relying_party::{RelyingParty, Variant, modules};
use crate::support::World;
use crate::support::world::proof;

modules! {
    async fn oidcc_discovery_endpoint_verification(world: World) {
        let metadata = metadata(world).await;
        assert_eq!(metadata["issuer"], world.issuer.as_str());
        for (name, value) in metadata.as_object().unwrap() {
            assert!(!value.is_null() && *value != json!("") && *value != json!([]), "{name} says nothing");
            if name.ends_with("_endpoint") || name.ends_with("_iframe") || name == "jwks_uri" {
                // All are ours; on a public issuer, which is https, they are https.
                assert!(value.as_str().unwrap().starts_with(&world.issuer), "{name}: {value}");
            }
        }
        let has = |name: &str, values: &[&str]| {
            let offered = metadata[name].as_array().unwrap_or_else(|| panic!("no {name}"));
            for value in values {
                assert!(offered.contains(&json!(value)), "{name} has no {value}");
            }
        };
        has("response_types_supported", &["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"]);
        has("response_modes_supported", &["query", "fragment", "form_post"]);
        has("grant_types_supported", &["authorization_code", "implicit", "refresh_token"]);
        has("subject_types_supported", &["pairwise", "public"]);
        has("id_token_signing_alg_values_supported", &["RS256"]);
        has("userinfo_signing_alg_values_supported", &["RS256"]);
        has("request_object_signing_alg_values_supported", &["RS256"]);
        has("scopes_supported", &["openid", "profile", "email", "address", "phone", "offline_access"]);
        has("claims_supported", &["sub", "name", "email", "address", "phone_number", "birthdate", "updated_at"]);
        has("token_endpoint_auth_methods_supported", &["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"]);
        has("code_challenge_methods_supported", &["S256"]);
        assert!(metadata["acr_values_supported"].is_array());
        for flag in [
            "claims_parameter_supported",
            "request_parameter_supported",
            "request_uri_parameter_supported",
            "authorization_response_iss_parameter_supported",
        ] {
            assert_eq!(metadata[flag], true, "{flag}");
        }
        for name in ["id_token_signing_alg_values_supported", "request_object_signing_alg_values_supported"] {
            assert!(!metadata[name].as_array().unwrap().contains(&json!("none")), "{name}");
        }
        keys(world).await;
    }

    async fn oidcc_server_rotate_keys(world: World) {
        let party = RelyingParty::register(world, Variant::CODE).await;
        let before = keys(world).await;
        let first = party.flow().await;
        world.operator().rotates_keys_from_outside().await;
        crate::support::world::eventually("a new key is published", async || keys(world).await != before).await;
        // The new key is there at once, and the old one still is.
        let after = keys(world).await;
        assert!(after.is_superset(&before), "{before:?} {after:?}");
        // What the old key signed is still proven with what is published now, as is what is signed from here on.
        proof::claims(&world.issuer, first.token("id_token")).await;
        party.flow().await;
    }

    async fn oidcc_rp_initiated_logout_discovery_endpoint_verification(world: World) {
        assert_eq!(metadata(world).await["end_session_endpoint"], world.at("/logout"));
    }

    async fn oidcc_backchannel_logout_discovery_endpoint_verification(world: World) {
        let metadata = metadata(world).await;
        assert_eq!(metadata["backchannel_logout_supported"], true);
        assert_eq!(metadata["backchannel_logout_session_supported"], true);
    }

    async fn oidcc_frontchannel_logout_discovery_endpoint_verification(world: World) {
        let metadata = metadata(world).await;
        assert_eq!(metadata["frontchannel_logout_supported"], true);
        assert_eq!(metadata["frontchannel_logout_session_supported"], true);
    }

    async fn oidcc_session_management_discovery_endpoint_verification(world: World) {
        let metadata = metadata(world).await;
        let iframe = metadata["check_session_iframe"].as_str().expect("an iframe").to_owned();
        let page = world.browser().open(&iframe).await;
        assert_eq!(page.status, 200);
        // Of all pages this one may be framed by anyone.
        assert!(!page.reply.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(page.reply.header("x-frame-options"), "");
    }
}

async fn metadata(world: &World) -> Value {
    let reply = world.get("/.well-known/openid-configuration").await;
    assert_eq!(reply.status, 200);
    assert!(reply.header("content-type").starts_with("application/json"));
    reply.json()
}

/// The names of the published signing keys. All keys have names of their own, and public members only.
async fn keys(world: &World) -> BTreeSet<String> {
    let jwks = world.get("/jwks.json").await.json();
    let keys = jwks["keys"].as_array().unwrap();
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(key.get(private).is_none(), "{key}");
        }
        // A key for encryption serves several algorithms and names none.
        assert!(key["use"] == "enc" || (key["use"] == "sig" && key["alg"].is_string()), "{key}");
    }
    let names: BTreeSet<String> = keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), keys.len(), "every kid once");
    keys.iter().filter(|key| key["use"] == "sig").map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}
