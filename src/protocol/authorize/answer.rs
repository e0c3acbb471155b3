//! The answer of the authorization endpoint: RFC 6749 §4.1.2, OpenID Connect Core §3.2.2.5 and §3.3.2.5, with `iss`
//! (RFC 9207) in every one, and `session_state` (Session Management 1.0 §2) where somebody has signed in. All of it may
//! be the claims of one token instead (JWT Secured Authorization Response Mode, JARM).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::domain::authorization::{AuthorizationRequest, ResponseMode};
use crate::domain::ids::ClientId;
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::redirect::{form_encode, with_query};

/// Where an answer goes. It comes from a verified request and from nothing else.
#[derive(Clone, Debug)]
pub struct AnswerTo {
    pub(super) client: ClientId,
    pub(super) redirect_uri: String,
    pub(super) response_mode: ResponseMode,
    pub(super) state: Option<String>,
}

impl From<&AuthorizationRequest> for AnswerTo {
    /// An [`AuthorizationRequest`] exists only once its client and redirect URI were proven.
    fn from(request: &AuthorizationRequest) -> Self {
        Self {
            client: request.client_id.clone(),
            redirect_uri: request.redirect_uri.clone(),
            response_mode: request.response_mode,
            state: request.state.clone(),
        }
    }
}

/// A parameter of the answer.
pub type Parameter = (&'static str, SecretString);

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

/// What a token says that is the answer: JARM §2.1.
#[derive(Serialize)]
pub struct AnswerClaims<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    aud: &'a ClientId,
    exp: i64,
    #[serde(flatten)]
    parameters: BTreeMap<&'a str, &'a str>,
}

/// JARM §2.1 recommends ten minutes at most. No code in it lives as long.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(300);

impl AnswerTo {
    /// Whether the answer is one token, for somebody to make of the [`parameters`](Self::parameters).
    pub const fn is_token(&self) -> bool {
        self.response_mode.is_jwt()
    }

    /// The answer on its way. A query that the redirect URI has of its own is kept (RFC 6749 §3.1.2).
    ///
    /// No server leaves `issuer` out but a sandbox that was told to, for a client that must notice.
    pub fn deliver(&self, mut parameters: Vec<Parameter>, issuer: Option<&str>) -> Delivery {
        parameters.extend(issuer.map(|issuer| ("iss", SecretString::new(issuer))));
        self.carry(parameters)
    }

    /// The same of a token, which says itself whose it is (RFC 9207 §2.4).
    pub fn deliver_token(&self, token: SecretString) -> Delivery {
        self.carry(vec![("response", token)])
    }

    fn carry(&self, parameters: Vec<Parameter>) -> Delivery {
        match self.response_mode.carrier() {
            ResponseMode::Query => Delivery::Redirect(with_query(&self.redirect_uri, exposed(&parameters))),
            ResponseMode::Fragment => {
                Delivery::Redirect(format!("{}#{}", self.redirect_uri, form_encode(exposed(&parameters))))
            }
            _ => Delivery::Post { uri: self.redirect_uri.clone(), fields: parameters },
        }
    }

    /// What the client is told, but for who tells it.
    pub fn parameters(&self, answer: &Answer) -> Vec<Parameter> {
        let mut parameters = match answer {
            Answer::Issued(issued) => issued.parameters(),
            Answer::Refused(error) => vec![
                ("error", SecretString::new(error.code.as_str())),
                ("error_description", SecretString::new(&*error.description)),
            ],
        };
        parameters.extend(self.state.as_ref().map(|state| ("state", SecretString::new(state))));
        parameters
    }

    /// The claims of the token that tells it; `issuer` as for [`deliver`](Self::deliver).
    pub fn claims<'a>(
        &'a self,
        parameters: &'a [Parameter],
        issuer: Option<&'a str>,
        now: Timestamp,
    ) -> AnswerClaims<'a> {
        AnswerClaims {
            iss: issuer,
            aud: &self.client,
            exp: (now + TOKEN_LIFETIME).seconds(),
            parameters: exposed(parameters).collect(),
        }
    }
}

impl Issued {
    fn parameters(&self) -> Vec<Parameter> {
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

fn exposed(parameters: &[Parameter]) -> impl Iterator<Item = (&str, &str)> {
    parameters.iter().map(|(name, value)| (*name, value.expose()))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    const ISSUER: &str = "https://id.example";

    fn to(redirect_uri: &str, response_mode: ResponseMode, state: Option<&str>) -> AnswerTo {
        let client = "portal".parse().unwrap();
        AnswerTo { client, redirect_uri: redirect_uri.to_owned(), response_mode, state: state.map(str::to_owned) }
    }

    fn plain(to: &AnswerTo, answer: &Answer) -> Delivery {
        to.deliver(to.parameters(answer), Some(ISSUER))
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
        let of = |mode| address(plain(&to("https://p.example/cb?lang=vi", mode, None), &code()));
        assert_eq!(of(ResponseMode::Query), "https://p.example/cb?lang=vi&code=c&iss=https%3A%2F%2Fid.example");
        assert_eq!(of(ResponseMode::Fragment), "https://p.example/cb?lang=vi#code=c&iss=https%3A%2F%2Fid.example");
    }

    #[test]
    fn a_hostile_state_stays_inside_its_parameter() {
        let refused = Answer::Refused(OAuthError::access_denied("refused by the person"));
        let state = "x&code=evil#\r\n";
        for mode in [ResponseMode::Query, ResponseMode::Fragment] {
            let uri = address(plain(&to("https://p.example/cb", mode, Some(state)), &refused));
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
        let delivery = plain(&to("https://p.example/cb", ResponseMode::FormPost, Some("s")), &code());
        let Delivery::Post { uri, fields } = delivery else { panic!("{delivery:?}") };
        assert_eq!(uri, "https://p.example/cb");
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.expose())).collect();
        assert_eq!(fields, [("code", "c"), ("state", "s"), ("iss", ISSUER)]);
    }

    #[test]
    fn nothing_is_issued_for_none_but_the_state_and_the_issuer() {
        let nothing = Answer::Issued(Issued::default());
        let uri = address(plain(&to("https://p.example/cb", ResponseMode::Query, Some("s")), &nothing));
        assert_eq!(uri, "https://p.example/cb?state=s&iss=https%3A%2F%2Fid.example");
    }

    #[test]
    fn a_token_says_all_of_it_and_beside_it_nothing_is_said() {
        let to = to("https://p.example/cb?lang=vi", ResponseMode::QueryJwt, Some("s\n"));
        let parameters = to.parameters(&code());
        let claims = to.claims(&parameters, Some(ISSUER), Timestamp::from_seconds(1_000));
        let expected = serde_json::json!({ "iss": ISSUER, "aud": "portal", "exp": 1_300, "code": "c", "state": "s\n" });
        assert_eq!(serde_json::to_value(claims).unwrap(), expected);
        let uri = address(to.deliver_token(SecretString::new("a.b.c")));
        assert_eq!(uri, "https://p.example/cb?lang=vi&response=a.b.c");
        let unsaid = serde_json::to_value(to.claims(&parameters, None, Timestamp::EPOCH)).unwrap();
        assert!(unsaid.get("iss").is_none(), "{unsaid}");
    }
}
