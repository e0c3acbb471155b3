//! Passkeys and security keys: enrolled in the account, used at sign-in.
//!
//! A challenge stands in the short-lived store, under the sign-in or the session that it was made for, and is taken from there before
//! anything that answers it is looked at: it is answered once, whatever comes of it.

pub mod enrol;
pub mod sign_in;

use serde::{Deserialize, Serialize};

pub use crate::credentials::webauthn::Hint;
use crate::credentials::webauthn::attestation::Policy;
use crate::credentials::webauthn::{ChallengeBytes, Key, UserVerification};
use crate::domain::ids::{CitizenId, CredentialId};
use crate::domain::time::Timestamp;
use crate::storage::StoredCredential;

use super::{App, FlowError};

/// What a new credential has to sign.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrolmentChallenge {
    challenge: ChallengeBytes,
    expires_at: Timestamp,
}

/// What a credential has to sign, and whose it has to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AssertionChallenge {
    challenge: ChallengeBytes,
    expires_at: Timestamp,
    verification: UserVerification,
    expected: Expected,
}

/// Whose credential may answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Expected {
    /// Anybody's that says by itself whose it is: nobody has proven anything.
    Anyones,
    /// One of these: what is missing would be shown by it.
    OneOf { citizen: CitizenId, credentials: Vec<CredentialId> },
}

fn key(stored: &StoredCredential) -> Result<Key, FlowError> {
    Key::read(stored.material.expose()).map_err(FlowError::failed)
}

/// A stored passkey or security key as it is worth now: what became known of its authenticator's model since it was enrolled counts.
/// `None` where none is taken.
pub fn weighed(app: &App, mut stored: StoredCredential) -> Option<StoredCredential> {
    app.relying_party.as_ref()?;
    stored.credential.traits.hardware_bound =
        key(&stored).is_ok_and(|key| app.authenticators.is_hardware_bound(&key.provenance));
    Some(stored)
}
