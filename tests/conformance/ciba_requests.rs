//! The modules of the FAPI-CIBA plan about the request: what is signed, by whom, and about whom.

use senid::domain::keys::SignatureAlgorithm;
use senid::domain::time::Clock;
use serde_json::{Value, json};

use super::ciba_portal::{CibaPortal, MODES, Mode, refused, variants};
use super::fapi_portal::{ES256, House, Proof, fapi_modules};
use crate::support::world::{AN, assertion};

/// In every variant, a request that is changed so is refused.
async fn fails(house: &House, change: impl Fn(&CibaPortal<'_>, &mut Value)) {
    for (proof, mode) in variants() {
        let portal = CibaPortal::of(house, proof, mode).await;
        let mut request = portal.request();
        change(&portal, &mut request);
        assert_eq!(refused(&portal.ask(&request).await), "invalid_request", "{request}");
        nobody_is_asked(house).await;
    }
}

async fn fails_without(house: &House, name: &str) {
    fails(house, |_, request| drop(request.as_object_mut().unwrap().remove(name).unwrap())).await;
}

async fn nobody_is_asked(house: &House) {
    let list = AN.enters_account(&mut house.world.browser(), "/account/requests").await;
    assert_eq!(list.count(".request"), 0);
}

fn now(portal: &CibaPortal<'_>) -> i64 {
    portal.fapi.world.clock.now().seconds()
}

fapi_modules! {
    async fn fapi_ciba_id1_ensure_authorization_request_with_potentially_bad_binding_message(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let mut request = portal.request();
            request["binding_message"] =
                "1234 \u{1F44D}\u{1F3FF} 品川 Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod".into();
            assert_eq!(refused(&portal.ask(&request).await), "invalid_binding_message");
        }
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_aud_fails(house: House) {
        fails_without(house, "aud").await;
    }

    async fn fapi_ciba_id1_ensure_request_object_bad_aud_fails(house: House) {
        fails(house, |_, request| request["aud"] = "https://other.example".into()).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_iss_fails(house: House) {
        fails_without(house, "iss").await;
    }

    async fn fapi_ciba_id1_ensure_request_object_bad_iss_fails(house: House) {
        fails(house, |_, request| request["iss"] = "tax-office".into()).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_exp_fails(house: House) {
        fails_without(house, "exp").await;
    }

    async fn fapi_ciba_id1_ensure_request_object_expired_exp_fails(house: House) {
        fails(house, |portal, request| request["exp"] = (now(portal) - 300).into()).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_exp_is_70_minutes_in_future_fails(house: House) {
        fails(house, |portal, request| request["exp"] = (now(portal) + 70 * 60).into()).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_iat_fails(house: House) {
        fails_without(house, "iat").await;
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_nbf_fails(house: House) {
        fails_without(house, "nbf").await;
    }

    async fn fapi_ciba_id1_ensure_request_object_nbf_is_10_minutes_in_future_fails(house: House) {
        fails(house, |portal, request| request["nbf"] = (now(portal) + 600).into()).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_nbf_is_70_minutes_in_past_fails(house: House) {
        fails(house, |portal, request| request["nbf"] = (now(portal) - 70 * 60).into()).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_jti_fails(house: House) {
        fails_without(house, "jti").await;
    }

    async fn fapi_ciba_id1_ensure_request_object_signature_algorithm_is_none_fails(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let part = |value: Value| senid::crypto::base64url::encode(value.to_string().as_bytes());
            let bare = format!("{}.{}.", part(json!({"alg": "none"})), part(portal.request()));
            assert_eq!(refused(&portal.ask_with(&bare, &house.world.issuer).await), "invalid_request");
        }
    }

    async fn fapi_ciba_id1_ensure_request_object_signature_algorithm_is_bad_fails(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let signed = portal.sign(&portal.request());
            let (text, signature) = signed.rsplit_once('.').unwrap();
            let turned: String = signature.chars().rev().collect();
            let reply = portal.ask_with(&format!("{text}.{turned}"), &house.world.issuer).await;
            assert_eq!(refused(&reply), "invalid_request");
        }
    }

    async fn fapi_ciba_id1_ensure_request_object_signature_algorithm_is_rs256_fails(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let signed = portal.fapi.keys.sign(SignatureAlgorithm::Rs256, None, &portal.request());
            assert_eq!(refused(&portal.ask_with(&signed, &house.world.issuer).await), "invalid_request");
        }
    }

    async fn fapi_ciba_id1_ensure_request_object_signed_by_other_client_fails(house: House) {
        for (proof, mode) in variants() {
            let (one, other) = (CibaPortal::of(house, proof, mode).await, CibaPortal::of(house, proof, mode).await);
            let signed = other.sign(&one.request());
            assert_eq!(refused(&one.ask_with(&signed, &house.world.issuer).await), "invalid_request");
        }
    }

    async fn fapi_ciba_id1_ensure_authorization_request_with_multiple_hints_fails(house: House) {
        fails(house, |_, request| {
            request["login_hint"] = "join@example.com".into();
            request["login_hint_token"] = "xxxxxxxxxxxxxxxxxxxx".into();
        })
        .await;
    }

    async fn fapi_ciba_id1_ensure_unsigned_backchannel_authorization_request_fails(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let request = portal.request();
            let form: Vec<(&str, &str)> = request
                .as_object()
                .unwrap()
                .iter()
                .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
                .collect();
            assert_eq!(refused(&portal.fapi.call("/bc-authorize", &[], &form).await), "invalid_request");
        }
    }

    async fn fapi_ciba_id1_ensure_different_client_id_and_issuer_in_backchannel_authorization_request(house: House) {
        wrong_client_id(house, |one, other| (one.request(), other.fapi.id.clone())).await;
    }

    async fn fapi_ciba_id1_ensure_wrong_client_id_in_backchannel_authorization_request(house: House) {
        wrong_client_id(house, |one, other| {
            let mut request = one.request();
            request["iss"] = other.fapi.id.as_str().into();
            (request, other.fapi.id.clone())
        })
        .await;
    }

    async fn fapi_ciba_id1_ensure_without_client_assertion_in_backchannel_authorization_request(house: House) {
        for mode in MODES {
            let portal = CibaPortal::of(house, Proof::PrivateKeyJwt, mode).await;
            let signed = portal.sign(&portal.request());
            let form = [("request", signed.as_str()), ("client_id", &portal.fapi.id)];
            assert_eq!(refused(&portal.fapi.send("/bc-authorize", &[], &form).await), "invalid_client");
        }
    }

    async fn fapi_ciba_id1_ensure_client_assertion_signature_algorithm_in_backchannel_authorization_request_is_rs256_fails(
        house: House
    ) {
        for mode in MODES {
            let portal = CibaPortal::of(house, Proof::PrivateKeyJwt, mode).await;
            let signed = portal.sign(&portal.request());
            let claims = portal.fapi.assertion();
            let weak = portal.fapi.keys.sign(SignatureAlgorithm::Rs256, None, claims.claims());
            let form = [&[("request", signed.as_str())][..], &assertion::form(&weak)].concat();
            assert_eq!(refused(&portal.fapi.send("/bc-authorize", &[], &form).await), "invalid_client");
            let good = portal.fapi.keys.sign(ES256, None, claims.claims());
            let form = [&[("request", signed.as_str())][..], &assertion::form(&good)].concat();
            assert_eq!(portal.fapi.send("/bc-authorize", &[], &form).await.status, 200, "nothing was spent by it");
        }
    }
}

/// With a certificate of one client and the name of another.
async fn wrong_client_id(house: &House, change: impl Fn(&CibaPortal<'_>, &CibaPortal<'_>) -> (Value, String)) {
    for mode in [Mode::Poll, Mode::Ping] {
        let one = CibaPortal::of(house, Proof::Mtls, mode).await;
        let other = CibaPortal::of(house, Proof::Mtls, mode).await;
        let (request, name) = change(&one, &other);
        let signed = one.sign(&request);
        let form = [("request", signed.as_str()), ("client_id", name.as_str())];
        assert_eq!(refused(&one.fapi.send("/bc-authorize", &[], &form).await), "invalid_client");
    }
}
