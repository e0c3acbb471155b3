//! JSON Web Keys: the answers of the RFCs, and every kind of key that is refused.

use serde_json::json;

use super::*;

pub(crate) const RFC_7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
const P256_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const P256_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const ED25519_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn parse(value: Value) -> Result<Jwk, JwkError> {
    Jwk::parse(value.as_object().unwrap())
}

fn p256() -> Value {
    json!({"kty": "EC", "crv": "P-256", "x": P256_X, "y": P256_Y})
}

/// `value` with some members replaced; `null` takes one away.
fn with(mut value: Value, changes: Value) -> Value {
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Null => value.as_object_mut().unwrap().remove(name),
            change => value.as_object_mut().unwrap().insert(name.clone(), change.clone()),
        };
    }
    value
}

#[test]
fn the_thumbprint_is_that_of_rfc_7638() {
    let key = parse(json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"})).unwrap();
    assert_eq!(key.key.thumbprint().as_str(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(key.kid, Some(KeyId::new("2011-04-29")));
    assert_eq!(key.algorithm, Some(SignatureAlgorithm::Rs256));
}

#[test]
fn the_thumbprint_is_that_of_rfc_8037() {
    let key = parse(json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X})).unwrap();
    assert_eq!(key.key.thumbprint().as_str(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn what_is_published_is_read_back() {
    for (value, algorithm) in [
        (p256(), SignatureAlgorithm::Es256),
        (json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB"}), SignatureAlgorithm::Ps256),
        (json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X}), SignatureAlgorithm::EdDsa),
    ] {
        let key = parse(value).unwrap().key;
        let published = serde_json::to_value(key.to_jwk(algorithm)).unwrap();
        assert_eq!(published["use"], "sig");
        let kid = Some(key.thumbprint());
        assert_eq!(parse(published), Ok(Jwk { key, kid, algorithm: Some(algorithm) }));
    }
}

#[test]
fn a_published_key_is_exactly_these_members() {
    let key = parse(p256()).unwrap().key;
    let published = serde_json::to_string(&key.to_jwk(SignatureAlgorithm::Es256)).unwrap();
    let kid = key.thumbprint();
    let expected = format!(
        r#"{{"kty":"EC","use":"sig","alg":"ES256","kid":"{kid}","crv":"P-256","x":"{P256_X}","y":"{P256_Y}"}}"#
    );
    assert_eq!(published, expected);
}

#[test]
fn a_private_or_shared_key_is_refused() {
    for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert_eq!(parse(with(p256(), json!({private: "AQ"}))), Err(JwkError::Private), "{private}");
    }
    assert_eq!(parse(json!({"kty": "oct", "k": "c2VjcmV0"})), Err(JwkError::Private));
    assert_eq!(parse(json!({"kty": "oct"})), Err(JwkError::Type));
}

#[test]
fn a_key_for_something_else_is_refused() {
    for change in [json!({"use": "enc"}), json!({"use": 1}), json!({"key_ops": ["sign"]}), json!({"key_ops": "verify"})]
    {
        assert_eq!(parse(with(p256(), change.clone())), Err(JwkError::Use), "{change}");
    }
    assert!(parse(with(p256(), json!({"use": "sig", "key_ops": ["verify"]}))).is_ok());
}

#[test]
fn a_key_that_names_an_algorithm_of_another_type_is_refused() {
    for algorithm in ["RS256", "EdDSA", "ES384", "HS256", "none"] {
        assert_eq!(parse(with(p256(), json!({"alg": algorithm}))), Err(JwkError::Algorithm), "{algorithm}");
    }
    let rs256 = json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "RS256"});
    assert_eq!(parse(rs256).unwrap().verifying(SignatureAlgorithm::Ps256), Err(JwkError::Algorithm));
    for algorithm in SignatureAlgorithm::ALL {
        let fits = algorithm == SignatureAlgorithm::Es256;
        assert_eq!(parse(p256()).unwrap().verifying(algorithm).is_ok(), fits, "{algorithm}");
    }
}

#[test]
fn broken_members_are_refused() {
    for change in [
        json!({"x": null}),
        json!({"x": 7}),
        json!({"x": "AQ"}),
        json!({"x": format!("{P256_X}=")}),
        json!({"x": format!("AA{P256_X}")}),
        json!({"kid": 7}),
    ] {
        assert_eq!(parse(with(p256(), change.clone())), Err(JwkError::Member), "{change}");
    }
    for change in [json!({"kty": null}), json!({"kty": "ec"}), json!({"crv": "secp256k1"})] {
        assert_eq!(parse(with(p256(), change.clone())), Err(JwkError::Type), "{change}");
    }
}

#[test]
fn a_key_of_a_type_that_only_something_is_encrypted_to_verifies_nothing() {
    let p521 = "A".repeat(88);
    for key in [
        json!({"kty": "EC", "crv": "P-521", "x": p521, "y": p521}),
        json!({"kty": "OKP", "crv": "X25519", "x": ED25519_X}),
    ] {
        assert_eq!(parse(key.clone()), Err(JwkError::Type), "{key}");
    }
}

#[test]
fn rsa_keys_of_other_sizes_are_refused() {
    let key = |n: &[u8], e: &str| parse(json!({"kty": "RSA", "n": base64url::encode(n), "e": e}));
    assert!(key(&[0x80; 256], "AQAB").is_ok());
    assert!(key(&[0xff; 512], "AQAB").is_ok());
    assert_eq!(key(&[0x7f; 256], "AQAB"), Err(JwkError::RsaSize));
    assert_eq!(key(&[0xff; 128], "AQAB"), Err(JwkError::RsaSize));
    assert_eq!(key(&[0xff; 513], "AQAB"), Err(JwkError::RsaSize));
    assert_eq!(key(&[0xff; 256], "AQABAQAB"), Err(JwkError::RsaSize));
    assert_eq!(key(&[0xff; 256], ""), Err(JwkError::RsaSize));
    let leading_zero = [&[0][..], &[0xff; 256]].concat();
    assert_eq!(key(&leading_zero, "AQAB"), Err(JwkError::Member));
}

#[test]
fn a_point_off_the_curve_verifies_nothing() {
    let key = parse(with(p256(), json!({"y": P256_X}))).unwrap().verifying(SignatureAlgorithm::Es256).unwrap();
    assert!(!key.verifies(b"message", &[1; 64]));
}
