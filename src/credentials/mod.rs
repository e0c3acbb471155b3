//! What a citizen proves themselves with.

pub mod certificate;
pub mod password;
pub mod recovery_codes;
pub mod totp;
pub mod webauthn;
