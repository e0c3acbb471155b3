//! The password page. `/sign-in/{id}/password`
//!
//! Sends `password` and `choice`: `login` (also meant by its absence), `cancel`, or `extend`. The `username` that comes
//! along is there for password managers only; the server knows whom it asked.

use askama::Template;

use super::layout::{Form, Layout, Portal, TimeLimit};
use super::sign_in::{self, Problem};
use super::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "password.html")]
pub struct Password {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    /// The identifier as it was typed; empty where nothing was.
    pub username: String,
    /// The same as the page shows it: masked where it is a national number, or the masked name of whoever was chosen.
    pub username_shown: String,
    /// The path back to the identifier's page.
    pub change: String,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

impl Password {
    fn cancel(&self) -> String {
        sign_in::cancel(self.portal.as_ref(), &self.layout)
    }
}
