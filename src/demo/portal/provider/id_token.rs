//! Whether an ID token holds: OpenID Connect Core §3.1.3.7 and §3.1.3.8.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreIdToken, CoreIdTokenClaims, CoreTokenResponse};
use openidconnect::{AccessTokenHash, ClaimsVerificationError, Nonce, OAuth2TokenResponse, SignatureVerificationError};

use serde::Deserialize;

use crate::domain::time::Timestamp;

use super::documents::RelyingParty;

/// The claims of `id_token`, once its signature, `iss`, `aud`, `exp` and `nonce` hold, and its `at_hash` fits the
/// access token that came with it.
///
/// # Errors
/// [`IdTokenFault`], with what does not hold.
pub(super) fn verify(
    client: &RelyingParty,
    tokens: &CoreTokenResponse,
    id_token: &CoreIdToken,
    nonce: &Nonce,
    now: Timestamp,
) -> Result<CoreIdTokenClaims, IdTokenFault> {
    let now = SystemTime::UNIX_EPOCH + Timestamp::EPOCH.until(now);
    let verifier = client.id_token_verifier().set_time_fn(|| now.into());
    let claims = id_token.claims(&verifier, nonce)?;
    if let Some(promised) = claims.access_token_hash() {
        let key = id_token.signing_key(&verifier)?;
        let own = AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg()?, key)?;
        if own != *promised {
            return Err(IdTokenFault::OtherAccessToken);
        }
    }
    Ok(claims.clone())
}

/// What an ID token says of the session, where the crate's type has no place for it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct OfSession {
    /// Back-Channel Logout §2.1.
    pub(super) sid: Option<String>,
    /// SenID's own: how strong the sign-in was.
    pub(super) authentication_level: Option<u8>,
}

/// Of an ID token that holds.
pub(super) fn of_session(verified: &CoreIdToken) -> OfSession {
    let token = verified.to_string();
    let claims = token.split('.').nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default()
}

/// Why an ID token does not hold.
#[derive(Debug, thiserror::Error)]
pub(super) enum IdTokenFault {
    #[error("the ID token is signed with a key that the provider does not publish")]
    UnknownKey,
    #[error("the ID token belongs to another access token (at_hash)")]
    OtherAccessToken,
    #[error("the ID token's signature")]
    Signature(#[source] SignatureVerificationError),
    #[error("the ID token's claims")]
    Claims(#[source] ClaimsVerificationError),
    #[error("the access token's hash")]
    Hash(#[from] openidconnect::SigningError),
}

impl From<ClaimsVerificationError> for IdTokenFault {
    fn from(fault: ClaimsVerificationError) -> Self {
        match fault {
            ClaimsVerificationError::SignatureVerification(fault) => fault.into(),
            fault => Self::Claims(fault),
        }
    }
}

impl From<SignatureVerificationError> for IdTokenFault {
    fn from(fault: SignatureVerificationError) -> Self {
        match fault {
            SignatureVerificationError::NoMatchingKey => Self::UnknownKey,
            fault => Self::Signature(fault),
        }
    }
}
