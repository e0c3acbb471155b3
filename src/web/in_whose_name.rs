//! In whose name the person acts, where the portal asks and there is a choice. `/sign-in/{id}/in-whose-name`
//!
//! Sends `choice`: `myself`, the id of a mandate, `somebody-else`, `cancel`, or `extend`.

use askama::Template;

use super::layout::{Form, Layout, Portal, TimeLimit};
use super::organisations::Role;
use super::sign_in::{Problem, cancel};
use super::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "in_whose_name.html")]
pub struct InWhoseName {
    pub layout: Layout,
    pub form: Form,
    pub portal: Portal,
    /// Who signs in, as they are called.
    pub myself: String,
    /// Whose sign-in it is, masked.
    pub person: Option<String>,
    /// The one first that the portal expects.
    pub choices: Vec<Choice>,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

#[derive(Clone, Debug)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    pub organisation: String,
    /// As it is printed on papers.
    pub code: String,
    pub role: Role,
    /// What the organisation calls it.
    pub position: Option<String>,
    pub expected: Expected,
}

/// Whether the portal expects it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Yes,
    No,
}

impl InWhoseName {
    fn lead(&self) -> String {
        self.layout.text_with("in-whose-name-lead", "portal", self.portal.name.as_str())
    }

    fn expects(&self, choice: &Choice) -> Option<String> {
        let told = || self.layout.text_with("in-whose-name-expected", "portal", self.portal.name.as_str());
        (choice.expected == Expected::Yes).then(told)
    }

    fn cancel(&self) -> String {
        cancel(Some(&self.portal), &self.layout)
    }
}
