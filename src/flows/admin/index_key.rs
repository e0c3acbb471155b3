//! A new key of the blind index, and the end of the one before.
//!
//! While two are live every name is written under both, so that no name belongs to two citizens whichever key a server has heard
//! of, and found under either. The servers write everybody's names under the new one; then the old one is retired, and what stands
//! under it is removed.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::flows::key_changes::{self, EVERYBODY_KNOWS};
use crate::storage::{KeyChangeKind, SealedKey, SealedKeyKind, Transaction};

use super::key_changes::Servers;
use super::{AdminError, Administrator};

const KIND: SealedKeyKind = SealedKeyKind::BlindIndex;

/// Makes the next key, and has everybody's names written under it. Returns its version.
///
/// # Errors
/// `Conflict` while another is still live, or what stood under one before is still being removed.
pub async fn add(admin: &Administrator, servers: Servers) -> Result<u16, AdminError> {
    admin.may(Permission::KeyMaster)?;
    let (mut tx, now) = (admin.store.begin().await?, admin.clock.now());
    let stored: Vec<SealedKey> = tx.sealed_keys().load().await?.into_iter().filter(|key| key.kind == KIND).collect();
    let newest = stored.iter().map(|key| key.version).max().unwrap_or(0);
    if let Some(older) = stored.iter().find(|key| key.version < newest) {
        let number = older.version;
        return Err(AdminError::Conflict(match older.retired_at {
            None => format!(
                "version {number} of the index key is still in use beside version {newest}; once every name is written under \
                 version {newest}, run: senid keys retire-index-key"
            ),
            Some(_) => format!("what stands under version {number} of the index key is still being removed"),
        }));
    }
    let version =
        newest.checked_add(1).ok_or_else(|| AdminError::Conflict("there is no version after 65535".to_owned()))?;
    let key = SealedKey::generate(KIND, version, &admin.sealing, &*admin.random, now)?;
    tx.sealed_keys().insert(&key).await?;
    begin(&mut tx, KeyChangeKind::INDEX, version, servers, admin).await?;
    tx.audit().record(&admin.event(EventKind::IndexKeyAdded).with("version", version).build()).await?;
    tx.commit().await?;
    reload(admin).await?;
    Ok(version)
}

/// Has the keys before the newest used no more, and what stands under them removed. Returns the newest's version.
///
/// # Errors
/// `Conflict` while a name stands under an old key alone, or where there is none.
pub async fn retire(admin: &Administrator, servers: Servers) -> Result<u16, AdminError> {
    admin.may(Permission::KeyMaster)?;
    let mut reading = admin.store.read().await?;
    let stored = reading.sealed_keys().load().await?;
    let live: Vec<u16> =
        stored.iter().filter(|key| key.kind == KIND && key.retired_at.is_none()).map(|key| key.version).collect();
    let newest = live.iter().copied().max().unwrap_or(0);
    let older: Vec<u16> = live.into_iter().filter(|version| *version < newest).collect();
    if older.is_empty() {
        return Err(AdminError::Conflict(format!("there is no index key beside version {newest}")));
    }
    let changes = reading.key_changes().list().await?;
    let ended = key_changes::have_ended(&changes, KeyChangeKind::INDEX, newest);
    for version in older {
        // The servers have seen everybody; this is the last look before what cannot be made good again.
        let lacking = reading.citizens().names_lacking(newest, version).await?;
        if !ended || lacking > 0 {
            return Err(AdminError::Conflict(format!(
                "names of {lacking} citizens are not written under version {newest} of the index key yet; the servers do that \
                 (senid keys status), and so does: senid keys apply"
            )));
        }
    }
    drop(reading);
    let mut tx = admin.store.begin().await?;
    tx.sealed_keys().retire(KIND, newest, admin.clock.now()).await?;
    begin(&mut tx, KeyChangeKind::INDEX_REMOVAL, newest, servers, admin).await?;
    tx.audit().record(&admin.event(EventKind::IndexKeyRetired).with("newest", newest).build()).await?;
    tx.commit().await?;
    reload(admin).await?;
    Ok(newest)
}

async fn begin(
    tx: &mut Transaction,
    kinds: [KeyChangeKind; 2],
    version: u16,
    servers: Servers,
    admin: &Administrator,
) -> Result<(), AdminError> {
    let now = admin.clock.now();
    let due_at = match servers {
        Servers::MayRun => now + EVERYBODY_KNOWS,
        Servers::NoneRuns => now,
    };
    Ok(key_changes::begin(tx, kinds, version, due_at, now).await?)
}

/// The command itself works with the keys as they are now.
async fn reload(admin: &Administrator) -> Result<(), AdminError> {
    let stored = admin.store.read().await?.sealed_keys().load().await?;
    let live = stored.iter().filter(|key| key.kind == KIND && key.retired_at.is_none());
    let keys = live.map(|key| Ok((key.version, key.open(&admin.sealing)?))).collect::<Result<Vec<_>, AdminError>>()?;
    let keys = crate::crypto::blind_index::IndexKeys::new(keys).map_err(AdminError::failed)?;
    Ok(admin.store.renew_index(keys)?)
}
