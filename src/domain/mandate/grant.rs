//! Who may grant what: a mandate is a part of its granter's own.

use super::{Basis, Delegation, Mandate, NotInForce, Now, Portals, Position, Role};
use crate::domain::ids::{CitizenId, MandateId};
use crate::domain::time::Timestamp;

/// What is offered to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub role: Role,
    pub position: Option<Position>,
    pub portals: Portals,
    pub delegation: Delegation,
    /// At once where none is said.
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
}

/// Why it may not be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    NotInForce(#[from] NotInForce),
    #[error("this mandate may not be passed on")]
    MayNotDelegate,
    #[error("a legal representative is confirmed by a registrar and by nobody else")]
    LegalRepresentative,
    #[error("it is for more portals than the granter's own mandate, or in a role that is not theirs to give")]
    MoreThanHeld,
    #[error("it ends later than the granter's own mandate")]
    LongerThanHeld,
    #[error("it ends before it begins")]
    NoTerm,
    #[error("nobody grants themselves a mandate")]
    ToThemselves,
    #[error("the person is not known well enough to act for the organisation in this role")]
    LevelTooLow,
}

impl Offer {
    /// Whether the holder of `own` may offer this now.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn judge(&self, own: &Mandate, now: Now) -> Result<(), Refusal> {
        own.stands(now)?;
        if own.delegation != Delegation::Allowed {
            return Err(Refusal::MayNotDelegate);
        }
        if self.role == Role::LegalRepresentative {
            return Err(Refusal::LegalRepresentative);
        }
        if !own.role.grants().contains(&self.role) || !own.portals.hold(&self.portals) {
            return Err(Refusal::MoreThanHeld);
        }
        let begins = self.begins(now.at);
        match (own.ends_at, self.ends_at) {
            (Some(_), None) => return Err(Refusal::LongerThanHeld),
            (Some(own), Some(end)) if end > own => return Err(Refusal::LongerThanHeld),
            _ => {}
        }
        if self.ends_at.is_some_and(|end| end <= begins) {
            return Err(Refusal::NoTerm);
        }
        Ok(())
    }

    fn begins(&self, now: Timestamp) -> Timestamp {
        self.starts_at.map_or(now, |start| start.max(now))
    }
}

/// Who grants, whom, and when.
#[derive(Clone, Copy, Debug)]
pub struct Granting<'a> {
    /// The granter's own mandate.
    pub own: &'a Mandate,
    /// The moment, the organisation and how well the granter is known.
    pub now: Now,
    /// Who is to act, and how well they are known.
    pub to: CitizenId,
    pub level: crate::domain::assurance::AccountLevel,
}

/// The mandate that is accepted of an `offer`: judged now, whatever was right when it was offered.
///
/// # Errors
/// The first rule that it breaks.
pub fn grant(granting: Granting<'_>, offer: Offer, id: MandateId) -> Result<Mandate, Refusal> {
    let Granting { own, now, to, level } = granting;
    offer.judge(own, now)?;
    if to == own.citizen {
        return Err(Refusal::ToThemselves);
    }
    if level < offer.role.least_level() {
        return Err(Refusal::LevelTooLow);
    }
    Ok(Mandate {
        id,
        citizen: to,
        organisation: own.organisation,
        role: offer.role,
        starts_at: offer.begins(now.at),
        position: offer.position,
        portals: offer.portals,
        delegation: offer.delegation,
        ends_at: offer.ends_at,
        basis: Basis::Derived { from: own.id, by: own.citizen },
        granted_at: now.at,
        ended: None,
    })
}
