//! "This was not me": asks first, and says what will happen. `/account/not-me`

use askama::Template;

use super::Event;
use crate::web::layout::{Form, Layout};
use crate::web::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "account/not-me.html")]
pub struct NotMe {
    pub layout: Layout,
    pub form: Form,
    /// The event that they say it of, and its id, where they came from one.
    pub about: Option<(String, Event)>,
    /// Where the way back leads.
    pub keep: String,
}

/// It is locked, and what its owner does now. Nobody is signed in any more. `/account/locked`
#[derive(Clone, Debug, Template)]
#[template(path = "account/locked.html")]
pub struct Locked {
    pub layout: Layout,
}

impl NotMe {
    fn section(&self) -> &'static str {
        "activity"
    }
}
