//! A deployment, opened: its identity store, and the keys that its master key opens.
//!
//! `serve`, the administrative commands and the demonstration all begin here. The first start makes the keys; of
//! processes that start together for the first time, all end up with the same.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{DatabaseUrl, MasterKey, Settings};
use crate::crypto::blind_index::IndexKeys;
use crate::crypto::hardware::ModuleError;
use crate::crypto::keyring::{KeyRing, KeyRingError};
use crate::crypto::master_key::{MasterKeyError, MasterKeys};
use crate::crypto::nonce::NonceKeys;
use crate::crypto::pairwise::SubjectKey;
use crate::crypto::seal::{KeyEncryptionKeys, Purpose, SealError};
use crate::crypto::succession::SuccessionKeys;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::issuer::Issuer;
use crate::domain::keys::{KeyAlgorithm, KeyId, KeyPair, KeyPlace, SealedKeyPair};
use crate::domain::random::Random;
use crate::domain::sandbox::Mode;
use crate::domain::secret::SecretBytes;
use crate::domain::time::Clock;
use crate::flows::audit::EventBuilder;
use crate::flows::hardware::Hardware;
use crate::flows::key_pairs::{self, Makers, RotationError};
use crate::storage::{self, Fact, Options, SchemaState, SealedKey, SealedKeyKind, Store, Vault};

use super::hardware;
use super::master_key::{self, Start};
pub use master_key::master_key_file;

/// What everything else is built from.
#[derive(Debug)]
pub struct Deployment {
    pub settings: Arc<Settings>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Has been given its keys.
    pub store: Store,
    pub masters: MasterKeys,
    pub keys: ServerKeys,
    /// The hardware module, where the settings name one.
    pub hardware: Option<Arc<Hardware>>,
    /// What it is served as; a sandbox only by [`sandbox::enter`](super::sandbox::enter).
    pub mode: Mode,
}

/// The server's own keys, opened.
#[derive(Debug)]
pub struct ServerKeys {
    pub ring: KeyRing,
    pub subjects: SubjectKey,
    pub succession: SuccessionKeys,
    /// Seal what stands in the short-lived store and names a person.
    pub short_lived: KeyEncryptionKeys,
    /// Make the nonces of DPoP.
    pub nonces: NonceKeys,
    /// Seal the server's keys themselves.
    pub sealing: Arc<KeyEncryptionKeys>,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] storage::Error),
    #[error("there is no database at {} yet; run: senid migrate", .0.display())]
    NoDatabase(PathBuf),
    #[error("the database's schema is {0} migration(s) behind this program; run: senid migrate")]
    SchemaBehind(usize),
    #[error(
        "the database's schema is not one that this version of SenID knows; run the version that made it, or a newer one"
    )]
    SchemaUnknown,
    #[error("development keys are not for {0}: set keys.master_key_file or SENID_MASTER_KEY")]
    DevelopmentKeys(Issuer),
    #[error("there is no master key at {} yet; run: senid keys new-master", .0.display())]
    NoMasterKey(PathBuf),
    #[error("the master key: {0}")]
    MasterKey(MasterKeyError),
    #[error("SENID_MASTER_KEY: {0}")]
    MasterKeyVariable(MasterKeyError),
    #[error("the master key {} is gone, and the keys in the identity store are sealed under it", .0.display())]
    MasterKeyGone(PathBuf),
    #[error("the folder for development keys, {folder}: {1}", folder = .0.display())]
    KeysFolder(PathBuf, std::io::Error),
    #[error("the master key does not open the keys in the identity store: it belongs to another one ({0})")]
    OtherMasterKey(SealError),
    #[error("the identity store's {0} key: {1}")]
    ServerKey(&'static str, SealError),
    #[error("{}", other_relying_party(.settled, .now.as_deref()))]
    OtherRelyingParty { settled: String, now: Option<String> },
    #[error("the signing keys: {0}")]
    KeyRing(#[from] KeyRingError),
    #[error("the signing keys: {0}")]
    Rotation(#[from] RotationError),
    #[error("the hardware module: {0}")]
    Hardware(#[from] ModuleError),
    #[error("the settings name no hardware module: set keys.pkcs11.module")]
    NoModuleNamed,
    #[error("version {0} of the master key: {1}")]
    MasterKeyInModule(u16, ModuleError),
    #[error(
        "the {algorithm} key {kid} is in the hardware module {token}, and the settings name none: set keys.pkcs11.module. To be rid of \
         the module, first let keys in the identity store take over: senid keys rotate --move"
    )]
    NoModule { algorithm: KeyAlgorithm, kid: KeyId, token: String },
}

/// Opens the deployment that `settings` describe.
///
/// # Errors
/// A sentence that says what to do, where there is something to do.
pub async fn open(
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Deployment, OpenError> {
    let store = connect_current(&settings).await?;
    hold_relying_party(&settings, &store).await?;
    let stored = store.read().await?.sealed_keys().load().await?;
    let start = if stored.is_empty() { Start::First } else { Start::Later };
    let hardware = hardware::open(&settings).await?;
    let masters = master_key::load(&settings, hardware.as_deref(), start, &*random).await?;
    let keys = unlock(&settings, &store, &masters, hardware.as_deref(), stored, &*clock, &random).await?;
    Ok(Deployment { settings, clock, random, store, masters, keys, hardware, mode: Mode::Official })
}

/// Passkeys that were made for one domain work under no other: every one of them would be lost.
async fn hold_relying_party(settings: &Settings, store: &Store) -> Result<(), OpenError> {
    let now = settings.webauthn.relying_party_id(&settings.issuer).map(|id| id.to_string());
    match store.read().await?.settled().find(Fact::RelyingPartyId).await? {
        Some(settled) if now.as_deref() != Some(settled.as_str()) => Err(OpenError::OtherRelyingParty { settled, now }),
        _ => Ok(()),
    }
}

fn other_relying_party(settled: &str, now: Option<&str>) -> String {
    let now = now.map_or_else(|| "the issuer's host is an address".to_owned(), |now| format!("the settings say {now}"));
    format!(
        "citizens' passkeys and security keys were made for {settled}, and {now}: none of them would work again. Set \
         webauthn.rp_id = \"{settled}\", with an issuer at that domain or below it"
    )
}

/// Makes the first master key in the file that the settings name, if there is neither that file nor anything sealed yet.
/// Returns where.
///
/// # Errors
/// `MasterKeyGone` where something is sealed already.
pub async fn make_first_master_key(
    settings: &Settings,
    place: KeyPlace,
    actor: Actor,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Option<PathBuf>, OpenError> {
    let MasterKey::File(path) = &settings.keys.master_key else { return Ok(None) };
    if path.exists() {
        return Ok(None);
    }
    let store = connect_current(settings).await?;
    if !store.read().await?.sealed_keys().load().await?.is_empty() {
        return Err(OpenError::MasterKeyGone(path.clone()));
    }
    let event = EventBuilder::new(clock.now(), random, EventKind::MasterKeyAdded, Outcome::Success);
    let event = event.by(actor).with("version", 1);
    match place {
        KeyPlace::Store => {
            store.write().await?.audit().record(&event.build()).await?;
            master_key::make(path, random)?;
        }
        KeyPlace::Module => {
            let hardware = hardware::open(settings).await?.ok_or(OpenError::NoModuleNamed)?;
            let (label, key) = hardware.make_master(clock.now(), random).await?;
            store.write().await?.audit().record(&event.with("module_label", &label).build()).await?;
            master_key::put(path, &MasterKeys::first_in_module(label, key), random)?;
        }
    }
    Ok(Some(path.clone()))
}

/// Connects to an identity store that is there and has this program's schema.
async fn connect_current(settings: &Settings) -> Result<Store, OpenError> {
    if let DatabaseUrl::Sqlite(path) = &settings.database.url
        && !path.exists()
    {
        // Connecting would leave an empty file behind.
        return Err(OpenError::NoDatabase(path.clone()));
    }
    let store = connect(settings).await?;
    match store.schema_state().await? {
        SchemaState::Current => Ok(store),
        SchemaState::Behind(missing) => Err(OpenError::SchemaBehind(missing)),
        SchemaState::Unknown => Err(OpenError::SchemaUnknown),
    }
}

/// Connects to the identity store, whatever schema there is; a SQLite file is made where there is none.
///
/// # Errors
/// `Unavailable` where nobody answers.
pub async fn connect(settings: &Settings) -> Result<Store, storage::Error> {
    let database = &settings.database;
    let options = Options {
        max_connections: database.max_connections,
        acquire_timeout: database.acquire_timeout,
        ..Options::default()
    };
    match &database.url {
        DatabaseUrl::Postgres(url) => Store::connect(url.expose(), &options).await,
        // A percent sign in a path is only that.
        DatabaseUrl::Sqlite(path) => {
            let path = path.display().to_string().replace('%', "%25");
            Store::connect(&format!("sqlite:{path}"), &options).await
        }
    }
}

impl Deployment {
    /// Reads the master key and the stored keys again: they were changed, or may have been.
    ///
    /// # Errors
    /// As [`open`]; then what was opened before goes on being used.
    pub async fn reload(&self) -> Result<ServerKeys, OpenError> {
        let hardware = self.hardware.as_deref();
        let masters = master_key::load(&self.settings, hardware, Start::Later, &*self.random).await?;
        let stored = self.store.read().await?.sealed_keys().load().await?;
        unlock(&self.settings, &self.store, &masters, hardware, stored, &*self.clock, &self.random).await
    }
}

/// Opens the server's keys and hands the store those that it needs; makes whatever is missing.
async fn unlock(
    settings: &Settings,
    store: &Store,
    masters: &MasterKeys,
    hardware: Option<&Hardware>,
    stored: Vec<SealedKey>,
    clock: &dyn Clock,
    random: &Arc<dyn Random>,
) -> Result<ServerKeys, OpenError> {
    let sealing = KeyEncryptionKeys::derive(masters, Purpose::ServerKeys).map_err(OpenError::OtherMasterKey)?;
    let now = clock.now();
    let stored = if is_complete(&stored) {
        stored
    } else {
        let made = |kind| SealedKey::generate(kind, 1, &sealing, &**random, now).map_err(storage::Error::from);
        let mut tx = store.begin().await?;
        for kind in SealedKeyKind::ALL {
            tx.sealed_keys().insert_if_absent(&made(kind)?).await?;
        }
        let stored = tx.sealed_keys().load().await?;
        tx.commit().await?;
        stored
    };
    let versions = |kind| open_versions(&stored, kind, &sealing);
    let index = IndexKeys::new(versions(SealedKeyKind::BlindIndex)?);
    let index = index.map_err(|_| storage::Error::Corrupt("no key for the blind index"))?;
    let subjects = versions(SealedKeyKind::Pairwise)?.into_iter().next();
    let (_, subjects) = subjects.ok_or(storage::Error::Corrupt("no key for subjects"))?;
    let succession = SuccessionKeys::new(versions(SealedKeyKind::Refresh)?);
    let succession = succession.map_err(|_| storage::Error::Corrupt("no key for refresh tokens"))?;
    let short_lived = versions(SealedKeyKind::ShortLived)?;
    let nonces = NonceKeys::derive(&short_lived).map_err(|_| storage::Error::Corrupt("no key for nonces"))?;
    let short_lived = KeyEncryptionKeys::new(short_lived);
    let short_lived = short_lived.map_err(|error| OpenError::ServerKey("short_lived", error))?;
    store.unlock(Vault::new(masters, index, random.clone()).map_err(OpenError::OtherMasterKey)?);

    let policy = &settings.keys.rotation;
    let makers = Makers { sealing: &sealing, hardware };
    let signing = key_pairs::supplied(store, policy, makers, clock, &**random).await?;
    if hardware.is_none() {
        without_module(&signing, &sealing)?;
    }
    Ok(ServerKeys {
        ring: KeyRing::open(signing, &sealing, clock.now())?,
        subjects: SubjectKey::new(&subjects),
        succession,
        short_lived,
        nonces,
        sealing: Arc::new(sealing),
    })
}

/// Nothing that still signs may be in a module that nobody reaches. What signs no more is verified by its public part.
fn without_module(stored: &[SealedKeyPair], sealing: &KeyEncryptionKeys) -> Result<(), OpenError> {
    for stored in stored.iter().filter(|stored| stored.key.retired_at.is_none()) {
        if let Some(reference) = KeyRing::reference(stored, sealing)? {
            let KeyPair { algorithm, kid, .. } = stored.key.clone();
            return Err(OpenError::NoModule { algorithm, kid, token: reference.token });
        }
    }
    Ok(())
}

fn is_complete(stored: &[SealedKey]) -> bool {
    SealedKeyKind::ALL.into_iter().all(|kind| stored.iter().any(|key| key.kind == kind))
}

fn open_versions(
    stored: &[SealedKey],
    kind: SealedKeyKind,
    sealing: &KeyEncryptionKeys,
) -> Result<Vec<(u16, SecretBytes<32>)>, OpenError> {
    let open = |key: &SealedKey| match key.open(sealing) {
        Ok(opened) => Ok((key.version, opened)),
        Err(error @ (SealError::Refused | SealError::UnknownKey(_))) => Err(OpenError::OtherMasterKey(error)),
        Err(error) => Err(OpenError::ServerKey(kind.as_str(), error)),
    };
    stored.iter().filter(|key| key.kind == kind && key.retired_at.is_none()).map(open).collect()
}
