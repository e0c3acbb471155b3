//! The modules of the FAPI 2.0 plans about the authorization request: how it is pushed, where its answer goes, PKCE.

use std::time::Duration;

use http::Method;

use super::fapi_portal::{Messages, Variant, fapi_modules, refused};
use crate::support::world::{AN, Page, web};

/// A page that says what is wrong, and no redirect.
fn is_an_error_page(page: &Page, sentence: &str) {
    assert_eq!((page.status.as_u16(), page.path()), (400, "/authorize"), "{}", page.url);
    assert!(page.text().contains(sentence), "{}", page.text());
}

fapi_modules! {
    async fn fapi2_security_profile_final_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(house: House) {
        for variant in Variant::all() {
            let portal = house.portal(variant).await;
            let request = portal.request();
            let address = portal.address(&portal.push(&request).await);
            let mut browser = portal.world.browser();
            assert!(browser.open(&address).await.has("#username"));
            let page = browser.open(&address).await;
            let page = AN.goes_through(&mut browser, page).await;
            let answer = portal.answer(&page).await;
            portal.check(&request, &portal.redeem(&request, &answer["code"]).await).await;
        }
    }

    async fn fapi2_security_profile_final_par_attempt_reuse_request_uri(house: House) {
        for variant in Variant::all() {
            let portal = house.portal(variant).await;
            let address = portal.address(&portal.push(&portal.request()).await);
            let mut browser = portal.world.browser();
            let page = browser.open(&address).await;
            let page = AN.goes_through(&mut browser, page).await;
            assert!(portal.answer(&page).await.contains_key("code"));
            is_an_error_page(&browser.open(&address).await, "invalid_request_uri");
            is_an_error_page(&portal.world.browser().open(&address).await, "invalid_request_uri");
        }
    }

    async fn fapi2_security_profile_final_par_attempt_to_use_expired_request_uri(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            let pushed = portal.push(&portal.request()).await;
            portal.world.wait(Duration::from_secs(pushed.json()["expires_in"].as_u64().unwrap()));
            is_an_error_page(&portal.world.browser().open(&portal.address(&pushed)).await, "invalid_request_uri");
        }
    }

    async fn fapi2_security_profile_final_par_attempt_to_use_request_uri_for_different_client(house: House) {
        for variant in Variant::of_messages() {
            let (portal, second) = (house.portal(variant).await, house.portal(variant).await);
            let pushed = portal.push(&portal.request()).await;
            is_an_error_page(&portal.world.browser().open(&second.address(&pushed)).await, "invalid_request_uri");
        }
    }

    async fn fapi2_security_profile_final_par_attempt_invalid_http_method(house: House) {
        let portal = house.portal(Variant::PLAIN).await;
        let request = portal.request();
        for method in [Method::PUT, Method::GET, Method::PATCH] {
            let body = Some(web::encode(&request.form()));
            let reply = web::send(method, &portal.world.at("/par"), &[], body, [127, 0, 0, 1].into()).await;
            assert_eq!(reply.status, 405);
        }
    }

    async fn fapi2_security_profile_final_par_authorization_request_containing_request_uri_form_param(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            let request = portal.request();
            let object = portal.sign(&request.object());
            let mut form = match variant.messages {
                Messages::Plain => request.form(),
                Messages::Signed => vec![("request", object.as_str())],
            };
            form.push(("request_uri", "urn:ietf:params:oauth:request_uri:bwc4JK-ESC0w8acc191e-Y1LTC2"));
            assert_eq!(refused(&portal.call("/par", &[], &form).await), "invalid_request");
        }
    }

    async fn fapi2_security_profile_final_par_without_duplicate_parameters(house: House) {
        for variant in Variant::all() {
            let portal = house.portal(variant).await;
            let address = portal.address(&portal.push(&portal.request()).await);
            let (_, query) = address.split_once('?').unwrap();
            let names: Vec<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap()).collect();
            assert_eq!(names, ["client_id", "request_uri"]);
            assert!(portal.world.browser().open(&address).await.has("#username"));
        }
    }

    async fn fapi2_security_profile_final_ensure_unsigned_authorization_request_without_using_par_fails(house: House) {
        for variant in Variant::all() {
            let portal = house.portal(variant).await;
            let request = portal.request();
            let url = portal.world.at(&format!("/authorize?{}", web::encode(&request.form())));
            let answer = portal.answer(&portal.world.browser().open(&url).await).await;
            assert_eq!((&*answer["error"], &*answer["state"]), ("invalid_request", request.get("state")));
        }
    }

    async fn fapi2_security_profile_final_plain_fapi_tolerate_unregistered_redirect_uri(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            for added in ["/bad", "?x=1", "#x"] {
                let request = portal.request().with("redirect_uri", &format!("{}{added}", portal.redirect_uri));
                assert_eq!(refused(&portal.push(&request).await), "invalid_request", "{added}");
            }
        }
    }

    async fn fapi2_security_profile_final_ensure_redirect_uri_in_authorization_request(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            assert_eq!(refused(&portal.push(&portal.request().without("redirect_uri")).await), "invalid_request");
        }
    }

    async fn fapi2_security_profile_final_ensure_response_type_code_idtoken_fails(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            let error = refused(&portal.push(&portal.request().with("response_type", "code id_token")).await);
            assert_eq!(error, "unauthorized_client");
        }
    }

    async fn fapi2_security_profile_final_ensure_response_type_token_fails(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            let error = refused(&portal.push(&portal.request().with("response_type", "token")).await);
            assert_eq!(error, "unsupported_response_type");
        }
    }

    async fn fapi2_security_profile_final_par_ensure_pkce_required(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            let request = portal.request().without("code_challenge").without("code_challenge_method");
            assert_eq!(refused(&portal.push(&request).await), "invalid_request");
        }
    }

    async fn fapi2_security_profile_final_par_plain_pkce_rejected(house: House) {
        for variant in Variant::of_messages() {
            let portal = house.portal(variant).await;
            let plain = portal.request();
            let verifier = plain.verifier.clone();
            let plain = plain.with("code_challenge", &verifier).with("code_challenge_method", "plain");
            for request in [plain.clone(), plain.without("code_challenge_method")] {
                assert_eq!(refused(&portal.push(&request).await), "invalid_request");
            }
        }
    }

    async fn fapi2_security_profile_final_ensure_pkce_code_verifier_required(house: House) {
        for variant in Variant::of_security() {
            let portal = house.portal(variant).await;
            let request = portal.request();
            let page = portal.walk(&mut portal.world.browser(), &request).await;
            let code = &portal.answer(&page).await["code"];
            let mut form = portal.code_form(&request, code);
            form.retain(|(name, _)| *name != "code_verifier");
            assert_eq!(portal.token(&form).await.refused(400), "invalid_grant");
        }
    }

    async fn fapi2_security_profile_final_incorrect_pkce_code_verifier_rejected(house: House) {
        for variant in Variant::of_security() {
            let portal = house.portal(variant).await;
            let request = portal.request();
            let page = portal.walk(&mut portal.world.browser(), &request).await;
            let code = &portal.answer(&page).await["code"];
            let wrong = format!("{}x", request.verifier);
            let mut form = portal.code_form(&request, code);
            form.retain(|(name, _)| *name != "code_verifier");
            form.push(("code_verifier", &wrong));
            assert_eq!(portal.token(&form).await.refused(400), "invalid_grant");
        }
    }
}
