//! Rows, whatever table they are of. Names of tables and columns are the database's own; every value is bound.

use sqlx::types::Uuid;
use sqlx::{ColumnIndex, Database, Decode, Encode, QueryBuilder, Row, Type};

use super::super::error::Error;
use super::layout::{ColumnKind, TableLayout};

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

pub(super) fn select<DB>(table: &TableLayout, after: Option<&[Cell]>, limit: u32) -> Result<QueryBuilder<DB>, Error>
where
    DB: Database,
    for<'v> Option<i64>: Encode<'v, DB> + Type<DB>,
    for<'v> Option<String>: Encode<'v, DB> + Type<DB>,
    for<'v> Option<Vec<u8>>: Encode<'v, DB> + Type<DB>,
    for<'v> Uuid: Encode<'v, DB> + Type<DB>,
{
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| match column.kind {
            // Of any width.
            ColumnKind::Integer => format!("CAST({} AS BIGINT)", column.name),
            ColumnKind::Text | ColumnKind::Bytes | ColumnKind::Uuid => column.name.clone(),
        })
        .collect();
    let mut query = QueryBuilder::new(format!("SELECT {} FROM {}", columns.join(", "), table.name));
    let key: Vec<&str> = table.key.iter().map(|place| table.columns[*place].name.as_str()).collect();
    let key = key.join(", ");
    if let Some(after) = after {
        query.push(format!(" WHERE ({key}) > ("));
        for (number, place) in table.key.iter().enumerate() {
            query.push(if number == 0 { "" } else { ", " });
            bind(&mut query, after.get(*place).unwrap_or(&Cell::Null), table.columns[*place].kind)?;
        }
        query.push(")");
    }
    query.push(format!(" ORDER BY {key} LIMIT {limit}"));
    Ok(query)
}

pub(super) fn insert<DB>(table: &TableLayout, rows: &[Vec<Cell>]) -> Result<QueryBuilder<DB>, Error>
where
    DB: Database,
    for<'v> Option<i64>: Encode<'v, DB> + Type<DB>,
    for<'v> Option<String>: Encode<'v, DB> + Type<DB>,
    for<'v> Option<Vec<u8>>: Encode<'v, DB> + Type<DB>,
    for<'v> Uuid: Encode<'v, DB> + Type<DB>,
{
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut query = QueryBuilder::new(format!("INSERT INTO {} ({}) VALUES ", table.name, columns.join(", ")));
    for (number, row) in rows.iter().enumerate() {
        query.push(if number == 0 { "(" } else { ", (" });
        for (place, column) in table.columns.iter().enumerate() {
            query.push(if place == 0 { "" } else { ", " });
            bind(&mut query, row.get(place).unwrap_or(&Cell::Null), column.kind)?;
        }
        query.push(")");
    }
    Ok(query)
}

fn bind<DB>(query: &mut QueryBuilder<DB>, cell: &Cell, kind: ColumnKind) -> Result<(), Error>
where
    DB: Database,
    for<'v> Option<i64>: Encode<'v, DB> + Type<DB>,
    for<'v> Option<String>: Encode<'v, DB> + Type<DB>,
    for<'v> Option<Vec<u8>>: Encode<'v, DB> + Type<DB>,
    for<'v> Uuid: Encode<'v, DB> + Type<DB>,
{
    match (cell, kind) {
        // Whatever type it would have: a literal fits every column.
        (Cell::Null, _) => query.push("NULL"),
        (Cell::Integer(number), ColumnKind::Integer) => query.push_bind(Some(*number)),
        (Cell::Text(text), ColumnKind::Text) => query.push_bind(Some(text.clone())),
        (Cell::Bytes(bytes), ColumnKind::Bytes) => query.push_bind(Some(bytes.clone())),
        (Cell::Bytes(bytes), ColumnKind::Uuid) => {
            let id = Uuid::from_slice(bytes).map_err(|_| Error::Corrupt("an id of another length"))?;
            query.push_bind(id)
        }
        _ => return Err(Error::Corrupt("a value of another type")),
    };
    Ok(())
}

pub(super) fn read<'r, R>(row: &'r R, table: &TableLayout) -> Result<Vec<Cell>, Error>
where
    R: Row,
    usize: ColumnIndex<R>,
    Option<i64>: Decode<'r, R::Database> + Type<R::Database>,
    Option<String>: Decode<'r, R::Database> + Type<R::Database>,
    Option<Vec<u8>>: Decode<'r, R::Database> + Type<R::Database>,
    Option<Uuid>: Decode<'r, R::Database> + Type<R::Database>,
{
    let cell = |(place, kind): (usize, ColumnKind)| -> Result<Cell, sqlx::Error> {
        Ok(match kind {
            ColumnKind::Integer => row.try_get::<Option<i64>, _>(place)?.map_or(Cell::Null, Cell::Integer),
            ColumnKind::Text => row.try_get::<Option<String>, _>(place)?.map_or(Cell::Null, Cell::Text),
            ColumnKind::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map_or(Cell::Null, Cell::Bytes),
            ColumnKind::Uuid => {
                row.try_get::<Option<Uuid>, _>(place)?.map_or(Cell::Null, |id| Cell::Bytes(id.into_bytes().to_vec()))
            }
        })
    };
    let places = table.columns.iter().enumerate().map(|(place, column)| (place, column.kind));
    Ok(places.map(cell).collect::<Result<_, _>>()?)
}
