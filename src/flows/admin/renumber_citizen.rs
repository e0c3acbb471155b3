//! Another national identifier for the same person: it was entered wrongly, or the state gave a new one. Everything else
//! stays, and so does every subject that portals know the person by, because none is derived from it.

use crate::domain::audit::EventKind;
use crate::domain::ids::CitizenId;
use crate::domain::national_id::{NationalId, Scheme};
use crate::storage::{Conflict, Error};

use super::find_citizen::Who;
use super::{AdminError, Administrator};

#[derive(Debug)]
pub struct Renumbered {
    pub citizen: CitizenId,
    /// What is unusual about the new one, for whoever entered it to look at.
    pub warnings: Vec<String>,
}

/// # Errors
/// `NotFound`; `Invalid` where `to` is no identifier of the scheme; `Conflict` where somebody else has it.
pub async fn renumber(
    admin: &Administrator,
    who: &Who,
    scheme: Scheme,
    to: &str,
    reason: &str,
) -> Result<Renumbered, AdminError> {
    if !admin.settings.national_id.enabled().contains(&scheme) {
        return Err(AdminError::invalid("scheme", "expected a scheme that the settings enable"));
    }
    let to = NationalId::parse(scheme, to).map_err(|why| AdminError::invalid("to", why.to_string()))?;
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?;
    let event = admin
        .event(EventKind::CitizenRenumbered)
        .about(citizen.id)
        .with("before", citizen.national_id.masked())
        .with("national_id", to.masked())
        .with("reason", reason);
    match tx.citizens().replace_national_id(citizen.id, &to, admin.clock.now()).await {
        Err(Error::Conflict(Conflict::Name(_))) => {
            return Err(AdminError::Conflict(format!("another citizen has {}", to.masked())));
        }
        done => done?,
    }
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    let warnings = to.warnings().iter().map(ToString::to_string).collect();
    Ok(Renumbered { citizen: citizen.id, warnings })
}
