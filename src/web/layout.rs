//! What every page shares: whose service it is, in which language, who is signed in, where help is.

use std::sync::Arc;

use super::assets;
use super::text::{Language, Moment, Speaks, Voice, id};
use super::theme::StyleSheet;

/// The operator's name and look: made once from the settings, shared by all pages.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The path of the issuer, such as `/sso`; empty where it is an origin.
    pub base: String,
    /// The name of the service, as in `SenID`.
    pub service: Localised,
    /// One line under the name; without it, the text files' own.
    pub tagline: Option<Localised>,
    /// The authority that runs the service and answers for it.
    pub authority: Localised,
    /// The path of the operator's logo on this server; without it, the lotus.
    pub logo: Option<String>,
    pub support: Support,
    /// The address of the privacy notice.
    pub privacy: Option<String>,
    /// The address of the terms of use.
    pub terms: Option<String>,
    /// The languages offered, the default one first.
    pub languages: Vec<Language>,
    pub theme: StyleSheet,
    pub standing: Standing,
}

/// Whether these pages may be taken at their word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Official,
    /// Every page says that the people and the portal are made up.
    Demonstration,
    /// And that answers may be wrong on purpose.
    Sandbox,
}

/// Where a citizen finds help.
#[derive(Clone, Debug, Default)]
pub struct Support {
    pub phone: Option<String>,
    pub mail: Option<String>,
    /// An https address; it is the operator's word, never a portal's.
    pub url: Option<String>,
}

/// A name that may differ from language to language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Localised {
    default: String,
    others: Vec<(Language, String)>,
}

impl Localised {
    pub fn new(default: impl Into<String>) -> Self {
        Self { default: default.into(), others: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, language: Language, text: impl Into<String>) -> Self {
        self.others.push((language, text.into()));
        self
    }

    pub fn of(&self, language: Language) -> &str {
        self.others.iter().find(|(other, _)| *other == language).map_or(&self.default, |(_, text)| text)
    }
}

/// The shared part of one page.
#[derive(Clone, Debug)]
pub struct Layout {
    pub brand: Arc<Brand>,
    pub voice: Voice,
    /// The path (with query) to come back to when the language was switched.
    pub return_to: String,
    pub citizen: Option<SignedIn>,
}

/// Who is signed in, as the head of the page says it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub name: String,
    /// The path that begins signing out.
    pub sign_out: String,
}

impl Speaks for Layout {
    fn voice(&self) -> &Voice {
        &self.voice
    }
}

impl Layout {
    pub(super) fn service(&self) -> &str {
        self.brand.service.of(self.voice.language)
    }

    pub(super) fn tagline(&self) -> String {
        match &self.brand.tagline {
            Some(tagline) => tagline.of(self.voice.language).to_owned(),
            None => self.text("tagline"),
        }
    }

    pub(super) fn authority(&self) -> &str {
        self.brand.authority.of(self.voice.language)
    }

    /// What every page says where it may not be taken at its word.
    pub(super) fn warning(&self) -> Option<String> {
        match self.brand.standing {
            Standing::Official => None,
            Standing::Demonstration => Some(self.text("demonstration")),
            Standing::Sandbox => Some(self.text("sandbox-banner")),
        }
    }

    /// Where a path of ours is on the issuer's host. Everything else knows paths below the issuer alone.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.brand.base)
    }

    /// Where a static file is.
    pub(super) fn asset(&self, name: &str) -> String {
        self.at(assets::path(name))
    }

    /// A telephone number as a `tel:` address (RFC 3966): digits and a leading plus.
    pub(super) fn dialled(&self, phone: &str) -> String {
        phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

/// Where a page's form goes, and the proof that it came from this page.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub csrf: String,
}

/// The portal that asks.
#[derive(Clone, Debug)]
pub struct Portal {
    pub name: String,
    pub organisation: Option<String>,
    pub verification: Verification,
    /// Why it asks, as it was registered, in the page's language: what follows *in order to* (`nộp hồ sơ trực tuyến`, `apply online`).
    pub purpose: Option<String>,
    /// The path of its logo on this server; without it, a tile with its first letter.
    pub logo: Option<String>,
    /// The addresses of its own privacy notice and terms of use.
    pub policy: Option<String>,
    pub terms: Option<String>,
    /// The address to come back to it by, for whoever has to begin again in another browser.
    pub home: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// The authority has checked which organisation stands behind the portal.
    Verified,
    Unverified,
}

impl Portal {
    pub(super) fn initial(&self) -> String {
        self.name.chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default()
    }

    pub(super) fn is_verified(&self) -> bool {
        self.verification == Verification::Verified
    }
}

/// Until when a step can be done; the page says it and has a button (`choice=extend`) for more time.
#[derive(Clone, Copy, Debug)]
pub struct TimeLimit {
    pub until: Moment,
}

impl TimeLimit {
    pub(super) fn seconds(&self, layout: &Layout) -> i64 {
        layout.voice.now.seconds_until(self.until)
    }

    pub(super) fn sentence(&self, layout: &Layout) -> String {
        let minutes = layout.voice.now.minutes_until(self.until);
        layout.compose(id("limit"), &[("time", layout.time(&self.until).into()), ("minutes", minutes.into())])
    }
}
