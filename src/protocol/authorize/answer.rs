//! The answer of the authorization endpoint: RFC 6749 §4.1.2, with `iss` (RFC 9207) in every one.

use url::Url;

use crate::domain::authorization::{AuthorizationRequest, ResponseMode};
use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;

/// Where an answer goes. It comes from a verified request and from nothing else.
#[derive(Clone, Debug)]
pub struct AnswerTo {
    pub(super) redirect_uri: String,
    pub(super) response_mode: ResponseMode,
    pub(super) state: Option<String>,
}

impl From<&AuthorizationRequest> for AnswerTo {
    /// An [`AuthorizationRequest`] exists only once its client and redirect URI were proven.
    fn from(request: &AuthorizationRequest) -> Self {
        Self {
            redirect_uri: request.redirect_uri.clone(),
            response_mode: request.response_mode,
            state: request.state.clone(),
        }
    }
}

/// What the client is told.
#[derive(Clone, Debug)]
pub enum Answer {
    Code(SecretString),
    Refused(OAuthError),
}

impl AnswerTo {
    /// The URI that the browser is sent to. A query that the redirect URI has of its own is kept (RFC 6749 §3.1.2).
    pub fn uri(&self, answer: &Answer, issuer: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        match answer {
            Answer::Code(code) => {
                pairs.append_pair("code", code.expose());
            }
            Answer::Refused(error) => {
                pairs.append_pair("error", error.code.as_str());
                pairs.append_pair("error_description", &error.description);
            }
        }
        if let Some(state) = &self.state {
            pairs.append_pair("state", state);
        }
        pairs.append_pair("iss", issuer);
        match self.response_mode {
            ResponseMode::Query => {
                let separator = if has_query(&self.redirect_uri) { '&' } else { '?' };
                format!("{}{separator}{}", self.redirect_uri, pairs.finish())
            }
        }
    }
}

fn has_query(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|uri| uri.query().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(redirect_uri: &str, state: Option<&str>) -> AnswerTo {
        AnswerTo {
            redirect_uri: redirect_uri.to_owned(),
            response_mode: ResponseMode::Query,
            state: state.map(str::to_owned),
        }
    }

    #[test]
    fn a_query_of_the_redirect_uri_is_kept() {
        let uri =
            to("https://p.example/cb?lang=vi", None).uri(&Answer::Code(SecretString::new("c")), "https://id.example");
        assert_eq!(uri, "https://p.example/cb?lang=vi&code=c&iss=https%3A%2F%2Fid.example");
    }

    #[test]
    fn a_hostile_state_stays_inside_its_parameter() {
        let uri = to("https://p.example/cb", Some("x&code=evil#\r\n"))
            .uri(&Answer::Refused(OAuthError::access_denied("refused by the person")), "https://id.example");
        let parsed = Url::parse(&uri).unwrap();
        let pairs: Vec<_> = parsed.query_pairs().collect();
        assert_eq!(pairs.iter().filter(|(name, _)| name == "code").count(), 0);
        assert!(pairs.contains(&("state".into(), "x&code=evil#\r\n".into())));
        assert_eq!(parsed.fragment(), None);
    }
}
