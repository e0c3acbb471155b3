//! How a record is written: a header of 13 bytes that the backend stamps and checks, then the kind's
//! version and its fields in postcard's encoding.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | format of the header, 1 |
//! | 4 | epoch, little endian |
//! | 8 | expiry in microseconds since the Unix epoch, little endian |
//! | 1 | version of the kind |
//! | … | the record, postcard |

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::backend::Error;
use super::key::{EpochRule, RawKey};
use crate::domain::time::Timestamp;

/// The largest record that is taken in, header apart. A sign-in under way, the largest, is about 2 KiB.
pub const MAX_RECORD_BYTES: usize = 32 * 1024;

const FORMAT: u8 = 1;
const HEADER: usize = 1 + 4 + 8;

/// One reign of one primary, short: random at its start, compared for equality only.
pub(super) type Epoch = u32;

/// What a stored value turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opened<'a> {
    Live(&'a [u8]),
    Expired,
    /// Written in another epoch, of a kind that does not outlive one.
    Foreign,
    /// Of a format that this version does not know.
    Unreadable,
}

impl Opened<'_> {
    /// The body to hand up. One that cannot be read is handed up empty, which no version of a record
    /// is, so that it is counted where all unreadable records are.
    pub(super) fn body(&self) -> Option<Vec<u8>> {
        match self {
            Self::Live(body) => Some(body.to_vec()),
            Self::Unreadable => Some(Vec::new()),
            Self::Expired | Self::Foreign => None,
        }
    }
}

/// Puts the header before `body`.
pub(super) fn stamp(epoch: Epoch, expires_at: Timestamp, body: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(HEADER + body.len());
    value.push(FORMAT);
    value.extend_from_slice(&epoch.to_le_bytes());
    value.extend_from_slice(&expires_at.micros().to_le_bytes());
    value.extend_from_slice(body);
    value
}

/// Reads the header of `value` under `rule`, in `epoch`, at `now`.
pub(super) fn open(value: &[u8], rule: EpochRule, epoch: Epoch, now: Timestamp) -> Opened<'_> {
    let Some((&[FORMAT], rest)) = value.split_first_chunk() else { return Opened::Unreadable };
    let Some((written_in, rest)) = rest.split_first_chunk() else { return Opened::Unreadable };
    let Some((expires_at, body)) = rest.split_first_chunk() else { return Opened::Unreadable };
    if Timestamp::from_micros(i64::from_le_bytes(*expires_at)) <= now {
        return Opened::Expired;
    }
    if rule == EpochRule::Strict && u32::from_le_bytes(*written_in) != epoch {
        return Opened::Foreign;
    }
    Opened::Live(body)
}

/// The version byte and `record` after it.
///
/// # Errors
/// [`Error::TooLarge`] past [`MAX_RECORD_BYTES`], [`Error::Unencodable`] if the type cannot be written.
pub(super) fn encode<T: Serialize + ?Sized>(key: &RawKey, version: u8, record: &T) -> Result<Vec<u8>, Error> {
    let body = postcard::to_extend(record, vec![version]).map_err(|_| Error::Unencodable { kind: key.kind })?;
    if body.len() > MAX_RECORD_BYTES {
        return Err(Error::TooLarge { kind: key.kind, bytes: body.len() });
    }
    Ok(body)
}

/// The record in `body`, if it is of this version and nothing is left over.
pub(super) fn decode<T: DeserializeOwned>(version: u8, body: &[u8]) -> Option<T> {
    let (&found, fields) = body.split_first()?;
    if found != version {
        return None;
    }
    match postcard::take_from_bytes(fields) {
        Ok((record, [])) => Some(record),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    const NOON: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const LATER: Timestamp = Timestamp::from_seconds(1_800_000_060);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Everything {
        text: String,
        number: i64,
        list: Vec<(u8, Option<String>)>,
        choice: Result<u32, [u8; 4]>,
    }

    #[test]
    fn a_strict_record_of_another_epoch_is_foreign() {
        let value = stamp(1, LATER, b"body");
        assert_eq!(open(&value, EpochRule::Strict, 1, NOON), Opened::Live(b"body"));
        assert_eq!(open(&value, EpochRule::Strict, 2, NOON), Opened::Foreign);
        assert_eq!(open(&value, EpochRule::Survives, 2, NOON), Opened::Live(b"body"));
    }

    #[test]
    fn a_record_expires_at_its_instant() {
        let value = stamp(1, NOON, b"body");
        assert_eq!(open(&value, EpochRule::Strict, 1, NOON), Opened::Expired);
    }

    #[test]
    fn a_header_of_another_format_is_unreadable() {
        let mut value = stamp(1, LATER, b"body");
        value[0] = FORMAT + 1;
        assert_eq!(open(&value, EpochRule::Survives, 1, NOON), Opened::Unreadable);
    }

    #[test]
    fn a_record_of_another_version_or_with_a_remainder_is_absent() {
        assert_eq!(decode::<u8>(1, &[1, 7]), Some(7));
        assert_eq!(decode::<u8>(2, &[1, 7]), None);
        assert_eq!(decode::<u8>(1, &[1, 7, 7]), None);
        assert_eq!(decode::<u8>(1, &[1]), None);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>, version: u8, epoch: u32, now: i64) {
            let _ = open(&bytes, EpochRule::Strict, epoch, Timestamp::from_micros(now));
            let _ = open(&bytes, EpochRule::Survives, epoch, Timestamp::from_micros(now));
            let _ = decode::<Everything>(version, &bytes);
            let mut versioned = vec![version];
            versioned.extend_from_slice(&bytes);
            let _ = decode::<Everything>(version, &versioned);
        }

        #[test]
        fn what_was_written_is_read(text: String, number: i64, list: Vec<(u8, Option<String>)>, version: u8) {
            let record = Everything { text, number, list, choice: Err([1, 2, 3, 4]) };
            let body = postcard::to_extend(&record, vec![version]).unwrap();
            let value = stamp(9, LATER, &body);
            let Opened::Live(body) = open(&value, EpochRule::Strict, 9, NOON) else { panic!("not live") };
            prop_assert_eq!(decode::<Everything>(version, body), Some(record));
        }
    }
}
