//! The page that takes an answer back to its portal in a form: OAuth 2.0 Form Post Response Mode. Where script runs it is
//! gone before anyone reads it; its button does the same.

use askama::Template;

use super::layout::Layout;
use super::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "form_post.html")]
pub struct FormPost {
    pub layout: Layout,
    /// The portal, as the browser will name it: its host.
    pub portal: String,
    /// The proven address that the form goes to.
    pub action: String,
    /// Names and values. Whatever is in them stays in them.
    pub fields: Vec<(&'static str, String)>,
}
