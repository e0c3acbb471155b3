//! Enrolling a passkey or a security key. `/account/security/passkeys/new`
//!
//! Sends `name` and `credential` (what the browser's authenticator answered, as JSON).

use askama::Template;

use crate::web::layout::Layout;
use crate::web::passkey::Ceremony;
use crate::web::text::{Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "account/new-passkey.html")]
pub struct NewPasskey {
    pub layout: Layout,
    pub ceremony: Ceremony,
    /// What the person called it, if they have.
    pub typed: Option<String>,
    pub problem: Option<Problem>,
}

/// It is there.
#[derive(Clone, Debug, Template)]
#[template(path = "account/passkey-added.html")]
pub struct PasskeyAdded {
    pub layout: Layout,
    /// What the person called it.
    pub name: String,
    pub stands_alone: StandsAlone,
}

/// Whether it signs its owner in without anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandsAlone {
    Yes,
    /// It was not opened by anything, or does not say whose it is.
    BesideAPassword,
}

/// Why it was not enrolled, and what support needs to find it.
#[derive(Clone, Debug)]
pub struct Problem {
    pub fault: Fault,
    pub reference: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has no name, or one that is too long.
    Name,
    NeedsScript,
    Stale,
    Taken,
    TooMany,
    NotAccepted,
    /// The authority takes none from authenticators of this kind.
    AuthenticatorNotAccepted,
}

impl Problem {
    pub(in crate::web) fn sentence(&self, voice: &impl Speaks) -> String {
        voice.say(match self.fault {
            Fault::Name => id("passkey-fault-name"),
            Fault::NeedsScript => id("passkey-needs-script"),
            Fault::Stale => id("passkey-fault-stale"),
            Fault::Taken => id("passkey-fault-taken"),
            Fault::TooMany => id("passkey-fault-too-many"),
            Fault::NotAccepted => id("passkey-fault-not-enrolled"),
            Fault::AuthenticatorNotAccepted => id("passkey-fault-authenticator"),
        })
    }
}

impl NewPasskey {
    /// A name to begin with is there: most people have one phone.
    fn name(&self) -> String {
        self.typed.clone().unwrap_or_else(|| self.layout.text("passkey-name-default"))
    }

    /// What whoever's browser has no passkeys can do.
    fn other_browser(&self) -> TextId {
        id("passkey-unsupported-here")
    }

    /// The page is the account's own: its address stands above it.
    fn way_out(&self) -> Option<&str> {
        None
    }

    fn section(&self) -> &'static str {
        "security"
    }
}

impl PasskeyAdded {
    fn section(&self) -> &'static str {
        "security"
    }

    fn next_time(&self) -> TextId {
        match self.stands_alone {
            StandsAlone::Yes => id("passkey-added-alone"),
            StandsAlone::BesideAPassword => id("passkey-added-beside"),
        }
    }
}
