//! Where the master key comes from: the environment, a file, or, on a developer's machine, a first start.

use std::fs::DirBuilder;
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::config::{MasterKey, Settings};
use crate::crypto::base64url;
use crate::crypto::master_key::{MasterKeyError, MasterKeyFile, MasterKeys};
use crate::domain::random::Random;
use crate::flows::hardware::Hardware;

use super::deployment::OpenError;

/// Whether keys lie in the identity store already, sealed under a master key that must then be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    First,
    Later,
}

/// The file that the master key is read from; none where it comes from the environment.
pub fn master_key_file(settings: &Settings) -> Option<PathBuf> {
    match &settings.keys.master_key {
        MasterKey::Environment(_) => None,
        MasterKey::File(path) => Some(path.clone()),
        MasterKey::Development => Some(settings.keys.folder.join("private").join("master.key")),
    }
}

pub(super) async fn load(
    settings: &Settings,
    hardware: Option<&Hardware>,
    start: Start,
    random: &dyn Random,
) -> Result<MasterKeys, OpenError> {
    match &settings.keys.master_key {
        MasterKey::Environment(text) => {
            let lines = MasterKeyFile::parse(text.expose()).map_err(OpenError::MasterKeyVariable)?;
            complete(lines, hardware).await
        }
        MasterKey::File(path) if start == Start::First && !path.exists() => Err(OpenError::NoMasterKey(path.clone())),
        MasterKey::File(path) => complete(MasterKeyFile::read(path)?, hardware).await,
        // The settings have refused this already; nothing that opens a deployment relies on it.
        MasterKey::Development if !settings.issuer.is_loopback() => {
            Err(OpenError::DevelopmentKeys(settings.issuer.clone()))
        }
        MasterKey::Development => {
            let path = development(&settings.keys.folder.join("private"), start, random)?;
            complete(MasterKeyFile::read(&path)?, hardware).await
        }
    }
}

/// With what the hardware module derives.
async fn complete(lines: MasterKeyFile, hardware: Option<&Hardware>) -> Result<MasterKeys, OpenError> {
    let mut derived = Vec::new();
    for (version, label) in lines.in_module() {
        let hardware = hardware.ok_or(MasterKeyError::InModule(version))?;
        let key = hardware.master(label).await.map_err(|error| OpenError::MasterKeyInModule(version, error))?;
        derived.push((version, key));
    }
    Ok(lines.complete(derived)?)
}

/// Where the development key is, made if this is the first start. Of processes that start together, all read the same.
fn development(folder: &Path, start: Start, random: &dyn Random) -> Result<PathBuf, OpenError> {
    let path = folder.join("master.key");
    match (path.exists(), start) {
        (true, _) => return Ok(path),
        (false, Start::Later) => return Err(OpenError::MasterKeyGone(path)),
        (false, Start::First) => {}
    }
    make_private(folder).map_err(|error| OpenError::KeysFolder(folder.to_owned(), error))?;
    make(&path, random)?;
    Ok(path)
}

/// Makes a first master key at `path`, unless something is there by now.
pub(super) fn make(path: &Path, random: &dyn Random) -> Result<(), MasterKeyError> {
    put(path, &MasterKeys::generate(random), random)
}

/// Writes a first master key to `path`, unless something is there by now.
pub(super) fn put(path: &Path, keys: &MasterKeys, random: &dyn Random) -> Result<(), MasterKeyError> {
    let failed = |error| MasterKeyError::File(path.to_owned(), error);
    // Written under a name of its own and then linked: a link never takes the place of what another process made.
    let own = path.with_extension(base64url::encode(&random.bytes::<9>()));
    keys.write(&own)?;
    let linked = std::fs::hard_link(&own, path);
    std::fs::remove_file(&own).map_err(failed)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed(error)),
        _ => Ok(()),
    }
}

/// A folder that only its owner can enter and that git leaves alone, wherever it lies.
fn make_private(folder: &Path) -> io::Result<()> {
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    std::fs::write(folder.join(".gitignore"), "# Development keys: nobody else's business.\n*\n")
}

impl From<MasterKeyError> for OpenError {
    fn from(error: MasterKeyError) -> Self {
        Self::MasterKey(error)
    }
}
