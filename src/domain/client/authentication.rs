//! How a client proves that it is itself: OpenID Connect Core §9.

use serde::{Deserialize, Serialize};

use crate::domain::secret::SecretHash;

/// How a client proves at the token endpoint that it is itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// A public client proves nothing; PKCE protects its codes.
    None,
    /// RFC 6749 §2.3.1, in the `Authorization` header.
    ClientSecretBasic { secret: SecretHash },
    /// RFC 6749 §2.3.1, in the form.
    ClientSecretPost { secret: SecretHash },
}

impl ClientAuthentication {
    /// The registered name (IANA, OAuth Token Endpoint Authentication Methods).
    pub const fn method(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic { .. } => "client_secret_basic",
            Self::ClientSecretPost { .. } => "client_secret_post",
        }
    }

    /// The secret that it has, if it is one of those that are compared.
    pub const fn secret(&self) -> Option<&SecretHash> {
        match self {
            Self::None => None,
            Self::ClientSecretBasic { secret } | Self::ClientSecretPost { secret } => Some(secret),
        }
    }

    pub const fn is_public(&self) -> bool {
        matches!(self, Self::None)
    }
}
