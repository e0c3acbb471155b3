//! What is unusual about a sign-in, and what is done about it (docs/throttling.md).
//!
//! A [`Rule`] sees the [`Facts`] and says whether something is unusual; what follows is the operator's to say. On a device that
//! the citizen has signed in with before nothing is unusual: no rule stands between people and their own.

mod rules;

use super::assurance::Requirement;
use super::time::Timestamp;

pub use rules::{ImpossibleTravel, ManyAccounts, NewDevice};

/// A coarse block of addresses as one citizen's records name it: two of one citizen's can be told to be the same, and nothing
/// else can be told by it without the key it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place([u8; 32]);

impl Place {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Where and when one of the citizen's devices was last used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    pub place: Place,
    pub at: Timestamp,
}

/// What is known of a sign-in on a device that its citizen has not signed in with before.
#[derive(Clone, Debug)]
pub struct Facts {
    pub now: Timestamp,
    pub place: Place,
    /// Of the devices that the citizen has signed in with.
    pub sightings: Vec<Sighting>,
    /// How many people's names were tried from the network of late, this one's included.
    pub names_from_network: u64,
}

/// What is unusual. The text stands in recorded events and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    NewDevice,
    ImpossibleTravel,
    ManyAccounts,
}

impl Reason {
    pub const ALL: [Self; 3] = [Self::NewDevice, Self::ImpossibleTravel, Self::ManyAccounts];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewDevice => "new_device",
            Self::ImpossibleTravel => "impossible_travel",
            Self::ManyAccounts => "many_accounts",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// What follows from something unusual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Response {
    /// The rule is not asked.
    Off,
    /// The citizen is told, and it is recorded.
    Notify,
    /// And a second factor is asked for.
    Demand,
}

/// What follows where more is demanded than anything that the citizen has could bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// They are let in, and told: who has a password alone is not locked out because something is unusual.
    Allow,
    Refuse,
}

/// Sees the facts of a sign-in, and nothing else: neither a clock nor a store.
pub trait Rule: Send + Sync {
    fn reason(&self) -> Reason;

    fn response(&self) -> Response;

    fn is_unusual(&self, facts: &Facts) -> bool;

    /// What a sign-in that is unusual in this way has to reach, where the operator demands more.
    fn demanded(&self) -> Requirement {
        Requirement::TWO_STEPS
    }
}

/// What the rules say of one sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    pub reasons: Vec<Reason>,
    pub demanded: Requirement,
}

impl Assessment {
    /// What `rules` say of `facts`: each is heard, and what any of them demands is demanded.
    pub fn of(rules: &[Box<dyn Rule>], facts: &Facts) -> Self {
        let mut assessment = Self::default();
        for rule in rules.iter().filter(|rule| rule.response() != Response::Off && rule.is_unusual(facts)) {
            assessment.reasons.push(rule.reason());
            if rule.response() == Response::Demand {
                assessment.demanded = assessment.demanded.and(rule.demanded());
            }
        }
        assessment
    }
}
