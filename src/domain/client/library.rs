//! The libraries that onboarding writes a portal's settings for, and which of them suits which client.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::{Client, ClientAuthenticationMethod, Kind};
use crate::domain::keys::SignatureAlgorithm;

/// A library, and for one that serves several kinds of application what it is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Library {
    ModAuthOpenidc,
    OpenidClientWeb,
    OpenidClientNative,
    OpenidClientService,
    SpringSecurity,
    Authlib,
    AspNet,
    Oauth2Proxy,
}

impl Library {
    pub const ALL: [Self; 8] = [
        Self::ModAuthOpenidc,
        Self::OpenidClientWeb,
        Self::OpenidClientNative,
        Self::OpenidClientService,
        Self::SpringSecurity,
        Self::Authlib,
        Self::AspNet,
        Self::Oauth2Proxy,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ModAuthOpenidc => "mod_auth_openidc",
            Self::OpenidClientWeb => "openid-client",
            Self::OpenidClientNative => "openid-client-native",
            Self::OpenidClientService => "openid-client-service",
            Self::SpringSecurity => "spring-security",
            Self::Authlib => "authlib",
            Self::AspNet => "aspnet",
            Self::Oauth2Proxy => "oauth2-proxy",
        }
    }

    /// Which applications it makes.
    pub const fn kind(self) -> Kind {
        match self {
            Self::OpenidClientNative => Kind::Native,
            Self::OpenidClientService => Kind::Service,
            _ => Kind::Web,
        }
    }

    /// Those that an application of this kind can be made with.
    pub fn of(kind: Kind) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |library| library.kind() == kind)
    }

    /// The redirect URI that its settings name; none where it needs none.
    pub fn redirect_uri(self, client: &Client) -> Option<&str> {
        let mut uris = client.redirect_uris.iter().map(String::as_str);
        match self {
            Self::OpenidClientService => None,
            Self::OpenidClientNative => {
                uris.find(|uri| uri.starts_with("http://127.0.0.1/") || uri.starts_with("http://[::1]/"))
            }
            Self::Oauth2Proxy => uris.find(|uri| path(uri).is_some_and(|path| path.ends_with("/callback"))),
            _ => uris.find(|uri| path(uri).is_some()),
        }
    }

    /// Why it is of no use to `client`, and what would make it so: the end of a sentence that begins with its name.
    pub fn misfit(self, client: &Client) -> Option<String> {
        let (kind, method) = (Kind::of(client), client.authentication.method());
        if kind != self.kind() {
            let fitting: Vec<_> = Self::of(kind).map(Self::as_str).collect();
            let fitting = match fitting.as_slice() {
                [] => "nothing is printed for it here".to_owned(),
                names => format!("for it there are {}", names.join(", ")),
            };
            return Some(format!("is for a {} application, and this is a {kind} one: {fitting}", self.kind()));
        }
        // Whichever of the two is registered, a secret is taken in the header and in the form.
        let secret = [ClientAuthenticationMethod::ClientSecretBasic, ClientAuthenticationMethod::ClientSecretPost];
        if kind.is_confidential() && !secret.contains(&method) {
            return Some(format!(
                "proves itself by a secret as it is printed here, and this client by {method}: senid client update {} \
                 --auth client_secret_basic makes it one",
                client.id
            ));
        }
        if self == Self::SpringSecurity && client.policy.id_token_algorithm == SignatureAlgorithm::EdDsa {
            return Some("verifies no EdDSA: senid client update --id-token-alg ES256".to_owned());
        }
        match (self, self.redirect_uri(client)) {
            (Self::OpenidClientService, _) | (_, Some(_)) => None,
            (Self::OpenidClientNative, None) => {
                Some("needs a redirect URI such as http://127.0.0.1/callback, with no port".to_owned())
            }
            (Self::Oauth2Proxy, None) => Some("needs a redirect URI whose path ends in /callback".to_owned()),
            (_, None) => Some("needs a redirect URI".to_owned()),
        }
    }
}

fn path(uri: &str) -> Option<String> {
    let uri = Url::parse(uri).ok().filter(|uri| matches!(uri.scheme(), "http" | "https"))?;
    Some(uri.path().to_owned())
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Library {
    type Err = UnknownLibrary;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|library| library.as_str() == text).ok_or(UnknownLibrary)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected mod_auth_openidc, openid-client, openid-client-native, openid-client-service, spring-security, authlib, aspnet \
     or oauth2-proxy"
)]
pub struct UnknownLibrary;
