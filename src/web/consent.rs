//! The consent page: who receives what, why and for how long. `/sign-in/{id}/consent`, `/device/request`
//!
//! Sends `choice`: `allow`, `deny`, `somebody-else`, or `extend`. An answer without `choice` allows nothing.

use askama::Template;

use super::claims::{Claim, ClaimName};
use super::details::Detail;
use super::device_code::Elsewhere;
use super::layout::{Form, Layout, Portal, TimeLimit};
use super::text::{Moment, Speaks, id};

#[derive(Clone, Debug, Template)]
#[template(path = "consent.html")]
pub struct Consent {
    pub layout: Layout,
    pub form: Form,
    pub portal: Portal,
    /// Whose sign-in it is, masked, where somebody else may take it over.
    pub person: Option<String>,
    /// What is allowed this one time, in structures of its own (RFC 9396).
    pub details: Vec<Detail>,
    /// Exactly what will be given, masked where all of it need not be seen.
    pub claims: Vec<Claim>,
    /// What the permission also covers, and nothing is known of today.
    pub later: Vec<ClaimName>,
    pub services: Vec<Service>,
    pub lasting: Lasting,
    pub access: Access,
    /// None where no more time can be had: the device that waits was told how long its code lives.
    pub limit: Option<TimeLimit>,
    /// The device that waits, where it is not the one that this page is shown on.
    pub elsewhere: Option<Elsewhere>,
    /// The path of the page where consent is withdrawn.
    pub withdraw: String,
}

/// What the portal may do at another of the authorities' programs, as that one says it.
#[derive(Clone, Debug)]
pub struct Service {
    pub name: String,
    pub rights: Vec<String>,
}

/// How long the permission holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    Once,
    Until(Moment),
    UntilWithdrawn,
}

/// Whether the portal may ask again by itself (`offline_access`, OpenID Connect Core §11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    WhilePresent,
    Offline,
}

impl Lasting {
    pub(super) fn sentence(self, layout: &Layout) -> String {
        match self {
            Self::Once => layout.text("consent-once"),
            Self::Until(moment) => layout.text_with("consent-until", "date", layout.date(&moment)),
            Self::UntilWithdrawn => layout.text("consent-until-withdrawn"),
        }
    }
}

impl Consent {
    fn title(&self) -> String {
        self.layout.say(match (&self.elsewhere, self.details.is_empty()) {
            (_, false) => id("consent-title-details"),
            (Some(_), true) => id("device-question"),
            (None, true) => id("consent-title"),
        })
    }

    fn lead(&self) -> String {
        let portal = self.portal.name.as_str();
        if !self.details.is_empty() {
            return self.layout.text_with("consent-lead-details", "portal", portal);
        }
        match &self.portal.purpose {
            Some(purpose) => {
                let args = [("portal", portal.into()), ("purpose", purpose.as_str().into())];
                self.layout.compose(id("consent-lead-purpose"), &args)
            }
            None => self.layout.text_with("consent-lead", "portal", portal),
        }
    }

    fn duration(&self) -> String {
        self.lasting.sentence(&self.layout)
    }

    fn later(&self) -> String {
        self.layout.text_with("consent-later", "claims", ClaimName::list(&self.later, &self.layout))
    }

    fn at(&self, service: &Service) -> String {
        self.layout.text_with("consent-service", "service", service.name.as_str())
    }

    fn is_offline(&self) -> bool {
        self.access == Access::Offline
    }
}
