//! The accounts that the citizen had at portals before. `/account/linked-accounts` and what is below it.
//!
//! | path | its form sends |
//! |---|---|
//! | `/account/linked-accounts` | |
//! | `…/new` | `code`, and `choice`: `look` or `link` |
//! | `…/{id}/end` | nothing: any POST with a sound `csrf` ends it |

use askama::Template;

use super::Notice;
use crate::web::layout::{Form, Layout, Portal};
use crate::web::sign_in::Problem;
use crate::web::text::{Moment, Speaks, id};

#[derive(Clone, Debug, Template)]
#[template(path = "account/linked-accounts.html")]
pub struct LinkedAccounts {
    pub layout: Layout,
    pub notice: Option<Notice>,
    pub links: Vec<LinkedAccount>,
}

#[derive(Clone, Debug)]
pub struct LinkedAccount {
    /// What the portal is called.
    pub portal: String,
    /// What its owner knows the account by.
    pub account: String,
    pub linked: Moment,
    /// The page that asks before it ends.
    pub end: String,
}

/// Enters a code, and sees what it is of before it is linked.
#[derive(Clone, Debug, Template)]
#[template(path = "account/linked-account-new.html")]
pub struct NewLink {
    pub layout: Layout,
    pub form: Form,
    pub code: String,
    pub offered: Option<OfferedAccount>,
    pub problem: Option<Problem>,
}

#[derive(Clone, Debug)]
pub struct OfferedAccount {
    pub portal: Portal,
    pub account: String,
}

/// Asks before a link ends.
#[derive(Clone, Debug, Template)]
#[template(path = "account/linked-account-end.html")]
pub struct EndLink {
    pub layout: Layout,
    pub form: Form,
    pub link: LinkedAccount,
}

impl LinkedAccounts {
    fn section(&self) -> &'static str {
        "portals"
    }

    fn since(&self, link: &LinkedAccount) -> String {
        self.layout.text_with("linked-since", "when", self.layout.date(&link.linked))
    }
}

impl NewLink {
    fn section(&self) -> &'static str {
        "portals"
    }
}

impl EndLink {
    fn section(&self) -> &'static str {
        "portals"
    }

    fn what(&self) -> String {
        let args = [("portal", self.link.portal.as_str().into()), ("account", self.link.account.as_str().into())];
        self.layout.compose(id("linked-end-what"), &args)
    }
}
