//! `private_key_jwt`: an assertion signed with a key of the client's own. OpenID Connect Core §9, RFC 7523 §2.2.

use super::assertion::{Assertion, Expected, Genuine};
use super::refusal;
use crate::crypto::jwk_set::JwkSet;
use crate::crypto::jws::{Typ, Unverified};
use crate::domain::keys::SignatureAlgorithm;
use crate::protocol::OAuthError;

/// Why a signed assertion is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No key of the set has signed it. A newer set may have one that has.
    Key,
    Refused(OAuthError),
}

impl From<OAuthError> for Fault {
    fn from(refusal: OAuthError) -> Self {
        Self::Refused(refusal)
    }
}

/// Whether `assertion` is signed with one of the client's `keys`, with the algorithm that was registered, and meant for
/// this server now.
///
/// # Errors
/// `Key`, or `invalid_client`.
pub fn verify(
    assertion: &Assertion,
    registered: Option<SignatureAlgorithm>,
    keys: &JwkSet,
    expected: &Expected<'_>,
) -> Result<Genuine, Fault> {
    let unverified = Unverified::parse(assertion.token.expose()).map_err(|_| refusal())?;
    let algorithm = unverified.algorithm();
    if registered.is_some_and(|registered| registered != algorithm) {
        return Err(refusal().into());
    }
    let candidates = keys.verifying(algorithm, unverified.kid());
    let payload = candidates
        .iter()
        .find_map(|key| unverified.clone().verify(Typ::ClientAssertion, &[algorithm], key).ok())
        .ok_or(Fault::Key)?;
    Ok(assertion.check(&payload, expected)?)
}
