//! A code that an officer handed over, on paper. `/sign-in/{id}/counter`
//!
//! Sends `code` and `choice`: `counter-login` (also meant by its absence), `cancel`, or `extend`.

use askama::Template;

use super::layout::{Form, Layout, Portal, TimeLimit};
use super::sign_in::{self, Problem};
use super::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "counter.html")]
pub struct Counter {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    /// Who they say they are, as the page shows it: masked where it is a national number.
    pub username_shown: String,
    /// The path back to the identifier's page.
    pub change: String,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

impl Counter {
    fn cancel(&self) -> String {
        sign_in::cancel(self.portal.as_ref(), &self.layout)
    }
}
