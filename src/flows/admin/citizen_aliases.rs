//! Numbers that a citizen signs in with beside their national identifier: an operator gives and takes them (docs/identifiers.md).

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::identifier_alias::{AliasKind, IdentifierAlias, KeptAlias};
use crate::domain::ids::{AliasId, CitizenId};
use crate::storage::{Conflict, Error, Transaction};

use super::find_citizen::Who;
use super::{AdminError, Administrator};
pub use crate::storage::AliasHolders;

/// Nobody has had more of them at a time; an account that could be given any number would be found by all of them.
const MOST: usize = 16;

#[derive(Debug)]
pub struct AliasAdded {
    pub citizen: CitizenId,
    pub holders: AliasHolders,
}

/// Lets a citizen sign in with another number.
///
/// # Errors
/// `NotFound`; `Invalid` where `number` is none of the kind; `Conflict` where they have it already, or have too many, or where it is or
/// was another citizen's national identifier.
pub async fn add(
    admin: &Administrator,
    who: &Who,
    kind: AliasKind,
    number: &str,
    reason: &str,
) -> Result<AliasAdded, AdminError> {
    admin.may(Permission::CitizenAliases)?;
    let alias = read(kind, number)?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?;
    admin.not_oneself(citizen.id)?;
    let live = live(&mut tx, citizen.id).await?;
    if alias == IdentifierAlias::Former(citizen.national_id.clone()) || live.iter().any(|kept| kept.alias == alias) {
        return Err(AdminError::Conflict(format!("they sign in with {} already", alias.masked())));
    }
    if live.len() >= MOST {
        return Err(AdminError::Conflict(format!(
            "they have {MOST} numbers beside their national identifier: remove one"
        )));
    }
    match tx.identifier_aliases().add(citizen.id, AliasId::new(now, &*admin.random), &alias, now).await {
        Err(Error::Conflict(Conflict::Name(_))) => {
            return Err(AdminError::Conflict(format!("another citizen has {}, or had it", alias.masked())));
        }
        done => done?,
    }
    let holders = tx.identifier_aliases().holders(citizen.id, &alias).await?;
    let event = admin
        .event(EventKind::CitizenAliasAdded)
        .about(citizen.id)
        .with("kind", kind)
        .with("number", alias.masked())
        .with("shared", if holders == AliasHolders::Several { "yes" } else { "no" })
        .with("reason", reason);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(AliasAdded { citizen: citizen.id, holders })
}

/// Ends it that a citizen signs in with a number.
///
/// # Errors
/// `NotFound`, also where they do not sign in with it; `Invalid` where `number` is none of the kind.
pub async fn remove(
    admin: &Administrator,
    who: &Who,
    kind: AliasKind,
    number: &str,
    reason: &str,
) -> Result<CitizenId, AdminError> {
    admin.may(Permission::CitizenAliases)?;
    let alias = read(kind, number)?;
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?;
    admin.not_oneself(citizen.id)?;
    let kept = live(&mut tx, citizen.id).await?.into_iter().find(|kept| kept.alias == alias);
    let Some(kept) = kept else {
        return Err(AdminError::NotFound(format!("they do not sign in with {} ({kind})", alias.masked())));
    };
    tx.identifier_aliases().end(citizen.id, &kept, admin.clock.now()).await?;
    let event = admin
        .event(EventKind::CitizenAliasRemoved)
        .about(citizen.id)
        .with("kind", kind)
        .with("number", alias.masked())
        .with("reason", reason);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(citizen.id)
}

fn read(kind: AliasKind, number: &str) -> Result<IdentifierAlias, AdminError> {
    IdentifierAlias::parse(kind, number).map_err(|why| AdminError::invalid("number", why.to_string()))
}

async fn live(tx: &mut Transaction, citizen: CitizenId) -> Result<Vec<KeptAlias>, AdminError> {
    let kept = tx.identifier_aliases().list(citizen).await?;
    Ok(kept.into_iter().filter(|kept| kept.until.is_none()).collect())
}
