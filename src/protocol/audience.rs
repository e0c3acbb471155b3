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
    pub fn of(resources: &[ResourceId]) -> Self {
        match resources {
            [one] => Self::One(one.to_string()),
            several => Self::Several(several.iter().map(ToString::to_string).collect()),
        }
    }

    pub fn into_names(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Several(all) => all,
        }
    }
}
