//! The modules of the FAPI 2.0 plans about who asks: assertions, and codes and keys that are somebody's own.

use std::time::Duration;

use senid::domain::keys::SignatureAlgorithm;
use senid::domain::time::Clock;
use serde_json::{Value, json};

use super::fapi_portal::{Binding, FapiPortal, Proof, Request, Variant, fapi_modules, refused};
use crate::support::world::web::Reply;
use crate::support::world::{Assertion, TokenAnswer, assertion};

/// Those that prove themselves with assertions, whatever binds their tokens.
fn asserting() -> impl Iterator<Item = Variant> {
    Variant::of_security().filter(|variant| variant.proof == Proof::PrivateKeyJwt)
}

/// Pushes with this assertion instead of a good one.
async fn push_with(portal: &FapiPortal<'_>, token: &str) -> Reply {
    let request = portal.request();
    portal.send("/par", &[], &[&request.form()[..], &assertion::form(token)].concat()).await
}

/// Asks the token endpoint with a good code and these parameters for the client's proof.
async fn redeem_with(portal: &FapiPortal<'_>, proof: &[(&str, &str)]) -> TokenAnswer {
    let (request, code) = up_to_code(portal).await;
    let dpop = portal.dpop_for("POST", "/token");
    let headers: Vec<_> = dpop.iter().map(|proof| ("dpop", proof.as_str())).collect();
    let form = [&portal.code_form(&request, &code)[..], proof].concat();
    portal.send("/token", &headers, &form).await.into()
}

async fn up_to_code(portal: &FapiPortal<'_>) -> (Request, String) {
    let request = portal.request();
    let page = portal.walk(&mut portal.world.browser(), &request).await;
    let code = portal.answer(&page).await["code"].clone();
    (request, code)
}

/// Neither endpoint believes it.
async fn nobody_believes(portal: &FapiPortal<'_>, change: impl Fn(Assertion) -> Assertion) {
    let token = portal.prove(&change(portal.assertion()));
    assert_eq!(refused(&push_with(portal, &token).await), "invalid_client");
    let token = portal.prove(&change(portal.assertion()));
    assert_eq!(redeem_with(portal, &assertion::form(&token)).await.refused(401), "invalid_client");
}

fn now(portal: &FapiPortal<'_>) -> i64 {
    portal.world.clock.now().seconds()
}

fapi_modules! {
    async fn fapi2_security_profile_final_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(
        house: House
    ) {
        for variant in asserting() {
            let portal = house.portal(variant).await;
            let soon = now(&portal) + 8;
            let ahead = || portal.prove(&portal.assertion().with("iat", soon).with("nbf", soon));
            assert_eq!(push_with(&portal, &ahead()).await.status, 201);
            assert_eq!(redeem_with(&portal, &assertion::form(&ahead())).await.status, 200);
        }
    }

    async fn fapi2_security_profile_final_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(
        house: House
    ) {
        for variant in asserting() {
            let portal = house.portal(variant).await;
            let late = now(&portal) + 62;
            nobody_believes(&portal, |assertion| assertion.with("iat", late).with("nbf", late).with("exp", late + 60)).await;
        }
    }

    async fn fapi2_security_profile_final_par_test_array_as_audience_fails(house: House) {
        for variant in asserting() {
            let portal = house.portal(variant).await;
            for aud in [json!([portal.world.issuer, "https://other.example"]), json!([portal.world.issuer])] {
                nobody_believes(&portal, |assertion| assertion.with("aud", aud.clone())).await;
            }
        }
    }

    async fn fapi2_security_profile_final_par_test_par_endpoint_url_as_audience_fails(house: House) {
        for variant in asserting() {
            let portal = house.portal(variant).await;
            nobody_believes(&portal, |assertion| assertion.with("aud", portal.world.at("/par"))).await;
        }
    }

    async fn fapi2_security_profile_final_par_test_token_endpoint_url_as_audience_fails(house: House) {
        for variant in asserting() {
            let portal = house.portal(variant).await;
            nobody_believes(&portal, |assertion| assertion.with("aud", portal.world.at("/token"))).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_client_assertion_with_wrong_aud_fails(house: House) {
        for variant in asserting() {
            let portal = house.portal(variant).await;
            nobody_believes(&portal, |assertion| assertion.with("aud", "https://www.other1.example.com/")).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_client_assertion_with_no_sub_fails(house: House) {
        for variant in asserting() {
            let portal = house.portal(variant).await;
            nobody_believes(&portal, |assertion| assertion.with("sub", Value::Null)).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(house: House) {
        for variant in asserting() {
            let portal = house.portal(variant).await;
            let past = now(&portal) - 300;
            nobody_believes(&portal, |assertion| assertion.with("exp", past).with("iat", past - 60)).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_signed_client_assertion_with_rs256_fails(house: House) {
        for variant in asserting() {
            let portal = house.portal(variant).await;
            for (algorithm, believed) in [
                (SignatureAlgorithm::Rs256, false),
                (SignatureAlgorithm::Ps256, true),
                (SignatureAlgorithm::EdDsa, true),
            ] {
                let token = || portal.keys.sign(algorithm, None, portal.assertion().claims());
                let (pushed, answer) = (token(), token());
                let pushed = push_with(&portal, &pushed).await;
                let answer = redeem_with(&portal, &assertion::form(&answer)).await;
                assert_eq!((pushed.status == 201, answer.status == 200), (believed, believed), "{algorithm}");
                if !believed {
                    assert_eq!((refused(&pushed), answer.refused(401)), ("invalid_client".into(), "invalid_client".into()));
                }
            }
        }
    }

    async fn fapi2_security_profile_final_ensure_client_assertion_in_token_endpoint(house: House) {
        for variant in asserting() {
            let portal = house.portal(variant).await;
            let answer = redeem_with(&portal, &[("client_id", &portal.id)]).await;
            assert_eq!(answer.refused(401), "invalid_client");
        }
    }

    async fn fapi2_security_profile_final_ensure_client_id_in_token_endpoint(house: House) {
        for variant in Variant::of_security() {
            let (portal, second) = (house.portal(variant).await, house.portal(variant).await);
            let (request, code) = up_to_code(&portal).await;
            let form = [&portal.code_form(&request, &code)[..], &[("client_id", second.id.as_str())]].concat();
            let answer = portal.token(&form).await;
            let error = answer.refusal().0;
            assert!(["invalid_client", "invalid_request", "invalid_grant"].contains(&error.as_str()), "{}", answer.body);
            assert_eq!(answer.status, if error == "invalid_client" { 401 } else { 400 });
        }
    }

    async fn fapi2_security_profile_final_ensure_authorization_code_is_bound_to_client(house: House) {
        for variant in Variant::of_security() {
            let (portal, second) = (house.portal(variant).await, house.portal(variant).await);
            let (request, code) = up_to_code(&portal).await;
            assert_eq!(second.redeem(&request, &code).await.refused(400), "invalid_grant");
        }
    }

    async fn fapi2_security_profile_final_ensure_holder_of_key_required(house: House) {
        for variant in Variant::of_security() {
            let portal = house.portal(variant).await;
            let (request, code) = up_to_code(&portal).await;
            let form = portal.code_form(&request, &code);
            let answer: TokenAnswer = match (variant.proof, variant.binding) {
                // A proof of possession is left out.
                (_, Binding::Dpop) => portal.call("/token", &[], &form).await.into(),
                // No certificate is shown: of a client that proves itself with one, it proves nothing at all.
                (Proof::PrivateKeyJwt, Binding::Mtls) => {
                    let token = portal.prove(&portal.assertion());
                    let form = [&form[..], &assertion::form(&token)].concat();
                    crate::support::world::web::post(&portal.world.at("/token"), &[], &form).await.into()
                }
                (Proof::Mtls, Binding::Mtls) => {
                    let form = [&form[..], &[("client_id", portal.id.as_str())]].concat();
                    crate::support::world::web::post(&portal.world.at("/token"), &[], &form).await.into()
                }
            };
            let error = answer.refusal().0;
            let expected: &[&str] = match (variant.proof, variant.binding) {
                (_, Binding::Dpop) => &["invalid_dpop_proof", "invalid_request", "invalid_grant"],
                (Proof::PrivateKeyJwt, Binding::Mtls) => &["invalid_request", "invalid_grant"],
                (Proof::Mtls, Binding::Mtls) => &["invalid_client"],
            };
            assert!(expected.contains(&error.as_str()), "{variant:?}: {}", answer.body);
        }
    }

    async fn fapi2_security_profile_final_attempt_reuse_authorization_code_after_one_second(house: House) {
        for variant in Variant::of_security() {
            let portal = house.portal(variant).await;
            let (request, code) = up_to_code(&portal).await;
            let tokens = portal.redeem(&request, &code).await;
            portal.check(&request, &tokens).await;
            portal.world.wait(Duration::from_secs(1));
            assert_eq!(portal.redeem(&request, &code).await.refused(400), "invalid_grant");
            assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401, "what it was exchanged for dies");
        }
    }

    async fn fapi2_security_profile_final_ensure_token_endpoint_fails_with_expired_auth_code(house: House) {
        for variant in Variant::of_security() {
            let portal = house.portal(variant).await;
            let (request, code) = up_to_code(&portal).await;
            portal.world.wait(Duration::from_secs(60));
            assert_eq!(portal.redeem(&request, &code).await.refused(400), "invalid_grant");
        }
    }
}
