//! How a client proves that it is itself: OpenID Connect Core §9.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::keys::SignatureAlgorithm;
use crate::domain::mac::MacAlgorithm;
use crate::domain::secret::{SealedSecret, SecretHash};
use crate::domain::time::Timestamp;

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
    /// The certificate of its TLS connection, issued to this subject by an authority that the settings trust
    /// (RFC 8705 §2.1).
    TlsClientAuth { subject: CertificateSubject },
    /// The certificate of its TLS connection, which stands in its own key set (RFC 8705 §2.2).
    SelfSignedTlsClientAuth,
}

/// A secret in whose place another one was put, and that works beside it for a while, so that an application's servers are
/// changed one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerSecret {
    pub secret: SecretHash,
    pub until: Timestamp,
}

/// What a certificate must say of whom it was issued to; a client registers one of them (RFC 8705 §2.1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateSubject {
    /// `tls_client_auth_subject_dn`: a distinguished name in the text form of RFC 4514.
    Dn(String),
    /// `tls_client_auth_san_dns`.
    Dns(String),
    /// `tls_client_auth_san_uri`.
    Uri(String),
    /// `tls_client_auth_san_ip`.
    Ip(std::net::IpAddr),
    /// `tls_client_auth_san_email`.
    Email(String),
}

impl CertificateSubject {
    /// The member of registration metadata that says it.
    pub const fn member(&self) -> &'static str {
        match self {
            Self::Dn(_) => "tls_client_auth_subject_dn",
            Self::Dns(_) => "tls_client_auth_san_dns",
            Self::Uri(_) => "tls_client_auth_san_uri",
            Self::Ip(_) => "tls_client_auth_san_ip",
            Self::Email(_) => "tls_client_auth_san_email",
        }
    }

    pub fn text(&self) -> String {
        match self {
            Self::Dn(text) | Self::Dns(text) | Self::Uri(text) | Self::Email(text) => text.clone(),
            Self::Ip(address) => address.to_string(),
        }
    }
}

impl ClientAuthentication {
    pub const fn method(&self) -> ClientAuthenticationMethod {
        match self {
            Self::None => ClientAuthenticationMethod::None,
            Self::ClientSecretBasic { .. } => ClientAuthenticationMethod::ClientSecretBasic,
            Self::ClientSecretPost { .. } => ClientAuthenticationMethod::ClientSecretPost,
            Self::ClientSecretJwt { .. } => ClientAuthenticationMethod::ClientSecretJwt,
            Self::PrivateKeyJwt { .. } => ClientAuthenticationMethod::PrivateKeyJwt,
            Self::TlsClientAuth { .. } => ClientAuthenticationMethod::TlsClientAuth,
            Self::SelfSignedTlsClientAuth => ClientAuthenticationMethod::SelfSignedTlsClientAuth,
        }
    }

    /// What its assertions are signed with, if that was registered (`token_endpoint_auth_signing_alg`).
    pub fn signing_algorithm(&self) -> Option<&'static str> {
        match self {
            Self::ClientSecretJwt { algorithm, .. } => algorithm.map(MacAlgorithm::name),
            Self::PrivateKeyJwt { algorithm } => algorithm.map(SignatureAlgorithm::name),
            _ => None,
        }
    }

    /// The secret that it has, if it is one of those that are compared.
    pub const fn secret(&self) -> Option<&SecretHash> {
        match self {
            Self::ClientSecretBasic { secret } | Self::ClientSecretPost { secret } => Some(secret),
            _ => None,
        }
    }

    pub const fn is_public(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Whether it is the connection that proves the client, and nothing in its requests.
    pub const fn is_by_certificate(&self) -> bool {
        matches!(self, Self::TlsClientAuth { .. } | Self::SelfSignedTlsClientAuth)
    }
}

/// The methods that are offered, by their registered names (IANA, OAuth Token Endpoint Authentication Methods).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthenticationMethod {
    #[default]
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
    TlsClientAuth,
    SelfSignedTlsClientAuth,
    None,
}

impl ClientAuthenticationMethod {
    pub const ALL: [Self; 7] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
        Self::None,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }

    /// Whether a client of this method has a secret.
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }
}

impl fmt::Display for ClientAuthenticationMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ClientAuthenticationMethod {
    type Err = UnknownMethod;
    fn from_str(text: &str) -> Result<Self, UnknownMethod> {
        Self::ALL.into_iter().find(|method| method.as_str() == text).ok_or(UnknownMethod)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, tls_client_auth, \
     self_signed_tls_client_auth or none"
)]
pub struct UnknownMethod;
