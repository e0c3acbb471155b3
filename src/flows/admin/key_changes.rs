//! How far changes of keys have come, and going on with them at once instead of leaving them to the servers.

use crate::domain::administration::Permission;
use std::time::Duration;

use crate::flows::key_changes::{PAUSE, Turned, Worker};
pub use crate::storage::{KeyChange, KeyChangeKind};

use super::{AdminError, Administrator};

/// Whether servers run that may not have heard of a key yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Servers {
    MayRun,
    /// The operator says so.
    NoneRuns,
}

/// All changes, those that have ended too.
pub async fn list(admin: &Administrator) -> Result<Vec<KeyChange>, AdminError> {
    admin.may(Permission::KeyList)?;
    Ok(admin.store.read().await?.key_changes().list().await?)
}

/// What [`apply`] leaves to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    Nothing,
    /// A change begins only when every server knows the key.
    Waiting(KeyChange),
}

/// Goes on with every change for as long as there is something to do, telling `progress` how far each has come. Servers that run
/// go on with them too.
///
/// # Errors
/// Where the identity store is away; what was done by then stays so.
pub async fn apply(
    admin: &Administrator,
    servers: Servers,
    mut progress: impl FnMut(&KeyChange),
) -> Result<Left, AdminError> {
    admin.may(Permission::KeyMaster)?;
    if servers == Servers::NoneRuns {
        let mut tx = admin.store.begin().await?;
        for kind in KeyChangeKind::ALL {
            tx.key_changes().hasten(kind, admin.clock.now()).await?;
        }
        tx.commit().await?;
    }
    let worker = Worker {
        store: &admin.store,
        clock: &*admin.clock,
        random: &*admin.random,
        actor: admin.actor.clone(),
        pause: Duration::ZERO,
        ahead: PAUSE,
    };
    loop {
        let turned = worker.turn().await?;
        let changes = list(admin).await?;
        for change in changes.iter().filter(|change| change.finished_at.is_none()) {
            progress(change);
        }
        if turned == Turned::Idle {
            let waiting = changes.into_iter().find(|change| change.finished_at.is_none());
            return Ok(waiting.map_or(Left::Nothing, Left::Waiting));
        }
    }
}
