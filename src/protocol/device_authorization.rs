//! Device authorization: RFC 8628 §3.1 and §3.2.

use std::sync::Arc;

use serde::Serialize;

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::client::{Client, GrantType};
use crate::domain::issuer::Issuer;
use crate::domain::polling::INTERVAL;
use crate::domain::secret::SecretString;
use crate::domain::user_code::UserCode;
use crate::protocol::OAuthError;
use crate::protocol::authorize::Object;
use crate::protocol::authorize::checks::{self, Context};
use crate::protocol::parameters::Parameters;

/// The page where people enter codes, below the issuer.
pub const PAGE: &str = "/device";

/// Holds the request of `client` against the same rules as one that a browser brings.
///
/// # Errors
/// `unauthorized_client` where the client is not registered for this grant type; `request_not_supported` and
/// `request_uri_not_supported` for a request object; the refusal of the rule that does not hold.
pub fn judge(
    client: &Arc<Client>,
    form: &Parameters,
    context: &Context<'_>,
) -> Result<AuthorizationRequest, OAuthError> {
    if !client.grant_types.contains(&GrantType::DeviceCode) {
        let told = format!("this client is not registered for the grant type {}", GrantType::DeviceCode.as_str());
        return Err(OAuthError::unauthorized_client(told));
    }
    if form.is_present("request") {
        return Err(OAuthError::request_not_supported("request has no meaning at the device authorization endpoint"));
    }
    if form.is_present("request_uri") {
        let told = "request_uri has no meaning at the device authorization endpoint";
        return Err(OAuthError::request_uri_not_supported(told));
    }
    checks::judge_without_browser(client, form, &Object::Absent, context)
}

/// RFC 8628 §3.2.
#[derive(Debug, Serialize)]
pub struct DeviceAuthorizationResponse {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    /// Seconds.
    expires_in: u64,
    interval: u64,
}

impl DeviceAuthorizationResponse {
    pub fn new(issuer: &Issuer, device_code: &SecretString, user_code: UserCode, lives: std::time::Duration) -> Self {
        Self {
            device_code: device_code.expose().to_owned(),
            user_code: user_code.to_string(),
            verification_uri: issuer.at(PAGE),
            verification_uri_complete: complete(issuer, user_code),
            expires_in: lives.as_secs(),
            interval: INTERVAL.as_secs(),
        }
    }
}

/// The page with the code filled in, which is what a QR code says (§3.3.1). Whoever reads it learns no device code.
pub fn complete(issuer: &Issuer, user_code: UserCode) -> String {
    issuer.at(&format!("{PAGE}?user_code={user_code}"))
}
