//! The parameters of a backchannel authentication request: CIBA Core §7.1.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::backchannel::{LIFETIME, LIFETIMES};
use crate::domain::client::{BackChannelDelivery, Client};
use crate::domain::national_id::Scheme;
use crate::domain::secret::SecretString;
use crate::protocol::authorize::Object;
use crate::protocol::authorize::checks::{self, Context};
use crate::protocol::parameters::Parameters;
use crate::protocol::{ErrorCode, OAuthError};

use super::hint::Hint;
use super::{binding_message, hint, must_sign, registered};

/// The longest token that a client may have us send (§7.1).
const LONGEST_TOKEN: usize = 1024;
/// With fewer characters, no bearer token has 128 bits (§7.1 asks for as much).
const SHORTEST_TOKEN: usize = 22;

/// What a client asks, of whom, and how it wants to be answered.
#[derive(Debug)]
pub struct Asked {
    pub hint: Hint,
    pub request: AuthorizationRequest,
    pub binding_message: Option<String>,
    pub lifetime: Duration,
    /// What it knows us by when we tell it that there is an answer, where it wants to be told.
    pub notification_token: Option<SecretString>,
}

/// Reads the parameters, which came in the form or in the client's own signed request.
///
/// # Errors
/// As §13 says; the description names the parameter and the rule.
pub fn read(
    client: &Arc<Client>,
    parameters: &Parameters,
    object: &Object,
    context: &Context<'_>,
    scheme: Scheme,
) -> Result<Asked, OAuthError> {
    let own = registered(client)?;
    // Before any of them is judged.
    hint::at_most_one(parameters)?;
    let request = checks::judge_without_browser(client, parameters, object, context).map_err(known_here)?;
    if !request.scope.contains("openid") {
        return Err(OAuthError::invalid_scope("scope must contain openid"));
    }
    let hint = hint::read(parameters, &request, scheme)?;
    if parameters.is_present("user_code") {
        // Ignored, it would be a lock that the client believes in and nobody looks at.
        return Err(OAuthError::invalid_request(
            "user_code is not supported (backchannel_user_code_parameter_supported)",
        ));
    }
    let binding_message = parameters.single("binding_message")?.map(binding_message::read).transpose()?;
    let notification_token = match own.delivery {
        BackChannelDelivery::Poll => None,
        BackChannelDelivery::Ping { .. } => Some(notification_token(parameters)?),
    };
    if must_sign(client, own, context.policies) && binding_message.is_none() && request.authorization_details.is_empty()
    {
        // FAPI-CIBA §5.2.2: otherwise nothing tells the person which of two requests is theirs.
        return Err(OAuthError::invalid_request(
            "binding_message is missing: a signed request is told from others by it",
        ));
    }
    // It names a person in clear, and has been read.
    let request = AuthorizationRequest { login_hint: None, ..request };
    Ok(Asked { hint, request, binding_message, lifetime: lifetime(parameters)?, notification_token })
}

/// An error as §13 knows it: those of request objects belong to the authorization endpoint.
pub fn known_here(refusal: OAuthError) -> OAuthError {
    match refusal.code {
        ErrorCode::InvalidRequestObject => OAuthError::invalid_request(refusal.description),
        _ => refusal,
    }
}

/// `requested_expiry`: whole seconds, as a number or as a text. A wish: what is too much or too little becomes the nearest
/// that there is.
fn lifetime(parameters: &Parameters) -> Result<Duration, OAuthError> {
    let Some(text) = parameters.single("requested_expiry")? else { return Ok(LIFETIME) };
    let seconds = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    match seconds.map(|digits| digits.parse().unwrap_or(u64::MAX)) {
        Some(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds).clamp(LIFETIMES.0, LIFETIMES.1)),
        _ => Err(OAuthError::invalid_request("requested_expiry must be a positive whole number of seconds")),
    }
}

/// `client_notification_token`: what the client asked for pings knows us by. It goes into a header, so it must be a bearer
/// token (RFC 6750 §2.1) and nothing else.
fn notification_token(parameters: &Parameters) -> Result<SecretString, OAuthError> {
    let token = parameters.required("client_notification_token")?;
    let refused = |why: &'static str| Err(OAuthError::invalid_request(why));
    if token.len() > LONGEST_TOKEN {
        return refused("client_notification_token has more than 1024 characters");
    }
    if token.len() < SHORTEST_TOKEN {
        return refused("client_notification_token has less than 128 bits: it needs 22 characters at least");
    }
    let body = token.trim_end_matches('=');
    if body.is_empty() || !body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte)) {
        return refused("client_notification_token is no bearer token (RFC 6750 section 2.1)");
    }
    Ok(SecretString::new(token))
}
