//! Where a sign-in that was only tried comes back to.

use askama::Template;

use super::layout::Layout;
use super::text::Speaks;

/// What whoever signed in reads: that it is done, and that whoever began goes on where they began.
#[derive(Clone, Debug, Template)]
#[template(path = "trial_back.html")]
pub struct Back {
    pub layout: Layout,
}
