//! The demonstration portal: another site, which knows of SenID only what any relying party knows.
//!
//! [`provider`] speaks OpenID Connect through the `openidconnect` crate, [`sessions`] remembers who is
//! signed in here, [`back_channel`] hears that they signed out elsewhere, [`visitor`] reads what a browser says of itself, [`guard`] stands before every page, and
//! [`pages`] answers.

mod back_channel;
mod guard;
mod pages;
mod provider;
mod sessions;
mod visitor;

use std::sync::Arc;

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use crate::domain::issuer::Issuer;
use crate::domain::random::Random;
use crate::domain::secret::SecretString;
use crate::domain::time::Clock;

use provider::Provider;
use sessions::Sessions;

/// What a portal is told when it is registered.
#[derive(Clone, Debug)]
pub struct PortalSettings {
    pub issuer: Issuer,
    pub client_id: String,
    pub client_secret: SecretString,
    /// The portal's own origin, as browsers reach it.
    pub base_url: Url,
}

impl PortalSettings {
    /// What the portal asks for, besides `openid`: its registration must allow these, and it asks for no more than a
    /// form of its own would need.
    pub const SCOPES: [&str; 3] = ["profile", "phone", "national_id"];

    /// Where answers to authorization requests arrive.
    pub fn redirect_uri(&self) -> String {
        self.at("callback")
    }

    /// Where people arrive once they are signed out at the provider.
    pub fn post_logout_redirect_uri(&self) -> String {
        self.at("signed-out")
    }

    /// Where the provider says that somebody is signed out (Back-Channel Logout §2.2).
    pub fn backchannel_logout_uri(&self) -> String {
        self.at("back-channel-logout")
    }

    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.origin())
    }

    fn origin(&self) -> String {
        self.base_url.origin().ascii_serialization()
    }
}

/// Why a portal cannot be made from its settings.
#[derive(Debug, thiserror::Error)]
pub enum InvalidPortal {
    #[error("an address of the portal: {0}")]
    Address(#[from] url::ParseError),
    #[error("the HTTP client: {0}")]
    HttpClient(#[from] reqwest::Error),
    #[error("the portal's origin cannot stand in a header")]
    Origin(#[from] http::header::InvalidHeaderValue),
}

/// The portal as a service, for whatever listener it is given.
///
/// # Errors
/// [`InvalidPortal`] where the settings name no address that a portal could have. Whether the provider answers is
/// asked when the first person signs in, because it may start later than the portal.
pub fn router(
    settings: PortalSettings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Router, InvalidPortal> {
    let provider = Provider::new(&settings, Arc::clone(&clock))?;
    let portal = Portal { provider, sessions: Sessions::default(), settings, clock, random };
    pages::router(Arc::new(portal))
}

#[derive(Debug)]
struct Portal {
    settings: PortalSettings,
    provider: Provider,
    sessions: Sessions,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Portal {
    /// 256 unpredictable bits, in characters that fit a cookie, a URL and a PKCE verifier (RFC 7636 §4.1).
    fn unpredictable(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.random.bytes::<32>())
    }
}
