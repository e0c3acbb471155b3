//! What a client must do, and what its answers are protected with.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::assurance::Requirement;
use crate::domain::encryption::Encryption;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::AccessTokenFormat;

/// What a client must do, beyond what every client must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientPolicy {
    /// The named set of requirements that its registration and every request of its are held against.
    pub set: PolicyName,
    /// What a sign-in for this client must reach, whatever its request says.
    pub assurance: Requirement,
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
    /// What its access tokens look like, where it is not what the resource server has.
    pub access_token_format: Option<AccessTokenFormat>,
    pub bound_access_tokens: BoundAccessTokens,
    /// No authorization request but a pushed one (`require_pushed_authorization_requests`, RFC 9126 §6).
    pub pushed_requests_required: bool,
    /// What the answers of the authorization endpoint are protected with, where they are tokens (JARM §3). They are signed as
    /// its ID tokens are where nothing was registered: a client that named nothing at all has RS256 for both.
    pub authorization_response: ProtectedAnswer,
    /// What introspection answers are protected with (RFC 9701 §6).
    pub introspection_response: ProtectedAnswer,
}

/// Which key every access token of the client must be bound to. Where neither is said, a token is bound to what the request
/// proves, if anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BoundAccessTokens {
    /// `dpop_bound_access_tokens` (RFC 9449 §5.2).
    pub dpop: bool,
    /// `tls_client_certificate_bound_access_tokens` (RFC 8705 §3.4).
    pub certificate: bool,
}

/// How an answer is signed, and encrypted after that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProtectedAnswer {
    pub algorithm: Option<SignatureAlgorithm>,
    pub encryption: Option<Encryption>,
}

/// The name of a set of requirements: 1 to 64 characters of `a–z 0–9 -`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PolicyName(String);

impl PolicyName {
    /// RFC 9700: what every new client gets.
    pub fn baseline() -> Self {
        Self("baseline".to_owned())
    }

    /// OpenID Connect as its first ten years' libraries speak it.
    pub fn legacy_openid() -> Self {
        Self("legacy-openid".to_owned())
    }

    /// FAPI 2.0 Security Profile.
    pub fn fapi2() -> Self {
        Self("fapi2".to_owned())
    }

    /// The strictest that allows this, where nobody has named one: the baseline, unless it is departed from.
    pub fn least(pkce: PkcePolicy, front_channel_access_tokens: Option<&str>) -> Self {
        match (pkce, front_channel_access_tokens) {
            (PkcePolicy::Required, None) => Self::baseline(),
            _ => Self::legacy_openid(),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PolicyName {
    type Error = InvalidPolicyName;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text))
        } else {
            Err(InvalidPolicyName)
        }
    }
}

impl FromStr for PolicyName {
    type Err = InvalidPolicyName;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl From<PolicyName> for String {
    fn from(name: PolicyName) -> Self {
        name.0
    }
}

impl fmt::Display for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a policy is 1 to 64 characters of a-z 0-9 -")]
pub struct InvalidPolicyName;

impl Default for ClientPolicy {
    fn default() -> Self {
        Self {
            // Of a client that was stored before there were names: it goes on as it was registered.
            set: PolicyName::legacy_openid(),
            assurance: Requirement::NONE,
            pkce: PkcePolicy::Required,
            consent: ConsentPolicy::Ask,
            assertion_audience: AssertionAudience::IssuerOrTokenEndpoint,
            id_token_algorithm: SignatureAlgorithm::Es256,
            id_token_encryption: None,
            userinfo_algorithm: None,
            userinfo_encryption: None,
            front_channel_access_tokens: None,
            access_token_lifetime: None,
            access_token_format: None,
            bound_access_tokens: BoundAccessTokens::default(),
            pushed_requests_required: false,
            authorization_response: ProtectedAnswer::default(),
            introspection_response: ProtectedAnswer::default(),
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
