//! The account's door for somebody who is not signed in. `/account`

use askama::Template;

use crate::web::layout::{Form, Layout};
use crate::web::text::Speaks;

#[derive(Clone, Debug, Template)]
#[template(path = "account/start.html")]
pub struct Start {
    pub layout: Layout,
    /// Begins a sign-in.
    pub form: Form,
}
