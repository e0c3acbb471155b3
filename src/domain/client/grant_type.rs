//! What a client may come by its tokens with: RFC 7591 §2, OpenID Connect Dynamic Client Registration §2.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::authorization::ResponseType;

/// A grant type that a client can register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GrantType {
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    /// Tokens from the authorization endpoint itself: of ID tokens and, by exception, of access tokens.
    #[serde(rename = "implicit")]
    Implicit,
    #[serde(rename = "refresh_token")]
    RefreshToken,
    /// RFC 6749 §4.4.
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    /// RFC 8628.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    /// OpenID Connect Client-Initiated Backchannel Authentication.
    #[serde(rename = "urn:openid:params:grant-type:ciba")]
    Ciba,
    /// RFC 8693.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
    /// RFC 7523 §2.1.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:jwt-bearer")]
    JwtBearer,
}

impl GrantType {
    pub const ALL: [Self; 8] = [
        Self::AuthorizationCode,
        Self::Implicit,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::Ciba,
        Self::TokenExchange,
        Self::JwtBearer,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::Implicit => "implicit",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::Ciba => "urn:openid:params:grant-type:ciba",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        }
    }

    /// What a response type stands on: the table of Registration §2.
    pub fn needed_by(response_type: ResponseType) -> impl Iterator<Item = Self> {
        let code = response_type.issues_code().then_some(Self::AuthorizationCode);
        let token = response_type.issues_id_token() || response_type.issues_access_token();
        code.into_iter().chain(token.then_some(Self::Implicit))
    }

    /// What every client had before grant types were kept: the scope `offline_access` decided about the second.
    pub fn of_the_code_flow() -> BTreeSet<Self> {
        BTreeSet::from([Self::AuthorizationCode, Self::RefreshToken])
    }
}

impl FromStr for GrantType {
    type Err = UnknownGrantType;
    fn from_str(text: &str) -> Result<Self, UnknownGrantType> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(UnknownGrantType)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected authorization_code, implicit, refresh_token, client_credentials, urn:ietf:params:oauth:grant-type:device_code, \
     urn:openid:params:grant-type:ciba, urn:ietf:params:oauth:grant-type:token-exchange or urn:ietf:params:oauth:grant-type:jwt-bearer"
)]
pub struct UnknownGrantType;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_types_stand_on_grant_types_as_the_table_says() {
        use GrantType::{AuthorizationCode, Implicit};
        for (response_type, expected) in [
            (ResponseType::Code, &[AuthorizationCode][..]),
            (ResponseType::IdToken, &[Implicit]),
            (ResponseType::IdTokenToken, &[Implicit]),
            (ResponseType::CodeIdToken, &[AuthorizationCode, Implicit]),
            (ResponseType::CodeToken, &[AuthorizationCode, Implicit]),
            (ResponseType::CodeIdTokenToken, &[AuthorizationCode, Implicit]),
            (ResponseType::None, &[]),
        ] {
            assert_eq!(GrantType::needed_by(response_type).collect::<Vec<_>>(), expected, "{response_type:?}");
        }
    }
}
