//! Ring behind our own names: signatures, hashes, sealing, randomness, the key ring.

pub mod base64url;
pub mod hash;
pub mod master_key;
pub mod random;
pub mod seal;
pub mod token;
