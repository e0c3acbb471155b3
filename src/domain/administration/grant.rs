//! That a citizen holds a role: given by somebody else, for a time, and withdrawn by writing its end down.

use super::role::Role;
use crate::domain::ids::{CitizenId, RoleGrantId};
use crate::domain::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    pub id: RoleGrantId,
    pub citizen: CitizenId,
    pub role: Role,
    /// As the audit log names them.
    pub granted_by: String,
    pub since: Timestamp,
    /// Over by itself from then on; `None` until somebody withdraws it.
    pub until: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

impl RoleGrant {
    /// Whether it stands at `now`. What its holder may do also depends on their account: nobody acts who is not active.
    pub fn stands(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.since <= now && self.until.is_none_or(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn it_ends_when_its_time_is_over_and_when_it_is_withdrawn() {
        let at = Timestamp::from_seconds;
        let own = RoleGrant {
            id: RoleGrantId::from_uuid(Uuid::from_u128(1)),
            citizen: CitizenId::from_uuid(Uuid::from_u128(2)),
            role: Role::Auditor,
            granted_by: "operator:lan".to_owned(),
            since: at(10),
            until: Some(at(20)),
            ended_at: None,
        };
        assert!(!own.stands(at(9)) && own.stands(at(10)) && own.stands(at(19)) && !own.stands(at(20)));
        assert!(RoleGrant { until: None, ..own.clone() }.stands(at(1000)));
        assert!(!RoleGrant { ended_at: Some(at(12)), ..own }.stands(at(15)));
    }
}
