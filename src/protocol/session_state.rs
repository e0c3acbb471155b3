//! What a portal's page watches the sign-in by: OpenID Connect Session Management 1.0 §2, §3.2.

use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::domain::client::Client;
use crate::domain::random::Random;
use crate::protocol::redirect::origin;

/// The `session_state` of an answer to `redirect_uri`: salted, so that two portals cannot compare theirs, and bound to the
/// portal's origin, so that only its own pages can ask about it. `None` for an app, which has no page that could ask.
///
/// `static/check-session.js` computes the same.
pub fn session_state(client: &Client, redirect_uri: &str, browser_state: &str, random: &dyn Random) -> Option<String> {
    let origin = origin(redirect_uri).filter(|origin| origin.starts_with("http"))?;
    let salt = base64url::encode(&random.bytes::<12>());
    let hash = sha256(format!("{} {origin} {browser_state} {salt}", client.id).as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{hex}.{salt}"))
}
