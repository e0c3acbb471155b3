//! The page without a face that portals hold in a frame: OpenID Connect Session Management 1.0 §3.3. `/check-session`

use askama::Template;

#[derive(Clone, Debug, Template)]
#[template(path = "check_session.html")]
pub struct CheckSession {
    /// The name of the cookie that changes when somebody signs in or out.
    pub cookie: String,
    /// Where `check-session.js` is.
    pub script: String,
}
