//! Passwords: Argon2id (RFC 9106), on threads of its own; and hashes of older systems until their owners sign in.

mod argon2id;
mod foreign;
mod hasher;
mod phc;
mod queue;

pub use argon2id::{InvalidParameters, Parameters};
pub use hasher::{HashError, Hasher, HasherSettings, Load, Outcome};
pub use phc::PhcError;

use crate::domain::password_hash::PasswordHash;
use foreign::Foreign;
use phc::Phc;

/// Checks a hash that was made elsewhere, before it is stored: it must be of a kind that is known here, and cost a server whose own
/// hashes cost `own` no more than is bearable.
///
/// # Errors
/// Says what is expected of it.
pub fn accept(text: &str, own: Parameters) -> Result<PasswordHash, PhcError> {
    Stored::parse(text, own)?;
    Ok(PasswordHash::from_phc(text))
}

/// A stored hash, taken apart.
enum Stored {
    Own(Phc),
    Foreign(Foreign),
}

impl Stored {
    fn parse(text: &str, own: Parameters) -> Result<Self, PhcError> {
        match Foreign::parse(text) {
            Some(foreign) => foreign.map(Self::Foreign),
            None => Phc::parse(text, own).map(Self::Own),
        }
    }
}
