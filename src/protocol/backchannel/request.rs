//! The parameters of a backchannel authentication request: CIBA Core §7.1.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::authorization::{AuthorizationRequest, ResponseType};
use crate::domain::backchannel::{LIFETIME, LIFETIMES};
use crate::domain::client::{BackChannelDelivery, Client};
use crate::domain::national_id::Scheme;
use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;
use crate::protocol::authorize::Object;
use crate::protocol::authorize::checks::{BACK_CHANNEL_CHECKS, Context, Draft};
use crate::protocol::parameters::Parameters;

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
    context: &Context<'_>,
    scheme: Scheme,
) -> Result<Asked, OAuthError> {
    let own = registered(client)?;
    let hint = hint::read(client, parameters, context, scheme)?;
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
    let request = what(client, parameters, context)?;
    if must_sign(client, own, context.policies) && binding_message.is_none() && request.authorization_details.is_empty()
    {
        // FAPI-CIBA §5.2.2: otherwise nothing tells the person which of two requests is theirs.
        return Err(OAuthError::invalid_request(
            "binding_message is missing: a signed request is told from others by it",
        ));
    }
    Ok(Asked { hint, request, binding_message, lifetime: lifetime(parameters)?, notification_token })
}

/// What is asked for, by the same rules as at the authorization endpoint.
fn what(
    client: &Arc<Client>,
    parameters: &Parameters,
    context: &Context<'_>,
) -> Result<AuthorizationRequest, OAuthError> {
    // What is granted is what a code would be exchanged for; nothing comes through a browser.
    let response_type = ResponseType::Code;
    let mut request = AuthorizationRequest {
        client_id: client.id.clone(),
        redirect_uri: String::new(),
        response_type,
        response_mode: response_type.default_mode(),
        scope: Default::default(),
        state: None,
        nonce: None,
        code_challenge: None,
        prompt: Default::default(),
        max_age: client.request_defaults.max_age,
        login_hint: None,
        hinted_subject: None,
        ui_locales: Vec::new(),
        acr_values: Vec::new(),
        claims: Default::default(),
        resources: Vec::new(),
        authorization_details: Default::default(),
        dpop_jkt: None,
        pushed: None,
    };
    let draft = Draft { client, parameters, object: &Object::Absent };
    for (_, check) in BACK_CHANNEL_CHECKS {
        check(&draft, context, &mut request)?;
    }
    Ok(request)
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
