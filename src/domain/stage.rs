//! Whom a client is for: while it is tried out, people who were made up; in production, citizens.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far a client has come. Its owner brings it into the sandbox; only the authority brings it into production.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Sandbox,
    /// Also of every client that was stored before there were stages.
    #[default]
    Production,
}

/// Whether somebody exists: decided when they are entered, and part of their id, so that nothing changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Person {
    Real,
    /// Made up, for portals that are tried out.
    MadeUp,
}

impl Stage {
    pub const ALL: [Self; 2] = [Self::Sandbox, Self::Production];

    /// The one rule: nobody real is ever told of to a client that is tried out, and nobody made up to one in production,
    /// where they would pass for a citizen. Asked wherever a person and a client meet, of every grant and at every use of it.
    pub const fn serves(self, person: Person) -> bool {
        matches!((self, person), (Self::Sandbox, Person::MadeUp) | (Self::Production, Person::Real))
    }

    /// What a portal is told whose stage does not serve whoever signed in.
    pub const fn refusal(self) -> &'static str {
        match self {
            Self::Sandbox => "this client is in the sandbox: only made-up people sign in to it",
            Self::Production => "made-up people sign in to clients in the sandbox only",
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Stage {
    type Err = UnknownStage;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or(UnknownStage)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected sandbox or production")]
pub struct UnknownStage;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_serves_its_own_people_and_nobody_else() {
        for stage in Stage::ALL {
            for person in [Person::Real, Person::MadeUp] {
                let own = (stage == Stage::Production) == (person == Person::Real);
                assert_eq!(stage.serves(person), own, "{stage} {person:?}");
            }
        }
    }
}
