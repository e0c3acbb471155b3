//! Passwords: Argon2id (RFC 9106), on threads of its own.

mod argon2id;
mod hasher;
mod phc;
mod queue;

pub use argon2id::{InvalidParameters, Parameters};
pub use hasher::{HashError, Hasher, HasherSettings, Load, Outcome};
pub use phc::PhcError;

use crate::domain::password_hash::PasswordHash;

/// Checks a hash that was made elsewhere, before it is stored: it must be an Argon2id hash that costs a server whose own
/// hashes cost `own` no more than is bearable.
///
/// # Errors
/// Says what is expected of it.
pub fn accept(phc: &str, own: Parameters) -> Result<PasswordHash, PhcError> {
    phc::Phc::parse(phc, own).map(|phc| phc.to_hash())
}
