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

/// Reads the one hint of a request whose `id_token_hint`, where it has one, was found to be the client's own.
///
/// # Errors
/// `invalid_request` where there is none or more than one; `unknown_user_id` for what can be nobody's name.
pub(super) fn read(
    parameters: &Parameters,
    request: &AuthorizationRequest,
    scheme: Scheme,
) -> Result<Hint, OAuthError> {
    let given = ["login_hint", "id_token_hint", "login_hint_token"];
    match given.map(|name| parameters.is_present(name)) {
        [true, false, false] => {
            let name = parameters.required("login_hint")?;
            SignInName::parse(name, scheme).map(Hint::Name).map_err(|fault| {
                OAuthError::unknown_user_id(format!("login_hint: {fault}; it is what the person signs in with"))
            })
        }
        [false, true, false] => {
            let subject = request.hinted_subject.clone().map(Hint::Subject);
            subject.ok_or_else(|| OAuthError::invalid_request("id_token_hint is about nobody"))
        }
        [false, false, true] => {
            Err(OAuthError::invalid_request("login_hint_token is not supported: send a login_hint or an id_token_hint"))
        }
        [false, false, false] => {
            Err(OAuthError::invalid_request("login_hint or id_token_hint is missing: the request is about nobody"))
        }
        _ => Err(OAuthError::invalid_request("login_hint, id_token_hint and login_hint_token exclude each other")),
    }
}
