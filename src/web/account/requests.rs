//! What portals ask through the back channel. `/account/requests`, `/account/requests/{id}`
//!
//! The form of one request sends `choice`: `allow` or `deny`. An answer without `choice` decides nothing.

use askama::Template;

use super::Notice;
use crate::web::claims::ClaimName;
use crate::web::consent::{Access, AskedClaim, Asks, Basis, Lasting, Later, Service, Standing};
use crate::web::details::Detail;
use crate::web::layout::{Form, Layout, Portal};
use crate::web::text::{Moment, Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "account/requests.html")]
pub struct Requests {
    pub layout: Layout,
    pub notice: Option<Notice>,
    /// The latest first.
    pub waiting: Vec<Waiting>,
}

/// A request in the list.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub portal: Portal,
    pub message: Option<String>,
    pub asked: Moment,
    pub until: Moment,
    /// The path of its page.
    pub page: String,
}

/// One request: who asks what, and the answer.
#[derive(Clone, Debug, Template)]
#[template(path = "account/request.html")]
pub struct Request {
    pub layout: Layout,
    pub form: Form,
    pub portal: Portal,
    /// What the portal shows or says as well.
    pub message: Option<String>,
    /// What is allowed this one time, in structures of its own (RFC 9396).
    pub details: Vec<Detail>,
    /// On which the portal is told what nothing else is said of.
    pub basis: Basis,
    /// Exactly what will be given, masked where all of it need not be seen.
    pub claims: Vec<AskedClaim>,
    pub later: Later,
    /// What the portal may do elsewhere.
    pub services: Vec<Service>,
    pub lasting: Lasting,
    pub access: Access,
    pub asked: Moment,
    pub until: Moment,
    pub proof: Proof,
    /// The path of the page where consent is withdrawn.
    pub withdraw: String,
}

/// Whether the person's sign-in is good enough to allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    Enough,
    /// They will be asked to sign in once more.
    Stale,
    /// They will be asked to prove more.
    Weak,
    /// They cannot prove as much, so that there is nothing to allow.
    Unmet,
}

/// A request that is not to be answered any more.
#[derive(Clone, Debug, Template)]
#[template(path = "account/request-closed.html")]
pub struct ClosedRequest {
    pub layout: Layout,
    pub how: Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    Allowed,
    Denied,
    Over,
}

fn times(layout: &Layout, asked: &Moment, until: &Moment) -> String {
    let args = [("asked", layout.when(asked).into()), ("until", layout.time(until).into())];
    layout.compose(id("request-times"), &args)
}

impl Requests {
    fn section(&self) -> &'static str {
        "requests"
    }

    fn times(&self, waiting: &Waiting) -> String {
        times(&self.layout, &waiting.asked, &waiting.until)
    }
}

impl Request {
    fn section(&self) -> &'static str {
        "requests"
    }

    fn lead(&self) -> String {
        let portal = self.portal.name.as_str();
        let nothing_beside = self.claims.is_empty() && self.services.is_empty();
        if nothing_beside || !self.details.is_empty() {
            return self.layout.text_with("request-lead-only", "portal", portal);
        }
        match &self.portal.purpose {
            Some(purpose) => {
                let args = [("portal", portal.into()), ("purpose", purpose.as_str().into())];
                self.layout.compose(id("request-lead-purpose"), &args)
            }
            None => self.layout.text_with("request-lead", "portal", portal),
        }
    }

    fn times(&self) -> String {
        times(&self.layout, &self.asked, &self.until)
    }

    fn duration(&self) -> String {
        self.lasting.sentence(&self.layout)
    }

    fn later(&self) -> String {
        self.layout.text_with("consent-later", "claims", ClaimName::list(&self.later.names, &self.layout))
    }

    fn at(&self, service: &Service) -> String {
        self.layout.text_with("consent-service", "service", service.name.as_str())
    }

    fn is_offline(&self) -> bool {
        self.access == Access::Offline
    }

    /// What comes before it is allowed.
    fn first(&self) -> Option<String> {
        match self.proof {
            Proof::Stale => Some(self.layout.text("request-again")),
            Proof::Weak => Some(self.layout.text("request-more")),
            Proof::Enough | Proof::Unmet => None,
        }
    }

    /// Why it cannot be allowed.
    fn obstacle(&self) -> Option<String> {
        let told = || self.layout.text_with("request-unmet", "portal", self.portal.name.as_str());
        (self.proof == Proof::Unmet).then(told)
    }
}

impl Asks for Request {
    fn basis(&self) -> Basis {
        self.basis
    }

    fn claims(&self) -> &[AskedClaim] {
        &self.claims
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }
}

impl ClosedRequest {
    fn section(&self) -> &'static str {
        "requests"
    }

    fn texts(&self) -> [TextId; 2] {
        match self.how {
            Closed::Allowed => [id("request-allowed"), id("request-allowed.meaning")],
            Closed::Denied => [id("request-denied"), id("request-denied.meaning")],
            Closed::Over => [id("request-over"), id("request-over.meaning")],
        }
    }

    fn title(&self) -> TextId {
        self.texts()[0]
    }

    fn meaning(&self) -> TextId {
        self.texts()[1]
    }
}
