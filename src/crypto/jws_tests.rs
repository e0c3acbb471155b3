//! Signed tokens: the answers of the RFCs, and every confusion that is refused.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::crypto::jwk::{Jwk, PublicKey};
use crate::domain::secret::SecretString;

const ES256: &[SignatureAlgorithm] = &[SignatureAlgorithm::Es256];

fn signer(algorithm: SignatureAlgorithm) -> Signer {
    let pkcs8 = PrivateKey::generate(algorithm).unwrap();
    Signer::new(PrivateKey::from_pkcs8(algorithm, &pkcs8).unwrap()).unwrap()
}

fn verifying(signer: &Signer) -> VerifyingKey {
    VerifyingKey::new(signer.private_key().public_key().unwrap(), signer.algorithm()).unwrap()
}

/// A token with any header whatever, properly signed.
fn with_header(signer: &Signer, header: &str) -> String {
    with_parts(signer, header.as_bytes(), br#"{"sub":"an"}"#)
}

fn with_parts(signer: &Signer, header: &[u8], payload: &[u8]) -> String {
    let signed = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
    let signature = signer.private_key().sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", base64url::encode(signature.as_ref()))
}

fn accept(token: &str, key: &VerifyingKey) -> Result<Payload, JwsError> {
    Unverified::parse(token)?.verify(Typ::AccessToken, ES256, key)
}

/// The RFCs' examples have no `typ`, so their signatures are checked without one.
fn rfc_example_verifies(token: &str, jwk: Value, algorithm: SignatureAlgorithm) -> bool {
    let key = Jwk::parse(jwk.as_object().unwrap()).unwrap().verifying(algorithm).unwrap();
    let unverified = Unverified::parse(token).unwrap();
    assert_eq!(unverified.algorithm(), algorithm);
    assert_eq!(unverified.clone().verify(Typ::IdToken, &[algorithm], &key), Err(JwsError::Typ));
    key.verifies(unverified.parts.signed.as_bytes(), &unverified.parts.signature)
}

#[test]
fn the_example_of_rfc_7515_appendix_a_2_verifies() {
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    assert!(rfc_example_verifies(token, json!({"kty": "RSA", "n": n, "e": "AQAB"}), SignatureAlgorithm::Rs256));
}

#[test]
fn the_example_of_rfc_7515_appendix_a_3_verifies() {
    let jwk = json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    assert!(rfc_example_verifies(token, jwk, SignatureAlgorithm::Es256));
}

#[test]
fn the_example_of_rfc_8037_appendix_a_4_verifies() {
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert!(rfc_example_verifies(token, jwk, SignatureAlgorithm::EdDsa));
}

#[test]
fn what_is_signed_is_read_back() {
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Claims {
        sub: String,
        exp: i64,
    }
    for algorithm in SignatureAlgorithm::ALL {
        let signer = signer(algorithm);
        let claims = Claims { sub: "an".into(), exp: 7 };
        for typ in Typ::OURS.into_iter().filter(|typ| typ.name().is_some()) {
            let token = signer.sign(typ, &claims).unwrap();
            let unverified = Unverified::parse(&token).unwrap();
            assert_eq!(unverified.kid(), Some(signer.kid()));
            assert_eq!(unverified.algorithm(), algorithm);
            let payload = unverified.verify(typ, &[algorithm], &verifying(&signer)).unwrap();
            assert_eq!(payload.claims(), Ok(Claims { sub: "an".into(), exp: 7 }));
        }
    }
}

#[test]
fn the_header_is_these_three_members() {
    let signer = signer(SignatureAlgorithm::Es256);
    let token = signer.sign(Typ::AccessToken, &json!({})).unwrap();
    let header = base64url::decode(token.split('.').next().unwrap()).unwrap();
    let expected = format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{}"}}"#, signer.kid());
    assert_eq!(String::from_utf8(header).unwrap(), expected);
}

#[test]
fn a_token_of_one_kind_is_not_taken_for_another() {
    let signer = signer(SignatureAlgorithm::Es256);
    for signed_as in Typ::OURS {
        let token = signer.sign(signed_as, &json!({})).unwrap();
        for expected in Typ::OURS {
            let outcome = Unverified::parse(&token).unwrap().verify(expected, ES256, &verifying(&signer));
            // What has no name proves nothing to us.
            let accepted = signed_as == expected && expected.name().is_some();
            assert_eq!(outcome.is_ok(), accepted, "{signed_as:?} as {expected:?}");
            assert!(outcome.is_ok() || outcome == Err(JwsError::Typ));
        }
    }
}

#[test]
fn a_token_that_does_not_say_its_kind_is_refused() {
    let signer = signer(SignatureAlgorithm::Es256);
    let key = verifying(&signer);
    assert_eq!(accept(&with_header(&signer, r#"{"alg":"ES256"}"#), &key), Err(JwsError::Typ));
    for typ in ["", "at", "at+jwt ", "application/", "application/JWT", "at+jwt;x=y", "ạ+jwt-application"] {
        let header = json!({"alg": "ES256", "typ": typ}).to_string();
        assert_eq!(accept(&with_header(&signer, &header), &key), Err(JwsError::Typ), "{typ:?}");
    }
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        let header = json!({"alg": "ES256", "typ": typ}).to_string();
        assert!(accept(&with_header(&signer, &header), &key).is_ok(), "{typ:?}");
    }
}

#[test]
fn an_unsigned_token_is_refused() {
    let signer = signer(SignatureAlgorithm::Es256);
    let token = signer.sign(Typ::AccessToken, &json!({"sub": "an"})).unwrap();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let (_, payload) = signed.split_once('.').unwrap();
    assert_eq!(accept(&format!("{signed}."), &verifying(&signer)), Err(JwsError::Signature));
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let header = base64url::encode(json!({"alg": none, "typ": "at+jwt"}).to_string().as_bytes());
        for signature in ["", "AA"] {
            let token = format!("{header}.{payload}.{signature}");
            assert_eq!(accept(&token, &verifying(&signer)), Err(JwsError::Algorithm), "{none:?}");
        }
    }
}

#[test]
fn the_public_key_is_no_shared_secret() {
    // The classic: HMAC under the published key, which a library that trusts `alg` would accept.
    use crate::crypto::hash::HmacKey;
    let signer = signer(SignatureAlgorithm::Rs256);
    let PublicKey::Rsa { n, e } = signer.private_key().public_key().unwrap() else { panic!("an RSA key") };
    for secret in [n.clone(), e, base64url::encode(&n).into_bytes()] {
        for algorithm in ["HS256", "RS256"] {
            let header = json!({"alg": algorithm, "typ": "at+jwt", "kid": signer.kid()}).to_string();
            let signed = format!("{}.e30", base64url::encode(header.as_bytes()));
            let token = format!("{signed}.{}", base64url::encode(&HmacKey::new(&secret).mac(&[signed.as_bytes()])));
            let outcome = Unverified::parse(&token)
                .and_then(|token| token.verify(Typ::AccessToken, &SignatureAlgorithm::ALL, &verifying(&signer)));
            let expected = if algorithm == "HS256" { JwsError::Algorithm } else { JwsError::Signature };
            assert_eq!(outcome, Err(expected));
        }
    }
}

#[test]
fn the_header_cannot_choose_the_algorithm() {
    let signers = SignatureAlgorithm::ALL.map(signer);
    for signer in &signers {
        for named in SignatureAlgorithm::ALL.into_iter().filter(|named| *named != signer.algorithm()) {
            let token = with_header(signer, &json!({"alg": named, "typ": "at+jwt"}).to_string());
            let unverified = Unverified::parse(&token).unwrap();
            let outcome = unverified.verify(Typ::AccessToken, &SignatureAlgorithm::ALL, &verifying(signer));
            assert_eq!(outcome, Err(JwsError::Algorithm), "{named} with a key for {}", signer.algorithm());
        }
    }
}

#[test]
fn an_algorithm_that_is_not_accepted_here_is_refused() {
    let signer = signer(SignatureAlgorithm::Rs256);
    let token = signer.sign(Typ::AccessToken, &json!({})).unwrap();
    assert_eq!(accept(&token, &verifying(&signer)), Err(JwsError::Algorithm));
}

#[test]
fn a_key_that_the_token_brings_along_is_not_used() {
    let (ours, theirs) = (signer(SignatureAlgorithm::Es256), signer(SignatureAlgorithm::Es256));
    let jwk = theirs.private_key().public_key().unwrap().to_jwk(SignatureAlgorithm::Es256);
    for (member, value) in [
        ("jwk", json!(jwk)),
        ("jku", json!("https://attacker.example/jwks.json")),
        ("x5u", json!("https://attacker.example/chain.pem")),
        ("x5c", json!(["MIIB"])),
    ] {
        let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": ours.kid(), member: value}).to_string();
        assert_eq!(accept(&with_header(&theirs, &header), &verifying(&ours)), Err(JwsError::Signature), "{member}");
        // It is ignored, not refused: what our key signed is good.
        assert!(accept(&with_header(&ours, &header), &verifying(&ours)).is_ok(), "{member}");
    }
}

#[test]
fn a_critical_extension_is_refused() {
    let signer = signer(SignatureAlgorithm::Es256);
    for crit in [json!(["b64"]), json!(["exp"]), json!([]), json!("b64"), json!(null)] {
        let header = json!({"alg": "ES256", "typ": "at+jwt", "crit": crit, "b64": false}).to_string();
        assert_eq!(accept(&with_header(&signer, &header), &verifying(&signer)), Err(JwsError::Critical), "{crit}");
    }
}

#[test]
fn a_header_that_says_something_twice_or_oddly_is_refused() {
    let signer = signer(SignatureAlgorithm::Es256);
    for header in [
        r#"{"alg":"ES256","alg":"none","typ":"at+jwt"}"#,
        r#"{"alg":"ES256","typ":"JWT","typ":"at+jwt"}"#,
        r#"{"alg":"ES256","typ":"at+jwt","x":{"a":1,"a":2}}"#,
        r#"{"typ":"at+jwt"}"#,
        r#"{"alg":["ES256"],"typ":"at+jwt"}"#,
        r#"{"alg":"ES256","typ":7}"#,
        r#"{"alg":"ES256","typ":"at+jwt","kid":7}"#,
        r#"{"alg":"ES256","typ":"at+jwt"} {}"#,
        r#"["ES256"]"#,
        "",
    ] {
        assert_eq!(accept(&with_header(&signer, header), &verifying(&signer)), Err(JwsError::Header), "{header}");
    }
    let not_utf8 = b"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"\xff\"}";
    assert_eq!(accept(&with_parts(&signer, not_utf8, b"{}"), &verifying(&signer)), Err(JwsError::Header));
}

#[test]
fn a_token_has_exactly_three_parts_in_one_encoding() {
    let signer = signer(SignatureAlgorithm::Es256);
    let token = signer.sign(Typ::AccessToken, &json!({"sub": "an"})).unwrap();
    let [header, payload, signature]: [&str; 3] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    for malformed in [
        String::new(),
        "..".into(),
        header.into(),
        format!("{header}.{payload}"),
        format!("{token}."),
        format!("{token}.{signature}"),
        format!(".{token}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}=="),
        format!(" {token}"),
        format!("{token}\n"),
        // The JSON serialization, and a JWE's five parts.
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#),
        format!("{header}.{payload}.{payload}.{payload}.{signature}"),
    ] {
        let outcome = accept(&malformed, &verifying(&signer));
        assert!(matches!(outcome, Err(JwsError::NotCompact | JwsError::Header)), "{malformed:?} gave {outcome:?}");
    }
}

#[test]
fn a_payload_that_is_signed_but_not_base64url_is_refused() {
    let signer = signer(SignatureAlgorithm::Es256);
    let header = base64url::encode(br#"{"alg":"ES256","typ":"at+jwt"}"#);
    for payload in ["e30=", "e3 0", "{}", "e31"] {
        let signed = format!("{header}.{payload}");
        let signature = signer.private_key().sign(signed.as_bytes()).unwrap();
        let token = format!("{signed}.{}", base64url::encode(signature.as_ref()));
        assert_eq!(accept(&token, &verifying(&signer)), Err(JwsError::NotCompact), "{payload}");
    }
}

#[test]
fn an_endless_token_is_not_looked_at() {
    let signer = signer(SignatureAlgorithm::Es256);
    let token = signer.sign(Typ::AccessToken, &json!({"sub": "a".repeat(MAX_LENGTH)})).unwrap();
    assert_eq!(accept(&token, &verifying(&signer)), Err(JwsError::TooLong));
}

#[test]
fn any_change_to_a_token_is_noticed() {
    let signer = signer(SignatureAlgorithm::Es256);
    let key = verifying(&signer);
    let token = signer.sign(Typ::AccessToken, &json!({"sub": "an"})).unwrap();
    assert!(accept(&token, &key).is_ok());
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert!(accept(std::str::from_utf8(&changed).unwrap(), &key).is_err(), "character {at}");
    }
}

#[test]
fn another_s_signature_is_refused() {
    let (ours, theirs) = (signer(SignatureAlgorithm::Es256), signer(SignatureAlgorithm::Es256));
    let token = theirs.sign(Typ::AccessToken, &json!({})).unwrap();
    assert_eq!(accept(&token, &verifying(&ours)), Err(JwsError::Signature));
    // A DER signature, as other libraries produce it, is not what JWS means.
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let raw = base64url::decode(signature).unwrap();
    let der = [&[0x30, 68, 2, 32][..], &raw[..32], &[2, 32], &raw[32..]].concat();
    let token = format!("{signed}.{}", base64url::encode(&der));
    assert_eq!(accept(&token, &verifying(&theirs)), Err(JwsError::Signature));
    // All zeros: CVE-2022-21449.
    let token = format!("{signed}.{}", base64url::encode(&[0; 64]));
    assert_eq!(accept(&token, &verifying(&theirs)), Err(JwsError::Signature));
}

#[test]
fn claims_that_say_something_twice_are_refused() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Claims {
        sub: String,
    }
    let signer = signer(SignatureAlgorithm::Es256);
    let header = br#"{"alg":"ES256","typ":"at+jwt"}"#;
    for payload in [&br#"{"sub":"an","sub":"binh"}"#[..], br#"["an"]"#, b"", b"{\"sub\":\"\xff\"}", br#"{"sub":7}"#] {
        let verified = accept(&with_parts(&signer, header, payload), &verifying(&signer)).unwrap();
        assert_eq!(verified.claims::<Claims>(), Err(JwsError::Claims));
    }
}

#[test]
fn neither_signer_nor_payload_prints_what_it_holds() {
    let signer = signer(SignatureAlgorithm::Es256);
    let payload = accept(&with_header(&signer, r#"{"alg":"ES256","typ":"at+jwt"}"#), &verifying(&signer)).unwrap();
    assert_eq!(format!("{payload:?}"), "Payload(12 bytes)");
    assert_eq!(format!("{signer:?}"), format!("Signer(ES256, {})", signer.kid()));
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC*") {
        prop_assert!(Unverified::parse(&text).is_err());
    }

    #[test]
    fn any_three_parts_are_answered(
        header in proptest::collection::vec(any::<u8>(), 0..60),
        payload in proptest::collection::vec(any::<u8>(), 0..60),
        signature in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let [header, payload, signature] = [header, payload, signature].map(|part| base64url::encode(&part));
        let token = format!("{header}.{payload}.{signature}");
        prop_assert!(Unverified::parse(&token).is_err());
    }

    #[test]
    fn any_header_members_are_answered(
        alg in "(none|HS256|ES256|RS256|EdDSA|\\PC{0,8})",
        typ in "(JWT|at\\+jwt|application/at\\+jwt|\\PC{0,16})",
        kid in "\\PC{0,40}",
        signature in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let key = VerifyingKey::new(PublicKey::Ed25519([7; 32]), SignatureAlgorithm::EdDsa).unwrap();
        let header = base64url::encode(json!({"alg": alg, "typ": typ, "kid": kid}).to_string().as_bytes());
        let token = format!("{header}.e30.{}", base64url::encode(&signature));
        let outcome = Unverified::parse(&token)
            .and_then(|token| token.verify(Typ::AccessToken, &[SignatureAlgorithm::EdDsa], &key));
        prop_assert!(outcome.is_err());
    }
}

#[test]
fn an_assertion_may_be_called_one_or_a_jwt_or_nothing_and_is_not_ours_to_sign() {
    let signer = signer(SignatureAlgorithm::Es256);
    let key = verifying(&signer);
    let accept = |header: Value| {
        let token = with_header(&signer, &header.to_string());
        Unverified::parse(&token).unwrap().verify(Typ::ClientAssertion, ES256, &key).map(drop)
    };
    for typ in ["JWT", "jwt", "application/jwt", "client-authentication+jwt"] {
        assert_eq!(accept(json!({"alg": "ES256", "typ": typ})), Ok(()), "{typ}");
    }
    assert_eq!(accept(json!({"alg": "ES256"})), Ok(()));
    for typ in ["at+jwt", "logout+jwt", "oauth-authz-req+jwt", "dpop+jwt", "secevent+jwt", "", "JWTS"] {
        assert_eq!(accept(json!({"alg": "ES256", "typ": typ})), Err(JwsError::Typ), "{typ}");
    }
    assert_eq!(signer.sign(Typ::ClientAssertion, &json!({})), Err(PrivateKeyError::NotSigned));
}

#[test]
fn a_shared_secret_protects_one_algorithm_s_tokens_and_no_public_key_does() {
    let secret = SecretString::new("s".repeat(64));
    let token = |algorithm: MacAlgorithm| {
        let header = json!({"alg": algorithm.name()}).to_string();
        let signed = format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(br#"{"iss":"an"}"#));
        let tag = MacKey::new(&secret, algorithm).unwrap().mac(signed.as_bytes());
        format!("{signed}.{}", base64url::encode(&tag))
    };
    for algorithm in MacAlgorithm::ALL {
        let token = token(algorithm);
        for other in MacAlgorithm::ALL {
            let key = MacKey::new(&secret, other).unwrap();
            let verified = UnverifiedMac::parse(&token).unwrap().verify(Typ::ClientAssertion, &key);
            assert_eq!(verified.is_ok(), other == algorithm, "{algorithm} with a key for {other}");
        }
        let stranger = MacKey::new(&SecretString::new("t".repeat(64)), algorithm).unwrap();
        let verified = UnverifiedMac::parse(&token).unwrap().verify(Typ::ClientAssertion, &stranger);
        assert_eq!(verified, Err(JwsError::Signature));
        assert_eq!(Unverified::parse(&token).map(drop), Err(JwsError::Algorithm), "no signature");
        assert_eq!(claimed_issuer(&token).as_deref(), Some("an"));
        let typed = token.replace(token.split('.').next().unwrap(), &base64url::encode(br#"{"alg":"none"}"#));
        assert_eq!(UnverifiedMac::parse(&typed).map(drop), Err(JwsError::Algorithm));
    }
    let signed = signer(SignatureAlgorithm::Es256).sign(Typ::IdToken, &json!({})).unwrap();
    assert_eq!(UnverifiedMac::parse(&signed).map(drop), Err(JwsError::Algorithm), "no MAC");
}
