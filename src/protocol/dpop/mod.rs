//! DPoP: a proof, made for each request, that its sender holds a key. RFC 9449.
//!
//! A proof says nothing of who its sender is. It makes what was stolen worthless: a token, a code or a refresh token that
//! is bound to the key is good with a proof by it, and a proof is good once, at one endpoint, for about a minute.

mod proof;
mod target;

#[cfg(test)]
mod tests;

pub use proof::{Expected, Nonces, Proof, one_of, verify};

use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::domain::key_binding::Thumbprint;
use crate::domain::keys::SignatureAlgorithm;
use crate::protocol::OAuthError;

/// What proofs are signed with (`dpop_signing_alg_values_supported`, §5.1). RS256 is for software that was written before
/// there was better; no software that speaks DPoP was.
pub const ALGORITHMS: [SignatureAlgorithm; 4] =
    [SignatureAlgorithm::Es256, SignatureAlgorithm::Es384, SignatureAlgorithm::EdDsa, SignatureAlgorithm::Ps256];

/// Their names, with spaces between them: `algs` of a challenge (§7.1).
pub fn algorithm_names() -> String {
    ALGORITHMS.map(SignatureAlgorithm::name).join(" ")
}

/// What `ath` must be for an access token (§4.2).
pub fn access_token_hash(access_token: &str) -> String {
    base64url::encode(&sha256(access_token.as_bytes()))
}

/// Reads a `dpop_jkt` parameter (§10).
///
/// # Errors
/// `invalid_request` for what is no thumbprint.
pub fn read_jkt(text: &str) -> Result<Thumbprint, OAuthError> {
    let told = "dpop_jkt must be the SHA-256 thumbprint of a key, in base64url";
    base64url::decode_array(text).map(Thumbprint::from_bytes).ok_or_else(|| OAuthError::invalid_request(told))
}

/// The key that a pushed request binds its code to: the one of `dpop_jkt`, or of the proof that came with it (§10.1).
///
/// # Errors
/// `invalid_dpop_proof` where both are given and differ.
pub fn agree(asked: Option<Thumbprint>, proven: Option<Thumbprint>) -> Result<Option<Thumbprint>, OAuthError> {
    match (asked, proven) {
        (Some(asked), Some(proven)) if asked != proven => {
            Err(OAuthError::invalid_dpop_proof("dpop_jkt is not the thumbprint of the key that signed the DPoP proof"))
        }
        _ => Ok(asked.or(proven)),
    }
}
