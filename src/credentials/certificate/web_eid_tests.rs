//! The extension's part is played by a key of the test; `tests/it/certificates` plays it with each of the nine algorithms.

use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use ring::rand::SystemRandom as RingRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;

use super::*;
use crate::crypto::hash::sha256;
use crate::crypto::random::SystemRandom;

const ORIGIN: &str = "https://id.example:8443";

struct Card {
    key: KeyPair,
    certificate: Vec<u8>,
}

impl Card {
    fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let certificate = CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap().der().to_vec();
        Self { key, certificate }
    }

    #[expect(clippy::disallowed_methods, reason = "the signer takes no other source")]
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = RingRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.key.serialize_der(), &random);
        key.unwrap().sign(&random, message).unwrap().as_ref().to_vec()
    }

    fn token(&self, origin: &str, nonce: &str) -> Value {
        let signature = self.sign(&[sha256(origin.as_bytes()), sha256(nonce.as_bytes())].concat());
        json!({
            "unverifiedCertificate": STANDARD.encode(&self.certificate),
            "algorithm": "ES256",
            "signature": STANDARD.encode(signature),
            "format": "web-eid:1.0",
            "appVersion": "https://web-eid.eu/web-eid-app/releases/2.5.0+0",
        })
    }
}

fn nonce() -> Nonce {
    Nonce::new(&SystemRandom::new())
}

fn verified(token: &Value, nonce: &Nonce) -> Result<ClientCertificate, TokenFault> {
    Token::parse(&token.to_string())?.verify(ORIGIN, nonce)
}

fn with(mut token: Value, member: &str, value: impl Into<Value>) -> Value {
    token[member] = value.into();
    token
}

fn key_of(leaf: &[u8]) -> Vec<u8> {
    certificate::parse(leaf).unwrap().public_key().raw.to_vec()
}

#[test]
fn a_nonce_is_32_random_bytes_in_44_characters_and_hashed_as_text() {
    let (card, nonce) = (Card::new(), nonce());
    assert_eq!((nonce.as_str().len(), STANDARD.decode(nonce.as_str()).unwrap().len()), (44, 32));
    assert_ne!(nonce, super::tests::nonce());
    let certificate = verified(&card.token(ORIGIN, nonce.as_str()), &nonce).unwrap();
    assert_eq!(certificate.leaf, card.certificate);
    let of_bytes = [sha256(ORIGIN.as_bytes()), sha256(&STANDARD.decode(nonce.as_str()).unwrap())].concat();
    let forged = with(card.token(ORIGIN, nonce.as_str()), "signature", STANDARD.encode(card.sign(&of_bytes)));
    assert_eq!(verified(&forged, &nonce), Err(PossessionFault::NotTheKeys.into()));
}

#[test]
fn a_token_for_another_site_or_another_nonce_is_refused() {
    let (card, nonce) = (Card::new(), nonce());
    let refused = Err(TokenFault::from(PossessionFault::NotTheKeys));
    for origin in ["https://id.example", "https://id.example:8443/", "http://id.example:8443", "https://evil.example"] {
        assert_eq!(verified(&card.token(origin, nonce.as_str()), &nonce), refused, "{origin}");
    }
    assert_eq!(verified(&card.token(ORIGIN, super::tests::nonce().as_str()), &nonce), refused);
    assert_eq!(verified(&card.token(ORIGIN, ""), &nonce), refused);
}

#[test]
fn the_certificate_is_of_the_key_that_signed() {
    let (card, other, nonce) = (Card::new(), Card::new(), nonce());
    let token = with(card.token(ORIGIN, nonce.as_str()), "unverifiedCertificate", STANDARD.encode(&other.certificate));
    assert_eq!(verified(&token, &nonce), Err(PossessionFault::NotTheKeys.into()));
}

#[test]
fn the_format_is_version_1_and_no_number_that_begins_like_it() {
    let (card, nonce) = (Card::new(), nonce());
    let token = card.token(ORIGIN, nonce.as_str());
    for format in ["web-eid:1", "web-eid:1.0", "web-eid:1.1"] {
        assert!(verified(&with(token.clone(), "format", format), &nonce).is_ok(), "{format}");
    }
    for format in
        ["web-eid:10", "web-eid:1.", "web-eid:1.2", "web-eid:1.10", "web-eid:2", "web-eid", "Web-eid:1", "web-eid:1.0 "]
    {
        assert_eq!(verified(&with(token.clone(), "format", format), &nonce), Err(TokenFault::Format), "{format}");
    }
}

#[test]
fn certificates_for_signing_documents_come_with_version_1_1_alone() {
    let (card, nonce) = (Card::new(), nonce());
    let listed =
        with(card.token(ORIGIN, nonce.as_str()), "unverifiedSigningCertificates", json!([{"certificate": "x"}]));
    assert!(verified(&with(listed.clone(), "format", "web-eid:1.1"), &nonce).is_ok(), "nothing of it is read");
    for format in ["web-eid:1", "web-eid:1.0"] {
        assert_eq!(verified(&with(listed.clone(), "format", format), &nonce), Err(TokenFault::SigningCertificates));
    }
    let text = with(with(listed, "format", "web-eid:1.1"), "unverifiedSigningCertificates", "x");
    assert_eq!(verified(&text, &nonce), Err(TokenFault::SigningCertificates));
}

#[test]
fn an_algorithm_is_one_of_nine_and_fits_the_key() {
    let (card, nonce) = (Card::new(), nonce());
    let token = card.token(ORIGIN, nonce.as_str());
    for name in ["none", "HS256", "ES256K", "EdDSA", "ES", "es256", "RS1", "PS2567", "Ω256"] {
        assert_eq!(verified(&with(token.clone(), "algorithm", name), &nonce), Err(TokenFault::Algorithm), "{name}");
    }
    for name in ["ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"] {
        let fault = verified(&with(token.clone(), "algorithm", name), &nonce);
        assert_eq!(fault, Err(PossessionFault::OtherKey.into()), "{name}");
    }
}

#[test]
fn every_member_is_there_once_and_well_written() {
    let (card, nonce) = (Card::new(), nonce());
    let token = card.token(ORIGIN, nonce.as_str());
    for name in ["unverifiedCertificate", "algorithm", "signature", "format"] {
        for value in [Value::Null, json!(""), json!(1), json!(["x"])] {
            assert_eq!(verified(&with(token.clone(), name, value), &nonce), Err(TokenFault::Member(name)), "{name}");
        }
    }
    for name in ["unverifiedCertificate", "signature"] {
        for value in ["A", "A===", "AA-_", "AAAA\n"] {
            assert_eq!(verified(&with(token.clone(), name, value), &nonce), Err(TokenFault::Base64(name)), "{value}");
        }
    }
    let not_one = with(token.clone(), "unverifiedCertificate", "MAA=");
    assert_eq!(verified(&not_one, &nonce), Err(CertificateFault::Malformed.into()));
    let twice = token.to_string().replacen('{', r#"{"algorithm":"ES256","#, 1);
    assert_eq!(Token::parse(&twice).unwrap_err(), TokenFault::NotAnObject);
    assert!(verified(&with(token, "somethingElse", json!({"a": [1]})), &nonce).is_ok());
}

#[test]
fn a_token_has_100_to_10_000_characters() {
    for (text, fault) in [
        ("x".repeat(99), TokenFault::Length),
        ("x".repeat(100), TokenFault::NotAnObject),
        ("x".repeat(10_000), TokenFault::NotAnObject),
        ("é".repeat(10_000), TokenFault::NotAnObject),
        ("x".repeat(10_001), TokenFault::Length),
    ] {
        assert_eq!(Token::parse(&text).unwrap_err(), fault, "{}", text.len());
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_no_changed_byte_is_let_through(at in any::<prop::sample::Index>(), byte: u8) {
        let (card, nonce) = (Card::new(), nonce());
        let text = with(card.token(ORIGIN, nonce.as_str()), "appVersion", "x").to_string();
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(changed) = String::from_utf8(bytes) && changed != text
            && let Ok(certificate) = Token::parse(&changed).and_then(|token| token.verify(ORIGIN, &nonce))
        {
            // What its authority signed is the authority's to prove. Here it is the key, and what it signed.
            prop_assert_eq!(key_of(&certificate.leaf), key_of(&card.certificate));
        }
    }
}
