//! What an assertion claims, held against every rule.

use serde_json::{Value, json};

use super::super::private_key_jwt;
use super::super::{Presented, client_secret_jwt};
use super::*;
use crate::crypto::base64url;
use crate::crypto::jwk_set::JwkSet;
use crate::crypto::mac::MacKey;
use crate::crypto::private_key::PrivateKey;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::mac::MacAlgorithm;

const ISSUER: &str = "https://id.example.gov";
const TOKEN_ENDPOINT: &str = "https://id.example.gov/token";
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn secret() -> SecretString {
    SecretString::new("x".repeat(64))
}

/// A claim set that every rule is content with, with `changes`; `null` takes a claim away.
fn claims(changes: Value) -> Value {
    let now = NOW.seconds();
    let mut claims =
        json!({"iss": "tax", "sub": "tax", "aud": ISSUER, "exp": now + 60, "iat": now, "nbf": now, "jti": "one"});
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            change => claims.as_object_mut().unwrap().insert(name.clone(), change.clone()),
        };
    }
    claims
}

fn protected(claims: &str) -> String {
    let signed = format!("{}.{}", base64url::encode(br#"{"alg":"HS256"}"#), base64url::encode(claims.as_bytes()));
    let mac = MacKey::new(&secret(), MacAlgorithm::Hs256).unwrap().mac(signed.as_bytes());
    format!("{signed}.{}", base64url::encode(&mac))
}

fn form(assertion: &str, more: &str) -> Parameters {
    let kind = url::form_urlencoded::byte_serialize(ASSERTION_TYPE.as_bytes()).collect::<String>();
    let encoded = format!("client_assertion_type={kind}&client_assertion={assertion}{more}");
    Parameters::decode(encoded.as_bytes()).unwrap()
}

fn assertion(token: &str) -> Assertion {
    read(&form(token, "")).unwrap().unwrap()
}

fn judge_for(audience: AssertionAudience, claims: &str) -> Result<Genuine, OAuthError> {
    let expected = Expected { issuer: ISSUER, token_endpoint: TOKEN_ENDPOINT, endpoint: None, audience, now: NOW };
    client_secret_jwt::verify(&assertion(&protected(claims)), None, &secret(), &expected)
}

fn judge(changes: Value) -> Result<Genuine, OAuthError> {
    judge_for(AssertionAudience::IssuerOrTokenEndpoint, &claims(changes).to_string())
}

#[test]
fn what_every_rule_is_content_with_is_genuine() {
    let now = NOW.seconds();
    let genuine = Genuine {
        jti: "one".into(),
        expires_at: NOW + Duration::from_secs(60),
        signature: None,
        audience: AudienceForm::Issuer,
    };
    assert_eq!(judge(json!({})), Ok(genuine));
    for good in [
        json!({"aud": TOKEN_ENDPOINT}),
        json!({"aud": [ISSUER]}),
        json!({"aud": [TOKEN_ENDPOINT, ISSUER]}),
        json!({"iat": null, "nbf": null}),
        json!({"iat": now + 8, "nbf": now + 8}),
        json!({"iat": now + 30}),
        json!({"exp": now + 1}),
        json!({"exp": now + 3600}),
        json!({"exp": now as f64 + 60.5}),
        json!({"name": {"more": [1, 2]}}),
    ] {
        assert!(judge(good.clone()).is_ok(), "{good}");
    }
}

#[test]
fn where_it_was_presented_counts_only_where_that_is_known() {
    let backchannel = "https://id.example.gov/bc-authorize";
    let claims = claims(json!({"aud": backchannel})).to_string();
    let judged = |endpoint, audience| {
        let expected = Expected { issuer: ISSUER, token_endpoint: TOKEN_ENDPOINT, endpoint, audience, now: NOW };
        client_secret_jwt::verify(&assertion(&protected(&claims)), None, &secret(), &expected).is_ok()
    };
    assert!(judged(Some(backchannel), AssertionAudience::IssuerOrTokenEndpoint));
    assert!(!judged(None, AssertionAudience::IssuerOrTokenEndpoint));
    assert!(!judged(Some(backchannel), AssertionAudience::Issuer));
}

#[test]
fn each_claim_that_is_wrong_is_named() {
    let now = NOW.seconds();
    for (changes, named) in [
        (json!({"sub": "other"}), "iss and sub"),
        (json!({"sub": null}), "must claim"),
        (json!({"sub": ["tax"]}), "must claim"),
        (json!({"aud": null}), "must claim"),
        (json!({"aud": 1}), "must claim"),
        (json!({"aud": [ISSUER, 1]}), "must claim"),
        (json!({"aud": "https://other.example"}), "aud"),
        (json!({"aud": []}), "aud"),
        (json!({"aud": ""}), "aud"),
        (json!({"aud": format!("{ISSUER}/")}), "aud"),
        (json!({"aud": "https://id.example.gov/revoke"}), "aud"),
        (json!({"aud": [ISSUER, "https://other.example"]}), "aud"),
        (json!({"exp": null}), "must claim"),
        (json!({"exp": "never"}), "must claim"),
        (json!({"exp": now}), "expired"),
        (json!({"exp": -1}), "expired"),
        (json!({"exp": now + 3631}), "an hour ahead"),
        (json!({"exp": 1e300}), "an hour ahead"),
        (json!({"iat": now + 60}), "in the future"),
        (json!({"nbf": now + 31}), "in the future"),
        (json!({"iat": "now"}), "must claim"),
        (json!({"jti": null}), "must claim"),
        (json!({"jti": 1}), "must claim"),
        (json!({"jti": ""}), "jti"),
    ] {
        let refused = judge(changes.clone()).unwrap_err();
        assert_eq!(refused.code.as_str(), "invalid_client");
        assert!(refused.description.contains(named), "{changes}: {}", refused.description);
    }
    let twice = claims(json!({})).to_string().replace(r#""jti":"one""#, r#""jti":"one","jti":"two""#);
    assert_eq!(read(&form(&protected(&twice), "")).map(drop), Err(refusal()), "two readers could read two of them");
}

#[test]
fn a_policy_may_ask_for_the_issuer_alone_as_a_string() {
    let judge = |aud: Value| judge_for(AssertionAudience::Issuer, &claims(json!({"aud": aud})).to_string());
    assert!(judge(json!(ISSUER)).is_ok());
    for aud in [json!(TOKEN_ENDPOINT), json!([ISSUER]), json!([ISSUER, TOKEN_ENDPOINT])] {
        let refused = judge(aud.clone()).unwrap_err();
        assert_eq!(refused.description, "aud of the assertion must be this issuer, as a string", "{aud}");
    }
}

#[test]
fn the_type_is_exact_and_the_client_named_once() {
    let token = protected(&claims(json!({})).to_string());
    let refused = |encoded: &str| {
        let error = Presented::read(None, &Parameters::decode(encoded.as_bytes()).unwrap()).unwrap_err();
        (error.code.as_str(), error.description.into_owned())
    };
    let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    for (encoded, code, named) in [
        (format!("client_assertion={token}"), "invalid_request", "without client_assertion_type"),
        (format!("client_assertion_type={kind}&client_id=tax"), "invalid_request", "without client_assertion"),
        (
            format!("client_assertion_type={kind}x&client_assertion={token}"),
            "invalid_client",
            "client_assertion_type must",
        ),
        (
            format!("client_assertion_type=jwt-bearer&client_assertion={token}"),
            "invalid_client",
            "client_assertion_type must",
        ),
        (
            format!("client_assertion_type={kind}&client_assertion={token}&client_id=other"),
            "invalid_client",
            "client_id",
        ),
        (format!("client_assertion_type={kind}&client_assertion=x.y.z"), "invalid_client", "authentication failed"),
        (
            format!("client_assertion_type={kind}&client_assertion={token}&client_assertion={token}"),
            "invalid_request",
            "once",
        ),
        (
            format!("client_assertion_type={kind}&client_assertion={token}&client_id=tax&client_secret=s"),
            "invalid_request",
            "two methods",
        ),
    ] {
        let (own, description) = refused(&encoded);
        assert_eq!(own, code, "{encoded}");
        assert!(description.contains(named), "{encoded}: {description}");
    }
    let basic = Presented::read(Some("Basic dGF4OnNlY3JldA=="), &form(&token, ""));
    assert_eq!(basic.unwrap_err().description, "two methods of client authentication in one request");
    let named_twice = Presented::read(None, &form(&token, "&client_id=tax")).unwrap();
    assert!(matches!(named_twice, Presented::Assertion(assertion) if assertion.client.as_str() == "tax"));
}

#[test]
fn only_the_registered_algorithm_and_a_key_of_the_client_s_prove_anything() {
    let expected = Expected {
        issuer: ISSUER,
        token_endpoint: TOKEN_ENDPOINT,
        endpoint: None,
        audience: AssertionAudience::IssuerOrTokenEndpoint,
        now: NOW,
    };
    let key = |algorithm| PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm).unwrap()).unwrap();
    let (own, strange) = (key(SignatureAlgorithm::Es256), key(SignatureAlgorithm::Es256));
    let set = serde_json::json!({"keys": [own.public_key().unwrap().to_jwk(SignatureAlgorithm::Es256)]});
    let set = JwkSet::parse(set.to_string().as_bytes()).unwrap();
    let sign = |key: &PrivateKey, header: &Value| {
        let claims = claims(json!({})).to_string();
        let signed =
            format!("{}.{}", base64url::encode(header.to_string().as_bytes()), base64url::encode(claims.as_bytes()));
        assertion(&format!("{signed}.{}", base64url::encode(key.sign(signed.as_bytes()).unwrap().as_ref())))
    };
    let header = json!({"alg": "ES256"});
    let verify = |assertion: &Assertion, registered| private_key_jwt::verify(assertion, registered, &set, &expected);
    let good = sign(&own, &header);
    for registered in [None, Some(SignatureAlgorithm::Es256)] {
        assert!(verify(&good, registered).unwrap().is_some());
    }
    assert_eq!(verify(&good, Some(SignatureAlgorithm::Ps256)), Err(refusal()));
    assert_eq!(verify(&sign(&strange, &header), None), Ok(None));
    assert_eq!(verify(&sign(&own, &json!({"alg": "ES256", "kid": "unknown"})), None), Ok(None));
    // A key that comes along is not looked at.
    let along = json!({"alg": "ES256", "jwk": strange.public_key().unwrap().to_jwk(SignatureAlgorithm::Es256)});
    assert_eq!(verify(&sign(&strange, &along), None), Ok(None));
    for other in ["none", "HS256", "RS512"] {
        assert_eq!(verify(&sign(&own, &json!({"alg": other})), None), Err(refusal()), "{other}");
    }
    // A secret proves nothing here, nor a signature where a secret is expected.
    let mac = assertion(&protected(&claims(json!({})).to_string()));
    assert_eq!(verify(&mac, None), Err(refusal()));
    assert_eq!(client_secret_jwt::verify(&good, None, &secret(), &expected), Err(refusal()));
    assert_eq!(client_secret_jwt::verify(&mac, Some(MacAlgorithm::Hs512), &secret(), &expected), Err(refusal()));
    let short = SecretString::new("x".repeat(31));
    assert_eq!(client_secret_jwt::verify(&mac, None, &short, &expected), Err(refusal()));
}
