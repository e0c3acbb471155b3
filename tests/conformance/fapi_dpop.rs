//! The FAPI 2.0 plans' modules about DPoP, for clients that prove themselves with assertions and with certificates.

use senid::domain::time::Clock;
use serde_json::{Value, json};

use super::fapi_portal::{Binding, FapiPortal, Request, Variant, fapi_modules};
use crate::support::world::dpop::{DpopKey, ath};
use crate::support::world::web::{self, Reply};
use crate::support::world::{AN, Assertion, TokenAnswer};

fn of_dpop() -> impl Iterator<Item = Variant> {
    Variant::of_security().filter(|variant| variant.binding == Binding::Dpop)
}

/// Pushes the request, with this proof of a key where there is one, up to its code.
async fn up_to_code(portal: &FapiPortal<'_>, request: &Request, proof: Option<&str>) -> String {
    let headers: Vec<_> = proof.iter().map(|proof| ("dpop", *proof)).collect();
    let pushed = portal.call("/par", &headers, &request.form()).await;
    let mut browser = portal.world.browser();
    let page = browser.open(&portal.address(&pushed)).await;
    let page = AN.goes_through(&mut browser, page).await;
    portal.answer(&page).await.remove("code").expect("a code")
}

/// The exchange of the code with a proof that is this.
async fn redeem(portal: &FapiPortal<'_>, request: &Request, code: &str, proof: &str) -> TokenAnswer {
    portal.call("/token", &[("dpop", proof)], &portal.code_form(request, code)).await.into()
}

/// The whole flow, with what `change` makes of its proofs at the token endpoint and at the resource.
async fn flow(portal: &FapiPortal<'_>, change: impl Fn(Assertion, i64) -> Assertion) {
    let (request, now) = (portal.request(), portal.world.clock.now());
    let code = up_to_code(portal, &request, None).await;
    let proof = change(portal.dpop.proof("POST", &portal.world.at("/token"), now), now.seconds());
    let tokens = redeem(portal, &request, &code, &proof.signed(portal.dpop.key())).await;
    portal.check(&request, &tokens).await;
    let token = tokens.access_token();
    let proof = portal.dpop.proof("GET", &portal.world.at("/userinfo"), now).with("ath", ath(&token));
    let reply = ask(portal, &token, &[&change(proof, now.seconds()).signed(portal.dpop.key())]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

async fn ask(portal: &FapiPortal<'_>, token: &str, proofs: &[&str]) -> Reply {
    let authorization = format!("DPoP {token}");
    let mut headers = vec![("authorization", authorization.as_str())];
    // The header's name, as any other, in whatever case.
    headers.extend(proofs.iter().map(|proof| ("DPOP", *proof)));
    web::get(&portal.world.at("/userinfo"), &headers).await
}

/// What the module tries at the resource, and whether it is to be served.
fn tries(proof: &dyn Fn() -> Assertion, key: &DpopKey, url: &str) -> Vec<(&'static str, Vec<String>, bool)> {
    let other = DpopKey::new("another key");
    let signed = |proof: Assertion| vec![proof.signed(key.key())];
    let mut private = key.jwk();
    private["d"] = "AAAA".into();
    let upper = url.to_uppercase().replace("/USERINFO", "/userinfo");
    let two_parts = proof().signed(key.key()).rsplit_once('.').unwrap().0.to_owned();
    let without = |member: &str| signed(proof().with(member, Value::Null));
    let reused = signed(proof().with("jti", "fixed"));
    vec![
        ("two headers", vec![proof().signed(key.key()), proof().signed(key.key())], false),
        ("not well-formed", vec![two_parts], false),
        ("no typ", signed(proof().headed("typ", Value::Null)), false),
        ("no jwk", signed(proof().headed("jwk", Value::Null)), false),
        ("no jti", without("jti"), false),
        ("no htm", without("htm"), false),
        ("no htu", without("htu"), false),
        ("no iat", without("iat"), false),
        ("no ath", without("ath"), false),
        ("a wrong typ", signed(proof().headed("typ", "dpop+jwt+wrongyousee")), false),
        ("RS256 for its algorithm", signed(proof().headed("alg", "RS256")), false),
        ("none for its algorithm", vec![proof().bare()], false),
        ("a wrong signature", vec![proof().signed(other.key())], false),
        ("a private key", signed(proof().headed("jwk", private)), false),
        ("a wrong method", signed(proof().with("htm", "PUT")), false),
        ("a query and a fragment", signed(proof().with("htu", format!("{url}?all#doors"))), true),
        ("another address", signed(proof().with("htu", format!("{url}ohnonotagain"))), false),
        ("its first use", reused.clone(), true),
        ("its second", reused, false),
        ("a wrong ath", signed(proof().with("ath", ath("another"))), false),
        ("more in its header and claims", signed(proof().headed("tx_id", 1).with("tx_id_key", json!([1]))), true),
        ("scheme and host in capitals", signed(proof().with("htu", upper)), true),
        ("nothing", Vec::new(), false),
    ]
}

fapi_modules! {
    async fn fapi2_security_profile_final_dpop_negative_tests(house: House) {
        for variant in of_dpop() {
            let portal = house.portal(variant).await;
            let token = portal.flow().await.tokens.access_token();
            let (url, now) = (portal.world.at("/userinfo"), portal.world.clock.now());
            let proof = || portal.dpop.proof("GET", &url, now).with("ath", ath(&token));
            for (what, proofs, served) in tries(&proof, &portal.dpop, &url) {
                let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
                let reply = ask(&portal, &token, &proofs).await;
                assert_eq!(reply.status, if served { 200 } else { 401 }, "{what}: {}", reply.body);
            }
            // Of an hour ago and of the next: good only with the nonce that the server then hands out.
            for hour in [-3600, 3600] {
                let apart = || proof().with("iat", now.seconds() + hour);
                let refused = ask(&portal, &token, &[&apart().signed(portal.dpop.key())]).await;
                assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (401, &json!("use_dpop_nonce")));
                let nonce = refused.header("dpop-nonce");
                assert!(nonce.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\'));
                let again = apart().with("nonce", nonce).signed(portal.dpop.key());
                assert_eq!(ask(&portal, &token, &[&again]).await.status, 200);
            }
            // Another key's, and as a bearer token.
            let other = DpopKey::new("another key");
            let theirs = other.proof("GET", &url, now).with("ath", ath(&token)).signed(other.key());
            assert_eq!(ask(&portal, &token, &[&theirs]).await.status, 401);
            let bearer = format!("Bearer {token}");
            assert_eq!(web::get(&url, &[("authorization", &bearer)]).await.status, 401);
            let proven = [("authorization", bearer.as_str()), ("dpop", &proof().signed(portal.dpop.key()))];
            assert_eq!(web::get(&url, &proven).await.status, 401);
            // None of that was because the token had stopped working.
            assert_eq!(portal.userinfo(&token).await.status, 200);
        }
    }

    async fn fapi2_security_profile_final_check_dpop_proof_nbf_exp(house: House) {
        for variant in of_dpop() {
            flow(&house.portal(variant).await, |proof, now| proof.with("nbf", now).with("exp", now + 300)).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_before_succeeds(house: House) {
        for variant in of_dpop() {
            flow(&house.portal(variant).await, |proof, now| proof.with("iat", now - 10)).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_after_succeeds(house: House) {
        for variant in of_dpop() {
            flow(&house.portal(variant).await, |proof, now| proof.with("iat", now + 10)).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_dpop_auth_code_binding_success(house: House) {
        for variant in of_dpop() {
            let portal = house.portal(variant).await;
            portal.flow_of(portal.request().with("dpop_jkt", &portal.dpop.jkt())).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_dpopproof_at_par_endpoint_binding_success(house: House) {
        for variant in of_dpop() {
            let portal = house.portal(variant).await;
            let request = portal.request();
            let code = up_to_code(&portal, &request, portal.dpop_for("POST", "/par").as_deref()).await;
            portal.check(&request, &portal.redeem(&request, &code).await).await;
        }
    }

    async fn fapi2_security_profile_final_ensure_mismatched_dpop_jkt_fails(house: House) {
        for variant in of_dpop() {
            let portal = house.portal(variant).await;
            let request = portal.request().with("dpop_jkt", &DpopKey::new("another key").jkt());
            let proof = portal.dpop_for("POST", "/par").unwrap();
            let refused = portal.call("/par", &[("dpop", &proof)], &request.form()).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_dpop_proof")));
        }
    }

    async fn fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(house: House) {
        for variant in of_dpop() {
            let portal = house.portal(variant).await;
            let request = portal.request().with("dpop_jkt", &DpopKey::new("another key").jkt());
            let code = up_to_code(&portal, &request, None).await;
            assert_eq!(portal.redeem(&request, &code).await.refused(400), "invalid_grant");
        }
    }

    async fn fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(house: House) {
        for variant in of_dpop() {
            let portal = house.portal(variant).await;
            let request = portal.request();
            let code = up_to_code(&portal, &request, portal.dpop_for("POST", "/par").as_deref()).await;
            let now = portal.world.clock.now();
            let theirs = DpopKey::new("another key").prove("POST", &portal.world.at("/token"), now);
            assert_eq!(redeem(&portal, &request, &code, &theirs).await.refused(400), "invalid_grant");
        }
    }
}
