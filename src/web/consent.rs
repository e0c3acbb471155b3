//! The consent page: who receives what, why and for how long. `/sign-in/{id}/consent`, `/device/request`
//!
//! Sends `choice`: `allow`, `deny`, `somebody-else`, or `extend`. An answer without `choice` allows nothing. Beside `allow`, `shown`
//! and `later` name the claims that the page showed, `keep` those that the person did not leave out, and `keep-later` says that
//! they did not leave out what is known later.

use askama::Template;

use super::claims::{Claim, ClaimName};
use super::details::Detail;
use super::device_code::Elsewhere;
use super::layout::{Form, Layout, Portal, TimeLimit};
use super::organisations::Role;
use super::text::{Moment, Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "consent.html")]
pub struct Consent {
    pub layout: Layout,
    pub form: Form,
    pub portal: Portal,
    /// Whose sign-in it is, masked, where somebody else may take it over.
    pub person: Option<String>,
    /// In whose name they act, where it is not their own.
    pub acting: Option<ActingFor>,
    /// What is allowed this one time, in structures of its own (RFC 9396).
    pub details: Vec<Detail>,
    /// On which the portal is told what nothing else is said of.
    pub basis: Basis,
    /// Exactly what will be given, masked where all of it need not be seen.
    pub claims: Vec<AskedClaim>,
    pub later: Later,
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

/// The organisation that somebody acts for, and as what.
#[derive(Clone, Debug)]
pub struct ActingFor {
    pub organisation: String,
    /// As it is printed on papers.
    pub code: String,
    pub role: Role,
    /// What the organisation calls it.
    pub position: Option<String>,
}

/// A claim, and what the person can do about it.
#[derive(Clone, Debug)]
pub struct AskedClaim {
    pub claim: Claim,
    /// What it is for, where that is not what everything is for.
    pub purpose: Option<String>,
    pub standing: Standing,
}

impl From<Claim> for AskedClaim {
    fn from(claim: Claim) -> Self {
        Self { claim, purpose: None, standing: Standing::Kept }
    }
}

/// What the permission also covers, and nothing is known of today.
#[derive(Clone, Debug)]
pub struct Later {
    pub names: Vec<ClaimName>,
    pub standing: Standing,
}

/// Whether a claim is given, and whether the person decides that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Kept,
    LeftOut,
    Needed(Need),
}

impl Standing {
    pub(super) fn is_kept(&self) -> bool {
        *self == Self::Kept
    }

    pub(super) fn need(&self) -> Option<Need> {
        match self {
            Self::Needed(need) => Some(*need),
            Self::Kept | Self::LeftOut => None,
        }
    }
}

/// Why a claim cannot be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Essential,
    Basis(Basis),
}

impl Need {
    pub(super) fn id(self) -> TextId {
        match self {
            Self::Essential => id("consent-essential"),
            Self::Basis(basis) => basis.id(),
        }
    }
}

/// Why the law lets the portal be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    Consent,
    Contract,
    LegalObligation,
    PublicTask,
    VitalInterests,
}

impl Basis {
    fn id(self) -> TextId {
        match self {
            Self::Consent => id("basis-consent"),
            Self::Contract => id("basis-contract"),
            Self::LegalObligation => id("basis-legal-obligation"),
            Self::PublicTask => id("basis-public-task"),
            Self::VitalInterests => id("basis-vital-interests"),
        }
    }
}

/// The name of the tick under what is not known yet.
pub const KEEP_LATER: &str = "keep-later";

/// What pages that ask for claims say of them.
pub(super) trait Asks {
    fn basis(&self) -> Basis;
    fn claims(&self) -> &[AskedClaim];
    fn layout(&self) -> &Layout;

    /// On which basis all of it is asked for; the claims that have their own say so themselves.
    fn why_lawful(&self) -> Option<String> {
        let chooses = self.claims().iter().any(|asked| !matches!(asked.standing, Standing::Needed(_)));
        let why = || self.layout().say(self.basis().id());
        match (self.basis(), chooses) {
            _ if self.claims().is_empty() => None,
            (Basis::Consent, false) => None,
            (Basis::Consent, true) | (_, false) => Some(why()),
            (_, true) => Some(format!("{} {}", why(), self.layout().text("consent-choose"))),
        }
    }

    /// Why a claim cannot be left out, where all of it together does not say so.
    fn need(&self, asked: &AskedClaim) -> Option<String> {
        match asked.standing {
            Standing::Needed(Need::Basis(basis)) if basis == self.basis() => None,
            Standing::Needed(need) => Some(self.layout().say(need.id())),
            Standing::Kept | Standing::LeftOut => None,
        }
    }
}

impl Asks for Consent {
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
        self.layout.text_with("consent-later", "claims", ClaimName::list(&self.later.names, &self.layout))
    }

    fn at(&self, service: &Service) -> String {
        self.layout.text_with("consent-service", "service", service.name.as_str())
    }

    fn is_offline(&self) -> bool {
        self.access == Access::Offline
    }
}
