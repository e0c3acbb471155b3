//! One more proof: exactly what is missing. `/sign-in/{id}/step-up`
//!
//! Sends `choice`: a method's id, `leave` where there is none, `somebody-else`, `cancel`, or `extend`.

use askama::Template;

use super::claims::Method;
use super::layout::{Form, Layout, Portal, TimeLimit};
use super::sign_in::{Problem, cancel};
use super::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "step_up.html")]
pub struct StepUp {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    pub because: Because,
    /// Whose sign-in it is, masked; `None` where that is somebody's own account, which says so itself.
    pub person: Option<String>,
    /// What the person has that proves what is missing, best first; empty where nothing does.
    pub methods: Vec<Method>,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

/// Why more is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// What the person signs in for asks for it.
    Purpose,
    /// The citizen's own wish does, or something about the sign-in is unusual.
    Account,
}

impl StepUp {
    fn lead(&self) -> String {
        let portal = self.portal.as_ref().filter(|_| self.because == Because::Purpose);
        match (portal, self.methods.is_empty()) {
            (Some(portal), false) => self.layout.text_with("step-up-lead-portal", "portal", portal.name.as_str()),
            (None, false) => self.layout.text("step-up-lead"),
            (Some(portal), true) => self.layout.text_with("step-up-nothing-portal", "portal", portal.name.as_str()),
            (None, true) => self.layout.text("step-up-nothing"),
        }
    }

    fn cancel(&self) -> String {
        cancel(self.portal.as_ref(), &self.layout)
    }
}
