//! From the file into a database that is empty: in one transaction, so that it is all there or nothing is.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use serde_json::Value;

use super::{Encoding, Footer, Header, HeaderTable, KIND, LONGEST_LINE, ROWS, VERSION, hex};
use crate::crypto::hash::Sha256;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::random::Random;
use crate::domain::time::Clock;
use crate::flows::admin::AdminError;
use crate::flows::admin::schema::{Found, Schema};
use crate::flows::audit::EventBuilder;
use crate::storage::{self, Cell, TableLayout, Transaction, schema_version};

#[derive(Clone, Debug)]
pub struct Imported {
    /// By table.
    pub rows: BTreeMap<String, u64>,
}

/// Enters all that the file holds. Where it is cut short, altered, or of another schema, or where the database holds
/// anything, nothing is entered.
///
/// # Errors
/// `Conflict`, with the reason and the line.
pub async fn import(
    schema: &Schema,
    actor: Actor,
    clock: &dyn Clock,
    random: &dyn Random,
    file: impl BufRead + Send,
) -> Result<Imported, AdminError> {
    if let Found::Behind(_) = schema.look().await? {
        return Err(AdminError::Conflict("the schema is not up to date; run: senid migrate".to_owned()));
    }
    let mut lines = Lines { file, sum: Sha256::new(), number: 0 };
    let header = header(&mut lines)?;
    let mut tx = schema.store().begin().await?;
    let layouts = tx.transfer().layouts().await?;
    let targets = targets(&header, &layouts)?;
    must_be_empty(&mut tx, &layouts).await?;

    let mut rows: BTreeMap<String, u64> = layouts.iter().map(|layout| (layout.name.to_owned(), 0)).collect();
    let mut waiting = Waiting::default();
    let footer = loop {
        let before = lines.sum.clone();
        let Some(line) = lines.next()? else {
            return Err(lines.wrong("the file ends before its last line: it was cut short"));
        };
        if line.first() == Some(&b'{') {
            let footer: Footer =
                serde_json::from_slice(&line).map_err(|_| lines.wrong("it is no line of an export"))?;
            if footer.sha256 != hex(&before.finish()) {
                return Err(lines.wrong("the hash is another: the file was altered or damaged"));
            }
            break footer;
        }
        let (table, row) = row(&line, &targets).ok_or_else(|| lines.wrong("it is no row of a table of the header"))?;
        if waiting.table != table || waiting.rows.len() >= ROWS as usize {
            waiting.enter(&mut tx, &layouts).await.map_err(|error| lines.refused(error))?;
            waiting.table = table;
        }
        waiting.rows.push(row);
        if let Some(count) = rows.get_mut(layouts[table].name) {
            *count += 1;
        }
    };
    waiting.enter(&mut tx, &layouts).await.map_err(|error| lines.refused(error))?;
    if lines.next()?.is_some() {
        return Err(lines.wrong("there is more after the last line"));
    }
    if footer.rows != rows {
        return Err(lines.wrong("the rows are not as many as the last line says"));
    }
    let event = EventBuilder::new(clock.now(), random, EventKind::StoreImported, Outcome::Success).by(actor);
    let event = event.with("rows", rows.values().sum::<u64>()).with("sha256", &footer.sha256).build();
    tx.audit().record(&event).await?;
    tx.commit().await?;
    Ok(Imported { rows })
}

fn header(lines: &mut Lines<impl BufRead>) -> Result<Header, AdminError> {
    let first = lines.next()?.unwrap_or_default();
    let header: Header = serde_json::from_slice(&first)
        .ok()
        .filter(|header: &Header| header.senid == KIND)
        .ok_or_else(|| AdminError::Conflict("the file is no export of a SenID store".to_owned()))?;
    if header.version != VERSION {
        let sentence = format!("the file is of version {}; this program reads version {VERSION}", header.version);
        return Err(AdminError::Conflict(sentence));
    }
    let ours = schema_version();
    if header.schema != ours {
        return Err(AdminError::Conflict(format!(
            "the file is of schema {}, this program of schema {ours}: export and import with the same version of SenID",
            header.schema
        )));
    }
    Ok(header)
}

/// A table of the file: where it is among the layouts, and for each of the layout's columns its place in the row.
struct Target {
    table: usize,
    places: Vec<(usize, Encoding)>,
}

/// # Errors
/// Where the file has not exactly the tables and columns that the database has.
fn targets(header: &Header, layouts: &[TableLayout]) -> Result<BTreeMap<String, Target>, AdminError> {
    let differs =
        || AdminError::Conflict("the file's tables are not this database's, although its schema is".to_owned());
    let mut targets = BTreeMap::new();
    for HeaderTable { name, columns } in &header.tables {
        let table = layouts.iter().position(|layout| layout.name == name).ok_or_else(differs)?;
        let layout = &layouts[table];
        let place = |column: &storage::Column| {
            let place = columns.iter().position(|(name, _)| *name == column.name)?;
            let encoding = columns[place].1;
            (encoding == Encoding::of(column.kind)).then_some((place, encoding))
        };
        let places: Option<Vec<_>> = layout.columns.iter().map(place).collect();
        let places = places.filter(|places| places.len() == columns.len()).ok_or_else(differs)?;
        targets.insert(name.clone(), Target { table, places });
    }
    if targets.len() == layouts.len() { Ok(targets) } else { Err(differs()) }
}

/// The log of what was done to the database before is no part of the deployment that comes: it may stay.
async fn must_be_empty(tx: &mut Transaction, layouts: &[TableLayout]) -> Result<(), AdminError> {
    for layout in layouts.iter().filter(|layout| !["audit_events", "audit_pending"].contains(&layout.name)) {
        let count = tx.transfer().count(layout).await?;
        if count > 0 {
            return Err(AdminError::Conflict(format!(
                "the database is not empty: {} has {count} row(s). Import into a new one, before any server has opened it",
                layout.name
            )));
        }
    }
    Ok(())
}

fn row(line: &[u8], targets: &BTreeMap<String, Target>) -> Option<(usize, Vec<Cell>)> {
    let values: Vec<Value> = serde_json::from_slice(line).ok()?;
    let (table, values) = values.split_first()?;
    let target = targets.get(table.as_str()?)?;
    if values.len() != target.places.len() {
        return None;
    }
    let cells =
        target.places.iter().map(|(place, encoding)| encoding.decode(&values[*place])).collect::<Option<_>>()?;
    Some((target.table, cells))
}

/// Rows of one table that are entered together.
#[derive(Default)]
struct Waiting {
    table: usize,
    rows: Vec<Vec<Cell>>,
}

impl Waiting {
    async fn enter(&mut self, tx: &mut Transaction, layouts: &[TableLayout]) -> Result<(), storage::Error> {
        tx.transfer().insert(&layouts[self.table], &self.rows).await?;
        self.rows.clear();
        Ok(())
    }
}

struct Lines<R> {
    file: R,
    sum: Sha256,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<Vec<u8>>, AdminError> {
        let mut line = Vec::new();
        let read = self.file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(AdminError::failed)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if line.last() != Some(&b'\n') {
            return Err(self.wrong("the line does not end: the file was cut short, or is no export"));
        }
        self.sum.update(&line);
        Ok(Some(line))
    }

    fn wrong(&self, why: &str) -> AdminError {
        AdminError::Conflict(format!("line {}: {why}; nothing was imported", self.number))
    }

    /// Rows that the database does not take.
    fn refused(&self, error: storage::Error) -> AdminError {
        match error {
            unavailable if unavailable.is_unavailable() => unavailable.into(),
            error => self.wrong(&format!("{error}, here or shortly before")),
        }
    }
}
