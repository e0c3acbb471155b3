//! What somebody may do now: asked before anything else is done, and denied wherever there is a doubt.

use std::collections::BTreeSet;
use std::time::Duration;

use super::permission::{Area, Care, Permission};
use super::role::Role;
use crate::domain::ids::{CitizenId, ClientId};
use crate::domain::time::Timestamp;

/// By what right somebody acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Someone with a shell on the server, who could read the keys and write the database: nothing is refused to them, and all that
    /// they do is recorded under their name.
    Shell,
    Staff(Staff),
}

/// A citizen who holds roles, as they stood when they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    pub citizen: CitizenId,
    pub roles: BTreeSet<Role>,
    /// The applications that they own.
    pub owns: BTreeSet<ClientId>,
    /// Since when what they have proven lasts: the strongest that the door asks for.
    pub proven_at: Timestamp,
    /// How old that may be for what is sensitive.
    pub sensitive_proof: Duration,
    /// What an access token is limited to; `None` for a person at a page.
    pub areas: Option<BTreeSet<Area>>,
    pub now: Timestamp,
}

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("this takes the permission {0}")]
    Missing(Permission),
    /// The permission is there, and reaches no further than one's own applications.
    #[error("this takes the permission {0} for this application")]
    NotOwn(Permission),
    /// The access token is for something else.
    #[error("this takes an access token for the area {}", .0.area())]
    OutOfScope(Permission),
    #[error("{0} is sensitive: prove again who you are")]
    Stale(Permission),
}

impl Denied {
    pub const fn permission(self) -> Permission {
        match self {
            Self::Missing(one) | Self::NotOwn(one) | Self::OutOfScope(one) | Self::Stale(one) => one,
        }
    }
}

/// How far a list may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached<'a> {
    All,
    Own(&'a BTreeSet<ClientId>),
}

impl Reached<'_> {
    pub fn holds(self, client: &ClientId) -> bool {
        match self {
            Self::All => true,
            Self::Own(own) => own.contains(client),
        }
    }
}

impl Authority {
    /// Whether they may do this to anybody's, or to the deployment as a whole.
    ///
    /// # Errors
    /// Why not.
    pub fn may(&self, permission: Permission) -> Result<(), Denied> {
        match self.reach(permission)? {
            Reached::All => Ok(()),
            Reached::Own(_) => Err(Denied::NotOwn(permission)),
        }
    }

    /// Whether they may do this to this application.
    ///
    /// # Errors
    /// Why not.
    pub fn may_on(&self, permission: Permission, client: &ClientId) -> Result<(), Denied> {
        match self.reach(permission)?.holds(client) {
            true => Ok(()),
            false => Err(Denied::NotOwn(permission)),
        }
    }

    /// To which applications they may do this.
    ///
    /// # Errors
    /// `Missing` where to none at all.
    pub fn reach(&self, permission: Permission) -> Result<Reached<'_>, Denied> {
        let Self::Staff(staff) = self else { return Ok(Reached::All) };
        let mut with = staff.roles.iter().filter(|role| role.has(permission)).peekable();
        if with.peek().is_none() {
            return Err(Denied::Missing(permission));
        }
        if staff.areas.as_ref().is_some_and(|areas| !areas.contains(&permission.area())) {
            return Err(Denied::OutOfScope(permission));
        }
        if permission.care() == Care::Sensitive && !staff.is_fresh() {
            return Err(Denied::Stale(permission));
        }
        match with.any(|role| !role.is_own()) {
            true => Ok(Reached::All),
            false => Ok(Reached::Own(&staff.owns)),
        }
    }

    /// Whether they would be shown this at all, however long ago they proved who they are: what a menu asks.
    pub fn has(&self, permission: Permission) -> bool {
        match self {
            Self::Shell => true,
            Self::Staff(staff) => staff.roles.iter().any(|role| role.has(permission)),
        }
    }
}

impl Staff {
    /// Whether what they proved is young enough for what is sensitive.
    pub fn is_fresh(&self) -> bool {
        self.now <= self.proven_at + self.sensitive_proof
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn staff(roles: &[Role]) -> Staff {
        Staff {
            citizen: CitizenId::from_uuid(Uuid::from_u128(1)),
            roles: roles.iter().copied().collect(),
            owns: BTreeSet::new(),
            proven_at: Timestamp::from_seconds(100),
            sensitive_proof: Duration::from_secs(300),
            areas: None,
            now: Timestamp::from_seconds(200),
        }
    }

    #[test]
    fn whoever_has_no_role_may_nothing() {
        let nobody = Authority::Staff(staff(&[]));
        for permission in Permission::ALL {
            assert_eq!(nobody.may(*permission), Err(Denied::Missing(*permission)));
            assert_eq!(Authority::Shell.may(*permission), Ok(()));
        }
    }

    #[test]
    fn a_role_allows_what_it_is_composed_of_and_nothing_else() {
        for role in Role::ALL {
            let own = Authority::Staff(staff(&[role]));
            for permission in Permission::ALL {
                let expected = match (role.has(*permission), role.is_own()) {
                    (true, false) => Ok(()),
                    (true, true) => Err(Denied::NotOwn(*permission)),
                    (false, _) => Err(Denied::Missing(*permission)),
                };
                assert_eq!(own.may(*permission), expected, "{role}, {permission}");
            }
        }
    }

    #[test]
    fn an_owner_reaches_their_own_applications() {
        let (own, other): (ClientId, ClientId) = ("own".parse().unwrap(), "other".parse().unwrap());
        let owner = Authority::Staff(Staff { owns: BTreeSet::from([own.clone()]), ..staff(&[Role::ClientOwner]) });
        assert_eq!(owner.may_on(Permission::ClientUpdate, &own), Ok(()));
        assert_eq!(owner.may_on(Permission::ClientUpdate, &other), Err(Denied::NotOwn(Permission::ClientUpdate)));
        assert!(owner.reach(Permission::ClientList).unwrap().holds(&own));
        assert!(!owner.reach(Permission::ClientList).unwrap().holds(&other));
        // Who owns an application is nothing without the role.
        let guest = Authority::Staff(Staff { owns: BTreeSet::from([own.clone()]), ..staff(&[Role::Support]) });
        assert_eq!(guest.may_on(Permission::ClientUpdate, &own), Err(Denied::Missing(Permission::ClientUpdate)));
    }

    #[test]
    fn what_is_sensitive_takes_a_young_proof() {
        let old = Authority::Staff(Staff { now: Timestamp::from_seconds(401), ..staff(&[Role::Administrator]) });
        assert_eq!(old.may(Permission::RoleGrant), Err(Denied::Stale(Permission::RoleGrant)));
        assert_eq!(old.may(Permission::RoleList), Ok(()));
        let young = Authority::Staff(Staff { now: Timestamp::from_seconds(400), ..staff(&[Role::Administrator]) });
        assert_eq!(young.may(Permission::RoleGrant), Ok(()));
    }

    #[test]
    fn an_access_token_reaches_no_further_than_its_areas() {
        let limited =
            Authority::Staff(Staff { areas: Some(BTreeSet::from([Area::Clients])), ..staff(&[Role::Administrator]) });
        assert_eq!(limited.may(Permission::ClientList), Ok(()));
        assert_eq!(limited.may(Permission::RoleList), Err(Denied::OutOfScope(Permission::RoleList)));
    }
}
