//! A mandate: by what right a citizen acts for an organisation, for which portals, and for how long.
//!
//! ```text
//!                          ┌─▶ declined, withdrawn, (expired)
//! offered (an invitation) ─┴─▶ in force ─▶ ended: revoked, given back, by time, with what it was derived from
//! ```
//!
//! Whoever grants one passes on a part of what they hold themselves: never more, never for longer, and what they passed on ends when
//! theirs does. Only the legal representative's stands on nobody else's: a registrar has confirmed it.

mod grant;
mod invitation;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use grant::{Granting, Offer, Refusal, grant};
pub use invitation::{Answer, Invitation, InvitationEnd, InvitationState, Over};

use super::assurance::AccountLevel;
use super::ids::{CitizenId, ClientId, MandateId, OrganisationId};
use super::organisation::OrganisationStatus;
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    pub id: MandateId,
    /// Who acts.
    pub citizen: CitizenId,
    /// For whom.
    pub organisation: OrganisationId,
    pub role: Role,
    /// What the organisation calls it: "chief accountant".
    pub position: Option<Position>,
    pub portals: Portals,
    pub delegation: Delegation,
    pub starts_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    pub basis: Basis,
    pub granted_at: Timestamp,
    pub ended: Option<Ended>,
}

/// As what somebody acts for an organisation. The text is what is stored and what portals are told, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    LegalRepresentative,
    /// Somebody whom the organisation employs, in a position of it.
    Employee,
    /// Somebody who was given a part of what another may do.
    Delegate,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::LegalRepresentative, Self::Employee, Self::Delegate];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LegalRepresentative => "legal_representative",
            Self::Employee => "employee",
            Self::Delegate => "delegate",
        }
    }

    /// How well somebody must be known to act as this. Who answers for an organisation before the law has been seen in person;
    /// nobody acts for one whose word alone says who they are.
    pub const fn least_level(self) -> AccountLevel {
        match self {
            Self::LegalRepresentative => AccountLevel::Proven,
            Self::Employee | Self::Delegate => AccountLevel::Registered,
        }
    }

    /// As what its holder may have others act. Whom the organisation employs is for those to say who belong to it; whoever has a part
    /// of another's has a part to pass on.
    pub const fn grants(self) -> &'static [Self] {
        match self {
            Self::LegalRepresentative | Self::Employee => &[Self::Delegate, Self::Employee],
            Self::Delegate => &[Self::Delegate],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected legal_representative, employee or delegate")]
pub struct UnknownRole;

/// A position in an organisation, in its own words: 1 to 80 characters of one line. Sealed where it is stored: words may name people.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Position(String);

impl Position {
    const LONGEST: usize = 80;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[position]")
    }
}

impl TryFrom<String> for Position {
    type Error = InvalidPosition;
    fn try_from(text: String) -> Result<Self, InvalidPosition> {
        let text = text.trim();
        let fits = (1..=Self::LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidPosition) }
    }
}

impl From<Position> for String {
    fn from(position: Position) -> Self {
        position.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a position is 1 to 80 characters in one line")]
pub struct InvalidPosition;

/// At which portals a mandate counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Portals {
    All,
    /// At these and no others; there is one or more.
    Only(BTreeSet<ClientId>),
}

impl Portals {
    pub fn cover(&self, client: &ClientId) -> bool {
        match self {
            Self::All => true,
            Self::Only(portals) => portals.contains(client),
        }
    }

    /// Whether `other` goes nowhere that this does not.
    fn hold(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Only(_), Self::All) => false,
            (Self::Only(held), Self::Only(asked)) => asked.is_subset(held),
        }
    }
}

/// Whether its holder may pass on what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delegation {
    Allowed,
    NotAllowed,
}

/// What a mandate stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Registrars confirmed the legal representative.
    Registrar,
    /// Its granter's own: when that one ends, this one does.
    Derived { from: MandateId, by: CitizenId },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub at: Timestamp,
    pub why: EndReason,
}

/// Why a mandate ended. The text is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Somebody of the organisation took it back.
    Revoked,
    /// Its holder gave it back.
    GivenBack,
    /// A registrar ended it.
    ByRegistrar,
    /// Its time was over.
    Expired,
    /// What it was derived from ended.
    BasisEnded,
    OrganisationDissolved,
    /// Its holder has died, or their account was closed.
    HolderGone,
}

impl EndReason {
    const ALL: [Self; 7] = [
        Self::Revoked,
        Self::GivenBack,
        Self::ByRegistrar,
        Self::Expired,
        Self::BasisEnded,
        Self::OrganisationDissolved,
        Self::HolderGone,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::GivenBack => "given_back",
            Self::ByRegistrar => "by_registrar",
            Self::Expired => "expired",
            Self::BasisEnded => "basis_ended",
            Self::OrganisationDissolved => "organisation_dissolved",
            Self::HolderGone => "holder_gone",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// Why a mandate does not count now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotInForce {
    #[error("the mandate to act for the organisation has ended")]
    Ended,
    #[error("the mandate to act for the organisation has not begun")]
    NotYet,
    #[error("the organisation is suspended or dissolved")]
    OrganisationInactive,
    #[error("the person is not known well enough to act for the organisation in this role")]
    LevelTooLow,
    #[error("the mandate does not cover this portal")]
    OtherPortals,
}

/// What a mandate is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    pub at: Timestamp,
    pub organisation: OrganisationStatus,
    /// How well its holder is known.
    pub level: AccountLevel,
}

impl Mandate {
    /// Whether it counts now, wherever.
    ///
    /// # Errors
    /// The first reason why it does not.
    pub fn stands(&self, now: Now) -> Result<(), NotInForce> {
        if self.ended.is_some() || self.ends_at.is_some_and(|end| end <= now.at) {
            return Err(NotInForce::Ended);
        }
        if now.at < self.starts_at {
            return Err(NotInForce::NotYet);
        }
        if now.organisation != OrganisationStatus::Active {
            return Err(NotInForce::OrganisationInactive);
        }
        if now.level < self.role.least_level() {
            return Err(NotInForce::LevelTooLow);
        }
        Ok(())
    }

    /// Whether its holder may act for the organisation at this portal now.
    ///
    /// # Errors
    /// As [`stands`](Self::stands), and where it covers other portals only.
    pub fn permits(&self, client: &ClientId, now: Now) -> Result<(), NotInForce> {
        self.stands(now)?;
        if self.portals.cover(client) { Ok(()) } else { Err(NotInForce::OtherPortals) }
    }

    /// It ends, once.
    ///
    /// # Errors
    /// [`AlreadyEnded`].
    pub fn end(self, why: EndReason, at: Timestamp) -> Result<Self, AlreadyEnded> {
        match self.ended {
            Some(_) => Err(AlreadyEnded),
            None => Ok(Self { ended: Some(Ended { at, why }), ..self }),
        }
    }

    /// Whether the holder of this one may end `other`: the legal representative every one of the organisation but another legal
    /// representative's, everybody else what they granted themselves with it.
    pub fn may_end(&self, other: &Self) -> bool {
        if self.organisation != other.organisation {
            return false;
        }
        match (self.role, other.basis) {
            (_, Basis::Registrar) => false,
            (Role::LegalRepresentative, Basis::Derived { .. }) => true,
            (_, Basis::Derived { from, .. }) => from == self.id,
        }
    }

    /// Whether its holder sees who else acts for the organisation: whoever may add to them.
    pub fn sees_people(&self) -> bool {
        self.delegation == Delegation::Allowed
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mandate has ended before")]
pub struct AlreadyEnded;

/// For whom somebody acts, and by what right: what a sign-in, a grant and a client's part in a session remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Acting {
    pub organisation: OrganisationId,
    pub mandate: MandateId,
}

/// In whose name somebody signs in, as they chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InWhoseName {
    Myself,
    Organisation(Acting),
}

impl InWhoseName {
    pub const fn acting(self) -> Option<Acting> {
        match self {
            Self::Myself => None,
            Self::Organisation(acting) => Some(acting),
        }
    }
}

#[cfg(test)]
mod tests;
