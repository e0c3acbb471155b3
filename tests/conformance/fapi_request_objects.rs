//! The modules of the FAPI 2.0 Message Signing plan about request objects: RFC 9101, FAPI 2.0 Message Signing §5.3.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

use super::fapi_portal::{FapiPortal, Proof, Request, Variant, fapi_modules, refused};

/// Both proofs of clients that sign their requests.
fn signing() -> impl Iterator<Item = Variant> {
    [Proof::PrivateKeyJwt, Proof::Mtls].into_iter().map(|proof| Variant { proof, ..Variant::SIGNED })
}

fn now(portal: &FapiPortal<'_>) -> i64 {
    use senid::domain::time::Clock;
    portal.world.clock.now().seconds()
}

/// The request with this claim in its object goes through.
async fn is_taken(portal: &FapiPortal<'_>, name: &str, value: Value) {
    portal.flow_of(portal.request().claiming(name, value)).await;
}

async fn is_refused(portal: &FapiPortal<'_>, request: Request) {
    assert_eq!(refused(&portal.push(&request).await), "invalid_request_object", "{}", request.claims);
}

fapi_modules! {
    async fn fapi2_security_profile_final_ensure_request_object_with_multiple_aud_succeeds(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            is_taken(&portal, "aud", json!([portal.world.issuer, "https://other1.example.com", "invalid"])).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(
        house: House
    ) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            is_taken(&portal, "nbf", (now(&portal) + 8).into()).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_request_object_without_exp_fails(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            is_refused(&portal, portal.request().claiming("exp", Value::Null)).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_request_object_without_nbf_fails(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            is_refused(&portal, portal.request().claiming("nbf", Value::Null)).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_expired_request_object_fails(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            let request = portal.request().claiming("nbf", now(&portal) - 600);
            is_refused(&portal, request.claiming("exp", now(&portal) - 300)).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_request_object_with_bad_aud_fails(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            for aud in [json!("https://www.other1.example.com/"), json!([]), Value::Null] {
                is_refused(&portal, portal.request().claiming("aud", aud)).await;
            }
        }
    }

    async fn fapi2_security_profile_final_ensure_request_object_with_exp_over_60_fails(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            is_refused(&portal, portal.request().claiming("exp", now(&portal) + 70 * 60)).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_request_object_with_nbf_over_60_fails(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            is_refused(&portal, portal.request().claiming("nbf", now(&portal) - 70 * 60)).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_signed_request_object_with_rs256_fails(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            for (algorithm, taken) in [(SignatureAlgorithm::Rs256, false), (SignatureAlgorithm::Ps256, true)] {
                let typ = Some("oauth-authz-req+jwt");
                let object = portal.keys.sign(algorithm, typ, &portal.request().object());
                let reply = portal.push_object(&object).await;
                match taken {
                    true => assert_eq!(reply.status, 201, "{algorithm}: {}", reply.body),
                    false => assert_eq!(refused(&reply), "invalid_request_object", "{algorithm}"),
                }
            }
        }
    }

    async fn fapi2_security_profile_final_ensure_request_object_signature_algorithm_is_not_none(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let unsigned = format!("{}.{}.", part(json!({ "alg": "none" })), part(portal.request().object()));
            assert_eq!(refused(&portal.push_object(&unsigned).await), "invalid_request_object");
        }
    }

    async fn fapi2_security_profile_final_ensure_request_object_with_invalid_signature_fails(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            let object = portal.sign(&portal.request().object());
            let (signed, signature) = object.rsplit_once('.').unwrap();
            let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            signature[5] ^= 0x5a;
            let altered = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
            assert_eq!(refused(&portal.push_object(&altered).await), "invalid_request_object");
        }
    }

    async fn fapi2_security_profile_final_ensure_matching_key_in_authorization_request(house: House) {
        for variant in signing() {
            let (portal, second) = (house.portal(variant).await, house.portal(variant).await);
            let object = second.sign(&portal.request().object());
            assert_eq!(refused(&portal.push_object(&object).await), "invalid_request_object");
        }
    }

    async fn fapi2_security_profile_final_ensure_unsigned_request_at_par_endpoint_fails(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            let reply = portal.call("/par", &[], &portal.request().form()).await;
            assert_eq!(refused(&reply), "invalid_request");
        }
    }

    async fn fapi2_security_profile_final_ensure_request_object_without_redirect_uri_fails(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            let request = portal.request();
            // Not even where it stands beside the object.
            let object = portal.sign(&request.clone().without("redirect_uri").object());
            let form = [("request", object.as_str()), ("redirect_uri", request.get("redirect_uri"))];
            assert_eq!(refused(&portal.call("/par", &[], &form).await), "invalid_request");
            assert_eq!(refused(&portal.push_object(&object).await), "invalid_request");
        }
    }

    async fn fapi2_security_profile_final_par_authorization_request_containing_request_uri(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            let request = portal.request().with("request_uri", "urn:example:bwc4JK-ESC0w8acc191e-Y1LTC2");
            is_refused(&portal, request).await;
        }
    }

    async fn fapi2_security_profile_final_state_only_outside_request_object_not_used(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            let request = portal.request().without("state");
            let address = portal.address(&portal.push(&request).await);
            let answer = beside(&portal, &format!("{address}&state=outside")).await;
            assert!(answer.contains_key("code") && !answer.contains_key("state"), "{answer:?}");
        }
    }

    async fn fapi2_security_profile_final_ensure_different_state_inside_and_outside_request_object(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            let request = portal.request();
            let address = portal.address(&portal.push(&request).await);
            assert_eq!(beside(&portal, &format!("{address}&state=another")).await["state"], request.get("state"));
        }
    }

    async fn fapi2_security_profile_final_ensure_different_nonce_inside_and_outside_request_object(house: House) {
        for variant in signing() {
            let portal = house.portal(variant).await;
            let request = portal.request();
            let address = portal.address(&portal.push(&request).await);
            let answer = beside(&portal, &format!("{address}&nonce=another")).await;
            portal.check(&request, &portal.redeem(&request, &answer["code"]).await).await;
        }
    }
}

/// What the portal is told where a browser comes to `address`.
async fn beside(portal: &FapiPortal<'_>, address: &str) -> std::collections::BTreeMap<String, String> {
    let mut browser = portal.world.browser();
    let page = browser.open(address).await;
    let page = crate::support::world::AN.goes_through(&mut browser, page).await;
    portal.answer(&page).await
}
