//! What a citizen proves themselves with.

pub mod password;
pub mod webauthn;
