//! Codes in the account: an authenticator application, a list of recovery codes, and codes that are sent.

use askama::Template;

use super::Notice;
use crate::web::layout::{Form, Layout};
use crate::web::sign_in::Problem;
use crate::web::text::Speaks;

/// An authenticator application is added. `/account/security/totp/new`
///
/// Sends `name` and `code`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/totp.html")]
pub struct NewTotp {
    pub layout: Layout,
    pub form: Form,
    /// The secret, in groups.
    pub secret: String,
    /// The same as the picture says, for an application on this very telephone.
    pub link: String,
    /// The path of the picture.
    pub picture: String,
    /// What was typed before, kept.
    pub name: Option<String>,
    pub problem: Option<Problem>,
}

/// A list of recovery codes, before it is made. `/account/security/recovery-codes`
///
/// Sends `choice`: `show`, or `download` for a text file.
#[derive(Clone, Debug, Template)]
#[template(path = "account/recovery-codes.html")]
pub struct RecoveryCodes {
    pub layout: Layout,
    pub form: Form,
    /// How many codes of the list are left; `None` where there is none.
    pub left: Option<u32>,
}

/// The list that was just made, shown once.
#[derive(Clone, Template)]
#[template(path = "account/recovery-codes-shown.html")]
pub struct RecoveryCodesShown {
    pub layout: Layout,
    pub codes: Vec<String>,
}

/// Where the citizen is reached. `/account/security/contact`
///
/// Sends `choice`: `ask-email` with `email`, `ask-phone` with `phone`, `confirm-email` or `confirm-phone` with `code`;
/// `remove-email` or `remove-phone`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/contact.html")]
pub struct Contact {
    pub layout: Layout,
    pub notice: Option<Notice>,
    pub form: Form,
    pub email: Reached,
    pub phone: Reached,
    /// Whether nothing goes out at all.
    pub off: bool,
}

/// One way in which the citizen is reached.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Masked.
    pub now: Option<String>,
    pub verified: bool,
    /// Whether codes go out this way.
    pub offered: bool,
    /// Where a code waits to be typed for, masked.
    pub waiting: Option<String>,
    pub problem: Option<Problem>,
}

/// A code over a verified channel, before a change. `/account/security/confirm`
///
/// Sends `choice`: `send-email` or `send-sms`, or `prove` with `code`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/confirm.html")]
pub struct Confirm {
    pub layout: Layout,
    pub form: Form,
    /// The value of `choice`, and where the code goes, masked.
    pub channels: Vec<(&'static str, String)>,
    /// Where a code waits to be typed for, masked.
    pub waiting: Option<String>,
    pub problem: Option<Problem>,
}

impl NewTotp {
    fn section(&self) -> &'static str {
        "security"
    }

    fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.layout.text("totp-name-usual"))
    }
}

impl RecoveryCodes {
    fn section(&self) -> &'static str {
        "security"
    }

    fn left(&self) -> String {
        match self.left {
            Some(left) => self.layout.text_with("recovery-codes-left", "left", left),
            None => self.layout.text("recovery-codes-none"),
        }
    }
}

impl RecoveryCodesShown {
    fn section(&self) -> &'static str {
        "security"
    }

    /// The list as a text file.
    pub fn file(&self) -> String {
        let head = self.layout.text_with("recovery-codes-file", "service", self.layout.service());
        format!("{head}\r\n\r\n{}\r\n", self.codes.join("\r\n"))
    }
}

impl Contact {
    fn section(&self) -> &'static str {
        "security"
    }
}

impl Confirm {
    fn section(&self) -> &'static str {
        "security"
    }
}
