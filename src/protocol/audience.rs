//! `aud`: whom a token is for. RFC 7519 §4.1.3.

use serde::{Deserialize, Serialize};

use crate::domain::resource::ResourceId;

/// One, as a text, or several, as an array.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// The resources that a token of `issuer` is for, or the issuer itself where none is named (RFC 9068 §3).
    pub fn of(issuer: &str, resources: &[ResourceId]) -> Self {
        match resources {
            [] => Self::One(issuer.to_owned()),
            [one] => Self::One(one.to_string()),
            several => Self::Several(several.iter().map(ToString::to_string).collect()),
        }
    }

    /// Whether it names `reader`.
    pub fn names(&self, reader: &str) -> bool {
        match self {
            Self::One(one) => one == reader,
            Self::Several(all) => all.iter().any(|one| one == reader),
        }
    }
}
