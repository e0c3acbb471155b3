//! Rich authorization requests: RFC 9396. What is asked for in a structure of its own type, beside or in place of scopes.

use serde::{Deserialize, Serialize};

/// One authorization detail: its type, and the whole object as JSON text.
///
/// It is kept as text, because it is shown, granted and put into tokens as it was asked for, and because the short-lived
/// store's records describe themselves to nobody.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AuthorizationDetail {
    /// `type` (§2).
    pub kind: String,
    /// The object, `type` included, written the one way that `serde_json` writes it with its members in order.
    pub json: String,
}

/// The value of `authorization_details`, held against its types' schemas; in the order of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuthorizationDetails(pub Vec<AuthorizationDetail>);

impl AuthorizationDetails {
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &AuthorizationDetail> {
        self.0.iter()
    }

    /// Whether every detail of this is one of `other`'s: what is narrowed is never widened (§6).
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().all(|detail| other.0.contains(detail))
    }
}
