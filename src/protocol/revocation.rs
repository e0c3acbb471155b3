//! Token revocation: RFC 7009.

use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

/// What is asked to be revoked. The hint is not believed: a token says itself what it is.
#[derive(Debug)]
pub struct RevocationRequest {
    pub token: SecretString,
}

impl RevocationRequest {
    /// # Errors
    /// `invalid_request` where the token is missing.
    pub fn read(form: &Parameters) -> Result<Self, OAuthError> {
        form.single("token_type_hint")?;
        Ok(Self { token: SecretString::new(form.required("token")?) })
    }
}
