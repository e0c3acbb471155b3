//! Proving who one is with a passkey or a security key. `/sign-in/{id}/passkey`, `/sign-in/{id}/security-key`
//!
//! Sends `credential` (what the browser's authenticator answered, as JSON) and `choice`: `use-passkey`, `use-security-key`,
//! `cancel`, or `extend`. Script alone can ask an authenticator; without it the page says so and leads to another way.

use askama::Template;

use super::claims::Method;
use super::layout::{Form, Layout, Portal, TimeLimit};
use super::sign_in::{Problem, cancel};
use super::text::{Speaks, TextId, id};

/// What script needs to ask an authenticator: where the options are, and the form that brings back the answer.
#[derive(Clone, Debug)]
pub struct Ceremony {
    pub form: Form,
    /// The path of the options.
    pub options: String,
}

#[derive(Clone, Debug, Template)]
#[template(path = "passkey.html")]
pub struct Passkey {
    pub layout: Layout,
    pub ceremony: Ceremony,
    pub portal: Option<Portal>,
    pub with: With,
    pub problem: Option<Problem>,
    /// The path to choose another way.
    pub others: String,
    pub limit: TimeLimit,
}

/// What the person said they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    Passkey,
    SecurityKey,
    /// Either: one of those that they have brings what is missing.
    Enrolled,
}

impl Passkey {
    fn title(&self) -> TextId {
        match self.with {
            With::Passkey => id("passkey-title"),
            With::SecurityKey => id("passkey-title-key"),
            With::Enrolled => id("passkey-title-enrolled"),
        }
    }

    fn lead(&self) -> TextId {
        match self.with {
            With::Passkey => id("passkey-lead"),
            With::SecurityKey => id("passkey-lead-key"),
            With::Enrolled => id("passkey-lead-enrolled"),
        }
    }

    /// The button's method, as the page that offers it names it.
    fn method(&self) -> Method {
        match self.with {
            With::Passkey | With::Enrolled => Method::Passkey,
            With::SecurityKey => Method::SecurityKey,
        }
    }

    fn button(&self) -> TextId {
        match self.with {
            With::Passkey => id("passkey-use"),
            With::SecurityKey => id("passkey-use-key"),
            With::Enrolled => id("continue"),
        }
    }

    /// What whoever's browser has no passkeys can do.
    fn other_browser(&self) -> TextId {
        id("passkey-unsupported-way-out")
    }

    /// The address of the portal, for whoever has to go on in another browser.
    fn way_out(&self) -> Option<&str> {
        self.portal.as_ref()?.home.as_deref()
    }

    fn cancel(&self) -> String {
        cancel(self.portal.as_ref(), &self.layout)
    }
}
