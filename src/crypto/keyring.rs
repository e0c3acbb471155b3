//! The key ring: which key signs, which ones verify, and what the JWKS (RFC 7517 §5) publishes at a time.

use std::borrow::Cow;
use std::cmp::Reverse;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::crypto::jwk::{JwkError, PublicJwk, VerifyingKey};
use crate::crypto::jws::{JwsError, Signer, Typ, Unverified};
use crate::crypto::private_key::{PrivateKey, PrivateKeyError};
use crate::crypto::seal::{Context, KeyEncryptionKeys, SealError};
use crate::domain::keys::{KeyId, SealedSigningKey, SignatureAlgorithm, SigningKey, current};
use crate::domain::random::Random;
use crate::domain::time::Timestamp;

#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    #[error("signing key {0}: {1}")]
    Seal(KeyId, SealError),
    #[error("signing key {0}: {1}")]
    Key(KeyId, PrivateKeyError),
    #[error("signing key {0}: {1}")]
    Public(KeyId, JwkError),
    #[error("signing key {0}: the key under that kid is another, {1}")]
    OtherKey(KeyId, KeyId),
    #[error("a new signing key: {0}")]
    NotMade(#[from] PrivateKeyError),
    #[error("a new signing key: {0}")]
    NotSealed(SealError),
    #[error("the JWKS cannot be written: {0}")]
    Document(#[from] serde_json::Error),
}

/// All signing keys of a server, opened. It does not change: when the stored keys do, another takes its place.
#[derive(Debug)]
pub struct KeyRing {
    keys: Vec<OpenKey>,
    /// The JWKS as it was when the ring was opened, and for how long it stays that.
    document: Vec<u8>,
    document_until: Option<Timestamp>,
}

#[derive(Debug)]
struct OpenKey {
    key: SigningKey,
    signer: Signer,
    verifying: VerifyingKey,
    jwk: PublicJwk,
}

impl KeyRing {
    /// Opens the stored keys. Those that are no longer published at `now` are left shut.
    ///
    /// # Errors
    /// Names the key that does not open, or is not what its row says.
    pub fn open(
        stored: impl IntoIterator<Item = SealedSigningKey>,
        sealing: &KeyEncryptionKeys,
        now: Timestamp,
    ) -> Result<Self, KeyRingError> {
        let published = stored.into_iter().filter(|stored| stored.key.is_published(now));
        let mut keys = published.map(|stored| open_key(stored, sealing)).collect::<Result<Vec<_>, _>>()?;
        // A portal that takes the first key it finds finds one that signs now, of the algorithm that comes first.
        keys.sort_by_key(|OpenKey { key, .. }| (key.algorithm, key.active_from > now, Reverse(key.active_from)));
        let document = document(&keys, now)?;
        let document_until = keys.iter().filter_map(|open| open.key.removed_at).min();
        Ok(Self { keys, document, document_until })
    }

    /// A new key, sealed for the store.
    ///
    /// # Errors
    /// `NotMade`, `NotSealed` if the libraries refuse.
    pub fn create(
        algorithm: SignatureAlgorithm,
        created_at: Timestamp,
        active_from: Timestamp,
        sealing: &KeyEncryptionKeys,
        random: &dyn Random,
    ) -> Result<SealedSigningKey, KeyRingError> {
        let pkcs8 = PrivateKey::generate(algorithm)?;
        let kid = PrivateKey::from_pkcs8(algorithm, &pkcs8)?.public_key()?.thumbprint();
        let sealed = sealing.seal(&Self::sealed_context(&kid), &pkcs8, random).map_err(KeyRingError::NotSealed)?;
        let key = SigningKey { kid, algorithm, created_at, active_from, retired_at: None, removed_at: None };
        Ok(SealedSigningKey { key, sealed })
    }

    /// Where a signing key is sealed: what resealing it under a new master key needs to know.
    pub fn sealed_context(kid: &KeyId) -> Context {
        Context::new("signing_keys.sealed", kid.as_str())
    }

    /// The key that signs with `algorithm` at `now`.
    pub fn signer(&self, algorithm: SignatureAlgorithm, now: Timestamp) -> Option<&Signer> {
        let key = current(self.keys.iter().map(|open| &open.key), algorithm, now)?;
        self.find(&key.kid).map(|open| &open.signer)
    }

    /// The key that `kid` names, while what it signed is accepted.
    pub fn verifier(&self, kid: &KeyId, now: Timestamp) -> Option<&VerifyingKey> {
        self.find(kid).filter(|open| open.key.is_published(now)).map(|open| &open.verifying)
    }

    /// The claims of a token of our own: of the kind expected, and signed by a key that is still published at `now`.
    /// Whether they are in force (`iss`, `aud`, `exp`) is the caller's to decide.
    ///
    /// # Errors
    /// Why it is none; `UnknownKey` where it names no key of the ring's.
    pub fn verify<T: DeserializeOwned>(&self, expected: Typ, token: &str, now: Timestamp) -> Result<T, JwsError> {
        let token = Unverified::parse(token)?;
        let key = token.kid().and_then(|kid| self.verifier(kid, now)).ok_or(JwsError::UnknownKey)?;
        // Each of our keys has one algorithm, which `key` insists on.
        token.verify(expected, &SignatureAlgorithm::ALL, key)?.claims()
    }

    /// The algorithms that something is signed with at `now`, the preferred first.
    pub fn algorithms(&self, now: Timestamp) -> Vec<SignatureAlgorithm> {
        SignatureAlgorithm::ALL.into_iter().filter(|algorithm| self.signer(*algorithm, now).is_some()).collect()
    }

    /// The JWKS document. Nothing is made anew unless a key was removed since the ring was opened.
    pub fn published(&self, now: Timestamp) -> Cow<'_, [u8]> {
        match self.document_until {
            Some(until) if until <= now => {
                // Text and byte strings always become JSON; if they did not, yesterday's document beats none.
                document(&self.keys, now).map_or(Cow::Borrowed(&self.document), Cow::Owned)
            }
            _ => Cow::Borrowed(&self.document),
        }
    }

    /// What is known of the keys, for a listing and for planning a rotation.
    pub fn keys(&self) -> impl Iterator<Item = &SigningKey> {
        self.keys.iter().map(|open| &open.key)
    }

    fn find(&self, kid: &KeyId) -> Option<&OpenKey> {
        self.keys.iter().find(|open| open.key.kid == *kid)
    }
}

fn open_key(stored: SealedSigningKey, sealing: &KeyEncryptionKeys) -> Result<OpenKey, KeyRingError> {
    let SealedSigningKey { key, sealed } = stored;
    let wrong = |error| KeyRingError::Key(key.kid.clone(), error);
    let pkcs8 = sealing
        .open(&KeyRing::sealed_context(&key.kid), &sealed)
        .map_err(|error| KeyRingError::Seal(key.kid.clone(), error))?;
    let signer = PrivateKey::from_pkcs8(key.algorithm, &pkcs8).and_then(Signer::new).map_err(wrong)?;
    if *signer.kid() != key.kid {
        return Err(KeyRingError::OtherKey(key.kid, signer.kid().clone()));
    }
    let public = signer.private_key().public_key().map_err(wrong)?;
    let jwk = public.to_jwk(key.algorithm);
    let verifying =
        VerifyingKey::new(public, key.algorithm).map_err(|error| KeyRingError::Public(key.kid.clone(), error))?;
    Ok(OpenKey { key, signer, verifying, jwk })
}

fn document(keys: &[OpenKey], now: Timestamp) -> Result<Vec<u8>, serde_json::Error> {
    #[derive(Serialize)]
    struct Jwks<'k> {
        keys: Vec<&'k PublicJwk>,
    }
    let published = keys.iter().filter(|open| open.key.is_published(now)).map(|open| &open.jwk);
    serde_json::to_vec(&Jwks { keys: published.collect() })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::crypto::master_key::MasterKeys;
    use crate::crypto::random::SystemRandom;
    use crate::crypto::seal::Purpose;

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

        fn create(&self, algorithm: SignatureAlgorithm, active_from: Timestamp) -> SealedSigningKey {
            KeyRing::create(algorithm, hour(0), active_from, &self.sealing, &self.random).unwrap()
        }

        fn open(&self, keys: &[&SealedSigningKey], now: Timestamp) -> KeyRing {
            KeyRing::open(keys.iter().map(|key| (*key).clone()), &self.sealing, now).unwrap()
        }
    }

    fn hour(number: u32) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000) + HOUR * number
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
            let token = here.signer(algorithm, hour(0)).unwrap().sign(Typ::AccessToken, &json!({})).unwrap();
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

    #[test]
    fn the_jwks_holds_public_members_only() {
        let house = House::new();
        let stored: Vec<_> = SignatureAlgorithm::ALL.map(|algorithm| house.create(algorithm, hour(0))).into();
        let ring = house.open(&stored.iter().collect::<Vec<_>>(), hour(0));
        let document: Value = serde_json::from_slice(&ring.published(hour(0))).unwrap();
        let allowed = ["kty", "use", "alg", "kid", "crv", "x", "y", "n", "e"];
        let keys = document["keys"].as_array().unwrap();
        assert_eq!(
            keys.iter().map(|key| key["alg"].as_str().unwrap()).collect::<Vec<_>>(),
            ["ES256", "ES384", "EdDSA", "PS256", "RS256"]
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
        let swapped = SealedSigningKey { key: first.key.clone(), sealed: second.sealed.clone() };
        let error = KeyRing::open([swapped], &house.sealing, hour(0)).unwrap_err();
        assert_eq!(error.to_string(), format!("signing key {}: the sealed value does not open here", first.key.kid));
        let pkcs8 = PrivateKey::generate(ES256).unwrap();
        let sealed = house.sealing.seal(&KeyRing::sealed_context(&first.key.kid), &pkcs8, &house.random).unwrap();
        let forged = SealedSigningKey { sealed, ..first.clone() };
        assert!(matches!(KeyRing::open([forged], &house.sealing, hour(0)), Err(KeyRingError::OtherKey(..))));
        let mut renamed = first.clone();
        renamed.key.algorithm = SignatureAlgorithm::Rs256;
        assert!(matches!(KeyRing::open([renamed], &house.sealing, hour(0)), Err(KeyRingError::Key(..))));
        assert!(matches!(KeyRing::open([first], &House::new().sealing, hour(0)), Err(KeyRingError::Seal(..))));
    }
}
