//! The break-glass account: an envelope is brought, and sealed. `/admin/break-glass`, `/admin/break-glass/seal`

use askama::Template;

use crate::web::layout::{Form, Layout};
use crate::web::text::{Moment, Speaks};

/// What became of an envelope that was brought.
#[derive(Clone, Debug)]
pub enum Brought {
    Ask(Form),
    /// Nothing opens with it, and another one may be tried.
    Refused(Form),
    /// Somebody else brings the other one until then.
    Waiting(Moment),
    Open(Moment),
}

#[derive(Clone, Debug, Template)]
#[template(path = "admin/break-glass.html")]
pub struct BreakGlass {
    pub layout: Layout,
    pub brought: Brought,
}

impl BreakGlass {
    fn form(&self) -> Option<&Form> {
        match &self.brought {
            Brought::Ask(form) | Brought::Refused(form) => Some(form),
            Brought::Waiting(_) | Brought::Open(_) => None,
        }
    }

    fn is_refused(&self) -> bool {
        matches!(self.brought, Brought::Refused(_))
    }
}

/// What became of sealing one.
#[derive(Clone, Debug)]
pub enum Sealing {
    Ask(Form),
    /// Whoever sealed one does not seal the other.
    SamePerson(Form),
    /// What is in it, once.
    Sealed(String),
}

#[derive(Clone, Debug, Template)]
#[template(path = "admin/seal.html")]
pub struct Seal {
    pub layout: Layout,
    pub broken_glass: Option<Moment>,
    pub sealing: Sealing,
}

impl Seal {
    fn form(&self) -> Option<&Form> {
        match &self.sealing {
            Sealing::Ask(form) | Sealing::SamePerson(form) => Some(form),
            Sealing::Sealed(_) => None,
        }
    }

    fn is_same_person(&self) -> bool {
        matches!(self.sealing, Sealing::SamePerson(_))
    }
}
