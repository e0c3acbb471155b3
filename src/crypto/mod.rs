//! Ring behind our own names: signatures, hashes, sealing, randomness, the key ring.

pub mod base64url;
pub mod blind_index;
pub mod certificate;
pub mod hardware;
pub mod hash;
pub mod json;
pub mod jwe;
pub mod jwk;
pub mod jwk_set;
pub mod jws;
pub mod keyring;
pub mod mac;
pub mod master_key;
pub mod nonce;
pub mod one_time_password;
pub mod pairwise;
pub mod pbkdf2;
pub mod private_key;
pub mod random;
pub mod seal;
pub mod succession;
pub mod token;
pub mod transparency;
