//! One more proof: exactly what is missing. `/sign-in/{id}/step-up`
//!
//! Sends `choice`: a method's id, `leave` where there is none, `cancel`, or `extend`.

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
    /// What the person has that proves what is missing, best first; empty where nothing does.
    pub methods: Vec<Method>,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

impl StepUp {
    fn lead(&self) -> String {
        let (with_portal, without) = match self.methods.is_empty() {
            false => ("step-up-lead-portal", "step-up-lead"),
            true => ("step-up-nothing-portal", "step-up-nothing"),
        };
        match &self.portal {
            Some(portal) => self.layout.text_with(with_portal, "portal", portal.name.as_str()),
            None => self.layout.text(without),
        }
    }

    fn cancel(&self) -> String {
        cancel(self.portal.as_ref(), &self.layout)
    }
}
