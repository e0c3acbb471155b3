//! Encrypted tokens: other libraries' and our own, and everything that is refused.

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521, X25519};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::crypto::jwk::{JwkError, PublicKey};
use crate::crypto::random::SystemRandom;
use crate::domain::encryption::EncryptionKeyType;

const SIGNED: &str = "header.payload.signature";
const CURVES: [&agreement::Algorithm; 4] = [&ECDH_P256, &ECDH_P384, &ECDH_P521, &X25519];

fn rsa() -> DecryptionKey {
    let pkcs8 = DecryptionKey::generate(EncryptionKeyType::Rsa).unwrap();
    DecryptionKey::from_pkcs8(EncryptionKeyType::Rsa, &pkcs8).unwrap()
}

fn on(curve: &'static agreement::Algorithm) -> DecryptionKey {
    DecryptionKey::agreeing(agreement::PrivateKey::generate(curve).unwrap()).unwrap()
}

/// How others see the key.
fn recipient(key: &DecryptionKey) -> Recipient {
    let jwk = serde_json::to_value(key.public_key().to_encryption_jwk()).unwrap();
    Recipient::parse(jwk.as_object().unwrap()).unwrap()
}

fn with(alg: KeyManagementAlgorithm, enc: ContentEncryption) -> Encryption {
    Encryption { alg, enc }
}

fn encrypted(key: &DecryptionKey, with: Encryption) -> String {
    encrypt(Content::Token(SIGNED), &recipient(key), with, &SystemRandom::new()).unwrap()
}

fn decrypted(token: &str, key: &DecryptionKey) -> Result<String, JweError> {
    let plain = Encrypted::parse(token)?.decrypt(|_| true, key, &SystemRandom::new())?;
    Ok(plain.as_token().unwrap().to_owned())
}

/// Every key with every pair of algorithms that it works with.
fn every_way() -> Vec<(DecryptionKey, Vec<Encryption>)> {
    let keys = CURVES.into_iter().map(on).chain([rsa()]);
    keys.map(|key| {
        let algorithms = KeyManagementAlgorithm::ALL.iter().copied().filter(|algorithm| key.fits(*algorithm));
        let pairs = algorithms.flat_map(|alg| ContentEncryption::ALL.iter().map(move |enc| with(alg, *enc)));
        let pairs = pairs.collect();
        (key, pairs)
    })
    .collect()
}

fn header(token: &str) -> Value {
    serde_json::from_slice(&base64url::decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

/// The token under another header.
fn under(header: &Value, token: &str) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", base64url::encode(header.to_string().as_bytes()))
}

#[test]
fn what_another_library_encrypted_is_decrypted() {
    let lines: Vec<Vec<&str>> = include_str!("known_answers.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(' ').collect())
        .collect();
    let key = |name: &str| {
        let of = lines.iter().find(|line| line[0] == "key" && line[1] == name).unwrap();
        let bytes = base64url::decode(of[2]).unwrap();
        let on = |curve| DecryptionKey::agreeing(agreement::PrivateKey::from_private_key(curve, &bytes).unwrap());
        match name {
            "RSA" => DecryptionKey::from_pkcs8(EncryptionKeyType::Rsa, &bytes),
            "P-256" => on(&ECDH_P256),
            "P-384" => on(&ECDH_P384),
            "P-521" => on(&ECDH_P521),
            _ => on(&X25519),
        }
        .unwrap()
    };
    let tokens: Vec<_> = lines.iter().filter(|line| line[0] == "token").collect();
    assert_eq!(tokens.len(), 36);
    for line in tokens {
        assert_eq!(decrypted(line[2], &key(line[1])).as_deref(), Ok(SIGNED), "{}", header(line[2]));
    }
}

#[test]
fn the_agreement_of_rfc_7518_gives_its_key() {
    // Appendix C: Bob receives; the content key it derives is known from the appendix.
    let d = base64url::decode("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw").unwrap();
    let bob = DecryptionKey::agreeing(agreement::PrivateKey::from_private_key(&ECDH_P256, &d).unwrap()).unwrap();
    let epk = json!({ "kty": "EC", "crv": "P-256", "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
        "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps" });
    let header = json!({ "alg": "ECDH-ES", "enc": "A128GCM", "apu": "QWxpY2U", "apv": "Qm9i", "epk": epk });
    let header = base64url::encode(header.to_string().as_bytes());
    let cek = base64url::decode("VqqN6vgjbSBcIijNcacQGg").unwrap();
    let random = SystemRandom::new();
    let sealed =
        content::seal(ContentEncryption::A128Gcm, &cek, header.as_bytes(), SIGNED.as_bytes(), &random).unwrap();
    let [iv, ciphertext, tag] = [sealed.iv, sealed.ciphertext, sealed.tag].map(|part| base64url::encode(&part));
    assert_eq!(decrypted(&format!("{header}..{iv}.{ciphertext}.{tag}"), &bob).as_deref(), Ok(SIGNED));
}

#[test]
fn every_pair_of_algorithms_goes_there_and_back() {
    let mut pairs = 0;
    for (key, ways) in every_way() {
        for way in ways {
            let token = encrypted(&key, way);
            let head = header(&token);
            assert_eq!((&head["alg"], &head["enc"]), (&way.alg.name().into(), &way.enc.name().into()));
            assert_eq!((&head["cty"], &head["kid"]), (&"JWT".into(), &key.public_key().thumbprint().as_str().into()));
            assert_eq!(decrypted(&token, &key).as_deref(), Ok(SIGNED), "{head}");
            assert_ne!(encrypted(&key, way), token, "nothing is drawn twice");
            assert_eq!(is_encrypted(&token), !is_encrypted(SIGNED));
            pairs += 1;
        }
    }
    assert_eq!(pairs, 4 * 2 * 4 + 4);
}

#[test]
fn claims_that_nobody_signed_are_not_called_a_token() {
    let key = on(&ECDH_P256);
    let way = with(KeyManagementAlgorithm::EcdhEs, ContentEncryption::A256Gcm);
    let token = encrypt(Content::Claims(b"{}"), &recipient(&key), way, &SystemRandom::new()).unwrap();
    assert_eq!(header(&token).get("cty"), None);
    assert_eq!(decrypted(&token, &key).as_deref(), Ok("{}"));
}

#[test]
fn a_token_altered_in_any_part_is_refused_alike() {
    for (key, ways) in every_way() {
        for way in ways {
            let token = encrypted(&key, way);
            let parts: Vec<Vec<u8>> = token.split('.').map(|part| base64url::decode(part).unwrap()).collect();
            for altered in 1..5 {
                for change in [0, 1, 2] {
                    let mut parts = parts.clone();
                    let part = &mut parts[altered];
                    match change {
                        0 if !part.is_empty() => part[0] ^= 1,
                        1 if !part.is_empty() => drop(part.pop()),
                        2 => part.push(0),
                        _ => continue,
                    }
                    let token: Vec<String> = parts.iter().map(|part| base64url::encode(part)).collect();
                    assert_eq!(decrypted(&token.join("."), &key), Err(JweError::Decryption), "{way:?} {altered}");
                }
            }
            // The header is what the tag vouches for, too.
            let mut head = header(&token);
            head["kid"] = "another".into();
            assert_eq!(decrypted(&under(&head, &token), &key), Err(JweError::Decryption), "{way:?}");
        }
    }
}

#[test]
fn another_key_does_not_decrypt_and_says_nothing_more() {
    for (key, ways) in every_way() {
        let stranger = match key.public_key() {
            PublicKey::Rsa { .. } => rsa(),
            PublicKey::P384(_) => on(&ECDH_P384),
            PublicKey::P521(_) => on(&ECDH_P521),
            PublicKey::X25519(_) => on(&X25519),
            _ => on(&ECDH_P256),
        };
        for way in ways {
            assert_eq!(decrypted(&encrypted(&key, way), &stranger), Err(JweError::Decryption), "{way:?}");
        }
    }
}

#[test]
fn a_content_key_of_the_wrong_length_is_refused_like_any_other() {
    // RSA gives back whatever was encrypted; here 16 bytes for an algorithm that takes 32.
    let key = rsa();
    let short = encrypted(&key, with(KeyManagementAlgorithm::RsaOaep256, ContentEncryption::A128Gcm));
    let mut head = header(&short);
    head["enc"] = "A256GCM".into();
    assert_eq!(decrypted(&under(&head, &short), &key), Err(JweError::Decryption));
}

#[test]
fn the_header_chooses_nothing() {
    let (key, random) = (on(&ECDH_P256), SystemRandom::new());
    let way = with(KeyManagementAlgorithm::EcdhEs, ContentEncryption::A128Gcm);
    let token = encrypted(&key, way);
    let token = Encrypted::parse(&token).unwrap();
    assert!(token.decrypt(|asked| asked == way, &key, &random).is_ok());
    let other = with(KeyManagementAlgorithm::EcdhEs, ContentEncryption::A256Gcm);
    assert_eq!(token.decrypt(|asked| asked == other, &key, &random), Err(JweError::Algorithm));
    assert_eq!(token.decrypt(|_| true, &rsa(), &random), Err(JweError::Algorithm));
}

#[test]
fn algorithms_that_nobody_should_use_do_not_exist() {
    let token = encrypted(&rsa(), with(KeyManagementAlgorithm::RsaOaep256, ContentEncryption::A128Gcm));
    for alg in ["dir", "RSA1_5", "RSA-OAEP", "PBES2-HS256+A128KW", "A256KW", "A128GCMKW", "none", "rsa-oaep-256", ""] {
        let head = json!({ "alg": alg, "enc": "A128GCM", "p2c": u32::MAX, "p2s": "c2FsdA" });
        assert_eq!(Encrypted::parse(&under(&head, &token)).unwrap_err(), JweError::Algorithm, "{alg}");
    }
    for enc in ["A192GCM", "A192CBC-HS384", "none", ""] {
        let head = json!({ "alg": "RSA-OAEP-256", "enc": enc });
        assert_eq!(Encrypted::parse(&under(&head, &token)).unwrap_err(), JweError::Algorithm, "{enc}");
    }
}

#[test]
fn a_header_that_says_too_much_or_too_little_is_refused() {
    let key = on(&ECDH_P256);
    let token = encrypted(&key, with(KeyManagementAlgorithm::EcdhEs, ContentEncryption::A128Gcm));
    let changed = |name: &str, value: Value| {
        let mut head = header(&token);
        head[name] = value;
        Encrypted::parse(&under(&head, &token)).unwrap_err()
    };
    assert_eq!(changed("zip", "DEF".into()), JweError::Compressed);
    assert_eq!(changed("crit", json!(["exp"])), JweError::Critical);
    assert_eq!(changed("crit", json!([])), JweError::Critical);
    for name in ["alg", "enc", "kid", "apu", "apv", "epk"] {
        assert_eq!(changed(name, json!(7)), JweError::Header, "{name}");
    }
    for name in ["alg", "enc", "epk"] {
        let mut head = header(&token);
        head.as_object_mut().unwrap().remove(name);
        assert_eq!(Encrypted::parse(&under(&head, &token)).unwrap_err(), JweError::Header, "{name}");
    }
    assert_eq!(changed("apu", "not+base64url".into()), JweError::Header);
    assert_eq!(changed("apv", base64url::encode(&[0; MAX_PARTY + 1]).into()), JweError::Header);
    let twice = format!(r#"{{"alg":"ECDH-ES","alg":"ECDH-ES","enc":"A128GCM","epk":{}}}"#, header(&token)["epk"]);
    let (_, rest) = token.split_once('.').unwrap();
    let twice = format!("{}.{rest}", base64url::encode(twice.as_bytes()));
    assert_eq!(Encrypted::parse(&twice).unwrap_err(), JweError::Header);
}

#[test]
fn an_ephemeral_key_must_be_a_point_on_our_curve() {
    let key = on(&ECDH_P256);
    let zero = base64url::encode(&[0; 32]);
    let one = base64url::encode(&[&[0; 31][..], &[1]].concat());
    let over = base64url::encode(&[0xff; 32]);
    for algorithm in [KeyManagementAlgorithm::EcdhEs, KeyManagementAlgorithm::EcdhEsA256Kw] {
        let token = encrypted(&key, with(algorithm, ContentEncryption::A128Gcm));
        let own = header(&token)["epk"].clone();
        let point = |x: &str, y: &str| json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        let other_curve =
            header(&encrypted(&on(&ECDH_P384), with(algorithm, ContentEncryption::A128Gcm)))["epk"].clone();
        let mut private = own.clone();
        private["d"] = one.as_str().into();
        let mut renamed = own.clone();
        renamed["crv"] = "P-384".into();
        for (epk, expected) in [
            (point(&one, &one), JweError::Decryption),
            (point(own["x"].as_str().unwrap(), own["x"].as_str().unwrap()), JweError::Decryption),
            // How some write the point at infinity.
            (point(&zero, &zero), JweError::Decryption),
            (point(&over, &over), JweError::Decryption),
            (other_curve, JweError::Decryption),
            (renamed, JweError::Header),
            (private, JweError::Header),
            (point(&zero[1..], &zero), JweError::Header),
            (json!({ "kty": "OKP", "crv": "Ed25519", "x": one }), JweError::Header),
            (json!({ "kty": "oct", "k": one }), JweError::Header),
        ] {
            let mut head = header(&token);
            head["epk"] = epk;
            assert_eq!(decrypted(&under(&head, &token), &key), Err(expected), "{head}");
        }
    }
}

#[test]
fn a_point_of_small_order_agrees_with_nobody() {
    let key = on(&X25519);
    let token = encrypted(&key, with(KeyManagementAlgorithm::EcdhEs, ContentEncryption::A128Gcm));
    for u in [[0; 32], core::array::from_fn(|at| u8::from(at == 0))] {
        let mut head = header(&token);
        head["epk"]["x"] = base64url::encode(&u).into();
        assert_eq!(decrypted(&under(&head, &token), &key), Err(JweError::Decryption));
    }
}

#[test]
fn a_key_that_was_agreed_on_is_not_also_brought() {
    let key = on(&ECDH_P256);
    let token = encrypted(&key, with(KeyManagementAlgorithm::EcdhEs, ContentEncryption::A128Gcm));
    assert_eq!(decrypted(&token.replacen("..", ".AAAA.", 1), &key), Err(JweError::Decryption));
}

#[test]
fn only_five_strict_parts_of_bounded_length_are_a_token() {
    let key = on(&ECDH_P256);
    let token = encrypted(&key, with(KeyManagementAlgorithm::EcdhEs, ContentEncryption::A128Gcm));
    for wrong in [
        String::new(),
        "....".to_owned(),
        SIGNED.to_owned(),
        format!("{token}."),
        format!("{token}="),
        format!(" {token}"),
        token.replacen('.', "=.", 1),
    ] {
        let refused = Encrypted::parse(&wrong).unwrap_err();
        assert!(matches!(refused, JweError::NotCompact | JweError::Header), "{wrong}: {refused}");
    }
    let long = format!("{token}{}", "A".repeat(MAX_LENGTH));
    assert_eq!(Encrypted::parse(&long).unwrap_err(), JweError::TooLong);
}

#[test]
fn a_recipient_s_key_is_for_encrypting_and_for_its_own_algorithm() {
    let public = |key: &DecryptionKey| serde_json::to_value(key.public_key().to_encryption_jwk()).unwrap();
    let (ec, rsa) = (public(&on(&ECDH_P256)), public(&rsa()));
    let parse = |jwk: &Value| Recipient::parse(jwk.as_object().unwrap());
    let changed = |jwk: &Value, name: &str, value: Value| {
        let mut jwk = jwk.clone();
        jwk[name] = value;
        parse(&jwk)
    };
    assert_eq!(changed(&ec, "use", "sig".into()), Err(JwkError::Use));
    assert_eq!(changed(&ec, "key_ops", json!(["verify"])), Err(JwkError::Use));
    assert!(changed(&ec, "key_ops", json!(["deriveKey"])).is_ok());
    assert!(changed(&ec, "key_ops", json!([])).is_ok(), "as Web Crypto exports it");
    assert_eq!(changed(&ec, "d", "AA".into()), Err(JwkError::Private));
    assert_eq!(changed(&ec, "alg", "ES256".into()), Err(JwkError::Algorithm));
    assert_eq!(changed(&ec, "alg", "RSA-OAEP-256".into()), Err(JwkError::Algorithm));
    assert_eq!(changed(&rsa, "alg", "RSA-OAEP".into()), Err(JwkError::Algorithm));
    let ed25519 = json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url::encode(&[1; 32]) });
    assert_eq!(parse(&ed25519), Err(JwkError::Type));

    let wrapping = changed(&ec, "alg", "ECDH-ES+A256KW".into()).unwrap();
    let direct = with(KeyManagementAlgorithm::EcdhEs, ContentEncryption::A128Gcm);
    let refused = encrypt(Content::Token(SIGNED), &wrapping, direct, &SystemRandom::new());
    assert_eq!(refused, Err(JweError::NotEncrypted));
    let off_curve = changed(&ec, "y", ec["x"].clone()).unwrap();
    let refused = encrypt(Content::Token(SIGNED), &off_curve, direct, &SystemRandom::new());
    assert_eq!(refused, Err(JweError::NotEncrypted));

    let mut signing = ec.clone();
    signing["use"] = "sig".into();
    let set = [json!({ "kty": "new" }), signing, rsa.clone(), ec.clone()];
    let found = |algorithm| Recipient::find(set.iter().filter_map(Value::as_object), algorithm).unwrap();
    assert_eq!(found(KeyManagementAlgorithm::RsaOaep256), parse(&rsa).unwrap());
    assert_eq!(found(KeyManagementAlgorithm::EcdhEsA256Kw), parse(&ec).unwrap());
}

proptest! {
    #[test]
    fn no_text_makes_parsing_panic(text in "[A-Za-z0-9_.{}\":,-]{0,200}", parts in proptest::collection::vec(any::<Vec<u8>>(), 5)) {
        let _ = Encrypted::parse(&text);
        let parts: Vec<String> = parts.iter().map(|part| base64url::encode(part)).collect();
        let _ = Encrypted::parse(&parts.join("."));
    }
}
