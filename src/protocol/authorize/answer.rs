//! The answer of the authorization endpoint: RFC 6749 §4.1.2, OpenID Connect Core §3.2.2.5 and §3.3.2.5, with `iss`
//! (RFC 9207) in every one, and `session_state` (Session Management 1.0 §2) where somebody has signed in.

use crate::domain::authorization::{AuthorizationRequest, ResponseMode};
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;
use crate::protocol::redirect::{form_encode, with_query};

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
    Issued(Issued),
    Refused(OAuthError),
}

/// What was issued: as much of it as the `response_type` names, and for `none` nothing.
#[derive(Clone, Debug, Default)]
pub struct Issued {
    pub code: Option<SecretString>,
    pub access_token: Option<FrontChannelToken>,
    pub id_token: Option<SecretString>,
    /// What the client's page watches the sign-in by.
    pub session_state: Option<String>,
}

/// An access token that travels through the browser (RFC 6749 §4.2.2).
#[derive(Clone, Debug)]
pub struct FrontChannelToken {
    pub token: SecretString,
    /// Seconds.
    pub expires_in: u64,
    pub scope: ScopeSet,
}

/// How the browser takes the answer to the client.
#[derive(Debug)]
pub enum Delivery {
    /// It is sent to this address.
    Redirect(String),
    /// It sends a form of these fields to this address.
    Post { uri: String, fields: Vec<(&'static str, SecretString)> },
}

impl AnswerTo {
    /// The answer on its way. A query that the redirect URI has of its own is kept (RFC 6749 §3.1.2).
    pub fn deliver(&self, answer: &Answer, issuer: &str) -> Delivery {
        let fields = self.fields(answer, issuer);
        match self.response_mode {
            ResponseMode::Query => Delivery::Redirect(with_query(&self.redirect_uri, exposed(&fields))),
            ResponseMode::Fragment => {
                Delivery::Redirect(format!("{}#{}", self.redirect_uri, form_encode(exposed(&fields))))
            }
            ResponseMode::FormPost => Delivery::Post { uri: self.redirect_uri.clone(), fields },
        }
    }

    fn fields(&self, answer: &Answer, issuer: &str) -> Vec<(&'static str, SecretString)> {
        let mut fields = match answer {
            Answer::Issued(issued) => issued.fields(),
            Answer::Refused(error) => vec![
                ("error", SecretString::new(error.code.as_str())),
                ("error_description", SecretString::new(&*error.description)),
            ],
        };
        fields.extend(self.state.as_ref().map(|state| ("state", SecretString::new(state))));
        fields.push(("iss", SecretString::new(issuer)));
        fields
    }
}

impl Issued {
    fn fields(&self) -> Vec<(&'static str, SecretString)> {
        let mut fields = Vec::new();
        fields.extend(self.code.as_ref().map(|code| ("code", code.clone())));
        if let Some(access) = &self.access_token {
            fields.push(("access_token", access.token.clone()));
            fields.push(("token_type", SecretString::new("Bearer")));
            fields.push(("expires_in", SecretString::new(access.expires_in.to_string())));
            fields.push(("scope", SecretString::new(access.scope.to_string())));
        }
        fields.extend(self.id_token.as_ref().map(|token| ("id_token", token.clone())));
        fields.extend(self.session_state.as_ref().map(|state| ("session_state", SecretString::new(state))));
        fields
    }
}

fn exposed<'f>(fields: &'f [(&'static str, SecretString)]) -> impl Iterator<Item = (&'f str, &'f str)> {
    fields.iter().map(|(name, value)| (*name, value.expose()))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    const ISSUER: &str = "https://id.example";

    fn to(redirect_uri: &str, response_mode: ResponseMode, state: Option<&str>) -> AnswerTo {
        AnswerTo { redirect_uri: redirect_uri.to_owned(), response_mode, state: state.map(str::to_owned) }
    }

    fn code() -> Answer {
        Answer::Issued(Issued { code: Some(SecretString::new("c")), ..Issued::default() })
    }

    fn address(delivery: Delivery) -> String {
        match delivery {
            Delivery::Redirect(uri) => uri,
            Delivery::Post { uri, .. } => panic!("posted to {uri}"),
        }
    }

    #[test]
    fn a_query_of_the_redirect_uri_is_kept() {
        let of = |mode| address(to("https://p.example/cb?lang=vi", mode, None).deliver(&code(), ISSUER));
        assert_eq!(of(ResponseMode::Query), "https://p.example/cb?lang=vi&code=c&iss=https%3A%2F%2Fid.example");
        assert_eq!(of(ResponseMode::Fragment), "https://p.example/cb?lang=vi#code=c&iss=https%3A%2F%2Fid.example");
    }

    #[test]
    fn a_hostile_state_stays_inside_its_parameter() {
        let refused = Answer::Refused(OAuthError::access_denied("refused by the person"));
        let state = "x&code=evil#\r\n";
        for mode in [ResponseMode::Query, ResponseMode::Fragment] {
            let uri = address(to("https://p.example/cb", mode, Some(state)).deliver(&refused, ISSUER));
            let parsed = Url::parse(&uri).unwrap();
            let encoded = [parsed.query(), parsed.fragment()].into_iter().flatten().collect::<String>();
            let pairs: Vec<_> = url::form_urlencoded::parse(encoded.as_bytes()).collect();
            assert_eq!(pairs.iter().filter(|(name, _)| name == "code").count(), 0);
            assert!(pairs.contains(&("state".into(), state.into())));
            assert_eq!(uri.matches('#').count(), usize::from(mode == ResponseMode::Fragment));
        }
    }

    #[test]
    fn a_form_carries_what_was_issued_and_nothing_in_its_address() {
        let delivery = to("https://p.example/cb", ResponseMode::FormPost, Some("s")).deliver(&code(), ISSUER);
        let Delivery::Post { uri, fields } = delivery else { panic!("{delivery:?}") };
        assert_eq!(uri, "https://p.example/cb");
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.expose())).collect();
        assert_eq!(fields, [("code", "c"), ("state", "s"), ("iss", ISSUER)]);
    }

    #[test]
    fn nothing_is_issued_for_none_but_the_state_and_the_issuer() {
        let nothing = Answer::Issued(Issued::default());
        let uri = address(to("https://p.example/cb", ResponseMode::Query, Some("s")).deliver(&nothing, ISSUER));
        assert_eq!(uri, "https://p.example/cb?state=s&iss=https%3A%2F%2Fid.example");
    }
}
