//! The CIBA grant: OpenID Connect Client-Initiated Backchannel Authentication Core 1.0 §10.1, §11.

use crate::domain::backchannel::{BackChannelRequest, Decision};
use crate::domain::client::Client;
use crate::domain::grant::Approval;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

/// What the form of this grant carries.
#[derive(Debug)]
pub struct CibaRequest {
    pub auth_req_id: SecretString,
}

impl CibaRequest {
    /// # Errors
    /// `invalid_request` where `auth_req_id` is missing.
    pub fn read(form: &Parameters) -> Result<Self, OAuthError> {
        Ok(Self { auth_req_id: SecretString::new(form.required("auth_req_id")?) })
    }
}

/// What the client is told that comes for a request.
#[derive(Debug)]
pub enum Standing<'d> {
    Allowed(&'d Approval),
    /// Not decided: how often the client may ask is still to be looked at.
    Pending,
}

/// How a request stands that `client` has come for.
///
/// # Errors
/// `invalid_grant` for another client's and for one that was redeemed, `expired_token`, and `access_denied`.
pub fn standing<'d>(
    request: &BackChannelRequest,
    decision: Option<&'d Decision>,
    client: &Client,
    now: Timestamp,
) -> Result<Standing<'d>, OAuthError> {
    if request.asked.client_id != client.id {
        return Err(unknown());
    }
    match decision {
        Some(Decision::Redeemed) => Err(OAuthError::invalid_grant("the auth_req_id was already used")),
        Some(Decision::Denied) => Err(OAuthError::access_denied("the request was denied")),
        _ if request.is_over(now) => Err(OAuthError::expired_token("the auth_req_id has expired")),
        Some(Decision::Allowed(approval)) => Ok(Standing::Allowed(approval)),
        Some(Decision::BeingAllowed) | None => Ok(Standing::Pending),
    }
}

/// One answer for what nobody was given, what is long over and what is another client's.
pub fn unknown() -> OAuthError {
    OAuthError::invalid_grant("the auth_req_id is unknown, or was issued to another client")
}
