//! How asking the population registry goes, and asking it about somebody now.

use std::time::Duration;

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::ids::CitizenId;
use crate::domain::time::Timestamp;
use crate::storage::{CheckRecord, Overdue};

use super::find_citizen::Who;
use super::{AdminError, Administrator};

/// How it goes.
#[derive(Debug)]
pub struct Standing {
    /// Where the registry is; `None` where there is none.
    pub registry: Option<String>,
    /// Who should have been asked about by now.
    pub overdue: Overdue,
    /// What it said of those who were asked about within the last period: a word, of how many, and when last.
    pub answers: Vec<(String, u64, Timestamp)>,
    pub every: Duration,
}

pub async fn standing(admin: &Administrator) -> Result<Standing, AdminError> {
    admin.may(Permission::TrustShow)?;
    let (settings, now) = (&admin.settings.registry, admin.clock.now());
    let every = settings.recheck.every;
    let mut store = admin.store.read().await?;
    let overdue = store.registry_checks().overdue(now).await?;
    let answers = store.registry_checks().answers(now - every).await?;
    let registry = settings.server.as_ref().map(|server| server.url.to_string());
    Ok(Standing { registry, overdue, answers, every })
}

/// Somebody about whom the registry is asked next.
#[derive(Debug)]
pub struct Hastened {
    pub citizen: CitizenId,
    /// As it was before.
    pub before: Option<CheckRecord>,
}

/// Has a server ask about somebody at once.
///
/// # Errors
/// `NotFound`; `Conflict` where nobody is asked again.
pub async fn check(admin: &Administrator, who: &Who) -> Result<Hastened, AdminError> {
    admin.may(Permission::RegistryCheck)?;
    let settings = &admin.settings.registry;
    if settings.server.is_none() || !settings.recheck.enabled {
        let told = "the settings name no registry that is asked again: [registry] and registry.recheck.enabled";
        return Err(AdminError::Conflict(told.to_owned()));
    }
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?.id;
    let before = tx.registry_checks().find(citizen).await?;
    tx.registry_checks().hasten(citizen, admin.clock.now()).await?;
    tx.audit().record(&admin.event(EventKind::RegistryCheckAsked).about(citizen).build()).await?;
    tx.commit().await?;
    Ok(Hastened { citizen, before })
}
