//! Who sends the request and in which language they are answered.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::header::{ACCEPT_LANGUAGE, HeaderMap, USER_AGENT};
use http::request::Parts;

use crate::config::ClientAddressHeader;
use crate::domain::ids::RequestId;
use crate::domain::secret::{SecretHash, SecretString};
use crate::flows::visitor::Visitor;
use crate::http::Site;
use crate::http::cookies::Cookie;
use crate::web::text::{Language, Wishes};

const SEC_FETCH_SITE: http::HeaderName = http::HeaderName::from_static("sec-fetch-site");

/// A request's sender, from its connection and headers.
#[derive(Clone, Debug)]
pub struct Visit {
    pub visitor: Visitor,
    /// The secrets that form tokens are made with.
    pub browser: Option<SecretString>,
    pub session: Option<SecretString>,
    /// What the device is known by, of each person whose it is.
    pub devices: Vec<(SecretString, SecretHash)>,
    /// The path and query, to come back to.
    pub path: String,
    /// Whether a page of ours led here, as far as the browser says: it does not where it is too old to (Fetch Metadata, `Sec-Fetch-Site`).
    pub from_here: bool,
    language_choice: Option<String>,
    accept_language: Option<String>,
}

impl Visit {
    pub fn new(site: &Site, parts: &Parts) -> Self {
        let headers = &parts.headers;
        let browser = site.cookies.read_secret(headers, Cookie::Browser);
        let session = site.cookies.read_secret(headers, Cookie::Session);
        let devices = site.cookies.read_devices(headers);
        let visitor = Visitor {
            address: address(site, parts),
            device_name: header(headers, USER_AGENT).unwrap_or_default().chars().take(256).collect(),
            request: parts.extensions.get().copied().unwrap_or_else(|| RequestId::new(&*site.app.random)),
            browser: browser.as_ref().map(|(_, hash)| *hash),
            session: session.as_ref().map(|(_, hash)| *hash),
            devices: devices.iter().map(|(_, hash)| *hash).collect(),
        };
        Self {
            visitor,
            browser: browser.map(|(secret, _)| secret),
            session: session.map(|(secret, _)| secret),
            devices,
            path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            from_here: header(headers, SEC_FETCH_SITE).is_none_or(|site| site == "same-origin"),
            language_choice: site.cookies.read(headers, Cookie::Language),
            accept_language: header(headers, ACCEPT_LANGUAGE).map(str::to_owned),
        }
    }

    /// Whether this browser was switched to a language.
    pub fn has_chosen_language(&self) -> bool {
        self.language_choice.is_some()
    }

    /// The language to answer in; `ui_locales` are what a portal asked for.
    pub fn language(&self, site: &Site, ui_locales: &[String]) -> Language {
        let ui_locales = ui_locales.join(" ");
        let wishes = Wishes {
            ui_locales: (!ui_locales.is_empty()).then_some(ui_locales.as_str()),
            choice: self.language_choice.as_deref(),
            accept_language: self.accept_language.as_deref(),
        };
        wishes.negotiate(&site.brand.languages)
    }
}

impl FromRequestParts<Arc<Site>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Infallible> {
        Ok(Self::new(site, parts))
    }
}

/// The client's address, as trusted proxies report it.
fn address(site: &Site, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    let proxies = &site.app.settings.proxies;
    let name = match proxies.header {
        ClientAddressHeader::None => return peer,
        ClientAddressHeader::Forwarded => "forwarded",
        ClientAddressHeader::XForwardedFor => "x-forwarded-for",
    };
    proxies.client_address(peer, parts.headers.get_all(name).into_iter().map(|value| value.as_bytes()))
}

fn header(headers: &HeaderMap, name: http::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
