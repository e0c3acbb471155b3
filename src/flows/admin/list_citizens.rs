//! Citizens in the order in which they were entered: a page of them masked, or all of them in clear for a reason that is written
//! down. Page follows page by the last id, so that the last page costs what the first does, and nobody waits for it.

use std::borrow::Cow;
use std::io::{self, Write};

use serde_json::{Map, Value};

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::citizen::{Citizen, CitizenStatus};
use crate::domain::ids::CitizenId;
use crate::storage::Page;

use super::particulars::Column;
use super::show_citizen::{self, Sight};
use super::{AdminError, Administrator};

/// Citizens that are held at once.
const AT_ONCE: u32 = 500;

/// Up to `limit` citizens after `after`, of this state if one is given, once it is recorded that they were listed.
pub async fn list(
    admin: &Administrator,
    status: Option<CitizenStatus>,
    after: Option<CitizenId>,
    limit: u32,
) -> Result<Page<Citizen, CitizenId>, AdminError> {
    admin.may(Permission::CitizenList)?;
    let mut tx = admin.store.begin().await?;
    let page = tx.citizens().list(status, after, limit).await?;
    let event = admin.event(EventKind::CitizensListed).with("citizens", page.items.len());
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(page)
}

/// How what is exported is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With the columns that an import takes; names in other languages have none.
    Csv,
    /// An object a line, with the members that an import takes.
    JsonLines,
}

/// Writes every citizen in clear, and tells how many that were. Each is as they are when they are read: a snapshot of all would
/// keep the database from clearing up for as long as it lasts. No password goes along.
///
/// # Errors
/// If `out` takes no more, or the identity store is away.
pub async fn export(
    admin: &Administrator,
    reason: &str,
    format: Format,
    out: &mut dyn Write,
) -> Result<u64, AdminError> {
    admin.may(Permission::CitizenExport)?;
    // Whoever breaks it off has read what was written by then.
    let event = admin.event(EventKind::CitizensExported).with("reason", reason);
    admin.store.write().await?.audit().record(&event.build()).await?;
    let scheme = admin.settings.national_id.default_scheme();
    let (mut after, mut written) = (None, 0);
    if format == Format::Csv {
        let names: Vec<&str> = columns().map(Column::name).collect();
        writeln!(out, "{}", names.join(",")).map_err(AdminError::failed)?;
    }
    loop {
        let page = admin.store.read().await?.citizens().list(None, after, AT_ONCE).await?;
        for citizen in &page.items {
            let said = said_of(
                citizen,
                show_citizen::particulars(citizen, &Sight::Revealed { reason: String::new() }, scheme),
            );
            match format {
                Format::Csv => write_csv(out, &said),
                Format::JsonLines => write_json(out, said),
            }
            .map_err(AdminError::failed)?;
            written += 1;
        }
        after = page.next;
        if after.is_none() {
            out.flush().map_err(AdminError::failed)?;
            return Ok(written);
        }
    }
}

type Said = Vec<(Cow<'static, str>, String)>;

/// What an import is to be told of them, by the names of its columns.
fn said_of(citizen: &Citizen, mut said: Said) -> Said {
    said.push((Column::AccountLevel.name().into(), i16::from(citizen.account_level).to_string()));
    said.push((Column::Status.name().into(), citizen.status.as_str().to_owned()));
    said
}

fn columns() -> impl Iterator<Item = Column> {
    Column::ALL.iter().copied().filter(|column| *column != Column::PasswordHash)
}

fn write_json(out: &mut dyn Write, said: Said) -> io::Result<()> {
    let object: Map<String, Value> = said.into_iter().map(|(name, text)| (name.into_owned(), text.into())).collect();
    serde_json::to_writer(&mut *out, &object)?;
    writeln!(out)
}

/// RFC 4180.
fn write_csv(out: &mut dyn Write, said: &Said) -> io::Result<()> {
    for (number, column) in columns().enumerate() {
        let text = said.iter().find(|(name, _)| name == column.name()).map_or("", |(_, text)| text.as_str());
        let comma = if number == 0 { "" } else { "," };
        write!(out, "{comma}{}", cell(text))?;
    }
    writeln!(out)
}

/// A text as a cell of a table.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    match text.contains([',', ';', '\t', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")).into(),
        false => text.into(),
    }
}
