//! The register of lawful disclosures: an authority that the law lets ask is told data of a citizen. One operator records what was
//! asked, another one allows it, and only then is anything read. The citizen is told; where a law keeps it from them, once that
//! is over.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::audit::Actor;
use super::ids::{CitizenId, DisclosureId};
use super::operator::ShellAccounts;
use super::time::Timestamp;

/// No secrecy lasts longer without somebody looking at it again: five years.
pub const LONGEST_SECRECY: Duration = Duration::from_secs(5 * 365 * 86_400);

#[derive(Clone, Debug)]
pub struct Disclosure {
    pub id: DisclosureId,
    pub citizen: CitizenId,
    pub asked: Asked,
    pub recorded_by: String,
    pub recorded_at: Timestamp,
    pub state: State,
    /// By whom and when the data was read for the authority, the last time.
    pub given: Option<(String, Timestamp)>,
    /// The law keeps it from the citizen until then.
    pub secret_until: Option<Timestamp>,
    /// Since when the citizen can read of it.
    pub told_at: Option<Timestamp>,
}

/// What was asked, by whom and why. Sealed wherever it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Which court or office.
    pub authority: String,
    /// The article of the law that lets it ask.
    pub legal_basis: String,
    /// Its own number of the matter.
    pub reference: String,
    pub data: Vec<Data>,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asked({} kinds of data)", self.data.len())
    }
}

/// What can be disclosed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    /// Name, birth date, gender, address, national identifier.
    Identity,
    /// Mail address and telephone number.
    Contacts,
    /// How and when it was verified who they are.
    Verifications,
    /// When and from where they signed in, to which portals.
    Activity,
    /// Which portals they allowed what.
    Portals,
}

impl Data {
    pub const ALL: [Self; 5] = [Self::Identity, Self::Contacts, Self::Verifications, Self::Activity, Self::Portals];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Contacts => "contacts",
            Self::Verifications => "verifications",
            Self::Activity => "activity",
            Self::Portals => "portals",
        }
    }
}

impl FromStr for Data {
    type Err = UnknownData;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|data| data.as_str() == text).ok_or(UnknownData)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected identity, contacts, verifications, activity or portals")]
pub struct UnknownData;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Somebody else has to look at it.
    Recorded,
    Approved {
        by: String,
        at: Timestamp,
    },
    Refused {
        by: String,
        at: Timestamp,
    },
}

impl State {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
        }
    }
}

/// Why a step of a disclosure is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("whoever recorded it does not decide about it: another operator does")]
    SameOperator,
    #[error("it was decided already")]
    Decided,
    #[error("nobody has approved it")]
    NotApproved,
    #[error("the secrecy ends in the past, or in more than five years")]
    Secrecy,
}

impl Disclosure {
    /// Whether `by` may decide about it.
    ///
    /// # Errors
    /// `SameOperator`, `Decided`.
    pub fn may_be_decided_by(&self, by: &Actor, accounts: &ShellAccounts) -> Result<(), Refused> {
        match self.state {
            _ if accounts.could_be_one_person(&self.recorded_by, &by.to_text()) => Err(Refused::SameOperator),
            State::Recorded => Ok(()),
            State::Approved { .. } | State::Refused { .. } => Err(Refused::Decided),
        }
    }

    /// Whether its data may be read.
    ///
    /// # Errors
    /// `NotApproved`.
    pub const fn may_be_given(&self) -> Result<(), Refused> {
        match self.state {
            State::Approved { .. } => Ok(()),
            State::Recorded | State::Refused { .. } => Err(Refused::NotApproved),
        }
    }
}

/// Holds the end of a secrecy against what is allowed.
///
/// # Errors
/// `Secrecy`.
pub fn secrecy(until: Option<Timestamp>, now: Timestamp) -> Result<Option<Timestamp>, Refused> {
    match until {
        Some(until) if until <= now || until > now + LONGEST_SECRECY => Err(Refused::Secrecy),
        until => Ok(until),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disclosure(state: State) -> Disclosure {
        let nil = uuid::Uuid::nil();
        let asked = Asked {
            authority: "Toà án".to_owned(),
            legal_basis: "Điều 1".to_owned(),
            reference: "12/2026".to_owned(),
            data: vec![Data::Identity],
        };
        Disclosure {
            id: DisclosureId::from_uuid(nil),
            citizen: CitizenId::from_uuid(nil),
            asked,
            recorded_by: "operator:lan".to_owned(),
            recorded_at: Timestamp::EPOCH,
            state,
            given: None,
            secret_until: None,
            told_at: None,
        }
    }

    #[test]
    fn two_different_operators_stand_behind_each_and_it_is_decided_once() {
        let [lan, as_root, minh] = ["lan", "root (sudo: lan)", "minh"].map(|name| Actor::Operator(name.to_owned()));
        let recorded = disclosure(State::Recorded);
        assert_eq!(recorded.may_be_decided_by(&lan, &ShellAccounts::default()), Err(Refused::SameOperator));
        assert_eq!(recorded.may_be_decided_by(&as_root, &ShellAccounts::default()), Err(Refused::SameOperator));
        assert_eq!(recorded.may_be_decided_by(&minh, &ShellAccounts::default()), Ok(()));
        assert_eq!(recorded.may_be_given(), Err(Refused::NotApproved));
        let by = || "operator:minh".to_owned();
        let refused = disclosure(State::Refused { by: by(), at: Timestamp::EPOCH });
        assert_eq!(refused.may_be_given(), Err(Refused::NotApproved));
        assert_eq!(refused.may_be_decided_by(&minh, &ShellAccounts::default()), Err(Refused::Decided));
        assert_eq!(disclosure(State::Approved { by: by(), at: Timestamp::EPOCH }).may_be_given(), Ok(()));
    }

    #[test]
    fn a_secrecy_has_an_end_that_lies_ahead_and_not_too_far() {
        let now = Timestamp::from_seconds(1_800_000_000);
        assert_eq!(secrecy(None, now), Ok(None));
        assert_eq!(secrecy(Some(now + LONGEST_SECRECY), now), Ok(Some(now + LONGEST_SECRECY)));
        for until in [now, now - LONGEST_SECRECY, now + LONGEST_SECRECY + Duration::from_secs(1)] {
            assert_eq!(secrecy(Some(until), now), Err(Refused::Secrecy));
        }
    }

    #[test]
    fn what_was_asked_stands_in_no_log() {
        let shown = format!("{:?}", disclosure(State::Recorded));
        assert!(!shown.contains("Toà án") && !shown.contains("12/2026") && !shown.contains("Điều"), "{shown}");
    }
}
