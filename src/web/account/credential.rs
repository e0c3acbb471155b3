//! One of the things that the citizen proves themselves with, and the way to remove it. `/account/security/credentials/{id}`,
//! `/account/security/credentials/{id}/remove`
//!
//! The first one's form sends `name`.

use askama::Template;

use super::Notice;
use super::security::Held;
use crate::web::claims::Method;
use crate::web::layout::{Form, Layout};
use crate::web::sign_in::Problem;
use crate::web::text::{Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "account/credential.html")]
pub struct Credential {
    pub layout: Layout,
    pub notice: Option<Notice>,
    pub form: Form,
    pub held: Held,
    /// What stands in the field.
    pub name: String,
    pub problem: Option<Problem>,
    /// The path of the page that asks before it removes.
    pub remove: String,
}

/// Asks first, and says what will happen.
#[derive(Clone, Debug, Template)]
#[template(path = "account/credential-remove.html")]
pub struct RemoveCredential {
    pub layout: Layout,
    pub form: Form,
    pub held: Held,
    pub last_strong: LastStrong,
    /// The names of the portals that will not open any more.
    pub closed: Vec<String>,
    /// Where the way back leads.
    pub keep: String,
}

/// Whether anything is left that reaches two factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastStrong {
    Yes,
    No,
}

impl Credential {
    fn section(&self) -> &'static str {
        "security"
    }
}

impl RemoveCredential {
    fn section(&self) -> &'static str {
        "security"
    }

    /// A certificate that was removed is not taken again: whoever found the card would add it.
    fn what(&self) -> TextId {
        match self.held.method {
            Method::Certificate => id("remove-certificate"),
            _ => id("remove-what"),
        }
    }

    fn is_last(&self) -> bool {
        self.last_strong == LastStrong::Yes
    }

    fn closed(&self) -> String {
        self.layout.text_with("remove-closed", "portals", self.layout.list(&self.closed))
    }
}
