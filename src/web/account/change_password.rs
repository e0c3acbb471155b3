//! Another password. `/account/security/password`
//!
//! Sends `password`.

use askama::Template;

use crate::web::layout::{Form, Layout};
use crate::web::sign_in::Problem;
use crate::web::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "account/change-password.html")]
pub struct ChangePassword {
    pub layout: Layout,
    pub form: Form,
    /// The least number of characters.
    pub least: u32,
    /// What the password manager keeps it under: the citizen's number, masked.
    pub username: String,
    pub problem: Option<Problem>,
}

impl ChangePassword {
    fn section(&self) -> &'static str {
        "security"
    }
}
