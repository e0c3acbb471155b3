//! What a citizen proves themselves with.

pub mod certificate;
pub mod password;
pub mod webauthn;
