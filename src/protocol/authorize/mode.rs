//! How a refusal travels while the request is not known to be sound: in the mode that can be trusted.

use crate::domain::authorization::{ResponseMode, ResponseType};
use crate::domain::client::Client;
use crate::protocol::parameters::Parameters;

/// The mode that the request asks for, if an answer to it may travel so; or else the one that its `response_type` has
/// of itself. A client that expects its answer in a fragment or a form reads its errors there too, and one that expects a
/// token believes nothing else.
pub(super) fn trusted(parameters: &Parameters, client: &Client, redirect_uri: &str) -> ResponseMode {
    let default = default_of(parameters);
    let asked = parameters.single("response_mode").ok().flatten();
    let Some(asked) = asked.and_then(|asked| ResponseMode::asked(asked, default).ok()) else { return default };
    let possible = can_travel(asked, redirect_uri, state(parameters)).is_ok();
    match possible && (hides_tokens(asked, client) || default == ResponseMode::Query) {
        true => asked,
        false if asked.is_jwt() => default.as_jwt(),
        false => default,
    }
}

/// Whether tokens may travel so. A query is written down on the way, so there they are encrypted or not at all (JARM §2.3.1).
pub(super) fn hides_tokens(mode: ResponseMode, client: &Client) -> bool {
    match mode {
        ResponseMode::Query => false,
        ResponseMode::QueryJwt => client.policy.authorization_response.encryption.is_some(),
        _ => true,
    }
}

/// Whether an answer with this state can be carried to this URI unharmed.
///
/// # Errors
/// A sentence that says why not.
pub(super) fn can_travel(mode: ResponseMode, redirect_uri: &str, state: Option<&str>) -> Result<(), &'static str> {
    if mode.carrier() != ResponseMode::FormPost {
        return Ok(());
    }
    let of_the_web = ["https://", "http://"].iter().any(|scheme| redirect_uri.starts_with(scheme));
    if !of_the_web {
        return Err(
            "response_mode form_post needs an http or https redirect_uri: nothing can be posted to another scheme",
        );
    }
    // Browsers send every line break of a form as CR LF (HTML §4.10.21.6), so the client would get another state. In a token
    // there are none.
    match !mode.is_jwt() && state.is_some_and(|state| state.contains(['\r', '\n'])) {
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
    use crate::domain::client::ClientAuthentication;
    use crate::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
    use crate::domain::time::Timestamp;

    fn client() -> Client {
        Client::new("portal".parse().unwrap(), ClientAuthentication::None, Timestamp::EPOCH)
    }

    fn mode(query: &str) -> ResponseMode {
        trusted(&Parameters::decode(query.as_bytes()).unwrap(), &client(), "https://portal.example/cb")
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
            ("response_mode=jwt", ResponseMode::QueryJwt),
            ("response_type=code&response_mode=query.jwt", ResponseMode::QueryJwt),
            ("response_type=code&response_mode=fragment.jwt", ResponseMode::FragmentJwt),
            ("response_type=id_token&response_mode=jwt", ResponseMode::FragmentJwt),
            ("response_type=saml&response_mode=form_post.jwt", ResponseMode::FormPostJwt),
            ("response_type=code&response_mode=form_post.jwt&state=a%0Ab", ResponseMode::FormPostJwt),
        ] {
            assert_eq!(mode(query), expected, "{query}");
        }
    }

    #[test]
    fn a_mode_that_cannot_be_trusted_is_not_taken() {
        for (query, expected) in [
            ("response_type=id_token&response_mode=query", ResponseMode::Fragment),
            ("response_type=token&response_mode=query", ResponseMode::Fragment),
            ("response_type=token&response_mode=query.jwt", ResponseMode::FragmentJwt),
            ("response_type=code&response_mode=pigeon", ResponseMode::Query),
            ("response_type=code&response_mode=pigeon.jwt", ResponseMode::Query),
            ("response_type=code&response_mode=form_post&response_mode=fragment", ResponseMode::Query),
            ("response_type=code&response_mode=form_post&state=a%0Ab", ResponseMode::Query),
        ] {
            assert_eq!(mode(query), expected, "{query}");
        }
        let app = |text: &str| trusted(&Parameters::decode(text.as_bytes()).unwrap(), &client(), "vn.gov.app:/cb");
        assert_eq!(app("response_type=code&response_mode=form_post"), ResponseMode::Query);
        assert_eq!(app("response_type=code&response_mode=form_post.jwt"), ResponseMode::QueryJwt);
    }

    #[test]
    fn a_token_is_in_a_query_only_where_it_is_encrypted() {
        let mut encrypted = client();
        let with = Encryption { alg: KeyManagementAlgorithm::EcdhEs, enc: ContentEncryption::A256Gcm };
        encrypted.policy.authorization_response.encryption = Some(with);
        let asked = Parameters::decode(b"response_type=id_token&response_mode=query.jwt").unwrap();
        assert_eq!(trusted(&asked, &encrypted, "https://portal.example/cb"), ResponseMode::QueryJwt);
        for (mode, of_anyone, of_the_encrypted) in [
            (ResponseMode::Query, false, false),
            (ResponseMode::QueryJwt, false, true),
            (ResponseMode::Fragment, true, true),
            (ResponseMode::FragmentJwt, true, true),
            (ResponseMode::FormPost, true, true),
            (ResponseMode::FormPostJwt, true, true),
        ] {
            assert_eq!((hides_tokens(mode, &client()), hides_tokens(mode, &encrypted)), (of_anyone, of_the_encrypted));
        }
    }
}
