//! Device access token requests: RFC 8628 §3.4 and §3.5.

use crate::domain::client::Client;
use crate::domain::device_authorization::{DeviceAuthorization, DeviceState};
use crate::domain::grant::Approval;
use crate::domain::polling::Kept;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

/// What the form of this grant carries.
#[derive(Debug)]
pub struct DeviceCodeRequest {
    pub device_code: SecretString,
}

impl DeviceCodeRequest {
    /// # Errors
    /// `invalid_request` where the device code is missing.
    pub fn read(form: &Parameters) -> Result<Self, OAuthError> {
        Ok(Self { device_code: SecretString::new(form.required("device_code")?) })
    }
}

/// Where a device stands that asks at `now`, as far as its record says so by itself.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nobody has decided yet.
    Pending,
    /// Take it.
    Approved(&'a Approval),
    /// Its tokens were issued before: whoever has the code now should not.
    Spent,
}

/// Decides what `client` may expect of `asked`.
///
/// # Errors
/// `invalid_grant` for another client's code, `access_denied` where the person refused, `expired_token` where nobody decided
/// or the device did not come in time.
pub fn standing<'a>(
    asked: &'a DeviceAuthorization,
    client: &Client,
    now: Timestamp,
) -> Result<Standing<'a>, OAuthError> {
    if asked.request.client_id != client.id {
        return Err(OAuthError::invalid_grant("the device_code was issued to another client"));
    }
    match &asked.state {
        DeviceState::Spent(_) => Ok(Standing::Spent),
        DeviceState::Denied => Err(OAuthError::access_denied("the person did not allow it")),
        DeviceState::Pending | DeviceState::Approved(_) if asked.expires_at <= now => {
            Err(OAuthError::expired_token("the device_code has expired: begin again"))
        }
        DeviceState::Pending => Ok(Standing::Pending),
        DeviceState::Approved(approval) => Ok(Standing::Approved(approval)),
    }
}

/// What a device is told that nobody has decided about yet.
pub fn wait(kept: Kept) -> OAuthError {
    match kept {
        Kept::Yes => OAuthError::authorization_pending("nobody has entered the user_code and decided yet"),
        Kept::No => OAuthError::slow_down("asked again too soon: wait 5 seconds longer from now on"),
    }
}
