//! What bounds an identity provider: signatures and password hashes, one core each.

#[path = "../tests/it/support"]
#[allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "shared with the tests")]
mod support {
    pub mod authenticator;
}

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use criterion::{Criterion, criterion_group, criterion_main};
use rcgen::{CertificateParams, KeyPair};
use senid::config::Attestation;
use senid::credentials::certificate::web_eid::{self, Nonce};
use senid::credentials::password::{Hasher, HasherSettings, Parameters};
use senid::credentials::webauthn::{Assertion, Enrolment, Hint, Owner, RelyingParty, UserVerification};
use senid::crypto::base64url;
use senid::crypto::hash::sha256;
use senid::crypto::jwk::VerifyingKey;
use senid::crypto::jwk_set::JwkSet;
use senid::crypto::jws::{Signer, Typ, Unverified};
use senid::crypto::nonce::NonceKeys;
use senid::crypto::private_key::{PrivateKey, PrivateKeyError};
use senid::crypto::random::SystemRandom;
use senid::crypto::seal::{Context, DataKey};
use senid::crypto::token::{Token, TokenKind};
use senid::domain::client::AssertionAudience;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::password_policy::NormalisedPassword;
use senid::domain::secret::{SecretBytes, SecretString};
use senid::domain::time::Timestamp;
use senid::flows::authenticators::Authenticators;
use senid::protocol::client_auth::{ASSERTION_TYPE, Expected, Presented, private_key_jwt};
use senid::protocol::dpop;
use senid::protocol::parameters;
use serde_json::{Value, json};
use uuid::Uuid;

use support::authenticator::Authenticator;

type Failure = Box<dyn std::error::Error>;

fn signer(algorithm: SignatureAlgorithm) -> Result<Signer, PrivateKeyError> {
    Signer::new(PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm)?)?)
}

/// A whole token each time: claims to JSON, header, base64url, signature; and all the checks on the way back.
fn tokens(criterion: &mut Criterion) -> Result<(), Failure> {
    let claims = json!({
        "iss": "https://id.example.vn", "sub": "bnmGo6BuOzi3mXWEbaX9I3E3dFQEm-EkkYLVVd5RfpI", "aud": "portal",
        "exp": 1_800_000_300, "iat": 1_800_000_000, "auth_time": 1_800_000_000, "nonce": "n-0S6_WzA2Mj",
        "acr": "urn:senid:level:1", "amr": ["pwd"], "sid": "kYLVVd5RfpIbnmGo6BuOzi3mXWEbaX9I3E3dFQEm-Ek",
    });
    for algorithm in [SignatureAlgorithm::Es256, SignatureAlgorithm::EdDsa, SignatureAlgorithm::Rs256] {
        let signer = signer(algorithm)?;
        let key = VerifyingKey::new(signer.private_key().public_key()?, algorithm)?;
        let token = signer.sign(Typ::IdToken, &claims)?;
        criterion.bench_function(&format!("{algorithm} sign"), |bencher| {
            bencher.iter(|| signer.sign(Typ::IdToken, black_box(&claims)));
        });
        criterion.bench_function(&format!("{algorithm} verify"), |bencher| {
            bencher.iter(|| {
                Unverified::parse(black_box(&token)).and_then(|token| token.verify(Typ::IdToken, &[algorithm], &key))
            });
        });
    }
    Ok(())
}

/// What a client proves itself and its key with: parsed, verified and held against the request, as it is for each one.
fn proofs(criterion: &mut Criterion) -> Result<(), Failure> {
    let now = Timestamp::from_seconds(1_800_000_000);
    let (issuer, token_endpoint) = ("https://id.example.vn", "https://id.example.vn/token");
    let nonces = NonceKeys::derive(&[(1, SecretBytes::new([1; 32]))])?;
    let addresses = [token_endpoint.to_owned()];
    let expected = dpop::Expected {
        method: "POST",
        addresses: &addresses,
        access_token: None,
        nonces: dpop::Nonces { keys: &nonces, lifetime: Duration::from_secs(300), required: true },
        now,
    };
    for algorithm in dpop::ALGORITHMS {
        let key = PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm)?)?;
        let jwk = key.public_key()?.to_jwk(algorithm);
        let header = json!({ "typ": "dpop+jwt", "alg": algorithm, "jwk": jwk });
        let claims = json!({
            "jti": "e1j3V_bKic8-LAEB", "htm": "POST", "htu": token_endpoint, "iat": now.seconds(),
            "nonce": nonces.issue(now),
        });
        let proof = signed(&key, &header, &claims)?;
        dpop::verify(&proof, &expected)?;
        criterion.bench_function(&format!("DPoP proof {algorithm} verify"), |bencher| {
            bencher.iter(|| dpop::verify(black_box(&proof), &expected));
        });
    }
    let key = PrivateKey::from_pkcs8(SignatureAlgorithm::Es256, &PrivateKey::generate(SignatureAlgorithm::Es256)?)?;
    let keys = json!({ "keys": [key.public_key()?.to_jwk(SignatureAlgorithm::Es256)] });
    let keys = JwkSet::parse(keys.to_string().as_bytes())?;
    let header = json!({ "alg": "ES256", "kid": key.public_key()?.thumbprint() });
    let end = now.seconds() + 60;
    let claims =
        json!({ "iss": "portal", "sub": "portal", "aud": issuer, "exp": end, "iat": now.seconds(), "jti": "1" });
    let assertion = signed(&key, &header, &claims)?;
    let expected = Expected { issuer, token_endpoint, endpoint: None, audience: AssertionAudience::Issuer, now };
    let form = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)];
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let form = parameters::Parameters::decode(form.as_bytes())?;
    let verify = || match Presented::read(None, black_box(&form)) {
        Ok(Presented::Assertion(presented)) => {
            private_key_jwt::verify(&presented, None, &keys, &expected).ok().flatten()
        }
        _ => None,
    };
    verify().ok_or("the assertion does not hold")?;
    criterion.bench_function("private_key_jwt ES256 verify", |bencher| bencher.iter(verify));
    Ok(())
}

/// What a phone answers: read, and held against its challenge and its key.
fn passkeys(criterion: &mut Criterion) -> Result<(), Failure> {
    const ORIGIN: &str = "https://id.example.vn";
    const CHALLENGE: [u8; 32] = [7; 32];
    const OWNER: [u8; 32] = [1; 32];
    let relying_party = RelyingParty::new("id.example.vn", vec![ORIGIN.to_owned()])?;
    let enrolment = Enrolment {
        service: "SenID",
        user_handle: &OWNER,
        account: "An",
        display_name: "An",
        has: &[],
        hint: Hint::None,
    };
    let policy = Authenticators::new(&Attestation::default())?;
    let mut phone = Authenticator::phone(ORIGIN);
    let made = phone.create(&relying_party.creation_options(&CHALLENGE, &enrolment, &policy));
    let enrolled = relying_party.enrol(&CHALLENGE, &policy, Timestamp::from_seconds(1_800_000_000), &made)?;
    let verification = UserVerification::Required;
    let answer = phone.get(&relying_party.request_options(&CHALLENGE, &[], verification, Hint::None));
    let owner = Owner { user_handle: &OWNER, must_be_named: true };
    let verify = || {
        Assertion::read(black_box(&answer))
            .and_then(|assertion| relying_party.verify(&assertion, &CHALLENGE, verification, owner, &enrolled.key, 0))
    };
    verify()?;
    criterion.bench_function("passkey assertion ES256 verify", |bencher| bencher.iter(verify));
    Ok(())
}

/// What the browser's extension gives: read, and held against its nonce. The chain and its revocation are measured for themselves.
fn web_eid(criterion: &mut Criterion) -> Result<(), Failure> {
    const ORIGIN: &str = "https://id.example.vn";
    let pkcs8 = PrivateKey::generate(SignatureAlgorithm::Es256)?;
    let key = PrivateKey::from_pkcs8(SignatureAlgorithm::Es256, &pkcs8)?;
    let certificate = CertificateParams::new(Vec::new())?.self_signed(&KeyPair::try_from(pkcs8.as_slice())?)?;
    let nonce = Nonce::new(&SystemRandom::new());
    let message = [sha256(ORIGIN.as_bytes()), sha256(nonce.as_str().as_bytes())].concat();
    let token = json!({
        "unverifiedCertificate": STANDARD.encode(certificate.der()), "algorithm": "ES256", "format": "web-eid:1.0",
        "signature": STANDARD.encode(key.sign(&message)?.as_ref()), "appVersion": "2.5.0",
    });
    let token = token.to_string();
    let verify = || web_eid::Token::parse(black_box(&token)).and_then(|token| token.verify(ORIGIN, &nonce));
    verify()?;
    criterion.bench_function("Web eID token ES256 verify", |bencher| bencher.iter(verify));
    Ok(())
}

fn signed(key: &PrivateKey, header: &Value, claims: &Value) -> Result<String, PrivateKeyError> {
    let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(text.as_bytes())?;
    Ok(format!("{text}.{}", base64url::encode(signature.as_ref())))
}

/// With the default parameters, through the queue and back.
fn passwords(criterion: &mut Criterion) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let settings = HasherSettings {
        threads: NonZeroU32::MIN,
        queue: 8,
        wait: Duration::from_secs(60),
        parameters: Parameters::new(19 * 1024, 2, 1)?,
    };
    let hasher = Hasher::start(settings, Arc::new(SystemRandom::new()))?;
    let password = NormalisedPassword::new(&SecretString::new("hoa-sen-demo-2026"), 128)?;
    let mut group = criterion.benchmark_group("Argon2id 19 MiB t=2 p=1");
    group.sample_size(20);
    group.bench_function("hash", |bencher| bencher.iter(|| runtime.block_on(hasher.hash(black_box(&password)))));
    group.finish();
    runtime.block_on(hasher.stop());
    Ok(())
}

fn small_things(criterion: &mut Criterion) -> Result<(), Failure> {
    let random = SystemRandom::new();
    let token = Token::new(TokenKind::RefreshToken, Uuid::from_u128(7), &random);
    let text = token.text();
    criterion.bench_function("refresh token parse and hash", |bencher| {
        bencher.iter(|| Token::parse(TokenKind::RefreshToken, black_box(text.expose())).map(|token| token.hash()));
    });
    let (key, context) = (DataKey::generate(&random), Context::new("citizen.profile", [7; 16]));
    let sealed = key.seal(&context, &[0; 400], &random)?;
    criterion.bench_function("profile open", |bencher| bencher.iter(|| key.open(&context, black_box(&sealed))));
    Ok(())
}

fn all(criterion: &mut Criterion) {
    for bench in [tokens, proofs, passkeys, web_eid, passwords, small_things] {
        if let Err(failure) = bench(criterion) {
            eprintln!("not measured: {failure}");
            std::process::exit(1);
        }
    }
}

criterion_group!(benches, all);
criterion_main!(benches);
