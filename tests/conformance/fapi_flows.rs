//! The modules of the FAPI 2.0 plans in which all goes well, or the person says no.

use std::time::Duration;

use serde_json::json;

use super::fapi_portal::{Binding, Messages, Variant, fapi_modules};
use crate::support::world::AN;

fapi_modules! {
    async fn fapi2_security_profile_final_happy_flow(house: House) {
        for variant in Variant::all() {
            house.portal(variant).await.flow().await;
        }
    }

    async fn fapi2_security_profile_final_user_rejects_authentication(house: House) {
        for variant in Variant::all() {
            let portal = house.portal(variant).await;
            let own_query = format!("{}?dummy1=lorem&dummy2=ipsum", portal.redirect_uri);
            for (redirect_uri, query) in [(portal.redirect_uri.clone(), ""), (own_query, "?dummy1=lorem&dummy2=ipsum")] {
                for button in ["cancel", "deny"] {
                    let request = portal.request().with("state", &"s".repeat(128)).with("redirect_uri", &redirect_uri);
                    let mut browser = portal.world.browser();
                    let mut page = browser.open(&portal.address(&portal.push(&request).await)).await;
                    if button == "deny" {
                        page = AN.signs_in(&mut browser, &page).await;
                    }
                    let page = browser.press(&page, button, &[]).await;
                    assert!(page.url.as_str().starts_with(&format!("{}{query}", portal.redirect_uri)), "{}", page.url);
                    let mut answer = portal.answer(&page).await;
                    answer.retain(|name, _| !name.starts_with("dummy"));
                    assert_eq!((&*answer["error"], answer["state"].len()), ("access_denied", 128), "{variant:?}");
                    assert_eq!(answer.keys().collect::<Vec<_>>(), ["error", "error_description", "state"]);
                }
            }
        }
    }

    async fn fapi2_security_profile_final_ensure_authorization_request_without_state_success(house: House) {
        for variant in Variant::all() {
            let portal = house.portal(variant).await;
            let outcome = portal.flow_of(portal.request().without("state")).await;
            assert!(!outcome.answer.contains_key("state"));
        }
    }

    async fn fapi2_security_profile_final_ensure_authorization_request_without_nonce_success(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            portal.flow_of(portal.request().without("nonce")).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_authorization_request_with_64_char_nonce_success(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            portal.flow_of(portal.request().with("nonce", &"n".repeat(64))).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_authorization_request_with_long_nonce(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            portal.flow_of(portal.request().with("nonce", &"n".repeat(384))).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_authorization_request_with_long_state(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            portal.flow_of(portal.request().with("state", &"s".repeat(1000))).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_other_scope_order_succeeds(house: House) {
        for variant in Variant::all() {
            let portal = house.portal(variant).await;
            let scope = portal.request().get("scope").split(' ').rev().collect::<Vec<_>>().join(" ");
            portal.flow_of(portal.request().with("scope", &scope)).await;
        }
    }

    async fn fapi2_security_profile_final_test_claims_parameter_identity_claims(house: House) {
        let supported = house.world.get("/.well-known/openid-configuration").await.json();
        assert_eq!(supported["claims_parameter_supported"], true);
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            let claims = json!({
                "id_token": { "name": { "essential": true }, "email": null, "birthdate": null, "unheard-of": null },
                "userinfo": { "name": null, "phone_number": { "essential": false }, "random": { "value": "x" } },
            });
            let request = portal.request().with("scope", "openid").with("claims", &claims.to_string());
            let outcome = portal.flow_of(request).await;
            let id_token = crate::support::world::proof::claims(&portal.world.issuer, &outcome.tokens.id_token()).await;
            assert!(["name", "email", "birthdate"].iter().all(|name| id_token[*name].is_string()), "{id_token}");
            let userinfo = portal.userinfo(&outcome.tokens.access_token()).await.json();
            assert!(["name", "phone_number"].iter().all(|name| userinfo[*name].is_string()), "{userinfo}");
            assert!(userinfo.get("random").is_none() && id_token.get("unheard-of").is_none());
        }
    }

    async fn fapi2_security_profile_final_access_token_type_header_case_sensitivity(house: House) {
        for variant in Variant::of_security() {
            let portal = house.portal(variant).await;
            let outcome = portal.flow().await;
            let scheme = if variant.binding == Binding::Dpop { "dpop" } else { "bearer" };
            for scheme in [scheme.to_owned(), scheme.to_uppercase()] {
                let reply = portal.userinfo_as(&scheme, &outcome.tokens.access_token()).await;
                assert_eq!(reply.status, 200, "{scheme}: {}", reply.body);
            }
        }
    }

    async fn fapi2_security_profile_final_refresh_token(house: House) {
        for variant in Variant::all() {
            let portal = house.portal(variant).await;
            let outcome = portal.flow().await;
            let refresh_token = outcome.tokens.refresh_token();
            portal.world.wait(Duration::from_secs(5));
            let fresh = portal.refresh(&refresh_token).await;
            portal.check(&outcome.request.clone().without("nonce"), &fresh).await;
            assert_ne!(fresh.access_token(), outcome.tokens.access_token());
            // It is the key that it is bound to, not each other's successor, that protects it: it stays what it is.
            let told = fresh.json().get("refresh_token").cloned();
            assert!(told.is_none_or(|told| told == refresh_token.as_str()), "{variant:?}: it was rotated");
            assert_eq!(portal.refresh(&refresh_token).await.status, 200);
            // Nobody else refreshes with it.
            let other = house.portal(variant).await;
            let refused = other.refresh(&refresh_token).await;
            assert_eq!(refused.refused(400), "invalid_grant");
        }
    }

    async fn fapi2_security_profile_final_discovery_end_point_verification(house: House) {
        for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
            let told = house.world.get(path).await.json();
            let lists = |member: &str, value: &str| {
                let list = told[member].as_array().unwrap_or_else(|| panic!("no {member}"));
                assert!(list.contains(&value.into()), "{member}: {list:?}");
            };
            assert_eq!(told["issuer"], house.world.issuer.as_str());
            assert_eq!(told["pushed_authorization_request_endpoint"], house.world.at("/par"));
            assert!(told["require_pushed_authorization_requests"].is_boolean());
            assert_eq!(told["authorization_response_iss_parameter_supported"], true);
            assert_eq!(told["tls_client_certificate_bound_access_tokens"], true);
            for (member, value) in [
                ("code_challenge_methods_supported", "S256"),
                ("response_types_supported", "code"),
                ("response_modes_supported", "jwt"),
                ("authorization_signing_alg_values_supported", "ES256"),
                ("authorization_encryption_alg_values_supported", "ECDH-ES"),
                ("authorization_encryption_enc_values_supported", "A256GCM"),
                ("request_object_signing_alg_values_supported", "PS256"),
                ("request_object_signing_alg_values_supported", "ES256"),
                ("id_token_signing_alg_values_supported", "ES256"),
                ("dpop_signing_alg_values_supported", "ES256"),
                ("token_endpoint_auth_methods_supported", "private_key_jwt"),
                ("token_endpoint_auth_methods_supported", "tls_client_auth"),
                ("token_endpoint_auth_signing_alg_values_supported", "PS256"),
                ("token_endpoint_auth_signing_alg_values_supported", "ES256"),
                ("scopes_supported", "openid"),
            ] {
                lists(member, value);
            }
            let none = |member: &str| !told[member].as_array().unwrap().contains(&"none".into());
            assert!(none("request_object_signing_alg_values_supported") && none("dpop_signing_alg_values_supported"));
        }
        assert_eq!(Variant::all().filter(|variant| variant.messages == Messages::Signed).count(), 8);
    }
}
