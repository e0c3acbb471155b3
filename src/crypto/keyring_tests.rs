//! The ring over time, and rows that hold something else than they say.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::crypto::hardware::ObjectId;
use crate::crypto::jwe::{self, Content, Recipient};
use crate::crypto::master_key::MasterKeys;
use crate::crypto::random::SystemRandom;
use crate::crypto::seal::Purpose;
use crate::domain::encryption::{ContentEncryption, EncryptionKeyType, KeyManagementAlgorithm};

const ES256: SignatureAlgorithm = SignatureAlgorithm::Es256;
const HOUR: Duration = Duration::from_secs(3600);

struct House {
    sealing: KeyEncryptionKeys,
    random: SystemRandom,
}

impl House {
    fn new() -> Self {
        let random = SystemRandom::new();
        let masters = MasterKeys::generate(&random);
        Self { sealing: KeyEncryptionKeys::derive(&masters, Purpose::ServerKeys).unwrap(), random }
    }

    fn create(&self, algorithm: SignatureAlgorithm, active_from: Timestamp) -> SealedKeyPair {
        KeyRing::create(algorithm.into(), hour(0), active_from, &self.sealing, &self.random).unwrap()
    }

    fn open(&self, keys: &[&SealedKeyPair], now: Timestamp) -> KeyRing {
        KeyRing::open(keys.iter().map(|key| (*key).clone()), &self.sealing, now).unwrap()
    }
}

fn hour(number: u32) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000) + HOUR * number
}

/// The signer in memory.
fn signs(ring: &KeyRing, algorithm: SignatureAlgorithm) -> &Signer {
    match ring.signer(algorithm, hour(0)) {
        Some(Signing::Here(signer)) => signer,
        other => panic!("{other:?}"),
    }
}

fn kids(document: &[u8]) -> Vec<String> {
    let document: Value = serde_json::from_slice(document).unwrap();
    document["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_token_signed_by_the_ring_is_verified_by_another_server_s_ring() {
    let house = House::new();
    for algorithm in SignatureAlgorithm::ALL {
        let stored = house.create(algorithm, hour(0));
        let (here, there) = (house.open(&[&stored], hour(0)), house.open(&[&stored], hour(0)));
        let token = signs(&here, algorithm).sign(Typ::AccessToken, &json!({})).unwrap();
        assert_eq!(there.verify::<Value>(Typ::AccessToken, &token, hour(0)), Ok(json!({})), "{algorithm}");
        assert_eq!(there.verify::<Value>(Typ::IdToken, &token, hour(0)), Err(JwsError::Typ), "{algorithm}");
        let stranger = house.open(&[&house.create(algorithm, hour(0))], hour(0));
        let outcome = stranger.verify::<Value>(Typ::AccessToken, &token, hour(0));
        assert_eq!(outcome, Err(JwsError::UnknownKey), "{algorithm}");
        assert_eq!(here.algorithms(hour(0)), [algorithm]);
    }
}

#[test]
fn the_next_key_is_published_and_verifies_before_it_signs() {
    let house = House::new();
    let (first, second) = (house.create(ES256, hour(0)), house.create(ES256, hour(9)));
    let ring = house.open(&[&second, &first], hour(0));
    assert_eq!(kids(&ring.published(hour(0))), [first.key.kid.to_string(), second.key.kid.to_string()]);
    assert_eq!(*ring.signer(ES256, hour(8)).unwrap().kid(), first.key.kid);
    assert!(ring.verifier(&second.key.kid, hour(8)).is_some());
    // The same ring changes over by itself, and what the first signed is still accepted.
    assert_eq!(*ring.signer(ES256, hour(9)).unwrap().kid(), second.key.kid);
    assert!(ring.verifier(&first.key.kid, hour(9)).is_some());
}

#[test]
fn a_removed_key_leaves_the_jwks_and_verifies_nothing() {
    let house = House::new();
    let (mut first, second) = (house.create(ES256, hour(0)), house.create(ES256, hour(1)));
    (first.key.retired_at, first.key.removed_at) = (Some(hour(1)), Some(hour(5)));
    let ring = house.open(&[&first, &second], hour(2));
    assert_eq!(kids(&ring.published(hour(4))).len(), 2);
    assert!(matches!(ring.published(hour(4)), Cow::Borrowed(_)), "the document is prepared");
    assert_eq!(kids(&ring.published(hour(5))), [second.key.kid.to_string()]);
    assert!(ring.verifier(&first.key.kid, hour(5)).is_none());
    assert_eq!(house.open(&[&first, &second], hour(5)).keys().count(), 1);
}

fn decrypting(house: &House, ring: &KeyRing, encrypted_to: &KeyRing, kid: &KeyId, now: Timestamp) -> bool {
    let document: Value = serde_json::from_slice(&encrypted_to.published(hour(0))).unwrap();
    let jwk = document["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid.as_str()).unwrap();
    let recipient = Recipient::parse(jwk.as_object().unwrap()).unwrap();
    let alg = KeyManagementAlgorithm::ALL.iter().copied().find(|alg| recipient.receives(*alg)).unwrap();
    let with = Encryption { alg, enc: ContentEncryption::A256Gcm };
    let token = jwe::encrypt(Content::Token("a.b.c"), &recipient, with, &house.random).unwrap();
    let nobody = ring.decrypt(&token, |_| false, now, &house.random);
    assert!(matches!(nobody, Err(JweError::Algorithm | JweError::UnknownKey)), "{nobody:?}");
    ring.decrypt(&token, |asked| asked == with, now, &house.random).is_ok()
}

#[test]
fn an_encryption_key_is_published_while_it_is_used_and_decrypts_until_it_is_removed() {
    let house = House::new();
    for key_type in EncryptionKeyType::ALL.iter().copied() {
        let mut key = KeyRing::create(key_type.into(), hour(0), hour(0), &house.sealing, &house.random).unwrap();
        let first = house.open(&[&key], hour(0));
        (key.key.retired_at, key.key.removed_at) = (Some(hour(2)), Some(hour(5)));
        let ring = house.open(&[&key], hour(0));
        let kid = &key.key.kid;
        let shown = |at| kids(&ring.published(at)) == [kid.to_string()];
        assert_eq!([hour(0), hour(1), hour(2), hour(4)].map(shown), [true, true, false, false], "{key_type}");
        let opens = |at| decrypting(&house, &ring, &first, kid, at);
        assert_eq!([hour(0), hour(2), hour(4), hour(5)].map(opens), [true, true, true, false], "{key_type}");
        assert!(ring.verifier(kid, hour(0)).is_none(), "it verifies nothing");
    }
}

#[test]
fn a_token_that_names_no_key_is_tried_with_those_that_fit_and_one_that_names_another_is_not() {
    let house = House::new();
    let create = |key_type: EncryptionKeyType| {
        KeyRing::create(key_type.into(), hour(0), hour(0), &house.sealing, &house.random).unwrap()
    };
    let (p256, rsa, signing) =
        (create(EncryptionKeyType::P256), create(EncryptionKeyType::Rsa), house.create(ES256, hour(0)));
    let ring = house.open(&[&p256, &rsa, &signing], hour(0));
    let document: Value = serde_json::from_slice(&ring.published(hour(0))).unwrap();
    let jwk = document["keys"].as_array().unwrap().iter().find(|key| key["kid"] == p256.key.kid.as_str()).unwrap();
    let named = |kid: Option<&KeyId>| {
        let mut jwk = jwk.clone();
        jwk["kid"] = json!(kid);
        if kid.is_none() {
            jwk.as_object_mut().unwrap().remove("kid");
        }
        let recipient = Recipient::parse(jwk.as_object().unwrap()).unwrap();
        let with = Encryption { alg: KeyManagementAlgorithm::EcdhEsA256Kw, enc: ContentEncryption::A128Gcm };
        let token = jwe::encrypt(Content::Token("a.b.c"), &recipient, with, &house.random).unwrap();
        ring.decrypt(&token, |_| true, hour(0), &house.random).map(|plain| plain.as_bytes().to_vec())
    };
    assert_eq!(named(None), Ok(b"a.b.c".to_vec()));
    assert_eq!(named(Some(&p256.key.kid)), Ok(b"a.b.c".to_vec()));
    assert_eq!(named(Some(&rsa.key.kid)), Err(JweError::Algorithm));
    assert_eq!(named(Some(&signing.key.kid)), Err(JweError::UnknownKey));
    assert_eq!(named(Some(&KeyId::new("another"))), Err(JweError::UnknownKey));
}

#[test]
fn the_jwks_holds_public_members_only() {
    let house = House::new();
    let mut stored: Vec<_> = SignatureAlgorithm::ALL.map(|algorithm| house.create(algorithm, hour(0))).into();
    for key_type in EncryptionKeyType::ALL.iter().copied() {
        stored.push(KeyRing::create(key_type.into(), hour(0), hour(0), &house.sealing, &house.random).unwrap());
    }
    let ring = house.open(&stored.iter().collect::<Vec<_>>(), hour(0));
    let document: Value = serde_json::from_slice(&ring.published(hour(0))).unwrap();
    let allowed = ["kty", "use", "alg", "kid", "crv", "x", "y", "n", "e"];
    let keys = document["keys"].as_array().unwrap();
    assert_eq!(
        keys.iter().map(|key| (key["use"].as_str(), key["alg"].as_str())).collect::<Vec<_>>(),
        [
            (Some("sig"), Some("ES256")),
            (Some("sig"), Some("ES384")),
            (Some("sig"), Some("EdDSA")),
            (Some("sig"), Some("PS256")),
            (Some("sig"), Some("RS256")),
            (Some("enc"), Some("RSA-OAEP-256")),
            (Some("enc"), None),
        ]
    );
    for member in keys.iter().flat_map(|key| key.as_object().unwrap().keys()) {
        assert!(allowed.contains(&member.as_str()), "{member}");
    }
}

#[test]
fn an_unknown_kid_finds_nothing() {
    let house = House::new();
    let stored = house.create(ES256, hour(0));
    let ring = house.open(&[&stored], hour(0));
    let kid = &stored.key.kid;
    for wrong in [String::new(), "../../etc/passwd".into(), format!("{kid}\0"), format!(" {kid}")] {
        assert!(ring.verifier(&KeyId::new(wrong), hour(0)).is_none());
    }
    assert!(ring.signer(SignatureAlgorithm::Rs256, hour(0)).is_none());
    assert!(ring.signer(ES256, Timestamp::EPOCH).is_none());
}

#[test]
fn a_row_that_holds_another_key_is_refused_by_name() {
    let house = House::new();
    let (first, second) = (house.create(ES256, hour(0)), house.create(ES256, hour(0)));
    let swapped = SealedKeyPair { key: first.key.clone(), sealed: second.sealed.clone() };
    let error = KeyRing::open([swapped], &house.sealing, hour(0)).unwrap_err();
    assert_eq!(error.to_string(), format!("key pair {}: the sealed value does not open here", first.key.kid));
    let pkcs8 = PrivateKey::generate(ES256).unwrap();
    let sealed = house.sealing.seal(&KeyRing::sealed_context(&first.key), &pkcs8, &house.random).unwrap();
    let forged = SealedKeyPair { sealed, ..first.clone() };
    assert!(matches!(KeyRing::open([forged], &house.sealing, hour(0)), Err(KeyRingError::OtherKey(..))));
    let mut renamed = first.clone();
    renamed.key.algorithm = SignatureAlgorithm::Rs256.into();
    assert!(matches!(KeyRing::open([renamed], &house.sealing, hour(0)), Err(KeyRingError::Key(..))));
    assert!(matches!(KeyRing::open([first], &House::new().sealing, hour(0)), Err(KeyRingError::Seal(..))));
}

#[test]
fn a_key_in_a_module_is_published_and_verifies_without_the_module_and_its_row_holds_no_private_key() {
    let house = House::new();
    for algorithm in SignatureAlgorithm::ALL {
        let private = PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm).unwrap()).unwrap();
        let public = private.public_key().unwrap();
        let id = ObjectId::new(vec![7; 16]);
        let reference = KeyReference { id, token: "senid".to_owned(), public: public.clone() };
        let stored = KeyRing::refer(&reference, algorithm, hour(0), hour(0), &house.sealing, &house.random).unwrap();
        assert_eq!(stored.key.kid, public.thumbprint());
        assert_eq!(KeyRing::reference(&stored, &house.sealing).unwrap(), Some(reference.clone()));
        assert_eq!(KeyRing::reference(&house.create(algorithm, hour(0)), &house.sealing).unwrap(), None);
        let ring = house.open(&[&stored], hour(0));
        assert_eq!(kids(&ring.published(hour(0))), [stored.key.kid.to_string()]);
        assert_eq!(ring.algorithms(hour(0)), [algorithm]);
        let Some(Signing::InHardware(signer)) = ring.signer(algorithm, hour(0)) else { panic!("{algorithm}") };
        // As the module would sign it.
        let begun = signer.begin(Typ::AccessToken, &json!({ "a": 1 })).unwrap();
        let signature = private.sign(begun.as_bytes()).unwrap();
        let token = crate::crypto::jws::finish(begun, signature.as_ref());
        assert_eq!(ring.verify::<Value>(Typ::AccessToken, &token, hour(0)), Ok(json!({ "a": 1 })), "{algorithm}");

        // Another key's reference under this kid, sealed by whoever could: refused by name.
        let other = house.create(algorithm, hour(0));
        let document = reference.to_document(algorithm);
        let sealed = house.sealing.seal(&KeyRing::sealed_context(&other.key), &document, &house.random).unwrap();
        let forged = SealedKeyPair { sealed, ..other };
        assert!(matches!(KeyRing::open([forged], &house.sealing, hour(0)), Err(KeyRingError::OtherKey(..))));
    }
}
