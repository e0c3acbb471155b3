//! The master keys, in versions: they wrap other keys and nothing else, and are kept outside the database.
//!
//! One line a version, `1:‹base64 of 32 bytes›`; the highest seals, the lower ones still open. Lines that begin with
//! `#` are remarks.

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

#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    #[error("{path} can be read by others than its owner (mode {mode:04o}); run: chmod 600 {path}", path = .path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{0} is not an ordinary file of at most 64 KiB")]
    NotAFile(PathBuf),
    #[error("line {0}: expected a version from 1 to 65535, a colon and the base64 of 32 bytes, as in 1:q83v…")]
    Line(usize),
    #[error("line {0}: version {1} is there twice")]
    Twice(usize, u16),
    #[error("there is no master key in it")]
    Empty,
    #[error("there is no version after 65535")]
    Exhausted,
}

/// All versions of the master key; at least one.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKeys {
    current: u16,
    keys: BTreeMap<u16, SecretBytes<32>>,
}

impl MasterKeys {
    /// A first master key.
    pub fn generate(random: &dyn Random) -> Self {
        Self { current: 1, keys: BTreeMap::from([(1, SecretBytes::new(random.bytes()))]) }
    }

    /// These and a new one, which from now on seals.
    ///
    /// # Errors
    /// `Exhausted` after version 65535.
    pub fn with_next(&self, random: &dyn Random) -> Result<Self, MasterKeyError> {
        let current = self.current.checked_add(1).ok_or(MasterKeyError::Exhausted)?;
        let mut keys = self.keys.clone();
        keys.insert(current, SecretBytes::new(random.bytes()));
        Ok(Self { current, keys })
    }

    /// Reads the lines of a key file, or of an environment variable (where `,` may separate them).
    ///
    /// # Errors
    /// `Line`, `Twice` or `Empty`, none of which shows what stood there.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let mut keys = BTreeMap::new();
        for (at, line) in text.split(['\n', ',']).enumerate().map(|(at, line)| (at + 1, line.trim())) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (version, key) = parse_line(line).ok_or(MasterKeyError::Line(at))?;
            if keys.insert(version, key).is_some() {
                return Err(MasterKeyError::Twice(at, version));
            }
        }
        let current = keys.last_key_value().map(|(version, _)| *version).ok_or(MasterKeyError::Empty)?;
        Ok(Self { current, keys })
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
            STANDARD.encode_string(key.expose(), &mut text);
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

fn parse_line(line: &str) -> Option<(u16, SecretBytes<32>)> {
    let (version, encoded) = line.split_once(':')?;
    let version = version.trim().parse().ok().filter(|version| *version > 0)?;
    let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let key: [u8; 32] = decoded.as_slice().try_into().ok()?;
    Some((version, SecretBytes::new(key)))
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
    fn keys_are_not_printed() {
        let keys = MasterKeys::parse(&format!("1:{KEY}")).unwrap();
        assert_eq!(format!("{keys:?}"), "MasterKeys([1]: [secret])");
    }
}
