//! What is kept of a credential's key: everything that an assertion is held against.

use serde::{Deserialize, Serialize};
use webauthn_rs_core::proto::{
    AttestationFormat, COSEKey, Credential, ParsedAttestation, RegisteredExtensions, UserVerificationPolicy,
};

use crate::crypto::base64url;
use crate::domain::attestation::Provenance;

/// The form that is written today.
const VERSION: u8 = 1;

/// A credential's key, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Key {
    version: u8,
    /// The credential id, in base64url.
    id: String,
    key: COSEKey,
    /// How its authenticator is reached, as the browser said: a hint for the next browser.
    transports: Vec<String>,
    backup_eligible: bool,
    /// What was proven of its authenticator, so that what becomes known of the model finds what was made by it.
    #[serde(default)]
    pub provenance: Provenance,
}

/// It was written by a later version of SenID, or is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored WebAuthn key that this version of SenID cannot read")]
pub struct Unreadable;

/// As many as there are ways; what a browser says beyond it is not kept.
const MOST_TRANSPORTS: usize = 8;
const LONGEST_TRANSPORT: usize = 32;

impl Key {
    pub(super) fn new(made: &Credential, transports: Vec<String>, provenance: Provenance) -> Self {
        let plain = |name: &String| {
            name.len() <= LONGEST_TRANSPORT && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        Self {
            version: VERSION,
            id: base64url::encode(&made.cred_id),
            key: made.cred.clone(),
            transports: transports.into_iter().filter(plain).take(MOST_TRANSPORTS).collect(),
            backup_eligible: made.backup_eligible,
            provenance,
        }
    }

    /// # Errors
    /// [`Unreadable`]
    pub fn read(stored: &[u8]) -> Result<Self, Unreadable> {
        let key: Self = serde_json::from_slice(stored).map_err(|_| Unreadable)?;
        if key.version == VERSION { Ok(key) } else { Err(Unreadable) }
    }

    /// The bytes to store.
    ///
    /// # Errors
    /// [`Unreadable`], which cannot be: every part of it has a form in JSON.
    pub fn write(&self) -> Result<Vec<u8>, Unreadable> {
        serde_json::to_vec(self).map_err(|_| Unreadable)
    }

    /// The credential id, in base64url.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn transports(&self) -> &[String] {
        &self.transports
    }

    /// As `webauthn-rs-core` holds an assertion against it, with the counter that was reached.
    pub(super) fn to_credential(&self, counter: u32) -> Option<Credential> {
        Some(Credential {
            cred_id: base64url::decode(&self.id)?,
            cred: self.key.clone(),
            counter,
            transports: None,
            // What is demanded is demanded by each assertion anew. The library would refuse every assertion without user
            // verification by a key that was once used with it, also where a touch is all that is asked for.
            user_verified: false,
            registration_policy: UserVerificationPolicy::Discouraged_DO_NOT_USE,
            backup_eligible: self.backup_eligible,
            // Whether it is copied changes from day to day, and nothing hangs on it: that it may be is what counts.
            backup_state: false,
            extensions: RegisteredExtensions::none(),
            attestation: ParsedAttestation::default(),
            attestation_format: AttestationFormat::None,
        })
    }
}
