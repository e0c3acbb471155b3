//! What the citizen proves themselves with. `/account/security`

use askama::Template;

use super::Notice;
use crate::web::claims::Method;
use crate::web::layout::{Form, Layout};
use crate::web::text::{Moment, Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "account/security.html")]
pub struct Security {
    pub layout: Layout,
    pub notice: Option<Notice>,
    /// When it was set; `None` where there is none.
    pub password: Option<Moment>,
    /// A recovery that waits, and that this session may stop.
    pub recovery: Option<Waiting>,
    /// The oldest first.
    pub held: Vec<Held>,
    /// Whether every sign-in asks for a second step; `None` where there is none to ask for.
    pub second_step: Option<SecondStep>,
    /// What can be added here, best first.
    pub enrolments: Vec<Enrolment>,
}

/// A recovery that waits: somebody has begun it, and perhaps it was not its owner.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub until: Moment,
    pub stop: Form,
}

/// Whether every sign-in asks for a second step, and the form that switches it: it sends `choice`, `always` or `where-asked`.
#[derive(Clone, Debug)]
pub struct SecondStep {
    pub asked: Asked,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Always,
    WhereAsked,
}

impl SecondStep {
    pub(super) fn meaning(&self) -> TextId {
        match self.asked {
            Asked::Always => id("second-step-always"),
            Asked::WhereAsked => id("second-step-where-asked"),
        }
    }

    /// What the button switches to.
    pub(super) fn choice(&self) -> &'static str {
        match self.asked {
            Asked::Always => "where-asked",
            Asked::WhereAsked => "always",
        }
    }

    pub(super) fn button(&self) -> TextId {
        match self.asked {
            Asked::Always => id("second-step-off"),
            Asked::WhereAsked => id("second-step-on"),
        }
    }
}

/// Something that the citizen proves themselves with, beside a password.
#[derive(Clone, Debug)]
pub struct Held {
    pub method: Method,
    /// What its owner calls it.
    pub name: String,
    pub counts: Counts,
    pub added: Moment,
    pub last_used: Option<Moment>,
    /// The path of its page.
    pub page: String,
}

/// What it counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// It was added with one factor and stands for no more, until it is raised.
    Weak,
    /// Two factors by itself.
    Alone,
    AloneResistant,
    /// Two factors together with another one.
    Beside,
    BesideResistant,
    /// For whoever has lost something.
    Spare,
    /// It is not taken any more.
    Nothing,
}

impl Counts {
    fn text(self) -> TextId {
        match self {
            Self::Weak => id("counts-weak"),
            Self::Alone => id("counts-alone"),
            Self::AloneResistant => id("counts-alone-resistant"),
            Self::Beside => id("counts-beside"),
            Self::BesideResistant => id("counts-beside-resistant"),
            Self::Spare => id("counts-spare"),
            Self::Nothing => id("counts-nothing"),
        }
    }
}

/// Something that can be added in the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolment {
    Passkey,
    Certificate,
    Totp,
    RecoveryCodes,
}

impl Enrolment {
    pub const ALL: [Self; 4] = [Self::Passkey, Self::Certificate, Self::Totp, Self::RecoveryCodes];

    pub const fn path(self) -> &'static str {
        match self {
            Self::Passkey => "/account/security/passkeys/new",
            Self::Certificate => "/account/security/certificates/new",
            Self::Totp => "/account/security/totp/new",
            Self::RecoveryCodes => "/account/security/recovery-codes",
        }
    }

    pub(super) fn id(&self) -> &'static str {
        match self {
            Self::Passkey => "add-passkey",
            Self::Certificate => "add-certificate",
            Self::Totp => "add-totp",
            Self::RecoveryCodes => "add-recovery-codes",
        }
    }

    pub(super) fn text(&self) -> TextId {
        match self {
            Self::Passkey => id("add-passkey"),
            Self::Certificate => id("add-certificate"),
            Self::Totp => id("add-totp"),
            Self::RecoveryCodes => id("add-recovery-codes"),
        }
    }
}

impl Held {
    pub(super) fn counts(&self, voice: &impl Speaks) -> String {
        voice.say(self.counts.text())
    }

    /// When it was added and last used.
    pub(super) fn times(&self, voice: &impl Speaks) -> String {
        let added = voice.text_with("credential-added", "when", voice.date(&self.added));
        let used = match &self.last_used {
            Some(moment) => voice.text_with("last-used", "when", voice.when(moment)),
            None => voice.text("never-used"),
        };
        format!("{added} · {used}")
    }
}

impl Security {
    fn section(&self) -> &'static str {
        "security"
    }
}
