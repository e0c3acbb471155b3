//! What one portal may receive, claim by claim. `/account/portals/{client}/claims`
//!
//! Sends `shown` for every claim that the page showed, and `keep` for those that the portal may still receive.

use askama::Template;

use crate::web::claims::ClaimName;
use crate::web::consent::Standing;
use crate::web::layout::{Form, Layout, Portal};
use crate::web::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "account/shared.html")]
pub struct Shared {
    pub layout: Layout,
    pub form: Form,
    pub portal: Portal,
    pub claims: Vec<(ClaimName, Standing)>,
    /// The path of somebody who thinks better of it.
    pub keep: String,
}

impl Shared {
    fn section(&self) -> &'static str {
        "portals"
    }

    fn lead(&self) -> String {
        self.layout.text_with("shared-lead", "portal", self.portal.name.as_str())
    }

    /// Why a claim cannot be left out.
    fn need(&self, standing: &Standing) -> Option<String> {
        standing.need().map(|need| self.layout.say(need.id()))
    }
}
