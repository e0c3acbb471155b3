//! The log's own keys: Ed25519 to sign heads with, and from the same secret a key that seals each event's place.

use crate::crypto::hash::{HmacKey, constant_time_eq, hkdf};
use crate::crypto::seal::{KeyEncryptionKeys, SealError};
use crate::crypto::transparency::{LogSigner, NoteVerifier, SignatureLine, TreeHash};
use crate::domain::issuer::Issuer;
use crate::storage::{SealedKey, SealedKeyKind};

/// The log's name, which stands in every head: the issuer without its scheme, and `/audit-log`.
pub fn origin(issuer: &Issuer) -> String {
    let name = issuer.as_str();
    let name = name.split_once("://").map_or(name, |(_, rest)| rest);
    format!("{}/audit-log", name.trim_end_matches('/'))
}

/// Every version of the log's key, the newest first. Those that were retired still verify.
#[derive(Debug)]
pub struct LogKeys {
    origin: String,
    keys: Vec<LogKey>,
}

#[derive(Debug)]
struct LogKey {
    signer: LogSigner,
    sealer: HmacKey,
    signs: bool,
}

impl LogKeys {
    /// Opens those among the server's keys.
    ///
    /// # Errors
    /// As [`SealedKey::open`]; `Refused` where there is none.
    pub fn open(origin: String, stored: &[SealedKey], sealing: &KeyEncryptionKeys) -> Result<Self, SealError> {
        let mut stored: Vec<_> = stored.iter().filter(|key| key.kind == SealedKeyKind::AuditLog).collect();
        stored.sort_unstable_by_key(|key| std::cmp::Reverse(key.version));
        let mut keys = Vec::with_capacity(stored.len());
        for key in stored {
            let secret = key.open(sealing)?;
            let sealer = HmacKey::new(hkdf(secret.expose(), b"", b"senid audit log: place").expose());
            let signer = LogSigner::new(&origin, &secret).ok_or(SealError::Refused)?;
            keys.push(LogKey { signer, sealer, signs: key.retired_at.is_none() });
        }
        if keys.is_empty() { Err(SealError::Refused) } else { Ok(Self { origin, keys }) }
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What heads are verified with, the newest first.
    pub fn verifiers(&self) -> Vec<NoteVerifier> {
        self.keys.iter().map(|key| key.signer.verifier().clone()).collect()
    }

    /// The signatures of a head: by the newest key, and while it is being introduced also by the one before it, so that whoever
    /// knows only that one goes on.
    pub fn sign(&self, text: &str) -> Vec<SignatureLine> {
        self.keys.iter().filter(|key| key.signs).map(|key| key.signer.sign(text)).collect()
    }

    /// The seal of the event with this leaf hash at `place`.
    pub fn seal(&self, place: u64, leaf: &TreeHash) -> [u8; 32] {
        self.keys.first().map_or([0; 32], |key| key.seal(place, leaf))
    }

    /// Whether `seal` was made for this event at `place`.
    pub fn is_sealed(&self, place: u64, leaf: &TreeHash, seal: &[u8]) -> bool {
        self.keys.iter().any(|key| constant_time_eq(&key.seal(place, leaf), seal))
    }
}

impl LogKey {
    fn seal(&self, place: u64, leaf: &TreeHash) -> [u8; 32] {
        self.sealer.mac(&[&place.to_be_bytes(), leaf])
    }
}
