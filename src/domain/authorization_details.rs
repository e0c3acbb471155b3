//! Rich authorization requests: RFC 9396. What is asked for in a structure of its own type, beside or in place of scopes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Localised;
use super::resource::ResourceId;
use super::time::Timestamp;

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

impl AuthorizationDetail {
    /// Whether `resource` may be told of it: it names no place (`locations`, §2.2), or this one among them.
    pub fn is_for(&self, resource: &ResourceId) -> bool {
        let detail: Value = serde_json::from_str(&self.json).unwrap_or_default();
        let places = detail.get("locations").and_then(Value::as_array).filter(|places| !places.is_empty());
        places.is_none_or(|places| places.iter().any(|place| place == resource.as_str()))
    }
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

    /// Without those that `has` does not hold of.
    #[must_use]
    pub fn limited_to(mut self, has: impl Fn(&AuthorizationDetail) -> bool) -> Self {
        self.0.retain(has);
        self
    }

    /// The objects themselves. What was parsed before it was kept is parsed again; text that is none is nobody's right.
    pub fn values(&self) -> Vec<Value> {
        self.iter().filter_map(|detail| serde_json::from_str(&detail.json).ok()).collect()
    }

    /// The types, each once, as the audit log writes them: what is in the details is nobody's but the person's and the
    /// resource server's.
    pub fn kinds(&self) -> String {
        let kinds: BTreeSet<&str> = self.iter().map(|detail| detail.kind.as_str()).collect();
        Vec::from_iter(kinds).join(" ")
    }
}

/// A registered type of authorization details, as the identity store holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailsType {
    /// As `type` names it.
    pub name: String,
    pub status: DetailsTypeStatus,
    /// What people read above what is asked for: "Payment".
    pub title: Localised,
    /// What such a detail must be: a JSON Schema, as JSON text.
    pub schema: String,
    /// The sentence that people read of it, with places for what the detail says.
    pub template: Localised,
    /// Whether a client may be granted it with its own credentials, without a person.
    #[serde(default)]
    pub without_person: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailsTypeStatus {
    Active,
    /// Nobody may ask for it any more, and no further token carries it.
    Disabled,
}

impl DetailsTypeStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Disabled].into_iter().find(|status| status.as_str() == text)
    }
}

/// Whether a type can have this name: 1 to 128 printable ASCII characters without space, quote or backslash, so that error
/// descriptions and lists can name it. RFC 9396 §2.1 recommends a URI.
pub fn is_type_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    (1..=128).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(all: &[(&str, &str)]) -> AuthorizationDetails {
        let detail = |(kind, json): &(&str, &str)| AuthorizationDetail { kind: (*kind).into(), json: (*json).into() };
        AuthorizationDetails(all.iter().map(detail).collect())
    }

    #[test]
    fn a_subset_has_no_detail_that_differs_in_anything() {
        let granted = details(&[("pay", "{\"amount\":1}"), ("read", "{}")]);
        assert!(details(&[("read", "{}")]).is_subset(&granted));
        assert!(!details(&[("pay", "{\"amount\":2}")]).is_subset(&granted));
        assert!(!details(&[("read", "{}"), ("pay", "{}")]).is_subset(&granted));
    }

    #[test]
    fn a_detail_that_names_places_is_for_those_alone() {
        let (here, there) = ("https://a.example".parse().unwrap(), "https://b.example".parse().unwrap());
        let all =
            details(&[("p", "{}"), ("p", r#"{"locations":[]}"#), ("p", r#"{"locations":["https://a.example"]}"#)]);
        assert!(all.iter().all(|detail| detail.is_for(&here)));
        assert_eq!(all.iter().map(|detail| detail.is_for(&there)).collect::<Vec<_>>(), [true, true, false]);
    }

    #[test]
    fn the_audit_log_is_told_the_types_and_no_values() {
        assert_eq!(details(&[("pay", "{\"iban\":\"X\"}"), ("read", "{}"), ("pay", "{}")]).kinds(), "pay read");
    }
}
