//! Where the citizen is signed in, and which devices know them. `/account/sessions`
//!
//! Each row's form sends `session`; the form below the list ends all but this one.

use askama::Template;

use super::Notice;
use crate::web::device::Device;
use crate::web::layout::{Form, Layout};
use crate::web::text::{Moment, Speaks, id};

#[derive(Clone, Debug, Template)]
#[template(path = "account/sessions.html")]
pub struct Sessions {
    pub layout: Layout,
    pub notice: Option<Notice>,
    pub sessions: Vec<Session>,
    /// Ends the session named in the field `session`.
    pub end: Form,
    /// Ends every session but this one.
    pub end_others: Form,
    pub known: Vec<Known>,
    /// Takes off the device named in the field `device`.
    pub forget: Form,
}

/// A device that the citizen has signed in from.
#[derive(Clone, Debug)]
pub struct Known {
    pub id: String,
    pub device: Device,
    pub standing: Standing,
    pub naming: Naming,
    pub last_used: Moment,
}

/// Whether its sign-in page shows their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    Shown,
    NotShown,
}

impl Known {
    fn is_here(&self) -> bool {
        self.standing == Standing::Here
    }

    fn shows_name(&self) -> bool {
        self.naming == Naming::Shown
    }
}

#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub standing: Standing,
    pub device: Device,
    /// The network address, shortened by the caller if it wishes.
    pub address: Option<String>,
    pub signed_in: Moment,
    pub last_seen: Moment,
    /// The names of the portals in use.
    pub portals: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The one that the page is read in.
    Here,
    Elsewhere,
}

impl Session {
    fn is_here(&self) -> bool {
        self.standing == Standing::Here
    }
}

impl Sessions {
    fn section(&self) -> &'static str {
        "sessions"
    }

    fn times(&self, session: &Session) -> String {
        let signed_in = self.layout.when(&session.signed_in).into();
        let seen = self.layout.when(&session.last_seen).into();
        self.layout.compose(id("session-times"), &[("signed-in", signed_in), ("seen", seen)])
    }

    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_here())
    }
}
