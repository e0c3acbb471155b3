//! What a portal's developer chooses first in a sign-in of a sandbox: who signs in, and what goes wrong. `/sign-in/{id}/sandbox`
//!
//! Sends `citizen` (an id, or nothing), `fault` (one of its names, or nothing), and `choice`: `continue`, `cancel`, or `extend`.

use askama::Template;

use super::layout::{Form, Layout, Portal, TimeLimit};
use super::sign_in::cancel;
use super::text::{Speaks, TextId};

#[derive(Clone, Debug, Template)]
#[template(path = "sandbox.html")]
pub struct Sandbox {
    pub layout: Layout,
    pub form: Form,
    pub portal: Portal,
    /// Who is signed in already and would go on.
    pub person: Option<String>,
    pub people: Vec<Person>,
    pub groups: Vec<Group>,
    /// What was chosen is not offered any more.
    pub stale: bool,
    pub limit: TimeLimit,
}

/// Somebody made up.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub name: String,
    /// Masked, as everywhere.
    pub number: String,
}

/// Faults that show at one place.
#[derive(Clone, Debug)]
pub struct Group {
    pub title: TextId,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug)]
pub struct Fault {
    pub value: &'static str,
    pub what: TextId,
    /// What the portal should do.
    pub expected: TextId,
}

impl Sandbox {
    fn lead(&self) -> String {
        self.layout.text_with("sandbox-lead", "portal", self.portal.name.as_str())
    }

    fn nobody_chosen(&self) -> String {
        match &self.person {
            Some(person) => self.layout.text_with("sandbox-go-on-as", "person", person.as_str()),
            None => self.layout.text("sandbox-sign-in-yourself"),
        }
    }

    fn words(&self, id: &TextId) -> String {
        self.layout.compose(*id, &[])
    }

    fn cancel(&self) -> String {
        cancel(Some(&self.portal), &self.layout)
    }
}
