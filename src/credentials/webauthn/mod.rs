//! Passkeys and security keys (Web Authentication Level 3): the two ceremonies, values in and values out.

pub mod attestation;
pub mod metadata;
