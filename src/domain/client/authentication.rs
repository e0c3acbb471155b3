//! How a client proves that it is itself: OpenID Connect Core §9.

use serde::{Deserialize, Serialize};

use crate::domain::keys::SignatureAlgorithm;
use crate::domain::mac::MacAlgorithm;
use crate::domain::secret::{SealedSecret, SecretHash};

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
    /// An assertion with a MAC. Checking it takes the secret itself, so that is kept, sealed.
    ClientSecretJwt {
        secret: SealedSecret,
        /// Any that its secret is long enough for, where none was registered.
        #[serde(default)]
        algorithm: Option<MacAlgorithm>,
    },
    /// A signed assertion (RFC 7523 §2.2), with a key of [`ClientKeys`](super::ClientKeys).
    PrivateKeyJwt {
        /// Any that is advertised, where none was registered.
        #[serde(default)]
        algorithm: Option<SignatureAlgorithm>,
    },
}

impl ClientAuthentication {
    /// The registered name (IANA, OAuth Token Endpoint Authentication Methods).
    pub const fn method(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic { .. } => "client_secret_basic",
            Self::ClientSecretPost { .. } => "client_secret_post",
            Self::ClientSecretJwt { .. } => "client_secret_jwt",
            Self::PrivateKeyJwt { .. } => "private_key_jwt",
        }
    }

    /// What its assertions are signed with, if that was registered (`token_endpoint_auth_signing_alg`).
    pub fn signing_algorithm(&self) -> Option<&'static str> {
        match self {
            Self::ClientSecretJwt { algorithm, .. } => algorithm.map(MacAlgorithm::name),
            Self::PrivateKeyJwt { algorithm } => algorithm.map(SignatureAlgorithm::name),
            Self::None | Self::ClientSecretBasic { .. } | Self::ClientSecretPost { .. } => None,
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
