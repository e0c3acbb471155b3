//! Who looks after the account of a minor: entered and ended by a registrar, on evidence.

use crate::domain::administration::Permission;
use crate::domain::age::{self, Stage};
use crate::domain::audit::EventKind;
use crate::domain::citizen::Citizen;
use crate::domain::guardianship::Guardianship;
use crate::domain::ids::GuardianshipId;

use super::find_citizen::Who;
use super::{AdminError, Administrator};

/// Enters `guardian` as one of `minor`'s, until the minor is old enough.
///
/// # Errors
/// `NotFound`; `Invalid` where it cannot be; `Conflict` where it is so already, or an account has ended.
pub async fn enter(
    admin: &Administrator,
    minor: &Who,
    guardian: &Who,
    evidence: &str,
) -> Result<Guardianship, AdminError> {
    admin.may(Permission::CitizenGuardians)?;
    let (now, ages) = (admin.clock.now(), &admin.settings.identity.ages);
    let mut tx = admin.store.begin().await?;
    let (minor, guardian) = (minor.load(&mut tx).await?, guardian.load(&mut tx).await?);
    admin.not_oneself(guardian.id)?;
    for (who, citizen) in [("minor", &minor), ("guardian", &guardian)] {
        if citizen.status.has_ended() {
            return Err(AdminError::Conflict(format!("the {who}'s account is {}", citizen.status)));
        }
    }
    let Some(until) = minor.profile.birthdate.and_then(|born| age::turns(born, ages.own_account)) else {
        return Err(AdminError::invalid("minor", "their date of birth is not known"));
    };
    if until <= now {
        let told = format!("they are {} or older, and look after their account themselves", ages.own_account);
        return Err(AdminError::invalid("minor", told));
    }
    if guardian.id == minor.id || ages.stage(guardian.profile.birthdate, now) != Stage::OfAge {
        return Err(AdminError::invalid("guardian", "expected somebody who is of age, whose date of birth is known"));
    }
    let new = Guardianship {
        id: GuardianshipId::new(now, &*admin.random),
        minor: minor.id,
        guardian: guardian.id,
        evidence: evidence.to_owned(),
        entered_by: admin.actor.to_text(),
        since: now,
        until,
        ended_at: None,
    };
    if !tx.guardianships().enter(&new).await? {
        return Err(AdminError::Conflict("they look after this account already".to_owned()));
    }
    for (about, name, other) in [(minor.id, "guardian", guardian.id), (guardian.id, "minor", minor.id)] {
        let event = admin.event(EventKind::GuardianshipEntered).about(about).with(name, other);
        tx.audit().record(&event.build()).await?;
    }
    tx.commit().await?;
    Ok(new)
}

/// Ends it before its time.
///
/// # Errors
/// `NotFound`.
pub async fn end(admin: &Administrator, minor: &Who, guardian: &Who, reason: &str) -> Result<(), AdminError> {
    admin.may(Permission::CitizenGuardians)?;
    let mut tx = admin.store.begin().await?;
    let (minor, guardian) = (minor.load(&mut tx).await?, guardian.load(&mut tx).await?);
    if !tx.guardianships().end(minor.id, guardian.id, admin.clock.now()).await? {
        return Err(AdminError::NotFound("they do not look after this account".to_owned()));
    }
    for (about, name, other) in [(minor.id, "guardian", guardian.id), (guardian.id, "minor", minor.id)] {
        let event = admin.event(EventKind::GuardianshipEnded).about(about).with(name, other).with("reason", reason);
        tx.audit().record(&event.build()).await?;
    }
    Ok(tx.commit().await?)
}

/// Those of a minor, the newest first, and the minor: that they were shown is recorded.
///
/// # Errors
/// `NotFound`.
pub async fn list(admin: &Administrator, minor: &Who) -> Result<(Citizen, Vec<Guardianship>), AdminError> {
    admin.may(Permission::CitizenGuardiansShow)?;
    let mut tx = admin.store.begin().await?;
    let minor = minor.load(&mut tx).await?;
    let found = tx.guardianships().of_minor(minor.id).await?;
    let event = admin.event(EventKind::CitizenShown).about(minor.id).with("sight", "guardians");
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok((minor, found))
}
