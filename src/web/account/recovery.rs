//! What a registrar's code raises, what a certificate may, and what to do about something that is lost. `/account/security/raise`,
//! `/account/security/certificates/new`, `/account/security/lost`
//!
//! The first one's form sends `code` and `credential`, as often as something is chosen; the second one's `shown`, of each, and `mine`, if at all.

use askama::Template;

use crate::web::claims::Method;
use crate::web::layout::{Form, Layout};
use crate::web::sign_in::Problem;
use crate::web::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "account/raise.html")]
pub struct Raise {
    pub layout: Layout,
    pub form: Form,
    /// What was proven in this session and counts for less than a code raises to.
    pub raisable: Vec<Raisable>,
    pub problem: Option<Problem>,
}

#[derive(Clone, Debug)]
pub struct Raisable {
    pub id: String,
    pub method: Method,
    pub name: String,
}

#[derive(Clone, Debug, Template)]
#[template(path = "account/new-certificate.html")]
pub struct NewCertificate {
    pub layout: Layout,
    pub form: Form,
    /// What opens the account beside its password.
    pub openers: Vec<Opener>,
}

#[derive(Clone, Debug)]
pub struct Opener {
    pub id: String,
    pub method: Method,
    pub name: String,
}

#[derive(Clone, Debug, Template)]
#[template(path = "account/lost.html")]
pub struct Lost {
    pub layout: Layout,
    /// `None` where this session has not proven enough for it.
    pub form: Option<Form>,
    /// How many hours pass before it takes effect.
    pub hours: u64,
}

impl Raise {
    fn section(&self) -> &'static str {
        "security"
    }
}

impl NewCertificate {
    fn section(&self) -> &'static str {
        "security"
    }
}

impl Lost {
    fn section(&self) -> &'static str {
        "security"
    }
}
