//! The population registry: the country's own record of its people. What it is asked, what it answers, and whether that is the
//! person who asks for an account (Decree 69/2024/NĐ-CP: level 1 is data that agree with the registry).

mod agreement;
mod names;

use std::fmt;
use std::pin::Pin;

use super::birthdate::Birthdate;
use super::citizen::Gender;
use super::message::Channel;
use super::national_id::NationalId;
use super::time::Timestamp;

pub use agreement::{Agreement, Field, Rules};
pub use names::{Diacritics, same_name};

/// What somebody says of themselves. `Debug` shows nothing but the masked number.
#[derive(Clone, PartialEq, Eq)]
pub struct Claimed {
    pub person: NationalId,
    /// The whole name.
    pub name: String,
    pub birthdate: Birthdate,
}

/// Why the registry is asked; it may answer for one purpose and not for another.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// Somebody wants an account. What they say goes along, so that the registry can keep to itself whose data are others.
    Registration(&'a Claimed),
    /// What has become of somebody who has one.
    Recheck(&'a NationalId),
}

impl Question<'_> {
    pub const fn person(&self) -> &NationalId {
        match self {
            Self::Registration(claimed) => &claimed.person,
            Self::Recheck(person) => person,
        }
    }
}

/// What the registry answered: genuine, to this question, and of this person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// `None` where it tells of nobody by this number.
    pub record: Option<Record>,
    pub evidence: Evidence,
}

/// A person as the registry has them. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// What the registry itself calls its record.
    pub reference: String,
    pub standing: Standing,
    pub name: String,
    pub family_name: Option<String>,
    pub given_name: Option<String>,
    pub middle_name: Option<String>,
    /// How the registry writes names.
    pub diacritics: Diacritics,
    pub birthdate: Option<Birthdate>,
    pub gender: Option<Gender>,
    /// In the order in which the registry would use them.
    pub contacts: Vec<Contact>,
}

/// What has become of a person, or of their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Alive,
    /// With the day, where it is known.
    Deceased {
        on: Option<Birthdate>,
    },
    /// The number was replaced: the person has this one now.
    Renumbered(NationalId),
}

/// By what the registry reaches a person. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    pub channel: Channel,
    /// A mail address, or a telephone number (E.164).
    pub to: String,
}

/// What remains to show that the registry said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Who signed: the registry's own name.
    pub registry: String,
    pub answered_at: Timestamp,
    /// SHA-256 of the signed answer.
    pub digest: [u8; 32],
}

impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claimed({:?})", self.person)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[record of a population registry]")
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({})", self.channel.as_str())
    }
}

/// There is no answer that may be believed. Who did what is in the log; nobody is let in and nothing is changed on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("the population registry does not answer")]
    Away,
    /// It is not the registry's, or not to this question, or not of this person.
    #[error("what came from the population registry is not to be believed: {0}")]
    Untrusted(&'static str),
}

impl NoAnswer {
    /// The word that metrics count it under.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Untrusted(_) => "untrusted",
        }
    }
}

pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Reply, NoAnswer>> + Send + 'a>>;

/// Who is asked.
pub trait PopulationRegistry: fmt::Debug + Send + Sync {
    fn ask<'a>(&'a self, question: Question<'a>) -> Answer<'a>;
}
