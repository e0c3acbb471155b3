//! Logout tokens: OpenID Connect Back-Channel Logout 1.0 §2.4.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::domain::time::Timestamp;
use crate::protocol::id_token::About;

/// The event that makes it a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A token is made when it is sent, and is no good for anybody who finds it later.
const LIVES: Duration = Duration::from_secs(120);

/// The claims of a logout token. A nonce is forbidden, so that it can never be taken for an ID token.
#[derive(Debug, Serialize)]
pub struct LogoutTokenClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    sid: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    events: BTreeMap<&'static str, Nothing>,
}

/// The event says nothing more: `{}`.
#[derive(Debug, Serialize)]
struct Nothing {}

impl<'a> LogoutTokenClaims<'a> {
    /// For the client, person and session that `about` names as this client's ID token did. `jti` is another at every
    /// attempt: a client that remembers those it has seen would refuse to hear of it twice.
    pub fn new(about: About<'a>, jti: String, now: Timestamp) -> Self {
        Self {
            iss: about.issuer,
            aud: about.client.as_str(),
            sub: about.subject,
            sid: about.sid,
            iat: now.seconds(),
            exp: (now + LIVES).seconds(),
            jti,
            events: BTreeMap::from([(EVENT, Nothing {})]),
        }
    }
}
