//! What a document of FIDO metadata says, or why it is refused; and the one in force.

use super::{AdminError, Administrator};
use crate::config::Attestation;
use crate::credentials::webauthn::metadata::Blob;
use crate::domain::administration::Permission;
use crate::domain::time::Timestamp;
use crate::flows::authenticators::signers;

pub use crate::credentials::webauthn::metadata::{BlobError, KeyProtection, Metadata, Model};

/// What a document says at `now`, if those whose signature the settings let count signed it.
///
/// # Errors
/// Why it is refused.
pub fn inspect(document: &[u8], settings: &Attestation, now: Timestamp) -> Result<Metadata, BlobError> {
    Blob::new(document)?.verify(&signers(settings), now)
}

/// The metadata in force, as it was signed, and when it was accepted.
///
/// # Errors
/// Where the identity store is away.
pub async fn in_force(admin: &Administrator) -> Result<Option<(Vec<u8>, Timestamp)>, AdminError> {
    admin.may(Permission::TrustShow)?;
    let signer = &admin.settings.attestation.metadata.signer;
    let found = admin.store.read().await?.authenticator_metadata().find(signer).await?;
    Ok(found.map(|stored| (stored.document, stored.accepted_at.0)))
}
