//! The modules of the FAPI-CIBA plan that go through the whole flow: tokens, pings, refusals and who comes for what.

use std::time::Duration;

use senid::domain::keys::SignatureAlgorithm;
use serde_json::json;

use super::ciba_portal::{CibaPortal, MODES, Mode, acknowledgement, refused, variants};
use super::fapi_portal::{ES256, Proof, fapi_modules};
use crate::support::outside::{ok, status};
use crate::support::world::{AN, assertion};

/// A module whose ping is answered with `answer`, which changes nothing: the portal comes for its tokens all the same.
async fn ping_is_answered(house: &super::fapi_portal::House, answer: u16) {
    for proof in [Proof::PrivateKeyJwt, Proof::Mtls] {
        let portal = CibaPortal::of(house, proof, Mode::Ping).await;
        portal.office.answers(move |_| match answer {
            200 => ok("text/html", "<p>a body</p>"),
            other => status(other),
        });
        portal.flow(&portal.request()).await;
        // Nothing is said twice: the next ping is the next request's.
        let (id, _) = portal.flow(&portal.request()).await;
        assert_eq!(portal.office.requests(), 2);
        portal.is_told(2, &id).await;
    }
}

fapi_modules! {
    async fn fapi_ciba_id1_discovery_end_point_verification(house: House) {
        let metadata = house.world.get("/.well-known/openid-configuration").await.json();
        assert_eq!(metadata["backchannel_authentication_endpoint"], house.world.at("/bc-authorize"));
        assert_eq!(metadata["backchannel_token_delivery_modes_supported"], json!(["poll", "ping"]));
        assert_eq!(metadata["backchannel_user_code_parameter_supported"], false);
        let holds = |name: &str, value: &str| metadata[name].as_array().unwrap().contains(&json!(value));
        assert!(holds("grant_types_supported", "urn:openid:params:grant-type:ciba"));
        assert!(holds("backchannel_authentication_request_signing_alg_values_supported", "PS256"));
        assert!(holds("backchannel_authentication_request_signing_alg_values_supported", "ES256"));
        assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
    }

    async fn fapi_ciba_id1(house: House) {
        for (proof, mode) in variants() {
            let first = CibaPortal::of(house, proof, mode).await;
            let (_, tokens) = first.flow(&first.request()).await;
            let second = CibaPortal::of(house, proof, mode).await;
            let mut request = second.request();
            request["acr_values"] = "urn:senid:aal:1".into();
            request["requested_expiry"] = 300.into();
            let signed = second.fapi.keys.sign(ES256, Some("oauth-authz-req+jwt"), &request);
            let id = acknowledgement(&second.ask_with(&signed, &house.world.at("/token")).await);
            second.answered(&id, "allow").await;
            let own = second.comes_for(&id).await;
            assert_eq!(second.check(&own).await["acr"], "urn:senid:aal:1");
            let stolen = first.fapi.userinfo(&own.access_token()).await;
            assert!(stolen.status.is_client_error(), "{}", stolen.body);
            assert_eq!(second.comes_for(&id).await.refused(400), "invalid_grant");
            assert_eq!(first.fapi.userinfo(&tokens.access_token()).await.status, 200);
        }
    }

    async fn fapi_ciba_id1_user_rejects_authentication(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let id = portal.acknowledged(&portal.request()).await;
            portal.answered(&id, "deny").await;
            assert_eq!(portal.comes_for(&id).await.refused(400), "access_denied");
        }
    }

    async fn fapi_ciba_id1_multiple_call_to_token_endpoint(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            // Of two that wait, the citizen reads the later first.
            house.world.wait(Duration::from_secs(1));
            let id = portal.acknowledged(&portal.request()).await;
            for _ in 0..20 {
                portal.is_pending(&id).await;
            }
            if mode == Mode::Ping {
                AN.answers_request(&mut house.world.browser(), "allow").await;
                portal.is_told(1, &id).await;
            }
        }
    }

    async fn fapi_ciba_id1_auth_req_id_expired(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let mut request = portal.request();
            request["requested_expiry"] = 10.into();
            let id = portal.acknowledged(&request).await;
            portal.is_pending(&id).await;
            house.world.wait(Duration::from_secs(11));
            if mode == Mode::Ping {
                portal.is_told(1, &id).await;
            }
            assert_eq!(portal.comes_for(&id).await.refused(400), "expired_token");
        }
    }

    async fn fapi_ciba_id1_ensure_authorization_request_with_binding_message_succeeds(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let mut request = portal.request();
            request["binding_message"] = "42".into();
            portal.flow(&request).await;
        }
    }

    async fn fapi_ciba_id1_ensure_other_scope_order_succeeds(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let mut request = portal.request();
            request["scope"] = "offline_access profile openid".into();
            portal.flow(&request).await;
        }
    }

    async fn fapi_ciba_id1_ensure_requested_expiry_as_string_succeeds(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let mut request = portal.request();
            request["requested_expiry"] = "30".into();
            portal.flow(&request).await;
        }
    }

    async fn fapi_ciba_id1_ensure_wrong_auth_req_id_in_token_endpoint_request(house: House) {
        for (proof, mode) in variants() {
            let (one, other) = (CibaPortal::of(house, proof, mode).await, CibaPortal::of(house, proof, mode).await);
            let id = one.acknowledged(&one.request()).await;
            assert_eq!(other.comes_for(&id).await.refused(400), "invalid_grant");
        }
    }

    async fn fapi_ciba_id1_ensure_wrong_client_id_in_token_endpoint_request(house: House) {
        for mode in MODES {
            let (one, other) =
                (CibaPortal::of(house, Proof::Mtls, mode).await, CibaPortal::of(house, Proof::Mtls, mode).await);
            let id = one.acknowledged(&one.request()).await;
            let grant_type = ("grant_type", "urn:openid:params:grant-type:ciba");
            let form = [grant_type, ("auth_req_id", &*id), ("client_id", &*other.fapi.id)];
            assert_eq!(one.fapi.token(&form).await.refused(401), "invalid_client");
        }
    }

    async fn fapi_ciba_id1_ensure_without_client_assertion_in_token_endpoint_request(house: House) {
        for mode in MODES {
            let portal = CibaPortal::of(house, Proof::PrivateKeyJwt, mode).await;
            let id = portal.acknowledged(&portal.request()).await;
            let grant_type = ("grant_type", "urn:openid:params:grant-type:ciba");
            let form = [grant_type, ("auth_req_id", &*id), ("client_id", &*portal.fapi.id)];
            assert_eq!(refused(&portal.fapi.send("/token", &[], &form).await), "invalid_client");
        }
    }

    async fn fapi_ciba_id1_ensure_client_assertion_signature_algorithm_in_token_endpoint_request_is_rs256_fails(
        house: House
    ) {
        for mode in MODES {
            let portal = CibaPortal::of(house, Proof::PrivateKeyJwt, mode).await;
            let id = portal.acknowledged(&portal.request()).await;
            let claims = portal.fapi.assertion();
            let weak = portal.fapi.keys.sign(SignatureAlgorithm::Rs256, None, claims.claims());
            let form = [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", &*id)];
            let reply = portal.fapi.send("/token", &[], &[&form[..], &assertion::form(&weak)].concat()).await;
            assert_eq!(refused(&reply), "invalid_client");
        }
    }

    async fn fapi_ciba_id1_ensure_client_assertion_with_iss_aud_to_token_endpoint_succeeds(house: House) {
        for mode in MODES {
            let portal = CibaPortal::of(house, Proof::PrivateKeyJwt, mode).await;
            let id = portal.acknowledged(&portal.request()).await;
            // The portal's own assertions are addressed to the issuer.
            assert_eq!(portal.comes_for(&id).await.refused(400), "authorization_pending");
        }
    }

    async fn fapi_ciba_id1_ping_backchannel_notification_endpoint_response_has_body(house: House) {
        ping_is_answered(house, 200).await;
    }

    async fn fapi_ciba_id1_ping_backchannel_notification_endpoint_response_401(house: House) {
        ping_is_answered(house, 401).await;
    }

    async fn fapi_ciba_id1_ping_backchannel_notification_endpoint_response_403(house: House) {
        ping_is_answered(house, 403).await;
    }

    async fn fapi_ciba_id1_ping_with_mtls_ciba_notification_endpoint_response_401_and_require_server_does_not_retry(
        house: House
    ) {
        ping_is_answered(house, 401).await;
    }

    async fn fapi_ciba_id1_ping_backchannel_notification_endpoint_return_redirect_request(house: House) {
        for proof in [Proof::PrivateKeyJwt, Proof::Mtls] {
            let portal = CibaPortal::of(house, proof, Mode::Ping).await;
            portal.office.answers(|_| {
                let mut reply = status(301);
                reply.headers_mut().insert("location", "/invalid-ciba-notification-endpoint".parse().unwrap());
                reply
            });
            portal.flow(&portal.request()).await;
            portal.flow(&portal.request()).await;
            let paths: Vec<_> = portal.office.seen().iter().map(|seen| seen.head.uri.path().to_owned()).collect();
            assert_eq!(paths, ["/ciba-notification-endpoint"; 2]);
        }
    }

    async fn fapi_ciba_id1_refresh_token(house: House) {
        for (proof, mode) in variants() {
            let (one, other) = (CibaPortal::of(house, proof, mode).await, CibaPortal::of(house, proof, mode).await);
            let (_, tokens) = one.flow(&one.request()).await;
            let fresh = one.fapi.refresh(&tokens.refresh_token()).await;
            one.check(&fresh).await;
            assert_eq!(other.fapi.refresh(&fresh.refresh_token()).await.refused(400), "invalid_grant");
        }
    }

    async fn fapi_ciba_id1_ensure_mtls_holder_of_key_required(house: House) {
        for (proof, mode) in variants() {
            let portal = CibaPortal::of(house, proof, mode).await;
            let id = portal.acknowledged(&portal.request()).await;
            AN.answers_request(&mut house.world.browser(), "allow").await;
            let assertion = portal.fapi.prove(&portal.fapi.assertion());
            let form = [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", &*id)];
            let proven = match proof {
                Proof::PrivateKeyJwt => assertion::form(&assertion).to_vec(),
                Proof::Mtls => vec![("client_id", &*portal.fapi.id)],
            };
            let form = [&form[..], &proven].concat();
            let reply = crate::support::world::web::post(&house.world.at("/token"), &[], &form).await;
            let error = refused(&reply);
            assert!(["invalid_client", "invalid_grant", "invalid_request"].contains(&error.as_str()), "{error}");
            assert_eq!(portal.comes_for(&id).await.status, 200, "nothing was spent by it");
        }
    }
}
