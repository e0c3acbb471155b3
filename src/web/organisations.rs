//! How pages name what somebody is to an organisation.

use super::text::{Speaks, TextId, id};

/// As what somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    LegalRepresentative,
    Employee,
    Delegate,
}

impl Role {
    pub fn name(self) -> TextId {
        match self {
            Self::LegalRepresentative => id("role-legal-representative"),
            Self::Employee => id("role-employee"),
            Self::Delegate => id("role-delegate"),
        }
    }

    /// With what the organisation calls it: `Nhân viên · Kế toán trưởng`.
    pub fn with(self, position: Option<&str>, voice: &impl Speaks) -> String {
        match position {
            Some(position) => format!("{} · {position}", voice.say(self.name())),
            None => voice.say(self.name()),
        }
    }
}
