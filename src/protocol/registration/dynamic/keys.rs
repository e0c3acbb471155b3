//! `jwks`, `jwks_uri`: one or the other (RFC 7591 §2). What keys may be is the same for every client.

use serde_json::Value;

use super::fault::Faults;
use super::{Metadata, Policy};
use crate::domain::client::{Client, ClientKeys};

pub(super) fn check(metadata: &Metadata, _: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    client.keys = match (&metadata.jwks, &metadata.jwks_uri) {
        (None, None) => ClientKeys::None,
        (Some(_), Some(_)) => {
            faults.add("jwks", "jwks_uri is there as well: expected one or the other");
            ClientKeys::None
        }
        (Some(set), None) => ClientKeys::Given(Value::Object(set.clone()).to_string()),
        (None, Some(uri)) => ClientKeys::Published(uri.clone()),
    };
}
