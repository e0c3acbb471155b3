//! How a refusal travels while the request is not known to be sound: in the mode that can be trusted.

use crate::domain::authorization::{ResponseMode, ResponseType};
use crate::protocol::parameters::Parameters;

/// The mode that the request asks for, if an answer to it may travel so; or else the one that its `response_type` has
/// of itself. A client that expects its answer in a fragment or a form reads its errors there too.
pub(super) fn trusted(parameters: &Parameters, redirect_uri: &str) -> ResponseMode {
    let default = default_of(parameters);
    let asked = parameters.single("response_mode").ok().flatten().and_then(|asked| asked.parse().ok());
    match asked {
        Some(ResponseMode::Fragment) => ResponseMode::Fragment,
        Some(ResponseMode::FormPost) if can_be_posted(redirect_uri, state(parameters)).is_ok() => {
            ResponseMode::FormPost
        }
        Some(ResponseMode::Query | ResponseMode::FormPost) | None => default,
    }
}

/// Whether a form can carry an answer with this state to this URI unharmed.
///
/// # Errors
/// A sentence that says why not.
pub(super) fn can_be_posted(redirect_uri: &str, state: Option<&str>) -> Result<(), &'static str> {
    let of_the_web = ["https://", "http://"].iter().any(|scheme| redirect_uri.starts_with(scheme));
    if !of_the_web {
        return Err(
            "response_mode form_post needs an http or https redirect_uri: nothing can be posted to another scheme",
        );
    }
    // Browsers send every line break of a form as CR LF (HTML §4.10.21.6), so the client would get another state.
    match state.is_some_and(|state| state.contains(['\r', '\n'])) {
        true => Err("response_mode form_post cannot carry a state with line breaks"),
        false => Ok(()),
    }
}

pub(super) fn state(parameters: &Parameters) -> Option<&str> {
    parameters.single("state").ok().flatten()
}

/// Of a `response_type` that is unknown here, too: whoever asks for a token in some way reads fragments.
fn default_of(parameters: &Parameters) -> ResponseMode {
    let asked = parameters.single("response_type").ok().flatten().unwrap_or_default();
    match asked.parse::<ResponseType>() {
        Ok(known) => known.default_mode(),
        Err(_) if asked.split(' ').any(|word| matches!(word, "token" | "id_token")) => ResponseMode::Fragment,
        Err(_) => ResponseMode::Query,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(query: &str) -> ResponseMode {
        trusted(&Parameters::decode(query.as_bytes()).unwrap(), "https://portal.example/cb")
    }

    #[test]
    fn a_refusal_travels_as_the_answer_would_have() {
        for (query, expected) in [
            ("", ResponseMode::Query),
            ("response_type=code", ResponseMode::Query),
            ("response_type=none", ResponseMode::Query),
            ("response_type=code+id_token", ResponseMode::Fragment),
            ("response_type=token", ResponseMode::Fragment),
            ("response_type=saml", ResponseMode::Query),
            ("response_type=code&response_mode=fragment", ResponseMode::Fragment),
            ("response_mode=form_post", ResponseMode::FormPost),
            ("response_type=saml&response_mode=form_post", ResponseMode::FormPost),
            ("response_type=id_token&response_mode=form_post", ResponseMode::FormPost),
        ] {
            assert_eq!(mode(query), expected, "{query}");
        }
    }

    #[test]
    fn a_mode_that_cannot_be_trusted_is_not_taken() {
        for (query, expected) in [
            ("response_type=id_token&response_mode=query", ResponseMode::Fragment),
            ("response_type=token&response_mode=query", ResponseMode::Fragment),
            ("response_type=code&response_mode=pigeon", ResponseMode::Query),
            ("response_type=code&response_mode=form_post&response_mode=fragment", ResponseMode::Query),
            ("response_type=code&response_mode=form_post&state=a%0Ab", ResponseMode::Query),
        ] {
            assert_eq!(mode(query), expected, "{query}");
        }
        let posted = Parameters::decode(b"response_type=code&response_mode=form_post").unwrap();
        assert_eq!(trusted(&posted, "vn.gov.app:/cb"), ResponseMode::Query);
    }
}
