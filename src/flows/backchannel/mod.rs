//! Requests that reach a citizen through the back channel: OpenID Connect Client-Initiated Backchannel Authentication.
//!
//! | step | file |
//! |---|---|
//! | a client asks | [`ask`] |
//! | the citizen sees who asks what | [`incoming`] |
//! | the citizen decides | [`decide`] |
//! | a client that wants to be told is told | [`ping`] |
//! | the client comes for its tokens | `flows::token::ciba` |
//!
//! A client must not learn from this who has an account. A request about nobody is taken, stored and left to expire like one
//! whose citizen does not answer; what is counted, looked up and written is the same, and nothing is opened that only a
//! citizen has. Only what can be nobody's name at all is refused.

pub mod ask;
pub mod decide;
pub mod incoming;
pub mod ping;

use std::time::Duration;

use crate::domain::backchannel::{BackChannelRequest, REMEMBERED};

use super::App;

/// How long a request's records stay: beyond its end, so that whoever comes too late is told so.
fn kept(app: &App, request: &BackChannelRequest) -> Duration {
    app.clock.now().until(request.expires_at) + REMEMBERED
}
