//! `client_secret_jwt`: an assertion protected with the client's secret. OpenID Connect Core §9.

use super::assertion::{Assertion, Expected, Genuine};
use super::refusal;
use crate::crypto::jws::{Typ, UnverifiedMac};
use crate::crypto::mac::MacKey;
use crate::domain::mac::MacAlgorithm;
use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;

/// Whether `assertion` is protected with `secret`, with the algorithm that was registered, and meant for this server now.
///
/// # Errors
/// `invalid_client`.
pub fn verify(
    assertion: &Assertion,
    registered: Option<MacAlgorithm>,
    secret: &SecretString,
    expected: &Expected<'_>,
) -> Result<Genuine, OAuthError> {
    let unverified = UnverifiedMac::parse(assertion.token.expose()).map_err(|_| refusal())?;
    let algorithm = unverified.algorithm();
    if registered.is_some_and(|registered| registered != algorithm) {
        return Err(refusal());
    }
    let key = MacKey::new(secret, algorithm).map_err(|_| refusal())?;
    let payload = unverified.verify(Typ::ClientAssertion, &key).map_err(|_| refusal())?;
    assertion.check(&payload, None, expected)
}
