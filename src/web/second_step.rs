//! A code in a second step: of an authenticator application, of a list, or of a text message.
//! `/sign-in/{id}/totp`, `/sign-in/{id}/recovery-code`, `/sign-in/{id}/sms`
//!
//! Sends `code` and `choice`: `prove` (also meant by its absence), `send` (a message), `cancel`, or `extend`.

use askama::Template;

use super::layout::{Form, Layout, Portal, TimeLimit};
use super::sign_in::{self, Problem};
use super::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "second_step.html")]
pub struct SecondStep {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    pub code: Code,
    /// The path back to the ways there are.
    pub others: String,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

/// Which code is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    Totp,
    Recovery,
    /// To the number `to`, masked; `waiting` once a code was sent there.
    Sms {
        to: String,
        waiting: bool,
    },
}

impl SecondStep {
    fn title(&self) -> String {
        match self.code {
            Code::Totp => self.layout.text("code-totp-title"),
            Code::Recovery => self.layout.text("code-recovery-title"),
            Code::Sms { .. } => self.layout.text("code-sms-title"),
        }
    }

    fn lead(&self) -> String {
        match &self.code {
            Code::Totp => self.layout.text("code-totp-lead"),
            Code::Recovery => self.layout.text("code-recovery-lead"),
            Code::Sms { to, waiting: false } => self.layout.text_with("code-sms-ask", "to", to.as_str()),
            Code::Sms { to, waiting: true } => self.layout.text_with("code-sms-sent", "to", to.as_str()),
        }
    }

    /// Whether there is anything to type yet.
    fn is_typed(&self) -> bool {
        !matches!(self.code, Code::Sms { waiting: false, .. })
    }

    fn is_sent(&self) -> bool {
        matches!(self.code, Code::Sms { .. })
    }

    fn has_letters(&self) -> bool {
        self.code == Code::Recovery
    }

    fn cancel(&self) -> String {
        sign_in::cancel(self.portal.as_ref(), &self.layout)
    }
}
