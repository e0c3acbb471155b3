//! The master keys, in versions: they wrap other keys and nothing else, and are kept outside the database.
//!
//! One line a version, `1:‹base64 of 32 bytes›`; the highest seals, the lower ones still open. Lines that begin with
//! `#` are remarks. A line `2:pkcs11:‹label›` stands for a version that a hardware module derives from a key of its own
//! (`crypto::hardware`): such a file holds no secret of that version.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::domain::random::Random;
use crate::domain::secret::{SecretBytes, SecretString};

/// A file of this size is no key file.
const MAX_FILE: u64 = 64 * 1024;
/// What a version that a hardware module derives begins with, before the label of its key.
const IN_MODULE: &str = "pkcs11:";

#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    #[error("{path} can be read by others than its owner (mode {mode:04o}); run: chmod 600 {path}", path = .path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{0} is not an ordinary file of at most 64 KiB")]
    NotAFile(PathBuf),
    #[error(
        "line {0}: expected a version from 1 to 65535, a colon and the base64 of 32 bytes, as in 1:q83v…, or pkcs11: and the label \
         of a module's key"
    )]
    Line(usize),
    #[error("line {0}: version {1} is there twice")]
    Twice(usize, u16),
    #[error("there is no master key in it")]
    Empty,
    #[error("there is no version after 65535")]
    Exhausted,
    #[error("version {0} is in a hardware module, and the settings name none: set keys.pkcs11.module")]
    InModule(u16),
}

/// All versions of the master key; at least one.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKeys {
    current: u16,
    keys: BTreeMap<u16, SecretBytes<32>>,
    /// The labels of those that a hardware module derives: they are written as such.
    in_module: BTreeMap<u16, String>,
}

/// The lines of a key file: what is in it, and what only a hardware module knows.
pub struct MasterKeyFile {
    keys: BTreeMap<u16, SecretBytes<32>>,
    in_module: BTreeMap<u16, String>,
}

/// What a line says of its version.
enum Line {
    Key(SecretBytes<32>),
    InModule(String),
}

impl MasterKeyFile {
    /// Reads the lines of a key file, or of an environment variable (where `,` may separate them).
    ///
    /// # Errors
    /// `Line`, `Twice` or `Empty`, none of which shows what stood there.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let mut file = Self { keys: BTreeMap::new(), in_module: BTreeMap::new() };
        for (at, line) in text.split(['\n', ',']).enumerate().map(|(at, line)| (at + 1, line.trim())) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (version, line) = parse_line(line).ok_or(MasterKeyError::Line(at))?;
            if file.keys.contains_key(&version) || file.in_module.contains_key(&version) {
                return Err(MasterKeyError::Twice(at, version));
            }
            match line {
                Line::Key(key) => drop(file.keys.insert(version, key)),
                Line::InModule(label) => drop(file.in_module.insert(version, label)),
            }
        }
        if file.keys.is_empty() && file.in_module.is_empty() { Err(MasterKeyError::Empty) } else { Ok(file) }
    }

    /// Reads a key file that nobody but its owner can read.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and `Exposed`, `NotAFile` or `File` with the path.
    pub fn read(path: &Path) -> Result<Self, MasterKeyError> {
        let failed = |error| MasterKeyError::File(path.to_owned(), error);
        // The open file is examined, not the path, so that nothing can be put in its place in between.
        let file = File::open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if !about.is_file() || about.len() > MAX_FILE {
            return Err(MasterKeyError::NotAFile(path.to_owned()));
        }
        let mode = about.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(MasterKeyError::Exposed { path: path.to_owned(), mode });
        }
        // Room for all of it at once: a text that grew would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(MAX_FILE as usize));
        file.take(MAX_FILE).read_to_string(&mut text).map_err(failed)?;
        Self::parse(&text)
    }

    /// The versions that a hardware module is to derive, with the labels of its keys.
    pub fn in_module(&self) -> impl Iterator<Item = (u16, &str)> {
        self.in_module.iter().map(|(version, label)| (*version, label.as_str()))
    }

    /// The master keys, with what the module derived.
    ///
    /// # Errors
    /// `InModule` where it did not derive a version; `Empty`.
    pub fn complete(
        self,
        derived: impl IntoIterator<Item = (u16, SecretBytes<32>)>,
    ) -> Result<MasterKeys, MasterKeyError> {
        let Self { mut keys, in_module } = self;
        keys.extend(derived.into_iter().filter(|(version, _)| in_module.contains_key(version)));
        if let Some(version) = in_module.keys().find(|version| !keys.contains_key(*version)) {
            return Err(MasterKeyError::InModule(*version));
        }
        let current = keys.last_key_value().map(|(version, _)| *version).ok_or(MasterKeyError::Empty)?;
        Ok(MasterKeys { current, keys, in_module })
    }
}

impl fmt::Debug for MasterKeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKeyFile({:?}: [secret], {:?})", self.keys.keys().collect::<Vec<_>>(), self.in_module)
    }
}

impl MasterKeys {
    /// A first master key.
    pub fn generate(random: &dyn Random) -> Self {
        Self { current: 1, keys: BTreeMap::from([(1, SecretBytes::new(random.bytes()))]), in_module: BTreeMap::new() }
    }

    /// A first master key, which a hardware module derives from its key of that label.
    pub fn first_in_module(label: String, key: SecretBytes<32>) -> Self {
        Self { current: 1, keys: BTreeMap::from([(1, key)]), in_module: BTreeMap::from([(1, label)]) }
    }

    /// These and a new one, which from now on seals.
    ///
    /// # Errors
    /// `Exhausted` after version 65535.
    pub fn with_next(&self, random: &dyn Random) -> Result<Self, MasterKeyError> {
        let current = self.current.checked_add(1).ok_or(MasterKeyError::Exhausted)?;
        let mut keys = self.keys.clone();
        keys.insert(current, SecretBytes::new(random.bytes()));
        Ok(Self { current, keys, in_module: self.in_module.clone() })
    }

    /// These and a new one, which a hardware module derives from its key of that label.
    ///
    /// # Errors
    /// `Exhausted` after version 65535.
    pub fn with_next_in_module(&self, label: String, key: SecretBytes<32>) -> Result<Self, MasterKeyError> {
        let current = self.current.checked_add(1).ok_or(MasterKeyError::Exhausted)?;
        let (mut keys, mut in_module) = (self.keys.clone(), self.in_module.clone());
        keys.insert(current, key);
        in_module.insert(current, label);
        Ok(Self { current, keys, in_module })
    }

    /// As [`MasterKeyFile::parse`], where no version is in a hardware module.
    ///
    /// # Errors
    /// As [`MasterKeyFile::parse`], and `InModule`.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        MasterKeyFile::parse(text)?.complete([])
    }

    /// As [`MasterKeyFile::read`], where no version is in a hardware module.
    ///
    /// # Errors
    /// As [`MasterKeyFile::read`], and `InModule`.
    pub fn read(path: &Path) -> Result<Self, MasterKeyError> {
        MasterKeyFile::read(path)?.complete([])
    }

    /// Writes a key file that only its owner can read, whole or not at all.
    ///
    /// # Errors
    /// `File` with the path; what stood there before then still does.
    pub fn write(&self, path: &Path) -> Result<(), MasterKeyError> {
        let failed = |error| MasterKeyError::File(path.to_owned(), error);
        let mut name = path.file_name().map(ToOwned::to_owned).unwrap_or_default();
        name.push(".new");
        let fresh = path.with_file_name(name);
        let written = write_new(&fresh, self.to_text().expose()).and_then(|()| std::fs::rename(&fresh, path));
        written.map_err(failed)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    /// The lines of a key file.
    pub fn to_text(&self) -> SecretString {
        let mut text = String::with_capacity(self.keys.len() * 64);
        for (version, key) in &self.keys {
            text.push_str(&version.to_string());
            text.push(':');
            match self.in_module.get(version) {
                Some(label) => {
                    text.push_str(IN_MODULE);
                    text.push_str(label);
                }
                None => STANDARD.encode_string(key.expose(), &mut text),
            }
            text.push('\n');
        }
        SecretString::new(text)
    }

    /// The version that seals.
    pub const fn current_version(&self) -> u16 {
        self.current
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, &SecretBytes<32>)> {
        self.keys.iter().map(|(version, key)| (*version, key))
    }
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKeys({:?}: [secret])", self.keys.keys().collect::<Vec<_>>())
    }
}

fn parse_line(line: &str) -> Option<(u16, Line)> {
    let (version, encoded) = line.split_once(':')?;
    let version = version.trim().parse().ok().filter(|version| *version > 0)?;
    if let Some(label) = encoded.trim().strip_prefix(IN_MODULE) {
        return (!label.is_empty()).then(|| (version, Line::InModule(label.to_owned())));
    }
    let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let key: [u8; 32] = decoded.as_slice().try_into().ok()?;
    Some((version, Line::Key(SecretBytes::new(key))))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    // Left over from a write that was cut short: nothing refers to it.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::crypto::random::SystemRandom;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn the_highest_version_is_current_wherever_it_stands() {
        let keys = MasterKeys::parse(&format!("# made in May\n10:{KEY}\n\n 2 : {KEY} \r\n")).unwrap();
        assert_eq!(keys.current_version(), 10);
        assert_eq!(keys.iter().map(|(version, _)| version).collect::<Vec<_>>(), [2, 10]);
        assert_eq!(keys.iter().next().unwrap().1.expose()[31], 0x1f);
        assert_eq!(MasterKeys::parse(&format!("1:{KEY},2:{KEY}")).unwrap().current_version(), 2);
    }

    #[test]
    fn a_broken_line_is_named_and_not_shown() {
        let short = STANDARD.encode([0; 31]);
        for line in [KEY, "1", "1:", "0:AAEC", "65536:AAEC", &format!("0:{KEY}"), &format!("1:{short}"), "1:!!"] {
            let error = MasterKeys::parse(&format!("7:{KEY}\n{line}")).unwrap_err();
            assert!(matches!(error, MasterKeyError::Line(2)), "{line}");
            assert!(!error.to_string().contains(KEY));
        }
        assert!(matches!(MasterKeys::parse(&format!("1:{KEY}\n1:{KEY}")), Err(MasterKeyError::Twice(2, 1))));
        assert!(matches!(MasterKeys::parse("# nothing\n"), Err(MasterKeyError::Empty)));
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        fs::write(&path, format!("1:{KEY}\n")).unwrap();
        for mode in [0o640, 0o604, 0o660, 0o620, 0o644] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let error = MasterKeys::read(&path).unwrap_err();
            assert!(error.to_string().contains(&format!("mode {mode:04o}); run: chmod 600")), "{error}");
        }
        for mode in [0o600, 0o400] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(MasterKeys::read(&path).unwrap().current_version(), 1);
        }
    }

    #[test]
    fn a_folder_a_missing_and_a_huge_file_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        assert!(matches!(MasterKeys::read(folder.path()), Err(MasterKeyError::NotAFile(_))));
        assert!(MasterKeys::read(&path).unwrap_err().to_string().contains("master.key: No such file"));
        fs::write(&path, vec![b'#'; 64 * 1024 + 1]).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(MasterKeys::read(&path), Err(MasterKeyError::NotAFile(_))));
    }

    #[test]
    fn what_was_written_is_read_back_and_is_the_owner_s_alone() {
        let (folder, random) = (tempfile::tempdir().unwrap(), SystemRandom::new());
        let path = folder.path().join("master.key");
        let first = MasterKeys::generate(&random);
        first.write(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(MasterKeys::read(&path).unwrap(), first);

        let second = first.with_next(&random).unwrap();
        assert_eq!(second.current_version(), 2);
        second.write(&path).unwrap();
        assert_eq!(MasterKeys::read(&path).unwrap(), second);
        assert_eq!(second.keys[&1], first.keys[&1]);
        assert_ne!(second.keys[&2], first.keys[&1]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a file was left behind");
    }

    #[test]
    fn a_version_in_a_module_is_written_as_its_label_and_needs_the_module() {
        let text = format!("1:{KEY}\n2:pkcs11:senid-master-7\n");
        assert!(matches!(MasterKeys::parse(&text), Err(MasterKeyError::InModule(2))));
        let file = MasterKeyFile::parse(&text).unwrap();
        assert_eq!(file.in_module().collect::<Vec<_>>(), [(2, "senid-master-7")]);
        let keys = file.complete([(2, SecretBytes::new([7; 32])), (3, SecretBytes::new([8; 32]))]).unwrap();
        assert_eq!(keys.current_version(), 2, "what no line speaks of is not taken");
        assert_eq!(keys.to_text().expose(), text, "what the module derived is never written");
        let third = keys.with_next(&SystemRandom::new()).unwrap();
        assert!(third.to_text().expose().starts_with(&text), "and back to the file");
        assert!(matches!(MasterKeyFile::parse(&format!("1:{KEY}\n1:pkcs11:x")), Err(MasterKeyError::Twice(2, 1))));
        assert!(matches!(MasterKeyFile::parse("1:pkcs11:"), Err(MasterKeyError::Line(1))));
    }

    #[test]
    fn keys_are_not_printed() {
        let keys = MasterKeys::parse(&format!("1:{KEY}")).unwrap();
        assert_eq!(format!("{keys:?}"), "MasterKeys([1]: [secret])");
    }
}
