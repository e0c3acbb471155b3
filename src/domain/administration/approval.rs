//! What takes a second person: somebody asks, somebody else who could do it themselves approves, and it is done then, where what it
//! changes is still as it was when it was asked.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::permission::Permission;
use super::role::Role;
use crate::domain::ids::{ApprovalId, CitizenId, ClientId};
use crate::domain::operator::ShellAccounts;
use crate::domain::time::Timestamp;

/// What the settings may demand a second person for. A proof of identity in person has a setting of its own
/// (`identity.two_person_proof`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// A portal is to be told more of citizens than before: a scope, a claim, an identifier.
    Identifiers,
    /// A portal's answers are to go to another address, or a portal is switched on.
    RedirectUris,
    /// An account is unlocked that was locked because somebody else may have been in it.
    Unlock,
    KeyRotation,
    RoleGrant,
}

impl Matter {
    pub const ALL: [Self; 5] =
        [Self::Identifiers, Self::RedirectUris, Self::Unlock, Self::KeyRotation, Self::RoleGrant];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identifiers => "identifiers",
            Self::RedirectUris => "redirect_uris",
            Self::Unlock => "unlock",
            Self::KeyRotation => "key_rotation",
            Self::RoleGrant => "role_grant",
        }
    }
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that no matter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of identifiers, redirect_uris, unlock, key_rotation, role_grant")]
pub struct UnknownMatter;

impl FromStr for Matter {
    type Err = UnknownMatter;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|matter| matter.as_str() == text).ok_or(UnknownMatter)
    }
}

/// One value that would be other than it is. The name is the member's, with a dot before a part of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: String,
    pub old: Value,
    pub new: Value,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub enum Act {
    /// The changes are made in a client's registration.
    ChangeClient {
        client: ClientId,
    },
    /// From the sandbox into production, as it stands.
    Promote {
        client: ClientId,
    },
    GrantRole {
        citizen: CitizenId,
        role: String,
        until: Option<Timestamp>,
    },
    Unlock {
        citizen: CitizenId,
        reason: Option<String>,
    },
    /// As `senid keys rotate` names both.
    RotateKeys {
        when: String,
        only: Option<String>,
    },
}

impl Act {
    const fn permission(&self) -> Permission {
        match self {
            Self::ChangeClient { .. } => Permission::ClientUpdate,
            Self::Promote { .. } => Permission::ClientPromote,
            Self::GrantRole { .. } => Permission::RoleGrant,
            Self::Unlock { .. } => Permission::CitizenStatus,
            Self::RotateKeys { .. } => Permission::KeyRotate,
        }
    }

    pub const fn citizen(&self) -> Option<CitizenId> {
        match self {
            Self::GrantRole { citizen, .. } | Self::Unlock { citizen, .. } => Some(*citizen),
            Self::ChangeClient { .. } | Self::Promote { .. } | Self::RotateKeys { .. } => None,
        }
    }

    pub const fn client(&self) -> Option<&ClientId> {
        match self {
            Self::ChangeClient { client } | Self::Promote { client } => Some(client),
            Self::GrantRole { .. } | Self::Unlock { .. } | Self::RotateKeys { .. } => None,
        }
    }
}

/// Asked, with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub id: ApprovalId,
    pub matter: Matter,
    pub act: Act,
    pub changes: Vec<FieldChange>,
    /// As the audit log names them. A client that registered itself is nobody: whoever takes that up asks for it from then on.
    pub asked_by: String,
    pub asked_at: Timestamp,
    /// Nobody approves it any more from then on.
    pub expires_at: Timestamp,
    pub decision: Option<Decision>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub outcome: Outcome,
    pub by: String,
    pub at: Timestamp,
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Approved,
    Denied,
    /// By whoever asked.
    Withdrawn,
    /// What it would have changed was changed meanwhile.
    Void,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Approved, Self::Denied, Self::Withdrawn, Self::Void];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Void => "void",
        }
    }
}

/// Why somebody does not decide it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("nobody approves what they asked for themselves: another person has to")]
    Own,
    #[error("nobody approves a role of their own while another administrator can")]
    Beneficiary,
    #[error("it has expired: it is asked for anew")]
    Expired,
    #[error("it was decided already")]
    Decided,
    /// A client asked for it, by registering itself.
    #[error(
        "a client asked for it by registering itself: somebody takes it up first, and another person approves it then"
    )]
    ByItself,
    /// What nobody of the administration asked for, somebody asks for by now.
    #[error("somebody else has taken it up: it is theirs to ask for, and for another person to approve")]
    TakenUp,
    /// With what was changed meanwhile.
    #[error("it is void: {0}; it is asked for anew")]
    Void(String),
}

impl Approval {
    /// Whether `who`, as the audit log names them, may approve it at `now`. `accounts` say whose account they hold, and `others` is how
    /// many administrators there are beside whoever asked and whoever would hold the role.
    ///
    /// # Errors
    /// Why not.
    pub fn approvable(&self, who: &str, accounts: &ShellAccounts, others: usize, now: Timestamp) -> Result<(), Unfit> {
        let citizen = accounts.citizen(who);
        let is_beneficiary = citizen.is_some() && self.act.citizen() == citizen;
        match () {
            () if self.decision.is_some() => Err(Unfit::Decided),
            () if self.expires_at <= now => Err(Unfit::Expired),
            () if self.is_by_itself() => Err(Unfit::ByItself),
            () if accounts.could_be_one_person(&self.asked_by, who) => Err(Unfit::Own),
            // Of two administrators the other one has to agree, or neither could ever be given a further role.
            () if is_beneficiary && (others > 0 || !matches!(self.act, Act::GrantRole { .. })) => {
                Err(Unfit::Beneficiary)
            }
            () => Ok(()),
        }
    }

    /// Whether nobody of the administration asked for it: a client registered itself. Who sent that cannot be known, so that somebody takes
    /// it up first, which is no more than to ask for it, and another person approves.
    pub fn is_by_itself(&self) -> bool {
        self.asked_by.starts_with("client:")
    }

    /// What whoever decides it has to be allowed themselves.
    pub const fn permission(&self) -> Permission {
        match (self.matter, &self.act) {
            (Matter::Identifiers, Act::ChangeClient { .. }) => Permission::ClientRelease,
            (_, act) => act.permission(),
        }
    }

    /// How it stands at `now`, as programs read it.
    pub fn state(&self, now: Timestamp) -> &'static str {
        match &self.decision {
            Some(decision) => decision.outcome.as_str(),
            None if self.expires_at <= now => "expired",
            None => "waiting",
        }
    }

    /// The role that it would give.
    pub fn role(&self) -> Option<Role> {
        match &self.act {
            Act::GrantRole { role, .. } => role.parse().ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::operator::ShellAccount;

    fn citizen(number: u128) -> CitizenId {
        CitizenId::from_uuid(Uuid::from_u128(number))
    }

    fn asked(asked_by: &str, act: Act) -> Approval {
        Approval {
            id: ApprovalId::from_uuid(Uuid::from_u128(1)),
            matter: Matter::RoleGrant,
            act,
            changes: Vec::new(),
            asked_by: asked_by.to_owned(),
            asked_at: Timestamp::from_seconds(10),
            expires_at: Timestamp::from_seconds(20),
            decision: None,
        }
    }

    #[test]
    fn nobody_approves_their_own_through_whichever_account() {
        let (now, accounts) = (Timestamp::from_seconds(15), ShellAccounts::default());
        let role = || Act::GrantRole { citizen: citizen(9), role: "auditor".to_owned(), until: None };
        let of_shell = asked("operator:lan", role());
        for same in ["operator:lan", "operator:root (sudo: lan)", "operator:LAN"] {
            assert_eq!(of_shell.approvable(same, &accounts, 5, now), Err(Unfit::Own), "{same}");
        }
        assert_eq!(of_shell.approvable("operator:minh", &accounts, 5, now), Ok(()));
        // Whoever has a shell may have an account here, too: nobody can tell.
        let one = format!("staff:{}", citizen(1));
        assert_eq!(of_shell.approvable(&one, &accounts, 5, now), Err(Unfit::Own));
        let of_staff = asked(&one, role());
        assert_eq!(of_staff.approvable(&one, &accounts, 5, now), Err(Unfit::Own));
        assert_eq!(of_staff.approvable("operator:minh", &accounts, 5, now), Err(Unfit::Own));
        let two = format!("staff:{}", citizen(2));
        assert_eq!(of_staff.approvable(&two, &accounts, 5, now), Ok(()));
        assert_eq!(of_staff.approvable(&two, &accounts, 5, of_staff.expires_at), Err(Unfit::Expired));
    }

    #[test]
    fn whose_shell_account_is_whose_lets_the_other_one_approve() {
        let now = Timestamp::from_seconds(15);
        let lan = ShellAccount::parse(&format!("lan: {}", citizen(1))).unwrap();
        let accounts = ShellAccounts::from_iter([lan]);
        let role = |of| Act::GrantRole { citizen: citizen(of), role: "auditor".to_owned(), until: None };
        let (own, other) = (format!("staff:{}", citizen(1)), format!("staff:{}", citizen(2)));
        let of_shell = asked("operator:lan", role(9));
        assert_eq!(of_shell.approvable(&own, &accounts, 5, now), Err(Unfit::Own));
        assert_eq!(of_shell.approvable(&other, &accounts, 5, now), Ok(()));
        let of_staff = asked(&other, role(9));
        assert_eq!(of_staff.approvable("operator:root (sudo: lan)", &accounts, 5, now), Ok(()));
        assert_eq!(of_staff.approvable("operator:root (sudo: minh)", &accounts, 5, now), Err(Unfit::Own));
        // At the shell, too, nobody agrees to a role of their own.
        let of_lan = asked(&other, role(1));
        assert_eq!(of_lan.approvable("operator:lan", &accounts, 5, now), Err(Unfit::Beneficiary));
    }

    #[test]
    fn whoever_would_hold_the_role_agrees_only_where_nobody_else_is_left_to() {
        let (now, accounts) = (Timestamp::from_seconds(15), ShellAccounts::default());
        let (one, two) = (format!("staff:{}", citizen(1)), format!("staff:{}", citizen(2)));
        let role = Act::GrantRole { citizen: citizen(2), role: "auditor".to_owned(), until: None };
        let own = asked(&one, role);
        assert_eq!(own.approvable(&two, &accounts, 1, now), Err(Unfit::Beneficiary));
        assert_eq!(own.approvable(&two, &accounts, 0, now), Ok(()));
        let unlock = asked(&one, Act::Unlock { citizen: citizen(2), reason: None });
        assert_eq!(unlock.approvable(&two, &accounts, 0, now), Err(Unfit::Beneficiary));
    }

    #[test]
    fn every_matter_has_a_name() {
        for matter in Matter::ALL {
            assert_eq!(matter.as_str().parse(), Ok(matter));
        }
        assert_eq!("everything".parse::<Matter>(), Err(UnknownMatter));
    }
}
