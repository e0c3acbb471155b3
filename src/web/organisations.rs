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
    /// What a form sends.
    pub const fn value(self) -> &'static str {
        match self {
            Self::LegalRepresentative => "legal_representative",
            Self::Employee => "employee",
            Self::Delegate => "delegate",
        }
    }

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
