//! From the database into the file.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;

use super::{Footer, Header, HeaderTable, KIND, ROWS, VERSION, encode, hex};
use crate::crypto::hash::Sha256;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::random::Random;
use crate::domain::time::Clock;
use crate::flows::admin::AdminError;
use crate::flows::admin::schema::{Found, Schema};
use crate::flows::audit::EventBuilder;
use crate::storage::{Cell, TableLayout, Transaction, schema_version};

#[derive(Clone, Debug)]
pub struct Exported {
    /// By table.
    pub rows: BTreeMap<String, u64>,
    /// Of the file up to its last line, in hexadecimal.
    pub sha256: String,
}

/// Writes all there is, as it was at one moment. Servers go on meanwhile.
///
/// # Errors
/// `Conflict` where the schema is not this program's; nothing is written then.
pub async fn export(
    schema: &Schema,
    actor: Actor,
    clock: &dyn Clock,
    random: &dyn Random,
    out: impl Write + Send,
) -> Result<Exported, AdminError> {
    if let Found::Behind(_) = schema.look().await? {
        return Err(AdminError::Conflict("the schema is not up to date; run: senid migrate".to_owned()));
    }
    let mut snapshot = schema.store().snapshot().await?;
    let layouts = snapshot.transfer().layouts().await?;
    let mut file = Hashed { out, sum: Sha256::new() };
    let tables: Vec<HeaderTable> = layouts.iter().map(HeaderTable::from).collect();
    file.line(&Header { senid: KIND.to_owned(), version: VERSION, schema: schema_version(), tables })?;
    let mut rows = BTreeMap::new();
    for layout in &layouts {
        let written = table(&mut snapshot, layout, &mut file).await?;
        rows.insert(layout.name.to_owned(), written);
    }
    drop(snapshot);
    let sha256 = hex(&file.sum.clone().finish());
    file.line(&Footer { rows: rows.clone(), sha256: sha256.clone() })?;
    file.out.flush().map_err(AdminError::failed)?;
    let event = EventBuilder::new(clock.now(), random, EventKind::StoreExported, Outcome::Success).by(actor);
    let event = event.with("rows", rows.values().sum::<u64>()).with("sha256", &sha256).build();
    schema.store().write().await?.audit().record(&event).await?;
    Ok(Exported { rows, sha256 })
}

/// One table, without holding all of it.
async fn table(
    snapshot: &mut Transaction,
    layout: &TableLayout,
    file: &mut Hashed<impl Write>,
) -> Result<u64, AdminError> {
    let mut after: Option<Vec<Cell>> = None;
    let mut written = 0;
    loop {
        let page = snapshot.transfer().page(layout, after.as_deref(), ROWS).await?;
        for row in &page {
            let name = std::iter::once(serde_json::Value::from(layout.name));
            file.line(&name.chain(row.iter().map(encode)).collect::<Vec<_>>())?;
        }
        written += page.len() as u64;
        match page.into_iter().next_back() {
            Some(last) => after = Some(last),
            None => return Ok(written),
        }
    }
}

/// What is written, and the hash of it.
struct Hashed<W> {
    out: W,
    sum: Sha256,
}

impl<W: Write> Hashed<W> {
    fn line(&mut self, value: &impl Serialize) -> Result<(), AdminError> {
        let mut line = serde_json::to_vec(value).map_err(AdminError::failed)?;
        line.push(b'\n');
        self.sum.update(&line);
        self.out.write_all(&line).map_err(AdminError::failed)
    }
}
