//! Keyed blind indexes: what finds a citizen by an identifier that is only kept sealed.
//!
//! A thief of the database has no key, so not even the 10¹² possible national identifiers can be tried out against it.

use std::collections::BTreeMap;

use crate::crypto::hash::HmacKey;
use crate::domain::secret::SecretBytes;

/// The index of one identifier under one version of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlindIndex {
    pub key_version: u16,
    pub mac: [u8; 32],
}

impl BlindIndex {
    pub const LENGTH: usize = 34;

    /// As one column keeps it: the key's version, then the MAC.
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        bytes[..2].copy_from_slice(&self.key_version.to_be_bytes());
        bytes[2..].copy_from_slice(&self.mac);
        bytes
    }
}

/// The keys of the blind index, in versions: the highest writes, all of them find.
#[derive(Clone, Debug)]
pub struct IndexKeys {
    current: (u16, HmacKey),
    older: BTreeMap<u16, HmacKey>,
}

/// Nobody could be found without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no key for the blind index")]
pub struct NoIndexKey;

impl IndexKeys {
    /// # Errors
    /// `NoIndexKey` if there is none.
    pub fn new(keys: impl IntoIterator<Item = (u16, SecretBytes<32>)>) -> Result<Self, NoIndexKey> {
        let prepare = |(version, key): (u16, SecretBytes<32>)| (version, HmacKey::new(key.expose()));
        let mut older: BTreeMap<_, _> = keys.into_iter().map(prepare).collect();
        older.pop_last().map(|current| Self { current, older }).ok_or(NoIndexKey)
    }

    /// The index under the current key: what is written.
    ///
    /// `kind` sets a telephone number apart from a national identifier of the same digits; `value` is normalised, so
    /// that one identifier has one index however it was typed.
    pub fn index(&self, kind: &'static str, value: &str) -> BlindIndex {
        index(self.current.0, &self.current.1, kind, value)
    }

    /// The index under every key, the current first: what is looked up while rows of an older key remain.
    pub fn all(&self, kind: &'static str, value: &str) -> impl Iterator<Item = BlindIndex> {
        let current = std::iter::once((&self.current.0, &self.current.1));
        current.chain(self.older.iter().rev()).map(move |(version, key)| index(*version, key, kind, value))
    }

    pub const fn current_version(&self) -> u16 {
        self.current.0
    }

    /// Every version, the current first.
    pub fn versions(&self) -> impl Iterator<Item = u16> {
        std::iter::once(self.current.0).chain(self.older.keys().rev().copied())
    }
}

fn index(key_version: u16, key: &HmacKey, kind: &'static str, value: &str) -> BlindIndex {
    // No kind contains a NUL, so no two pairs of kind and value read the same.
    BlindIndex { key_version, mac: key.mac(&[kind.as_bytes(), &[0], value.as_bytes()]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AN: &str = "001090123456";

    fn keys(versions: &[u16]) -> IndexKeys {
        let key = |version: &u16| (*version, SecretBytes::new([u8::try_from(*version).unwrap(); 32]));
        IndexKeys::new(versions.iter().map(key)).unwrap()
    }

    #[test]
    fn one_identifier_has_one_index() {
        let keys = keys(&[1]);
        assert_eq!(keys.index("national_id", AN), keys.index("national_id", AN));
        assert_ne!(keys.index("national_id", AN), keys.index("national_id", "001090123457"));
    }

    #[test]
    fn an_identifier_of_one_kind_is_not_found_as_another() {
        let keys = keys(&[1]);
        assert_ne!(keys.index("national_id", AN), keys.index("phone", AN));
        assert_ne!(keys.index("phone", "1"), keys.index("phon", "e1"));
    }

    #[test]
    fn the_newest_key_writes_and_every_key_finds() {
        let (old, both) = (keys(&[1]), keys(&[2, 1]));
        assert_eq!(both.current_version(), 2);
        assert_eq!(both.index("national_id", AN), keys(&[2]).index("national_id", AN));
        let found: Vec<_> = both.all("national_id", AN).collect();
        assert_eq!(found, [both.index("national_id", AN), old.index("national_id", AN)]);
    }

    #[test]
    fn the_column_begins_with_the_key_s_version() {
        let index = keys(&[1, 7]).index("national_id", AN);
        assert_eq!(index.to_bytes()[..2], [0, 7]);
        assert_eq!(index.to_bytes()[2..], index.mac);
    }

    #[test]
    fn without_a_key_there_is_no_index() {
        assert_eq!(IndexKeys::new([]).unwrap_err(), NoIndexKey);
    }
}
