//! An authorization request whose client and redirect URI have been proven and whose parameters hold:
//! what a sign-in is begun for (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1).

use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::authorization_details::AuthorizationDetails;
use super::claims;
use super::claims_request::ClaimsRequest;
use super::client::Client;
use super::consent::Asked;
use super::ids::ClientId;
use super::key_binding::Thumbprint;
use super::organisation_code::OrganisationCode;
use super::resource::ResourceId;
use super::scope::ScopeSet;
use super::secret::SecretHash;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub client_id: ClientId,
    pub redirect_uri: String,
    pub response_type: ResponseType,
    pub response_mode: ResponseMode,
    pub scope: ScopeSet,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub code_challenge: Option<CodeChallenge>,
    pub prompt: PromptSet,
    pub max_age: Option<Duration>,
    pub login_hint: Option<String>,
    /// The `sub` of a verified `id_token_hint`: only this person may answer.
    pub hinted_subject: Option<String>,
    pub ui_locales: Vec<String>,
    /// A wish, best first; what `claims` asks of `acr` goes before it.
    pub acr_values: Vec<String>,
    /// What is asked for beside the scopes, as far as this client may be given it.
    pub claims: ClaimsRequest,
    /// What the tokens are to be for (RFC 8707 §2.1); this server itself where none is named.
    pub resources: Vec<ResourceId>,
    pub authorization_details: AuthorizationDetails,
    /// The key that the code is good with (`dpop_jkt`, RFC 9449 §10).
    pub dpop_jkt: Option<Thumbprint>,
    /// In whose name the person is expected to act, where the client says so. A wish: they choose.
    pub organisation_hint: Option<OrganisationCode>,
    /// The hash of the `request_uri` that it was pushed under (RFC 9126), which its answer spends.
    pub pushed: Option<SecretHash>,
}

impl AuthorizationRequest {
    /// All that `client` asks the person to let it know, by scope or singly.
    pub fn asks(&self, client: &Client) -> Asked {
        Asked::of(client, &self.scope, &self.claims)
    }

    /// Whether the person is to be asked in whose name they act.
    pub fn asks_in_whose_name(&self) -> bool {
        self.scope.contains(claims::ORGANISATION) || self.claims.names().contains(claims::ORGANISATION)
    }

    /// Whether the person whom the client knows as `subject` may answer it.
    pub fn is_for(&self, subject: &str) -> bool {
        self.hinted_subject.as_ref().is_none_or(|hinted| hinted == subject) && self.claims.is_for(subject)
    }

    /// Whether only someone in particular may answer it.
    pub fn names_someone(&self) -> bool {
        self.hinted_subject.is_some() || self.claims.names_subjects()
    }
}

/// What the authorization endpoint is asked for (OAuth 2.0 Multiple Response Type Encoding Practices §3 to §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ResponseType {
    #[serde(rename = "code")]
    Code,
    #[serde(rename = "id_token")]
    IdToken,
    #[serde(rename = "id_token token")]
    IdTokenToken,
    #[serde(rename = "code id_token")]
    CodeIdToken,
    #[serde(rename = "code token")]
    CodeToken,
    #[serde(rename = "code id_token token")]
    CodeIdTokenToken,
    #[serde(rename = "none")]
    None,
}

impl ResponseType {
    pub const ALL: [Self; 7] = [
        Self::Code,
        Self::IdToken,
        Self::IdTokenToken,
        Self::CodeIdToken,
        Self::CodeToken,
        Self::CodeIdTokenToken,
        Self::None,
    ];

    /// The registered name; the order of the words in a request does not matter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
            Self::None => "none",
        }
    }

    pub const fn issues_code(self) -> bool {
        matches!(self, Self::Code | Self::CodeIdToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// Whether an ID token comes from the authorization endpoint itself.
    pub const fn issues_id_token(self) -> bool {
        matches!(self, Self::IdToken | Self::IdTokenToken | Self::CodeIdToken | Self::CodeIdTokenToken)
    }

    /// Whether anything comes from the authorization endpoint that may not stand in a query.
    pub const fn issues_tokens(self) -> bool {
        self.issues_id_token() || self.issues_access_token()
    }

    /// How the answer travels where the request does not say (§3 and §5 there).
    pub const fn default_mode(self) -> ResponseMode {
        match self.issues_tokens() {
            true => ResponseMode::Fragment,
            false => ResponseMode::Query,
        }
    }

    /// Whether an access token comes from the authorization endpoint itself, through the browser.
    pub const fn issues_access_token(self) -> bool {
        matches!(self, Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }
}

impl FromStr for ResponseType {
    type Err = UnknownResponseType;
    fn from_str(text: &str) -> Result<Self, UnknownResponseType> {
        let words = |text: &'_ str| {
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            words.sort_unstable();
            words
        };
        let asked = words(text);
        Self::ALL.into_iter().find(|known| words(known.as_str()) == asked).ok_or(UnknownResponseType)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected code, id_token, id_token token, code id_token, code token, code id_token token or none")]
pub struct UnknownResponseType;

/// How the answer travels back to the client (Multiple Response Type Encoding Practices §2.1, OAuth 2.0 Form Post
/// Response Mode §2), as it is or inside a signed token (JWT Secured Authorization Response Mode §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the redirect URI's query, which servers log and pass on: nothing but a code travels so.
    Query,
    /// In its fragment, which no server sees.
    Fragment,
    /// As a form that a page of ours sends.
    FormPost,
    QueryJwt,
    FragmentJwt,
    FormPostJwt,
}

impl ResponseMode {
    pub const ALL: [Self; 6] =
        [Self::Query, Self::Fragment, Self::FormPost, Self::QueryJwt, Self::FragmentJwt, Self::FormPostJwt];
    /// In a request: as a token, in the way that the response type has of itself (§2.3.4 there).
    pub const JWT: &str = "jwt";

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
            Self::QueryJwt => "query.jwt",
            Self::FragmentJwt => "fragment.jwt",
            Self::FormPostJwt => "form_post.jwt",
        }
    }

    /// What a request means by `text` whose response type has the mode `default` of itself.
    ///
    /// # Errors
    /// For any other text.
    pub fn asked(text: &str, default: Self) -> Result<Self, UnknownResponseMode> {
        match text {
            Self::JWT => Ok(default.as_jwt()),
            text => Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(UnknownResponseMode),
        }
    }

    /// Whether the answer is one signed token.
    pub const fn is_jwt(self) -> bool {
        matches!(self, Self::QueryJwt | Self::FragmentJwt | Self::FormPostJwt)
    }

    /// The same way, with the answer in a token.
    pub const fn as_jwt(self) -> Self {
        match self {
            Self::Query | Self::QueryJwt => Self::QueryJwt,
            Self::Fragment | Self::FragmentJwt => Self::FragmentJwt,
            Self::FormPost | Self::FormPostJwt => Self::FormPostJwt,
        }
    }

    /// The same way, whatever travels it.
    pub const fn carrier(self) -> Self {
        match self {
            Self::Query | Self::QueryJwt => Self::Query,
            Self::Fragment | Self::FragmentJwt => Self::Fragment,
            Self::FormPost | Self::FormPostJwt => Self::FormPost,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected query, fragment, form_post, jwt, query.jwt, fragment.jwt or form_post.jwt")]
pub struct UnknownResponseMode;

/// The S256 challenge of PKCE (RFC 7636 §4.2): the SHA-256 that the verifier must have.
/// `plain` has no place in this type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(pub [u8; 32]);

/// The values of `prompt` (Core §3.1.2.1). `none` stands alone, which parsing has made sure of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptSet {
    pub none: bool,
    pub login: bool,
    pub consent: bool,
    pub select_account: bool,
    /// The person wants an account first (Initiating User Registration via OpenID Connect 1.0).
    pub create: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_response_type_come_in_any_order_and_each_once() {
        assert_eq!("token id_token code".parse(), Ok(ResponseType::CodeIdTokenToken));
        assert_eq!("token id_token".parse(), Ok(ResponseType::IdTokenToken));
        for wrong in ["", "token", "code code", "code  id_token", " code", "none code", "Code", "code\tid_token"] {
            assert_eq!(wrong.parse::<ResponseType>(), Err(UnknownResponseType), "{wrong:?}");
        }
        for known in ResponseType::ALL {
            assert_eq!(known.as_str().parse(), Ok(known));
        }
    }
}
