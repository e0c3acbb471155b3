//! Another national identifier for the same person: it was entered wrongly, or the state gave a new one. Everything else
//! stays, and so does every subject that portals know the person by, because none is derived from it.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::identifier_alias::IdentifierAlias;
use crate::domain::ids::{AliasId, CitizenId};
use crate::domain::national_id::{NationalId, Scheme};
use crate::domain::signals::{Happening, Initiator};
use crate::storage::{Conflict, Error};

use super::super::signals;
use super::find_citizen::Who;
use super::{AdminError, Administrator};

/// What the number before was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Theirs until now: they go on signing in with it, and no portal is told it.
    Theirs,
    /// A mistake. It may be somebody else's, so it finds nobody any longer.
    Mistaken,
}

#[derive(Debug)]
pub struct Renumbered {
    pub citizen: CitizenId,
    /// What is unusual about the new one, for whoever entered it to look at.
    pub warnings: Vec<String>,
}

/// # Errors
/// `NotFound`; `Invalid` where `to` is no identifier of the scheme; `Conflict` where they have it already, or somebody else has it.
pub async fn renumber(
    admin: &Administrator,
    who: &Who,
    scheme: Scheme,
    to: &str,
    before: Before,
    reason: &str,
) -> Result<Renumbered, AdminError> {
    admin.may(Permission::CitizenRenumber)?;
    if !admin.settings.national_id.enabled().contains(&scheme) {
        return Err(AdminError::invalid("scheme", "expected a scheme that the settings enable"));
    }
    let to = NationalId::parse(scheme, to).map_err(|why| AdminError::invalid("to", why.to_string()))?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?;
    admin.not_oneself(citizen.id)?;
    if citizen.national_id == to {
        return Err(AdminError::Conflict(format!("their national identifier is {} already", to.masked())));
    }
    let event = admin
        .event(EventKind::CitizenRenumbered)
        .about(citizen.id)
        .with("before", citizen.national_id.masked())
        .with("before_was", if before == Before::Theirs { "theirs" } else { "mistaken" })
        .with("national_id", to.masked())
        .with("reason", reason);
    // A number that they had, and have again, is no alias any longer.
    let again = IdentifierAlias::Former(to.clone());
    for kept in tx.identifier_aliases().list(citizen.id).await? {
        if kept.until.is_none() && kept.alias == again {
            tx.identifier_aliases().end(citizen.id, &kept, now).await?;
        }
    }
    match tx.citizens().replace_national_id(citizen.id, &citizen.national_id, &to, now).await {
        Err(Error::Conflict(Conflict::Name(_))) => {
            return Err(AdminError::Conflict(format!("another citizen has {}", to.masked())));
        }
        done => done?,
    }
    if before == Before::Theirs {
        let alias = IdentifierAlias::Former(citizen.national_id.clone());
        tx.identifier_aliases().add(citizen.id, AliasId::new(now, &*admin.random), &alias, now).await?;
    }
    tx.audit().record(&event.build()).await?;
    signals::tell(&admin.post(), &mut tx, citizen.id, Happening::NationalId, Initiator::Admin).await?;
    tx.commit().await?;
    let warnings = to.warnings().iter().map(ToString::to_string).collect();
    Ok(Renumbered { citizen: citizen.id, warnings })
}
