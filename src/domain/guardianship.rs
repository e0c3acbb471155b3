//! Who looks after the account of a minor.

use std::fmt;

use super::ids::{CitizenId, GuardianshipId};
use super::time::Timestamp;

/// Entered by a registrar, on evidence; over by itself on the day that the minor is old enough.
#[derive(Clone)]
pub struct Guardianship {
    pub id: GuardianshipId,
    pub minor: CitizenId,
    pub guardian: CitizenId,
    /// What the registrar saw, in their words: a certificate of birth and its number. Sealed wherever it is stored.
    pub evidence: String,
    /// Who entered it, as the audit log names them.
    pub entered_by: String,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Since when a registrar has ended it.
    pub ended_at: Option<Timestamp>,
}

impl Guardianship {
    pub fn stands(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.since <= now && now < self.until
    }
}

impl fmt::Debug for Guardianship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guardianship({} of {})", self.guardian, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn it_ends_by_itself_and_where_somebody_ends_it() {
        let citizen = |number| CitizenId::from_uuid(Uuid::from_u128(number));
        let at = Timestamp::from_seconds;
        let own = Guardianship {
            id: GuardianshipId::from_uuid(Uuid::from_u128(1)),
            minor: citizen(2),
            guardian: citizen(3),
            evidence: "birth certificate 12/2016".to_owned(),
            entered_by: "operator:lan".to_owned(),
            since: at(10),
            until: at(20),
            ended_at: None,
        };
        assert!(!own.stands(at(9)) && own.stands(at(10)) && own.stands(at(19)) && !own.stands(at(20)));
        assert!(!format!("{own:?}").contains("birth"));
        assert!(!Guardianship { ended_at: Some(at(15)), ..own }.stands(at(16)));
    }
}
