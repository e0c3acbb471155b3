//! Authorization code grant: RFC 6749 §4.1.3, PKCE RFC 7636 §4.6.

use crate::domain::authorization_details::AuthorizationDetails;
use crate::domain::client::Client;
use crate::domain::grant::AuthorizationCode;
use crate::domain::key_binding::ProvenKeys;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::protocol::parameters::Parameters;
use crate::protocol::{OAuthError, authorization_details, pkce};

/// What the form of this grant carries.
#[derive(Debug)]
pub struct CodeRequest {
    pub code: SecretString,
    pub redirect_uri: String,
    pub verifier: Option<SecretString>,
    /// What is asked for now, if less than all (RFC 9396 §6).
    pub authorization_details: Option<AuthorizationDetails>,
}

impl CodeRequest {
    /// # Errors
    /// `invalid_request` where the code or the redirect URI is missing: every authorization request here had one;
    /// `invalid_authorization_details` where these cannot be read.
    pub fn read(form: &Parameters) -> Result<Self, OAuthError> {
        Ok(Self {
            code: SecretString::new(form.required("code")?),
            redirect_uri: form.required("redirect_uri")?.to_owned(),
            verifier: form.single("code_verifier")?.map(SecretString::new),
            authorization_details: authorization_details::part(form)?,
        })
    }
}

/// Decides whether `client` may exchange `code` at `now`.
///
/// # Errors
/// `invalid_grant` if the code is another client's, has expired, belongs to another redirect URI or to a key that the
/// request does not prove (RFC 9449 §10), or the verifier does not match; `invalid_authorization_details` if details are
/// asked for that were not granted.
pub fn exchange(
    code: &AuthorizationCode,
    request: &CodeRequest,
    client: &Client,
    proven: &ProvenKeys,
    now: Timestamp,
) -> Result<(), OAuthError> {
    if code.approval.client != client.id {
        return Err(OAuthError::invalid_grant("the code was issued to another client"));
    }
    if code.expires_at <= now {
        return Err(OAuthError::invalid_grant("the code has expired"));
    }
    if code.redirect_uri != request.redirect_uri {
        return Err(OAuthError::invalid_grant("redirect_uri differs from the authorization request"));
    }
    match (code.dpop_jkt, proven.dpop) {
        (Some(_), None) => {
            Err(OAuthError::invalid_grant("the code is bound to a key: it needs a DPoP proof by that key"))
        }
        (Some(bound), Some(key)) if bound != key => {
            Err(OAuthError::invalid_grant("the code is bound to another key than the one that signed the DPoP proof"))
        }
        _ => Ok(()),
    }?;
    pkce::verify(code.challenge.as_ref(), request.verifier.as_ref().map(SecretString::expose))?;
    let granted = code.approval.authorization_details.clone();
    authorization_details::narrow(granted, request.authorization_details.as_ref()).map(drop)
}
