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

    /// What the person decides about.
    fn choices(&self) -> impl Iterator<Item = &(ClaimName, Standing)> {
        self.claims.iter().filter(|(_, standing)| standing.need().is_none())
    }

    /// What they do not, by the reason.
    fn needed(&self) -> Vec<(String, Vec<&ClaimName>)> {
        let mut needed: Vec<(String, Vec<&ClaimName>)> = Vec::new();
        for (name, need) in self.claims.iter().filter_map(|(name, standing)| Some((name, standing.need()?))) {
            let why = self.layout.say(need.id());
            match needed.iter_mut().find(|(said, _)| *said == why) {
                Some((_, names)) => names.push(name),
                None => needed.push((why, vec![name])),
            }
        }
        needed
    }

    fn labels(&self, names: &[&ClaimName]) -> String {
        names.iter().map(|name| name.label(&self.layout)).collect::<Vec<_>>().join(", ")
    }
}
