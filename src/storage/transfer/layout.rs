//! What a table looks like, as its database says.

use super::super::connection::{Backend, Read};
use super::super::error::Error;

const COLUMNS_POSTGRES: &str = "SELECT CAST(c.column_name AS TEXT), CAST(c.udt_name AS TEXT),
        CAST(COALESCE(k.ordinal_position, 0) AS BIGINT)
    FROM information_schema.columns c
    LEFT JOIN (information_schema.key_column_usage k JOIN information_schema.table_constraints t
        ON t.constraint_schema = k.constraint_schema AND t.constraint_name = k.constraint_name
        AND t.table_name = k.table_name AND t.constraint_type = 'PRIMARY KEY')
    ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
    WHERE c.table_schema = current_schema() AND c.table_name = $1 ORDER BY c.ordinal_position";
const COLUMNS_SQLITE: &str = "SELECT name, lower(type), pk FROM pragma_table_info($1) ORDER BY cid";

/// A table of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableLayout {
    pub name: &'static str,
    pub columns: Vec<Column>,
    /// The places of the primary key's columns, in its order.
    pub key: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: ColumnKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    Integer,
    Text,
    Bytes,
    /// In Postgres a type of its own, elsewhere sixteen bytes.
    Uuid,
}

impl ColumnKind {
    fn of(declared: &str) -> Option<Self> {
        match declared {
            "int2" | "int4" | "int8" | "integer" => Some(Self::Integer),
            "text" => Some(Self::Text),
            "bytea" | "blob" => Some(Self::Bytes),
            "uuid" => Some(Self::Uuid),
            _ => None,
        }
    }
}

/// # Errors
/// `Corrupt` for a table without a key, or with a column of a type that no database of ours has.
pub(super) async fn of<C: Read>(connection: &mut C, table: &'static str) -> Result<TableLayout, Error> {
    let found: Vec<(String, String, i64)> = match connection.backend() {
        Backend::Postgres(db) => sqlx::query_as(COLUMNS_POSTGRES).bind(table).fetch_all(db).await?,
        Backend::Sqlite(db) => sqlx::query_as(COLUMNS_SQLITE).bind(table).fetch_all(db).await?,
    };
    let mut key: Vec<(i64, usize)> = Vec::new();
    let mut columns = Vec::with_capacity(found.len());
    for (place, (name, declared, in_key)) in found.into_iter().enumerate() {
        let kind = ColumnKind::of(&declared).ok_or(Error::Corrupt("a column of a type that SenID does not use"))?;
        columns.push(Column { name, kind });
        if in_key > 0 {
            key.push((in_key, place));
        }
    }
    key.sort_unstable();
    if key.is_empty() {
        return Err(Error::Corrupt("a table without a primary key"));
    }
    Ok(TableLayout { name: table, columns, key: key.into_iter().map(|(_, place)| place).collect() })
}
