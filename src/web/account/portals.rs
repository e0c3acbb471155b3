//! The portals that received something, and what. `/account/portals`

use askama::Template;

use super::Notice;
use crate::web::claims::ClaimName;
use crate::web::consent::Service;
use crate::web::details::Detail;
use crate::web::layout::{Layout, Portal};
use crate::web::text::{Moment, Speaks};

#[derive(Clone, Debug, Template)]
#[template(path = "account/portals.html")]
pub struct Portals {
    pub layout: Layout,
    pub notice: Option<Notice>,
    pub portals: Vec<ConnectedPortal>,
}

#[derive(Clone, Debug)]
pub struct ConnectedPortal {
    pub portal: Portal,
    pub received: Vec<ClaimName>,
    pub services: Vec<Service>,
    /// What was allowed one request at a time, the latest first.
    pub allowed: Vec<Allowed>,
    pub first: Moment,
    pub last: Moment,
    /// Where it is: its front page, or where it begins a sign-in here by itself.
    pub open: Option<String>,
    /// The path of the page where single claims are withdrawn, where there are any.
    pub claims: Option<String>,
    /// The path of the page that asks before it withdraws.
    pub withdraw: String,
}

/// What was allowed in structures of its own (RFC 9396), this one time.
#[derive(Clone, Debug)]
pub struct Allowed {
    pub at: Moment,
    pub details: Vec<Detail>,
}

impl Portals {
    fn section(&self) -> &'static str {
        "portals"
    }

    fn at(&self, service: &Service) -> String {
        self.layout.text_with("portal-service", "service", service.name.as_str())
    }

    fn received(&self, connected: &ConnectedPortal) -> String {
        ClaimName::list(&connected.received, &self.layout)
    }
}
