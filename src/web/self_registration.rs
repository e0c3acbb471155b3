//! Opening an account, in three steps: who you are, a code, a password.
//! `/sign-in/{id}/register`, `/sign-in/{id}/register/code`, `/sign-in/{id}/register/password`
//!
//! The first sends `scheme` (where there are several), `username`, `name`, `day`, `month`, `year`; the second `code`, the third
//! `password`; each with `choice`: `continue` (also meant by its absence), `send` (another code), `cancel`, or `extend`.

use askama::Template;

use super::layout::{Form, Layout, Portal, TimeLimit};
use super::schemes::Schemes;
use super::sign_in::{self, Problem};
use super::text::Speaks;

/// Who they are.
#[derive(Clone, Debug, Template)]
#[template(path = "register.html")]
pub struct Register {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    pub schemes: Schemes,
    /// What was typed before, kept.
    pub typed: Typed,
    /// Where whoever has an account goes on.
    pub sign_in: String,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub number: String,
    pub name: String,
    pub day: String,
    pub month: String,
    pub year: String,
}

/// The code. The page is the same whether one was sent or not.
#[derive(Clone, Debug, Template)]
#[template(path = "register_code.html")]
pub struct RegisterCode {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    /// Masked.
    pub number: String,
    /// Where what was typed is changed.
    pub change: String,
    pub registry: Registry,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

/// Whether the registry answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registry {
    Answers,
    Away,
}

/// The password.
#[derive(Clone, Debug, Template)]
#[template(path = "register_password.html")]
pub struct RegisterPassword {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    /// As the registry has it.
    pub name: String,
    /// Masked, both.
    pub number: String,
    pub contact: String,
    /// For password managers.
    pub username: String,
    /// The least number of characters of a new password.
    pub least: u32,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

/// Nobody else may have the number: it was taken while they were choosing a password.
#[derive(Clone, Debug, Template)]
#[template(path = "register_taken.html")]
pub struct RegisterTaken {
    pub layout: Layout,
    pub sign_in: String,
}

macro_rules! cancels {
    ($($page:ident),+) => {$(
        impl $page {
            fn cancel(&self) -> String {
                sign_in::cancel(self.portal.as_ref(), &self.layout)
            }
        }
    )+};
}
cancels!(Register, RegisterCode, RegisterPassword);

impl RegisterCode {
    fn is_away(&self) -> bool {
        self.registry == Registry::Away
    }
}
