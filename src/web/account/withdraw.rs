//! Asks before consent is withdrawn, and says what will happen. Any POST with a sound `csrf` confirms.

use askama::Template;

use super::ConnectedPortal;
use crate::web::claims::ClaimName;
use crate::web::layout::{Form, Layout};
use crate::web::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "account/withdraw.html")]
pub struct Withdraw {
    pub layout: Layout,
    pub form: Form,
    pub connected: ConnectedPortal,
    /// The path of somebody who thinks better of it.
    pub keep: String,
}

impl Withdraw {
    fn section(&self) -> &'static str {
        "portals"
    }

    fn received(&self) -> String {
        self.layout.text_with("withdraw-received", "claims", ClaimName::list(&self.connected.received, &self.layout))
    }
}
