//! The token endpoint's rules: RFC 6749 §3.2. One file a grant type; the phases they share are in `flows::token`.

pub mod authorization_code;
pub mod ciba;
pub mod client_credentials;
pub mod device_code;
pub mod jwt_bearer;
pub mod refresh_token;
mod response;
pub mod token_exchange;

pub use response::TokenResponse;

use crate::domain::client;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

/// The grant types that the token endpoint answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
    DeviceCode,
    Ciba,
    TokenExchange,
    JwtBearer,
}

/// Whether the assertions of anybody are taken for tokens (RFC 7523 §2.1), which is for the operator to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionGrants {
    Taken,
    NotTaken,
}

impl GrantType {
    pub const ALL: &'static [Self] = &[
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::Ciba,
        Self::TokenExchange,
        Self::JwtBearer,
    ];

    /// Those that there are at this server.
    pub fn offered(assertions: AssertionGrants) -> impl Iterator<Item = Self> {
        let is_offered = move |grant_type: &Self| match grant_type {
            Self::JwtBearer => assertions == AssertionGrants::Taken,
            _ => true,
        };
        Self::ALL.iter().copied().filter(is_offered)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::Ciba => client::GrantType::Ciba.as_str(),
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        }
    }

    /// As what a client registers it.
    pub const fn registered(self) -> client::GrantType {
        match self {
            Self::AuthorizationCode => client::GrantType::AuthorizationCode,
            Self::RefreshToken => client::GrantType::RefreshToken,
            Self::ClientCredentials => client::GrantType::ClientCredentials,
            Self::DeviceCode => client::GrantType::DeviceCode,
            Self::Ciba => client::GrantType::Ciba,
            Self::TokenExchange => client::GrantType::TokenExchange,
            Self::JwtBearer => client::GrantType::JwtBearer,
        }
    }

    /// Reads `grant_type`.
    ///
    /// # Errors
    /// `invalid_request` where it is missing, `unsupported_grant_type` where it is another.
    pub fn read(form: &Parameters, assertions: AssertionGrants) -> Result<Self, OAuthError> {
        let asked = form.required("grant_type")?;
        let found = Self::offered(assertions).find(|grant_type| grant_type.as_str() == asked);
        found.ok_or_else(|| {
            let names: Vec<&str> = Self::offered(assertions).map(Self::as_str).collect();
            OAuthError::unsupported_grant_type(format!("grant_type must be one of {}", names.join(", ")))
        })
    }
}
