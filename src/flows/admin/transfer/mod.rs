//! A whole deployment as one file, and back: to another machine, or from one kind of database to the other.
//!
//! The file is JSON lines. The first names the format, the schema, and each table's columns; then comes a line a row, an
//! array of the table's name and its values; the last counts the rows of each table and hashes every line before it:
//!
//! ```text
//! {"senid":"store","version":1,"schema":5,"tables":[{"name":"clients","columns":[["id","text"],["status","text"],…]},…]}
//! ["clients","tax","active","{…}",3,1800000000000000,1800000000000000]
//! {"rows":{"clients":1,…},"sha256":"…"}
//! ```
//!
//! Bytes are in base64url. What is sealed stays sealed: the file names nobody, and is worth nothing without the master key,
//! which goes along by another way.

mod export;
mod import;

use serde::{Deserialize, Serialize};

use crate::crypto::base64url;
use crate::storage::{Cell, ColumnKind, TableLayout};

pub use export::{Exported, export};
pub use import::{Imported, import};

const KIND: &str = "store";
const VERSION: u32 = 1;
/// Rows that are held at once.
const ROWS: u32 = 500;
/// No row is longer. The largest value is a client's picture.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Header {
    /// What this is: anything else is refused by its first member.
    senid: String,
    version: u32,
    /// The last migration of the database that it comes from.
    schema: i64,
    tables: Vec<HeaderTable>,
}

#[derive(Serialize, Deserialize)]
struct HeaderTable {
    name: String,
    columns: Vec<(String, Encoding)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    Integer,
    Text,
    Bytes,
}

#[derive(Serialize, Deserialize)]
struct Footer {
    rows: std::collections::BTreeMap<String, u64>,
    sha256: String,
}

impl Encoding {
    const fn of(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Integer => Self::Integer,
            ColumnKind::Text => Self::Text,
            // A UUID is bytes wherever it has no type of its own.
            ColumnKind::Bytes | ColumnKind::Uuid => Self::Bytes,
        }
    }

    fn decode(self, value: &serde_json::Value) -> Option<Cell> {
        if value.is_null() {
            return Some(Cell::Null);
        }
        Some(match self {
            Self::Integer => Cell::Integer(value.as_i64()?),
            Self::Text => Cell::Text(value.as_str()?.to_owned()),
            Self::Bytes => Cell::Bytes(base64url::decode(value.as_str()?)?),
        })
    }
}

fn encode(cell: &Cell) -> serde_json::Value {
    match cell {
        Cell::Null => serde_json::Value::Null,
        Cell::Integer(number) => (*number).into(),
        Cell::Text(text) => text.as_str().into(),
        Cell::Bytes(bytes) => base64url::encode(bytes).into(),
    }
}

impl From<&TableLayout> for HeaderTable {
    fn from(layout: &TableLayout) -> Self {
        let columns = layout.columns.iter().map(|column| (column.name.clone(), Encoding::of(column.kind)));
        Self { name: layout.name.to_owned(), columns: columns.collect() }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
