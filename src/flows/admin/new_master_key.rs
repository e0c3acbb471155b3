//! A new version of the master key, and everything wrapped by it.
//!
//! It takes two runs. The first adds the version to the file; then every server is started again, so that all know it.
//! The second wraps everything by it: the server's keys, clients' secrets, then citizens' and organisations' data keys, some at a time
//! (which it can leave to the servers). Whatever was wrapped by an older version still opens, so a run may be cut short anywhere; the
//! next one goes on where it was and makes no other version.

use std::path::Path;

use crate::crypto::keyring::KeyRing;
use crate::crypto::master_key::MasterKeys;
use crate::crypto::seal::{KeyEncryptionKeys, Purpose, key_version};
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::client::{Client, ClientAuthentication};
use crate::domain::keys::KeyPlace;
use crate::domain::secret::SealedSecret;
use crate::flows::{client_secret, key_changes};
use crate::storage::{self, KeyChangeKind, SealedKeyKind, StoredClient, Vault};

use super::{AdminError, Administrator};

/// Clients that are read at once.
const CLIENTS: u32 = 200;

/// Which version seals, and whether it was made now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    pub number: u16,
    pub origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written to the file by this run.
    Made,
    /// An earlier run wrote it, and something still waits to be wrapped by it.
    Unfinished,
}

/// The keys with their new version, for [`apply`].
#[derive(Debug)]
pub struct Renewed {
    pub version: Version,
    masters: MasterKeys,
}

/// The newest version, if something still waits to be wrapped by it: an earlier run added it, or somebody did by hand.
///
/// # Errors
/// Where the identity store is away.
pub async fn begun(admin: &Administrator) -> Result<Option<Renewed>, AdminError> {
    admin.may(Permission::KeyMaster)?;
    let masters = masters(admin)?.clone();
    let number = masters.current_version();
    let version = Version { number, origin: Origin::Unfinished };
    Ok(is_unfinished(admin).await?.then_some(Renewed { version, masters }))
}

/// Adds a version to the file; or has the hardware module make one, which the file then names.
///
/// # Errors
/// Where the module is away or cannot; if the file cannot be written; then nothing has changed.
pub async fn add(admin: &Administrator, file: &Path, place: KeyPlace) -> Result<Renewed, AdminError> {
    admin.may(Permission::KeyMaster)?;
    let (masters, label) = match place {
        KeyPlace::Store => (masters(admin)?.with_next(&*admin.random), None),
        KeyPlace::Module => {
            let missing =
                || AdminError::Conflict("the settings name no hardware module: set keys.pkcs11.module".to_owned());
            let hardware = admin.hardware.as_deref().ok_or_else(missing)?;
            let (label, key) = hardware.make_master(admin.clock.now(), &*admin.random).await?;
            (masters(admin)?.with_next_in_module(label.clone(), key), Some(label))
        }
    };
    let masters = masters.map_err(AdminError::failed)?;
    let number = masters.current_version();
    // Recorded before it is there: a key of unknown origin would be worse than the record of a key that is not there.
    let mut event = admin.event(EventKind::MasterKeyAdded).with("version", number);
    if let Some(label) = label {
        event = event.with("module_label", label);
    }
    admin.store.write().await?.audit().record(&event.build()).await?;
    masters.write(file).map_err(AdminError::failed)?;
    Ok(Renewed { version: Version { number, origin: Origin::Made }, masters })
}

/// How many data keys wait to be wrapped.
pub async fn waiting(admin: &Administrator, renewed: &Renewed) -> Result<u64, AdminError> {
    admin.may(Permission::KeyMaster)?;
    let (mut reading, version) = (admin.store.read().await?, renewed.version.number);
    let citizens = reading.citizens().wrapped_before(version).await?;
    Ok(citizens + reading.organisations().wrapped_before(version).await?)
}

/// Wraps the server's keys and clients' secrets by the newest version, and has citizens' keys wrapped by it from now on: by the
/// servers, and by [`key_changes::apply`](super::key_changes::apply). Every server must know that version by now.
///
/// # Errors
/// Where a part is away; what was wrapped by then stays so.
pub async fn begin(admin: &Administrator, renewed: &Renewed) -> Result<(), AdminError> {
    admin.may(Permission::KeyMaster)?;
    let sealing = KeyEncryptionKeys::derive(&renewed.masters, Purpose::ServerKeys)?;
    reseal_server_keys(admin, &sealing).await?;
    reseal_client_secrets(admin, &sealing).await?;
    admin.store.unlock(vault(admin, &renewed.masters, &sealing).await?);
    let (mut tx, now) = (admin.store.begin().await?, admin.clock.now());
    key_changes::begin(&mut tx, KeyChangeKind::MASTER, renewed.version.number, now, now).await?;
    Ok(tx.commit().await?)
}

/// Whether something is still wrapped by an older version than the file's newest.
async fn is_unfinished(admin: &Administrator) -> Result<bool, AdminError> {
    let current = masters(admin)?.current_version();
    let mut reading = admin.store.read().await?;
    for stored in reading.sealed_keys().load().await? {
        if key_version(&stored.sealed)? < current {
            return Ok(true);
        }
    }
    for stored in reading.key_pairs().load().await? {
        if key_version(&stored.sealed)? < current {
            return Ok(true);
        }
    }
    if reading.citizens().wrapped_before(current).await? > 0
        || reading.organisations().wrapped_before(current).await? > 0
    {
        return Ok(true);
    }
    let mut after = None;
    loop {
        let page = reading.clients().list(after.as_ref(), CLIENTS).await?;
        for stored in &page.items {
            if let Some(sealed) = sealed_secret(&stored.client)
                && key_version(sealed.as_bytes())? < current
            {
                return Ok(true);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(false);
        }
    }
}

async fn reseal_server_keys(admin: &Administrator, sealing: &KeyEncryptionKeys) -> Result<(), AdminError> {
    let mut tx = admin.store.begin().await?;
    for stored in tx.sealed_keys().load().await? {
        if let Some(fresh) = stored.reseal(sealing, &*admin.random)? {
            tx.sealed_keys().replace(&fresh).await?;
        }
    }
    for stored in tx.key_pairs().load_to_change().await? {
        let context = KeyRing::sealed_context(&stored.key);
        if let Some(fresh) = sealing.reseal(&context, &stored.sealed, &*admin.random)? {
            tx.key_pairs().replace_sealed(&stored.key.kid, &fresh).await?;
        }
    }
    Ok(tx.commit().await?)
}

async fn reseal_client_secrets(admin: &Administrator, sealing: &KeyEncryptionKeys) -> Result<(), AdminError> {
    let mut after = None;
    loop {
        let page = admin.store.read().await?.clients().list(after.as_ref(), CLIENTS).await?;
        for stored in page.items {
            reseal_client_secret(admin, sealing, stored).await?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Somebody may change the client meanwhile: then what they wrote is resealed.
async fn reseal_client_secret(
    admin: &Administrator,
    sealing: &KeyEncryptionKeys,
    mut stored: StoredClient,
) -> Result<(), AdminError> {
    loop {
        let StoredClient { mut client, version } = stored;
        let Some(sealed) = sealed_secret(&client) else { return Ok(()) };
        let Some(fresh) = client_secret::reseal(sealing, &client.id, sealed, &*admin.random)? else { return Ok(()) };
        if let ClientAuthentication::ClientSecretJwt { secret, .. } = &mut client.authentication {
            *secret = fresh;
        }
        let mut tx = admin.store.begin().await?;
        match tx.clients().replace(&client, version).await {
            Err(storage::Error::Conflict(_)) => {}
            done => {
                done?;
                return Ok(tx.commit().await?);
            }
        }
        drop(tx);
        match admin.store.read().await?.clients().find(&client.id).await? {
            Some(changed) => stored = changed,
            None => return Ok(()),
        }
    }
}

const fn sealed_secret(client: &Client) -> Option<&SealedSecret> {
    match &client.authentication {
        ClientAuthentication::ClientSecretJwt { secret, .. } => Some(secret),
        _ => None,
    }
}

/// What seals citizens under the new version.
async fn vault(admin: &Administrator, masters: &MasterKeys, sealing: &KeyEncryptionKeys) -> Result<Vault, AdminError> {
    let stored = admin.store.read().await?.sealed_keys().load().await?;
    let index = stored.iter().filter(|key| key.kind == SealedKeyKind::BlindIndex && key.retired_at.is_none());
    let index = index.map(|key| Ok((key.version, key.open(sealing)?))).collect::<Result<Vec<_>, AdminError>>()?;
    let index = crate::crypto::blind_index::IndexKeys::new(index).map_err(AdminError::failed)?;
    Ok(Vault::new(masters, index, admin.random.clone())?)
}

/// The master keys, which only the shell has at hand.
fn masters(admin: &Administrator) -> Result<&MasterKeys, AdminError> {
    admin.masters.as_ref().ok_or_else(|| AdminError::Conflict("the master key is changed at the shell".to_owned()))
}
