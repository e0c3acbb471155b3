//! The roles: what each is for, and the permissions that it is composed of.

use std::fmt;
use std::str::FromStr;

use super::permission::Permission::{self, *};

/// What somebody administers by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Administrator,
    Registrar,
    ClientOwner,
    Support,
    Auditor,
    Operator,
}

impl Role {
    pub const ALL: [Self; 6] =
        [Self::Administrator, Self::Registrar, Self::ClientOwner, Self::Support, Self::Auditor, Self::Operator];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Registrar => "registrar",
            Self::ClientOwner => "client_owner",
            Self::Support => "support",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
        }
    }

    /// What it is for, in a sentence.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Administrator => "registers applications and says who holds which role; looks after no citizen",
            Self::Registrar => "looks after citizens and organisations; touches no application",
            Self::ClientOwner => "looks after the applications that they own, and no other",
            Self::Support => "helps citizens, whom they see masked; changes nothing but ending a session",
            Self::Auditor => "sees what was done by everybody; changes nothing",
            Self::Operator => "keeps the deployment running: keys, deliveries, figures",
        }
    }

    /// Whether it reaches no further than the applications that its holder owns.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::ClientOwner)
    }

    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Administrator => ADMINISTRATOR,
            Self::Registrar => REGISTRAR,
            Self::ClientOwner => CLIENT_OWNER,
            Self::Support => SUPPORT,
            Self::Auditor => AUDITOR,
            Self::Operator => OPERATOR,
        }
    }

    pub fn has(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}

const ADMINISTRATOR: &[Permission] = &[
    ClientList,
    ClientShow,
    ClientCreate,
    ClientUpdate,
    ClientDisable,
    ClientRotateSecret,
    ClientReplaceToken,
    ClientRelease,
    ClientOwners,
    ClientExchange,
    ClientUsage,
    ClientSandbox,
    ClientDraft,
    ClientPromote,
    ClientRequestProduction,
    StreamShow,
    StreamManage,
    StreamRun,
    LinkIssue,
    LinkList,
    LinkEnd,
    ResourceShow,
    ResourceManage,
    RegistrationShow,
    RegistrationManage,
    // Whom a role is given to has to be found: masked.
    CitizenShow,
    KeyList,
    KeyRotate,
    DeliveryList,
    DeliveryRetry,
    SettingsShow,
    FiguresShow,
    TrustShow,
    AuditRead,
    AuditVerify,
    RoleList,
    RoleGrant,
    RoleRevoke,
    BreakGlassSeal,
    ApprovalList,
    ApprovalDecide,
];

const REGISTRAR: &[Permission] = &[
    CitizenList,
    CitizenShow,
    CitizenReveal,
    CitizenDuplicates,
    CitizenAdd,
    CitizenImport,
    CitizenStatus,
    CitizenRenumber,
    CitizenAliases,
    CitizenProve,
    CitizenReopen,
    CitizenMerge,
    CitizenIssueCode,
    CitizenGuardians,
    CitizenGuardiansShow,
    CorrectionList,
    CorrectionSettle,
    RegistryCheck,
    SessionList,
    SessionEnd,
    CredentialList,
    CredentialRemove,
    ConsentList,
    ConsentWithdraw,
    OrganisationList,
    OrganisationShow,
    OrganisationManage,
    OrganisationDecide,
    MandateRevoke,
    DisclosureShow,
    DisclosureRecord,
    DisclosureDecide,
    ApprovalList,
    ApprovalDecide,
];

const CLIENT_OWNER: &[Permission] = &[
    ClientList,
    ClientShow,
    ClientUpdate,
    ClientRotateSecret,
    ClientUsage,
    ClientSandbox,
    ClientDraft,
    ClientRequestProduction,
    StreamShow,
    StreamManage,
    StreamRun,
];

const SUPPORT: &[Permission] = &[
    CitizenList,
    CitizenShow,
    CitizenReveal,
    SessionList,
    SessionEnd,
    CredentialList,
    ConsentList,
    CitizenGuardiansShow,
    OrganisationList,
    OrganisationShow,
];

const AUDITOR: &[Permission] = &[
    ClientList,
    ClientShow,
    ClientUsage,
    StreamShow,
    ResourceShow,
    RegistrationShow,
    CitizenList,
    CitizenShow,
    CitizenGuardiansShow,
    SessionList,
    CredentialList,
    ConsentList,
    OrganisationList,
    OrganisationShow,
    DisclosureShow,
    KeyList,
    DeliveryList,
    SettingsShow,
    FiguresShow,
    TrustShow,
    AuditRead,
    AuditVerify,
    AuditExport,
    RoleList,
    ApprovalList,
];

const OPERATOR: &[Permission] = &[
    StreamShow,
    StreamRun,
    KeyList,
    KeyRotate,
    DeliveryList,
    DeliveryRetry,
    SettingsShow,
    FiguresShow,
    TrustShow,
    ResourceShow,
    ApprovalList,
    ApprovalDecide,
];

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that no role has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of administrator, registrar, client_owner, support, auditor, operator")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

#[cfg(test)]
mod tests {
    use super::super::permission::{Area, Concern, Effect};
    use super::*;

    #[test]
    fn whoever_watches_changes_nothing() {
        for permission in Role::Auditor.permissions() {
            assert_eq!(permission.effect(), Effect::Reads, "{permission}");
        }
        assert!(!Role::Auditor.has(CitizenReveal) && !Role::Auditor.has(CitizenExport));
    }

    #[test]
    fn whoever_looks_after_citizens_touches_no_application_and_the_other_way_round() {
        for permission in Role::Registrar.permissions() {
            assert_ne!(permission.concern(), Concern::Application, "{permission}");
            assert!(!matches!(permission.area(), Area::Clients | Area::Resources | Area::Registration), "{permission}");
        }
        for permission in Role::Administrator.permissions() {
            assert!(permission.concern() != Concern::Person || *permission == CitizenShow, "{permission}");
        }
    }

    #[test]
    fn an_owner_has_nothing_that_reaches_beyond_an_application() {
        assert!(Role::ClientOwner.is_own());
        for permission in Role::ClientOwner.permissions() {
            assert_eq!(permission.concern(), Concern::Application, "{permission}");
        }
    }

    #[test]
    fn support_ends_sessions_and_changes_nothing_else() {
        for permission in Role::Support.permissions() {
            assert!(permission.effect() == Effect::Reads || *permission == SessionEnd, "{permission}");
        }
    }

    #[test]
    fn only_administrators_say_who_holds_a_role() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            for permission in [RoleGrant, RoleRevoke, BreakGlassSeal, ClientOwners] {
                assert_eq!(role.has(permission), role == Role::Administrator, "{role}, {permission}");
            }
            // What changes every seal, or takes everybody along, is done at the shell.
            for permission in [KeyMaster, CitizenExport, AuditNewKey, AuditRetire] {
                assert!(!role.has(permission), "{role}, {permission}");
            }
        }
    }
}
