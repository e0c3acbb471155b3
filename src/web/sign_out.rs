//! Signing out: the question, and the page afterwards. `/logout`, `/signed-out` (OpenID Connect RP-Initiated Logout 1.0)

use askama::Template;

use super::layout::{Form, Layout};
use super::text::Speaks;

/// Asks before it signs out, since a link can come from anywhere. Any POST with a sound `csrf` confirms.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOut {
    pub layout: Layout,
    pub form: Form,
    /// The portal's request, encoded as a query: it comes back with the answer and is judged anew.
    pub request: String,
    /// The portal that sent the citizen here.
    pub portal: Option<String>,
    /// How many of the portals that this session is in use at hear that it has ended.
    pub told: usize,
    /// How many of them cannot.
    pub untold: usize,
    /// Where somebody goes who stays signed in.
    pub stay: String,
}

/// Tells portals in frames that the person has signed out (OpenID Connect Front-Channel Logout 1.0), and goes on.
#[derive(Clone, Debug, Template)]
#[template(path = "signing_out.html")]
pub struct SigningOut {
    pub layout: Layout,
    /// The portals' own pages.
    pub frames: Vec<String>,
    /// Where it goes on to.
    pub next: String,
}

#[derive(Clone, Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut {
    pub layout: Layout,
    /// The portal's proven address (`post_logout_redirect_uri`).
    pub back: Option<BackLink>,
    /// The path to sign in to the account again.
    pub account: String,
}

/// A way back to a portal: only ever an address that was registered for it.
#[derive(Clone, Debug)]
pub struct BackLink {
    pub name: String,
    pub url: String,
}
