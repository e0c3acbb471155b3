//! The key ring: which key signs, which ones verify or decrypt, and what the JWKS (RFC 7517 §5) publishes at a time.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::crypto::hardware::{HardwareSigner, KeyReference};
use crate::crypto::jwe::{DecryptionKey, Encrypted, JweError, Plaintext};
use crate::crypto::jwk::{JwkError, PublicJwk, VerifyingKey};
use crate::crypto::jws::{JwsError, Signer, Typ, Unverified};
use crate::crypto::private_key::{PrivateKey, PrivateKeyError};
use crate::crypto::seal::{Context, KeyEncryptionKeys, SealError};
use crate::domain::encryption::Encryption;
use crate::domain::keys::{KeyAlgorithm, KeyId, KeyPair, SealedKeyPair, SignatureAlgorithm, current};
use crate::domain::random::Random;
use crate::domain::time::Timestamp;

#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    #[error("key pair {0}: {1}")]
    Seal(KeyId, SealError),
    #[error("key pair {0}: {1}")]
    Key(KeyId, PrivateKeyError),
    #[error("key pair {0}: {1}")]
    Public(KeyId, JwkError),
    #[error("key pair {0}: the key under that kid is another, {1}")]
    OtherKey(KeyId, KeyId),
    #[error("a new key pair: {0}")]
    NotMade(#[from] PrivateKeyError),
    #[error("a new key pair: {0}")]
    NotSealed(SealError),
    #[error("the JWKS cannot be written: {0}")]
    Document(#[from] serde_json::Error),
}

/// All key pairs of a server, opened. It does not change: when the stored keys do, another takes its place.
#[derive(Debug)]
pub struct KeyRing {
    keys: Vec<OpenKey>,
    /// The JWKS as it was when the ring was opened, and for how long it stays that.
    document: Vec<u8>,
    document_until: Option<Timestamp>,
}

#[derive(Debug)]
struct OpenKey {
    key: KeyPair,
    part: Private,
    jwk: PublicJwk,
}

#[derive(Debug)]
enum Private {
    Signs { signer: Box<Signer>, verifying: VerifyingKey },
    SignsInHardware(Arc<HardwareSigner>),
    Decrypts(DecryptionKey),
}

/// Where a key signs.
#[derive(Clone, Copy, Debug)]
pub enum Signing<'r> {
    /// In memory, at once.
    Here(&'r Signer),
    /// In a hardware module, when it comes to it.
    InHardware(&'r Arc<HardwareSigner>),
}

impl Signing<'_> {
    pub fn kid(&self) -> &KeyId {
        match self {
            Self::Here(signer) => signer.kid(),
            Self::InHardware(signer) => signer.kid(),
        }
    }
}

impl KeyRing {
    /// Opens the stored keys. Those that are no longer accepted at `now` are left shut.
    ///
    /// # Errors
    /// Names the key that does not open, or is not what its row says.
    pub fn open(
        stored: impl IntoIterator<Item = SealedKeyPair>,
        sealing: &KeyEncryptionKeys,
        now: Timestamp,
    ) -> Result<Self, KeyRingError> {
        let accepted = stored.into_iter().filter(|stored| stored.key.is_accepted(now));
        let mut keys = accepted.map(|stored| open_key(stored, sealing)).collect::<Result<Vec<_>, _>>()?;
        // A portal that takes the first key it finds finds one that signs now, of the algorithm that comes first.
        keys.sort_by_key(|OpenKey { key, .. }| (key.algorithm, key.active_from > now, Reverse(key.active_from)));
        let document = document(&keys, now)?;
        let document_until = keys.iter().filter_map(|open| changes_after(&open.key, now)).min();
        Ok(Self { keys, document, document_until })
    }

    /// A new key, sealed for the store.
    ///
    /// # Errors
    /// `NotMade`, `NotSealed` if the libraries refuse.
    pub fn create(
        algorithm: KeyAlgorithm,
        created_at: Timestamp,
        active_from: Timestamp,
        sealing: &KeyEncryptionKeys,
        random: &dyn Random,
    ) -> Result<SealedKeyPair, KeyRingError> {
        let (pkcs8, public) = match algorithm {
            KeyAlgorithm::Signature(algorithm) => {
                let pkcs8 = PrivateKey::generate(algorithm)?;
                let public = PrivateKey::from_pkcs8(algorithm, &pkcs8)?.public_key()?;
                (pkcs8, public)
            }
            KeyAlgorithm::Encryption(key_type) => {
                let pkcs8 = DecryptionKey::generate(key_type)?;
                let public = DecryptionKey::from_pkcs8(key_type, &pkcs8)?.public_key().clone();
                (pkcs8, public)
            }
        };
        let kid = public.thumbprint();
        let key = KeyPair { kid, algorithm, created_at, active_from, retired_at: None, removed_at: None };
        let sealed = sealing.seal(&Self::sealed_context(&key), &pkcs8, random).map_err(KeyRingError::NotSealed)?;
        Ok(SealedKeyPair { key, sealed })
    }

    /// A new key that a hardware module has made and holds: what is sealed for the store says which one it is.
    ///
    /// # Errors
    /// `NotSealed` if the library refuses.
    pub fn refer(
        reference: &KeyReference,
        algorithm: SignatureAlgorithm,
        created_at: Timestamp,
        active_from: Timestamp,
        sealing: &KeyEncryptionKeys,
        random: &dyn Random,
    ) -> Result<SealedKeyPair, KeyRingError> {
        let kid = reference.public.thumbprint();
        let algorithm_of = KeyAlgorithm::Signature(algorithm);
        let key = KeyPair { kid, algorithm: algorithm_of, created_at, active_from, retired_at: None, removed_at: None };
        let document = reference.to_document(algorithm);
        let sealed = sealing.seal(&Self::sealed_context(&key), &document, random).map_err(KeyRingError::NotSealed)?;
        Ok(SealedKeyPair { key, sealed })
    }

    /// Which key of a hardware module a stored key pair is; `None` where its private part is in the store itself.
    ///
    /// # Errors
    /// Names the key that does not open, or is not what its row says.
    pub fn reference(
        stored: &SealedKeyPair,
        sealing: &KeyEncryptionKeys,
    ) -> Result<Option<KeyReference>, KeyRingError> {
        let SealedKeyPair { key, sealed } = stored;
        let KeyAlgorithm::Signature(algorithm) = key.algorithm else { return Ok(None) };
        let document = sealing
            .open(&Self::sealed_context(key), sealed)
            .map_err(|error| KeyRingError::Seal(key.kid.clone(), error))?;
        if !KeyReference::is_one(&document) {
            return Ok(None);
        }
        let wrong = || KeyRingError::Key(key.kid.clone(), PrivateKeyError::Rejected);
        KeyReference::parse(algorithm, &document).ok_or_else(wrong).map(Some)
    }

    /// Where a key pair is sealed: what resealing it under a new master key needs to know. A key that was made to sign is
    /// never opened as one that decrypts. These texts are what is sealed, and are never changed.
    pub fn sealed_context(key: &KeyPair) -> Context {
        let place = match key.algorithm {
            KeyAlgorithm::Signature(_) => "signing_keys.sealed",
            KeyAlgorithm::Encryption(_) => "encryption_keys.sealed",
        };
        Context::new(place, key.kid.as_str())
    }

    /// The key that signs with `algorithm` at `now`.
    pub fn signer(&self, algorithm: SignatureAlgorithm, now: Timestamp) -> Option<Signing<'_>> {
        let key = current(self.keys.iter().map(|open| &open.key), algorithm, now)?;
        match &self.find(&key.kid)?.part {
            Private::Signs { signer, .. } => Some(Signing::Here(signer)),
            Private::SignsInHardware(signer) => Some(Signing::InHardware(signer)),
            Private::Decrypts(_) => None,
        }
    }

    /// The key that `kid` names, while what it signed is accepted.
    pub fn verifier(&self, kid: &KeyId, now: Timestamp) -> Option<&VerifyingKey> {
        let open = self.find(kid).filter(|open| open.key.is_accepted(now))?;
        match &open.part {
            Private::Signs { verifying, .. } => Some(verifying),
            Private::SignsInHardware(signer) => Some(signer.verifying()),
            Private::Decrypts(_) => None,
        }
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

    /// Decrypts what somebody encrypted to one of the ring's keys, by a pair of algorithms that is accepted: to the key that
    /// the token names, or where it names none to any that its algorithm works with. Who encrypted it is not known.
    ///
    /// # Errors
    /// Why it does not; `UnknownKey` where it names no key of the ring's.
    pub fn decrypt(
        &self,
        token: &str,
        accepted: impl Fn(Encryption) -> bool,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Plaintext, JweError> {
        let token = Encrypted::parse(token)?;
        let named = |open: &&OpenKey| match token.kid() {
            Some(kid) => open.key.kid == *kid,
            None => true,
        };
        let keys = self.keys.iter().filter(|open| open.key.is_accepted(now)).filter(named);
        let keys = keys.filter_map(|open| match &open.part {
            Private::Decrypts(key) if token.kid().is_some() || key.fits(token.with().alg) => Some(key),
            _ => None,
        });
        let mut outcome = Err(JweError::UnknownKey);
        for key in keys {
            outcome = token.decrypt(&accepted, key, random);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// The algorithms that something is signed with at `now`, the preferred first.
    pub fn algorithms(&self, now: Timestamp) -> Vec<SignatureAlgorithm> {
        SignatureAlgorithm::ALL.into_iter().filter(|algorithm| self.signer(*algorithm, now).is_some()).collect()
    }

    /// The JWKS document. Nothing is made anew unless a key has come or gone since the ring was opened.
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
    pub fn keys(&self) -> impl Iterator<Item = &KeyPair> {
        self.keys.iter().map(|open| &open.key)
    }

    fn find(&self, kid: &KeyId) -> Option<&OpenKey> {
        self.keys.iter().find(|open| open.key.kid == *kid)
    }
}

fn open_key(stored: SealedKeyPair, sealing: &KeyEncryptionKeys) -> Result<OpenKey, KeyRingError> {
    let SealedKeyPair { key, sealed } = stored;
    let wrong = |error| KeyRingError::Key(key.kid.clone(), error);
    let pkcs8 = sealing
        .open(&KeyRing::sealed_context(&key), &sealed)
        .map_err(|error| KeyRingError::Seal(key.kid.clone(), error))?;
    let (public, jwk, part) = match key.algorithm {
        KeyAlgorithm::Signature(algorithm) if KeyReference::is_one(&pkcs8) => {
            let reference = KeyReference::parse(algorithm, &pkcs8).ok_or(PrivateKeyError::Rejected).map_err(wrong)?;
            let signer = HardwareSigner::new(reference, algorithm).map_err(wrong)?;
            let public = signer.reference().public.clone();
            (public.clone(), public.to_jwk(algorithm), Private::SignsInHardware(Arc::new(signer)))
        }
        KeyAlgorithm::Signature(algorithm) => {
            let signer = PrivateKey::from_pkcs8(algorithm, &pkcs8).and_then(Signer::new).map_err(wrong)?;
            let public = signer.private_key().public_key().map_err(wrong)?;
            let verifying = VerifyingKey::new(public.clone(), algorithm)
                .map_err(|error| KeyRingError::Public(key.kid.clone(), error))?;
            (public.clone(), public.to_jwk(algorithm), Private::Signs { signer: Box::new(signer), verifying })
        }
        KeyAlgorithm::Encryption(key_type) => {
            let private = DecryptionKey::from_pkcs8(key_type, &pkcs8).map_err(wrong)?;
            let public = private.public_key().clone();
            (public.clone(), public.to_encryption_jwk(), Private::Decrypts(private))
        }
    };
    let kid = public.thumbprint();
    if kid != key.kid {
        return Err(KeyRingError::OtherKey(key.kid, kid));
    }
    Ok(OpenKey { key, part, jwk })
}

/// The first moment after `now` at which the key comes into the JWKS or leaves it.
fn changes_after(key: &KeyPair, now: Timestamp) -> Option<Timestamp> {
    let instants = [Some(key.active_from), key.retired_at, key.removed_at];
    let published = key.is_published(now);
    instants.into_iter().flatten().filter(|at| *at > now && key.is_published(*at) != published).min()
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
#[path = "keyring_tests.rs"]
mod tests;
