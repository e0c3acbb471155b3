//! Request objects, by value and by reference: Core §6.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

use super::relying_party::{BASE, RelyingParty, Request, VARIANTS, Variant, modules};
use crate::support::outside::{Outside, ok};
use crate::support::world::client_keys::OwnKeys;

modules! {
    // Nothing without a signature is read, and nothing is silently ignored: the error says that it is not offered.
    async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(world: World) {
        for variant in VARIANTS {
            let party = RelyingParty::register(world, variant).await;
            let request = party.request().with("request", &unsigned(&party.request()));
            let answered = party.sends(&mut world.browser(), &request).await;
            assert_eq!(answered.error(&party, &request), "request_not_supported");
        }
    }

    async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(world: World) {
        let party = RelyingParty::register(world, Variant::CODE).await;
        let request = party.request().with("request_uri", &format!("{BASE}/requests/unsigned"));
        let answered = party.sends(&mut world.browser(), &request).await;
        let error = answered.error(&party, &request);
        assert!(["request_uri_not_supported", "invalid_request_uri"].contains(&error.as_str()), "{error}");
    }

    async fn oidcc_request_uri_unsigned(world: World) {
        let party = RelyingParty::register(world, Variant::CODE).await;
        let object = unsigned(&party.request());
        let site = Outside::http(move |_| ok("application/jwt", object.clone()));
        let uris = json!({ "request_uris": [site.url("/request")] });
        let party = RelyingParty::register_with(world, Variant::CODE, uris).await;
        let request = party.request().with("request_uri", &site.url("/request"));
        let answered = party.sends(&mut world.browser(), &request).await;
        let error = answered.error(&party, &request);
        assert!(["request_uri_not_supported", "invalid_request_object"].contains(&error.as_str()), "{error}");
    }

    async fn oidcc_request_uri_signed_rs256(world: World) {
        for variant in VARIANTS {
            let keys = OwnKeys::new();
            // It is asked for before it is known what it will hold.
            let site = Outside::http(|_| ok("text/plain", ""));
            let members = json!({
                "jwks": keys.jwks(),
                "request_uris": [site.url("/request")],
                "request_object_signing_alg": "RS256",
            });
            let party = RelyingParty::register_with(world, variant, members).await;
            let inner = party.request();
            let object = keys.sign(SignatureAlgorithm::Rs256, Some("oauth-authz-req+jwt"), &claims(&party, &inner));
            site.answers(move |_| ok("application/oauth-authz-req+jwt", object.clone()));
            // Outside stands what OAuth demands; the state and the nonce are inside alone.
            let outer = Request(vec![
                ("client_id".to_owned(), party.member("client_id").to_owned()),
                ("response_type".to_owned(), variant.response_type.to_owned()),
                ("scope".to_owned(), "openid".to_owned()),
                ("request_uri".to_owned(), site.url("/request")),
            ]);
            let answered = party.sends(&mut world.browser(), &outer).await;
            party.complete(&inner, answered).await;
            assert_eq!(site.requests(), 1, "fetched once for one sign-in");
        }
    }

    // The redirect URI inside wins over one outside; a wrong one inside is a page although the outer one is registered.
    async fn oidcc_ensure_request_object_with_redirect_uri(world: World) {
        let keys = OwnKeys::new();
        let members = json!({ "jwks": keys.jwks(), "request_object_signing_alg": "RS256" });
        let party = RelyingParty::register_with(world, Variant::CODE, members).await;
        let wrong = party.request().with("redirect_uri", &format!("{BASE}/callback/elsewhere"));
        let object = keys.sign(SignatureAlgorithm::Rs256, None, &claims(&party, &wrong));
        let page = world.browser().open(&party.request().with("request", &object).url(world)).await;
        assert_eq!(page.status, 400, "{}", page.text());

        let right = party.request();
        let object = keys.sign(SignatureAlgorithm::Rs256, None, &claims(&party, &right));
        let outer = party.request().with("redirect_uri", "https://evil.example/").with("request", &object);
        let answered = party.sends(&mut world.browser(), &outer).await;
        party.complete(&right, answered).await;
    }
}

/// The parameters as the claims of a request object.
fn claims(party: &RelyingParty<'_>, request: &Request) -> Value {
    let mut claims: Value = request.0.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    claims["iss"] = party.registered["client_id"].clone();
    claims["aud"] = json!(party.world.issuer);
    claims
}

fn unsigned(request: &Request) -> String {
    let claims: Value = request.0.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims))
}
