//! An authorization request whose client and redirect URI have been proven and whose parameters hold:
//! what a sign-in is begun for (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ids::ClientId;
use super::scope::ScopeSet;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub client_id: ClientId,
    pub redirect_uri: String,
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
    pub acr_values: Vec<String>,
}

/// How the answer travels back to the client. Only `query` is offered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    Query,
}

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
}
