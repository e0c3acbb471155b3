//! Whom a request is about: exactly one of `login_hint`, `id_token_hint` and `login_hint_token`. CIBA Core §7.1.

use crate::domain::client::Client;
use crate::domain::national_id::Scheme;
use crate::domain::sign_in_name::SignInName;
use crate::protocol::authorize::checks::Context;
use crate::protocol::parameters::Parameters;
use crate::protocol::{OAuthError, id_token};

/// Whom a client means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Who signs in with this name. Whether anybody does is not the client's to know.
    Name(SignInName),
    /// Whom the client knows as this `sub`.
    Subject(String),
}

/// Reads the one hint.
///
/// # Errors
/// `invalid_request` where there is none or more than one, or it is not the client's own ID token; `unknown_user_id` for
/// what can be nobody's name.
pub(super) fn read(
    client: &Client,
    parameters: &Parameters,
    context: &Context<'_>,
    scheme: Scheme,
) -> Result<Hint, OAuthError> {
    let login_hint = parameters.single("login_hint")?;
    let id_token_hint = parameters.single("id_token_hint")?;
    let login_hint_token = parameters.single("login_hint_token")?;
    match (login_hint, id_token_hint, login_hint_token) {
        (Some(name), None, None) => SignInName::parse(name, scheme).map(Hint::Name).map_err(|fault| {
            OAuthError::unknown_user_id(format!("login_hint: {fault}; it is what the person signs in with"))
        }),
        (None, Some(token), None) => subject(client, token, context).map(Hint::Subject),
        (None, None, Some(_)) => {
            Err(OAuthError::invalid_request("login_hint_token is not supported: send a login_hint or an id_token_hint"))
        }
        (None, None, None) => {
            Err(OAuthError::invalid_request("login_hint or id_token_hint is missing: the request is about nobody"))
        }
        _ => Err(OAuthError::invalid_request("login_hint, id_token_hint and login_hint_token exclude each other")),
    }
}

fn subject(client: &Client, token: &str, context: &Context<'_>) -> Result<String, OAuthError> {
    let hint = id_token::verify_hint(token, context.issuer, context.keys, context.now);
    let hint = hint.ok_or_else(|| OAuthError::invalid_request("id_token_hint is not an ID token of this issuer"))?;
    if hint.client != client.id {
        return Err(OAuthError::invalid_request("id_token_hint was issued to another client"));
    }
    Ok(hint.subject)
}
