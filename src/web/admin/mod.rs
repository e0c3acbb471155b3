//! The administration's pages.

mod break_glass;
mod door;

pub use break_glass::{BreakGlass, Brought, Seal, Sealing};
pub use door::{Bootstrap, BootstrapOutcome, Closed, Why};

use super::text::{TextId, id};

/// A role of the administration, as pages name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleName {
    Administrator,
    Registrar,
    ClientOwner,
    Support,
    Auditor,
    Operator,
}

impl RoleName {
    pub fn text(self) -> TextId {
        match self {
            Self::Administrator => id("role-administrator"),
            Self::Registrar => id("role-registrar"),
            Self::ClientOwner => id("role-client-owner"),
            Self::Support => id("role-support"),
            Self::Auditor => id("role-auditor"),
            Self::Operator => id("role-operator"),
        }
    }
}
