//! Between rows and the domain's types.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Error;
use crate::domain::secret::SecretHash;

/// Some rows of a list, and where the next ones begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<Item, Cursor> {
    pub items: Vec<Item>,
    /// `None` where nothing follows.
    pub next: Option<Cursor>,
}

impl<Item, Cursor> Page<Item, Cursor> {
    /// Of `limit + 1` rows that were asked for, the last only tells that something follows.
    pub(super) fn new(mut rows: Vec<Item>, limit: u32, cursor: impl Fn(&Item) -> Cursor) -> Self {
        let limit = limit as usize;
        let next = if rows.len() > limit { rows.get(limit.saturating_sub(1)).map(cursor) } else { None };
        rows.truncate(limit);
        Self { items: rows, next }
    }
}

/// How many rows to ask for, to know whether there is a page after this one.
pub(super) fn one_more(limit: u32) -> i64 {
    i64::from(limit) + 1
}

pub(super) fn hash(bytes: Vec<u8>) -> Result<SecretHash, Error> {
    SecretHash::try_from(bytes).map_err(|_| Error::Corrupt("a hash"))
}

pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Other(Box::new(error)))
}

pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|_| Error::Corrupt(what))
}
