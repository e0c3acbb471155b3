//! Logout tokens of the provider's key, each with one thing wrong.

use std::sync::LazyLock;

use serde_json::json;

use super::*;
use crate::crypto::private_key::PrivateKey;
use crate::domain::keys::SignatureAlgorithm;

const NOW: i64 = 1_795_137_240;
const ISSUER: &str = "https://id.example";
const CLIENT: &str = "portal";

static KEY: LazyLock<PrivateKey> = LazyLock::new(rsa);

fn rsa() -> PrivateKey {
    let pkcs8 = PrivateKey::generate(SignatureAlgorithm::Rs256).unwrap();
    PrivateKey::from_pkcs8(SignatureAlgorithm::Rs256, &pkcs8).unwrap()
}

fn header() -> Value {
    json!({ "alg": "RS256", "typ": "logout+jwt", "kid": KEY.public_key().unwrap().thumbprint() })
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": CLIENT, "iat": NOW, "exp": NOW + 120, "jti": "one", "sub": "an", "sid": "session",
        "events": { EVENT: {} },
    })
}

fn signed(key: &PrivateKey, header: &Value, claims: &Value) -> String {
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn verified(token: &str) -> Result<SignedOut, LogoutTokenFault> {
    let keys = json!({ "keys": [KEY.public_key().unwrap().to_jwk(SignatureAlgorithm::Rs256)] });
    let keys: CoreJsonWebKeySet = serde_json::from_value(keys).unwrap();
    verify(token, &keys, Expected { issuer: ISSUER, client: CLIENT, now: Timestamp::from_seconds(NOW) })
}

/// What becomes of the token where one claim is another, or is not there.
fn with(claim: &str, value: Option<Value>) -> Result<SignedOut, LogoutTokenFault> {
    let mut claims = claims();
    match value {
        Some(value) => claims[claim] = value,
        None => assert!(claims.as_object_mut().unwrap().remove(claim).is_some()),
    }
    verified(&signed(&KEY, &header(), &claims))
}

#[test]
fn a_token_of_the_provider_says_who_is_signed_out() {
    let signed_out = verified(&signed(&KEY, &header(), &claims())).unwrap();
    let an = SubjectIdentifier::new("an".to_owned());
    assert!(signed_out.names(&an, Some("session")));
    assert!(!signed_out.names(&an, Some("another")) && !signed_out.names(&an, None));
    assert!(!signed_out.names(&SubjectIdentifier::new("binh".to_owned()), Some("session")));
    assert_eq!((signed_out.jti.as_str(), signed_out.expires_at), ("one", Timestamp::from_seconds(NOW + 120)));
    assert_eq!(with("aud", Some(json!([CLIENT]))), Ok(signed_out));
}

#[test]
fn without_a_session_it_speaks_of_all_that_the_person_has_and_without_a_person_of_the_session() {
    let (an, binh) = (SubjectIdentifier::new("an".to_owned()), SubjectIdentifier::new("binh".to_owned()));
    let of_person = with("sid", None).unwrap();
    assert!(of_person.names(&an, Some("any")) && of_person.names(&an, None) && !of_person.names(&binh, Some("any")));
    let of_session = with("sub", None).unwrap();
    assert!(of_session.names(&binh, Some("session")) && !of_session.names(&an, Some("any")));
}

#[test]
fn a_token_with_one_claim_wrong_signs_nobody_out() {
    use LogoutTokenFault as Fault;
    let event = |event: &str, value: Value| Some(json!({ event: value }));
    let wrong = [
        ("iss", Some(json!("https://id.example/")), Fault::Issuer),
        ("iss", None, Fault::Claims),
        ("aud", Some(json!("another")), Fault::Audience),
        ("aud", Some(json!([CLIENT, "another"])), Fault::Audience),
        ("aud", Some(json!([])), Fault::Audience),
        ("aud", None, Fault::Claims),
        ("iat", Some(json!(NOW - 300)), Fault::IssuedAt),
        ("iat", Some(json!(NOW + 61)), Fault::IssuedAt),
        ("iat", None, Fault::Claims),
        ("exp", Some(json!(NOW)), Fault::Expired),
        ("exp", None, Fault::Claims),
        ("jti", None, Fault::Claims),
        ("events", event("https://schemas.openid.net/event/another", json!({})), Fault::Event),
        ("events", event(EVENT, json!(true)), Fault::Event),
        ("events", Some(json!([EVENT])), Fault::Claims),
        ("events", None, Fault::Claims),
        ("nonce", Some(json!("n")), Fault::Nonce),
        ("nonce", Some(Value::Null), Fault::Nonce),
        ("sub", Some(json!(7)), Fault::Claims),
    ];
    for (claim, value, fault) in wrong {
        assert_eq!(with(claim, value.clone()), Err(fault), "{claim}: {value:?}");
    }
    let mut nobodys = claims();
    for claim in ["sub", "sid"] {
        nobodys.as_object_mut().unwrap().remove(claim);
    }
    assert_eq!(verified(&signed(&KEY, &header(), &nobodys)), Err(Fault::Nobody));
}

#[test]
fn a_token_of_another_kind_key_or_algorithm_signs_nobody_out() {
    use LogoutTokenFault as Fault;
    let with = |member: &str, value: Value| {
        let mut header = header();
        header[member] = value;
        verified(&signed(&KEY, &header, &claims()))
    };
    // An ID token is no logout token, whatever it claims.
    assert_eq!(with("typ", json!("JWT")), Err(Fault::Kind));
    assert_eq!(with("alg", json!("none")), Err(Fault::Algorithm));
    assert_eq!(with("alg", json!("HS256")), Err(Fault::Algorithm));
    assert_eq!(with("alg", json!("PS256")), Err(Fault::Algorithm));
    assert_eq!(with("alg", json!("made-up")), Err(Fault::Form));
    assert_eq!(with("kid", json!("another")), Err(Fault::UnknownKey));
    assert_eq!(verified(&signed(&rsa(), &header(), &claims())), Err(Fault::Signature));

    let good = signed(&KEY, &header(), &claims());
    let other_claims = good.split('.').nth(1).unwrap().replace('a', "b");
    let changed = good.split('.').enumerate().map(|(at, part)| if at == 1 { &other_claims } else { part });
    assert_eq!(verified(&changed.collect::<Vec<_>>().join(".")), Err(Fault::Signature));
    for broken in ["", "a.b", "....", &good[..good.rfind('.').unwrap()], &format!("{good}.x"), &format!("{good}=")] {
        assert_eq!(verified(broken), Err(Fault::Form), "{broken}");
    }
}
