//! What a client must do, and what its answers are protected with.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::encryption::Encryption;
use crate::domain::keys::SignatureAlgorithm;

/// What a client must do, beyond what every client must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientPolicy {
    pub pkce: PkcePolicy,
    pub consent: ConsentPolicy,
    /// Whom its assertions must be addressed to.
    pub assertion_audience: AssertionAudience,
    /// What its ID tokens are signed with.
    pub id_token_algorithm: SignatureAlgorithm,
    /// What its ID tokens are encrypted with after that, to a key of its own.
    pub id_token_encryption: Option<Encryption>,
    /// Plain JSON over TLS where there is none.
    pub userinfo_algorithm: Option<SignatureAlgorithm>,
    pub userinfo_encryption: Option<Encryption>,
    /// Why it may be handed access tokens through the browser, which RFC 9700 §2.1.2 advises against: the name of the
    /// exception. Without one, no response type that contains `token` is answered.
    pub front_channel_access_tokens: Option<String>,
    /// Shorter than the server's, where set.
    pub access_token_lifetime: Option<Duration>,
}

impl Default for ClientPolicy {
    fn default() -> Self {
        Self {
            pkce: PkcePolicy::Required,
            consent: ConsentPolicy::Ask,
            assertion_audience: AssertionAudience::IssuerOrTokenEndpoint,
            id_token_algorithm: SignatureAlgorithm::Es256,
            id_token_encryption: None,
            userinfo_algorithm: None,
            userinfo_encryption: None,
            front_channel_access_tokens: None,
            access_token_lifetime: None,
        }
    }
}

/// Whether a confidential client may leave PKCE out. A public client never may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PkcePolicy {
    Required,
    Optional,
}

impl PkcePolicy {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPolicy {
    /// The citizen is asked, once, and again for anything new.
    Ask,
    /// The authority's own application: the law, not a click, is the ground.
    Implied,
}

/// Whom an assertion of the client's may name as its audience. Whatever else it names besides, it is refused: whoever that
/// is could present it here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssertionAudience {
    /// OpenID Connect Core §9 says the token endpoint, RFC 7523 either.
    IssuerOrTokenEndpoint,
    /// The issuer, as one string: FAPI 2.0 Security Profile §5.3.2.1.
    Issuer,
}
