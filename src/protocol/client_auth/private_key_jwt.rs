//! `private_key_jwt`: an assertion signed with a key of the client's own. OpenID Connect Core §9, RFC 7523 §2.2.

use super::assertion::{Assertion, Expected, Genuine};
use super::refusal;
use crate::crypto::jwk_set::JwkSet;
use crate::crypto::jws::{Typ, Unverified};
use crate::domain::keys::SignatureAlgorithm;
use crate::protocol::OAuthError;

/// Whether `assertion` is signed with one of the client's `keys`, with the algorithm that was registered, and meant for
/// this server now. `None` where no key of the set has signed it: a newer set may have one that has.
///
/// # Errors
/// `invalid_client`.
pub fn verify(
    assertion: &Assertion,
    registered: Option<SignatureAlgorithm>,
    keys: &JwkSet,
    expected: &Expected<'_>,
) -> Result<Option<Genuine>, OAuthError> {
    let unverified = Unverified::parse(assertion.token.expose()).map_err(|_| refusal())?;
    let algorithm = unverified.algorithm();
    if registered.is_some_and(|registered| registered != algorithm) {
        return Err(refusal());
    }
    let candidates = keys.verifying(algorithm, unverified.kid());
    let payload =
        candidates.iter().find_map(|key| unverified.clone().verify(Typ::ClientAssertion, &[algorithm], key).ok());
    payload.map(|payload| assertion.check(&payload, Some(algorithm), expected)).transpose()
}
