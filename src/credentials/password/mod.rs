//! Passwords: Argon2id (RFC 9106), on threads of its own.

mod argon2id;
mod hasher;
mod phc;
mod queue;

pub use argon2id::{InvalidParameters, Parameters};
pub use hasher::{HashError, Hasher, HasherSettings, Load, Outcome};
pub use phc::PhcError;
