//! The demonstration portal's pages: another site, with its own look, that says what it is.
//!
//! Words of the portal are in `text/<language>/portal.ftl`; its colours and shapes in `static/portal.css`.

use askama::Template;

use super::assets;
use super::claims::Claim;
use super::layout::Form;
use super::text::{Language, Speaks, TextId, Voice, id};

/// What the portal's pages share.
#[derive(Clone, Debug)]
pub struct Layout {
    pub voice: Voice,
    /// The path to come back to when the language was switched.
    pub return_to: String,
    /// The name of the service that people sign in with.
    pub provider: String,
}

impl Speaks for Layout {
    fn voice(&self) -> &Voice {
        &self.voice
    }
}

impl Layout {
    fn languages(&self) -> [Language; 4] {
        Language::ALL
    }

    fn asset(&self, name: &str) -> &'static str {
        assets::path(name)
    }
}

/// The portal's front page.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/home.html")]
pub struct Home {
    pub layout: Layout,
    /// The path that begins a sign-in.
    pub sign_in: String,
    pub news: Option<News>,
}

/// What just happened, said at the head of the front page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    SignedOut,
    /// The citizen gave up the sign-in or did not consent (`access_denied`).
    Cancelled,
}

/// What a signed-in citizen sees.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/citizen.html")]
pub struct Citizen {
    pub layout: Layout,
    pub name: String,
    /// What was received and verified, in the order to show it.
    pub claims: Vec<Claim>,
    /// The claim `account_level`: it decides which services are open.
    pub account_level: u8,
    /// The claim `authentication_level`, and so does it.
    pub authentication_level: u8,
    /// The path that asks for a stronger sign-in.
    pub stronger: String,
    /// Signs out here and at the provider.
    pub sign_out: Form,
    /// The address of the citizen's own pages at the provider.
    pub account: String,
}

/// Something did not work, at the portal or on the way back to it.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/error.html")]
pub struct PortalError {
    pub layout: Layout,
    pub fault: PortalFault,
    /// What the provider or the check said, in English, for a developer.
    pub detail: Option<String>,
    /// The path that begins a sign-in.
    pub sign_in: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortalFault {
    NotFound,
    /// The answer does not belong to a sign-in that this browser began here.
    Unexpected,
    /// The provider refused.
    Refused,
    /// The provider could not be reached, or what it said did not hold.
    Unverifiable,
}

impl Home {
    fn services(&self) -> &'static [Service] {
        &SERVICES
    }

    fn news(&self) -> Option<String> {
        self.news.map(|news| match news {
            News::SignedOut => self.layout.text("portal-news-signed-out"),
            News::Cancelled => self.layout.text("portal-news-cancelled"),
        })
    }
}

impl Citizen {
    fn services(&self) -> &'static [Service] {
        &SERVICES
    }

    fn is_open(&self, service: &Service) -> bool {
        service.level <= self.account_level && service.factors <= self.authentication_level
    }

    /// Whether a stronger sign-in would open it.
    fn needs_more(&self, service: &Service) -> bool {
        service.level <= self.account_level && service.factors > self.authentication_level
    }

    fn open_count(&self) -> usize {
        SERVICES.iter().filter(|service| self.is_open(service)).count()
    }
}

impl PortalError {
    fn texts(&self) -> [TextId; 2] {
        match self.fault {
            PortalFault::NotFound => [id("portal-error-not-found"), id("portal-error-not-found.what")],
            PortalFault::Unexpected => [id("portal-error-unexpected"), id("portal-error-unexpected.what")],
            PortalFault::Refused => [id("portal-error-refused"), id("portal-error-refused.what")],
            PortalFault::Unverifiable => [id("portal-error-unverifiable"), id("portal-error-unverifiable.what")],
        }
    }

    fn title(&self) -> TextId {
        self.texts()[0]
    }

    fn what(&self) -> TextId {
        self.texts()[1]
    }
}

/// A service that the portal would offer, and the account level and the number of factors that it asks for.
struct Service {
    key: &'static str,
    name: TextId,
    about: TextId,
    level: u8,
    factors: u8,
}

const SERVICES: [Service; 6] = [
    service("track", id("portal-service-track"), id("portal-service-track.about"), 0, 1),
    service("fine", id("portal-service-fine"), id("portal-service-fine.about"), 1, 1),
    service("insurance", id("portal-service-insurance"), id("portal-service-insurance.about"), 1, 1),
    service("passport", id("portal-service-passport"), id("portal-service-passport.about"), 2, 1),
    service("residence", id("portal-service-residence"), id("portal-service-residence.about"), 2, 2),
    service("business", id("portal-service-business"), id("portal-service-business.about"), 2, 1),
];

const fn service(key: &'static str, name: TextId, about: TextId, level: u8, factors: u8) -> Service {
    Service { key, name, about, level, factors }
}
