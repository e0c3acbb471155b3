//! An event of the audit log as it lies in its table, and the one text of it that the log's tree is made of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A row of the audit log: texts as they are stored, whatever version of the program wrote them.
///
/// Serialised it is the event's canonical text: JSON by RFC 8785, whose members come in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditRecord {
    pub actor: String,
    pub address: Option<String>,
    /// Microseconds since the Unix epoch.
    pub at: i64,
    pub citizen: Option<Uuid>,
    pub client: Option<String>,
    pub details: Details,
    pub id: Uuid,
    pub kind: String,
    pub outcome: String,
    pub request: Option<String>,
}

/// The facts of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Details {
    Facts(BTreeMap<String, String>),
    /// A text that SenID did not write: it is another event for every difference, be it a space.
    Foreign(String),
}

impl Details {
    /// Of the text that is stored.
    pub fn stored(text: &str) -> Self {
        serde_json::from_str(text)
            .ok()
            .filter(|facts| serde_json::to_string(facts).is_ok_and(|again| again == text))
            .map_or_else(|| Self::Foreign(text.to_owned()), Self::Facts)
    }
}

impl AuditRecord {
    /// The canonical text, in UTF-8: what is hashed as the leaf of the tree (RFC 9162 §2.1.1).
    pub fn canonical(&self) -> Vec<u8> {
        // Nothing of it can fail to be JSON: the names are texts, and so is every value but the time.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(details: &str) -> AuditRecord {
        AuditRecord {
            actor: "operator:root".to_owned(),
            address: None,
            at: 1_700_000_000_000_000,
            citizen: Some(Uuid::nil()),
            client: None,
            details: Details::stored(details),
            id: Uuid::max(),
            kind: "citizen.locked".to_owned(),
            outcome: "success".to_owned(),
            request: None,
        }
    }

    /// Never changed: every log there is would no longer verify.
    #[test]
    fn the_canonical_text_is_as_documented() {
        let expected = r#"{"actor":"operator:root","address":null,"at":1700000000000000,"citizen":"00000000-0000-0000-0000-000000000000","client":null,"details":{"a":"Đ \" \n","b":"2"},"id":"ffffffff-ffff-ffff-ffff-ffffffffffff","kind":"citizen.locked","outcome":"success","request":null}"#;
        let record = record(r#"{"a":"Đ \" \n","b":"2"}"#);
        assert_eq!(String::from_utf8(record.canonical()).unwrap(), expected);
        assert_eq!(serde_json::from_str::<AuditRecord>(expected).unwrap(), record);
    }

    #[test]
    fn facts_that_are_spelt_another_way_are_other_facts() {
        let plain = record(r#"{"a":"1","b":"2"}"#).canonical();
        for other in
            [r#"{"a": "1","b":"2"}"#, r#"{"b":"2","a":"1"}"#, r#"{"a":"1","a":"1","b":"2"}"#, "", "{", r#"{"a":1}"#]
        {
            assert_ne!(record(other).canonical(), plain, "{other}");
        }
    }
}
