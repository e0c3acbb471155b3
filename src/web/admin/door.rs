//! Who comes in, who does not, and the first of all. `/admin`, `/admin/bootstrap/{link}`

use askama::Template;

use crate::web::layout::{Form, Layout};
use crate::web::text::{Speaks, TextId, id};

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// They hold no role.
    Nobody,
    /// Their role does not allow this.
    Denied,
    /// They have nothing that proves enough.
    Unable,
    /// The link that makes the first administrator is good for nothing.
    LinkGone,
}

/// Not let in, and what to do.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/closed.html")]
pub struct Closed {
    pub layout: Layout,
    pub why: Why,
}

impl Closed {
    fn title(&self) -> TextId {
        match self.why {
            Why::Nobody | Why::Denied => id("admin-closed-title"),
            Why::Unable => id("admin-unable-title"),
            Why::LinkGone => id("admin-link-gone-title"),
        }
    }

    fn what(&self) -> TextId {
        match self.why {
            Why::Nobody => id("admin-nobody"),
            Why::Denied => id("admin-denied"),
            Why::Unable => id("admin-unable"),
            Why::LinkGone => id("admin-link-gone"),
        }
    }

    fn way_on(&self) -> &'static str {
        match self.why {
            Why::Unable => "/account/security",
            Why::Denied => "/admin",
            Why::Nobody | Why::LinkGone => "/account",
        }
    }

    fn way_says(&self) -> TextId {
        match self.why {
            Why::Unable => id("security-title"),
            Why::Denied => id("admin-title"),
            Why::Nobody | Why::LinkGone => id("account"),
        }
    }
}

/// What opening the link did.
#[derive(Clone, Debug)]
pub enum BootstrapOutcome {
    Ask(Form),
    Done,
}

/// The link that makes the first administrator: asks, and says that it was done.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/bootstrap.html")]
pub struct Bootstrap {
    pub layout: Layout,
    pub name: String,
    pub outcome: BootstrapOutcome,
}
