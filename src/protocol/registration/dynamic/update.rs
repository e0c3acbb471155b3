//! What an update must repeat and may not name: RFC 7592 §2.2.

use serde_json::{Map, Value};

use super::fault::Faults;
use crate::domain::client::Client;

/// What the server alone decides.
const OF_THE_SERVER: [&str; 4] =
    ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

/// Takes `client_id` and `client_secret` out of `members`, so that what is left is metadata.
///
/// # Errors
/// A `client_id` that is missing or another's, a `client_secret` that is not the client's own by `is_own`, and members
/// that no update may have.
pub fn take_credentials(
    members: &mut Map<String, Value>,
    client: &Client,
    is_own: impl Fn(&str) -> bool,
) -> Result<(), Faults> {
    let mut faults = Faults::default();
    if members.remove("client_id").as_ref().and_then(Value::as_str) != Some(client.id.as_str()) {
        faults.add("client_id", "expected that of the client that is updated");
    }
    if let Some(secret) = members.remove("client_secret").filter(|secret| !secret.is_null())
        && !secret.as_str().is_some_and(is_own)
    {
        faults.add("client_secret", "is not the client's: a secret is made by the server, never chosen");
    }
    for member in OF_THE_SERVER.into_iter().filter(|member| members.contains_key(*member)) {
        faults.add(member, "is the server's: an update must not name it (RFC 7592 section 2.2)");
    }
    faults.none()
}

/// The members of a first registration that the server alone decides are refused too: whoever sends one expects it to
/// count.
///
/// # Errors
/// Each of them.
pub fn refuse_credentials(members: &Map<String, Value>) -> Result<(), Faults> {
    let mut faults = Faults::default();
    for member in OF_THE_SERVER.into_iter().chain(["client_id", "client_secret"]) {
        if members.contains_key(member) {
            faults.add(member, "is the server's to choose: leave it out");
        }
    }
    faults.none()
}
