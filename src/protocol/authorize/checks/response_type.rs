//! `response_type`: RFC 6749 §3.1.1, Multiple Response Type Encoding Practices §3 to §5. Only what the client has been
//! allowed, which is `code` unless someone decided otherwise (RFC 9700 §2.1.2).

use crate::domain::authorization::{AuthorizationRequest, ResponseType};
use crate::domain::client::Client;
use crate::protocol::OAuthError;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let asked: ResponseType = draft.parameters.required("response_type")?.parse().map_err(|_| {
        OAuthError::unsupported_response_type(
            "response_type must be code, id_token, id_token token, code id_token, code token, code id_token token or none",
        )
    })?;
    hold(draft.client, asked)?;
    request.response_type = asked;
    Ok(())
}

/// Holds what is `asked` for against what the client is registered for.
pub(in super::super) fn hold(client: &Client, asked: ResponseType) -> Result<(), OAuthError> {
    if !client.response_types.contains(&asked) {
        let told = format!("the response_type {} is not registered for this client", asked.as_str());
        return Err(OAuthError::unauthorized_client(told));
    }
    if asked.issues_access_token() && client.policy.front_channel_access_tokens.is_none() {
        let told = "response_type contains token, and this client has no exception to receive access tokens through the \
                    browser";
        return Err(OAuthError::unauthorized_client(told));
    }
    let bound = client.policy.bound_access_tokens;
    if asked.issues_access_token() && (bound.dpop || bound.certificate) {
        let told = "response_type contains token, and this client's access tokens are bound to a key, which nobody proves \
                    through the browser";
        return Err(OAuthError::unauthorized_client(told));
    }
    Ok(())
}
