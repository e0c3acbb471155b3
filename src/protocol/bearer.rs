//! Bearer tokens in requests: RFC 6750 §2. In the header or in a form, never in the query.

use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

/// Reads the one token of a request.
///
/// `Ok(None)` where there is none, or another scheme than `Bearer`: the answer is then a bare challenge (RFC 6750 §3.1).
///
/// # Errors
/// `invalid_request` for a token in the query, in two places, or missing after `Bearer`.
pub fn read(
    authorization: Option<&str>,
    query: &Parameters,
    form: Option<&Parameters>,
) -> Result<Option<SecretString>, OAuthError> {
    if query.is_present("access_token") {
        return Err(OAuthError::invalid_request(
            "an access token in the query ends up in logs: send it in the Authorization header",
        ));
    }
    let in_form = form.map(|form| form.single("access_token")).transpose()?.flatten();
    match (authorization, in_form) {
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("an access token in the header and one in the form")),
        (None, in_form) => Ok(in_form.map(SecretString::new)),
        (Some(header), None) => {
            let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
            match (scheme.eq_ignore_ascii_case("bearer"), token.trim()) {
                (false, _) => Ok(None),
                (true, "") => Err(OAuthError::invalid_request("the Authorization header has no access token")),
                (true, token) => Ok(Some(SecretString::new(token))),
            }
        }
    }
}

/// The value of `WWW-Authenticate` (RFC 6750 §3).
pub fn challenge(error: Option<&OAuthError>) -> String {
    match error {
        None => "Bearer realm=\"senid\"".to_owned(),
        Some(error) => {
            format!(
                "Bearer realm=\"senid\", error=\"{}\", error_description=\"{}\"",
                error.code.as_str(),
                error.description
            )
        }
    }
}
