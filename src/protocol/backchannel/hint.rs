//! Whom a request is about: exactly one of `login_hint`, `id_token_hint` and `login_hint_token`. CIBA Core §7.1.

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::national_id::Scheme;
use crate::domain::sign_in_name::SignInName;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

/// Whom a client means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Who signs in with this name. Whether anybody does is not the client's to know.
    Name(SignInName),
    /// Whom the client knows as this `sub`.
    Subject(String),
}

const NAMES: [&str; 3] = ["login_hint", "id_token_hint", "login_hint_token"];

/// Whether a request names one person at most..
///
/// # Errors
/// `invalid_request` where there is more than one.
pub(super) fn at_most_one(parameters: &Parameters) -> Result<(), OAuthError> {
    match NAMES.iter().filter(|name| parameters.is_present(name)).count() {
        0 | 1 => Ok(()),
        _ => Err(OAuthError::invalid_request("login_hint, id_token_hint and login_hint_token exclude each other")),
    }
}

/// Reads the one hint of a request whose `id_token_hint`, where it has one, was found to be the client's own.
///
/// # Errors
/// `invalid_request` where there is none or more than one; `unknown_user_id` for what can be nobody's name.
pub(super) fn read(
    parameters: &Parameters,
    request: &AuthorizationRequest,
    scheme: Scheme,
) -> Result<Hint, OAuthError> {
    at_most_one(parameters)?;
    match NAMES.map(|name| parameters.is_present(name)) {
        [true, ..] => {
            let name = parameters.required("login_hint")?;
            SignInName::parse(name, scheme).map(Hint::Name).map_err(|fault| {
                OAuthError::unknown_user_id(format!("login_hint: {fault}; it is what the person signs in with"))
            })
        }
        [_, true, _] => {
            let subject = request.hinted_subject.clone().map(Hint::Subject);
            subject.ok_or_else(|| OAuthError::invalid_request("id_token_hint is about nobody"))
        }
        [_, _, true] => {
            Err(OAuthError::invalid_request("login_hint_token is not supported: send a login_hint or an id_token_hint"))
        }
        [false, false, false] => {
            Err(OAuthError::invalid_request("login_hint or id_token_hint is missing: the request is about nobody"))
        }
    }
}
