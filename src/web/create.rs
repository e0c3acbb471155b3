//! How to get an account, for whoever was sent here to get one. `/sign-in/{id}/create`
//!
//! Sends `choice`: `have-account`, `cancel`, or `extend`.

use askama::Template;

use super::layout::{Form, Layout, Portal, TimeLimit};
use super::sign_in::cancel;
use super::text::{Speaks, id};

#[derive(Clone, Debug, Template)]
#[template(path = "create.html")]
pub struct Create {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    /// Where people register, if that is not at an office alone.
    pub registration: Option<Registration>,
    pub limit: TimeLimit,
}

/// Where people register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// In this sign-in, at this path.
    Here(String),
    /// At a page of the authority's own, as its settings say.
    Elsewhere(String),
}

impl Create {
    fn lead(&self) -> String {
        let authority = self.layout.authority();
        match &self.portal {
            Some(portal) => {
                let args = [("portal", portal.name.as_str().into()), ("authority", authority.into())];
                self.layout.compose(id("create-lead-portal"), &args)
            }
            None => self.layout.text_with("create-lead", "authority", authority),
        }
    }

    /// Whether there is anyone to ask.
    fn has_support(&self) -> bool {
        let support = &self.layout.brand.support;
        support.phone.is_some() || support.mail.is_some() || support.url.is_some()
    }

    fn cancel(&self) -> String {
        cancel(self.portal.as_ref(), &self.layout)
    }
}
