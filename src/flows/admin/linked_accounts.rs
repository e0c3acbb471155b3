//! Codes for people who had an account at a portal, and whose accounts are linked by now: for the operator, who hands both to the portal.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;
use std::time::Duration;

use crate::crypto::hash::sha256;
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::claims::LINKED_ACCOUNTS;
use crate::domain::client::Client;
use crate::domain::ids::{ClientId, LinkId};
use crate::domain::linked_account::{LinkCode, LinkedAccount, OldAccount, OldAccountId, OldAccountLabel};
use crate::domain::time::Timestamp;
use crate::storage::{NewLinkCode, Page};

use super::import::table::{Row, Table};
use super::{AdminError, Administrator, Fault, registered_clients};

/// For how long a code is good at most: whoever has not come by then is handed another one.
pub const LONGEST: Duration = Duration::from_secs(366 * 86_400);
/// Codes that are made in one transaction, and printed once it is done.
const AT_ONCE: usize = 1_000;
/// As many faults of a file as anybody reads at once.
const MOST_FAULTS: usize = 20;
/// What the file may say of an account.
const COLUMNS: &[&str] = &["account", "label", "expires"];

/// What became of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub issued: u64,
    /// Accounts that are somebody's already: there is no code for them.
    pub linked: u64,
}

/// Makes a code for every account in the file, and writes the codes to `out` as CSV: nobody can read them again. The code that an
/// account had before is none any more.
///
/// The whole file is read before anything is done.
///
/// # Errors
/// `Invalid` with what is wrong with the file, and where; `NotFound`; `Conflict` where the client would never be told of links.
pub async fn issue(
    admin: &Administrator,
    client: &ClientId,
    file: &Path,
    valid_for: Duration,
    out: &mut dyn Write,
) -> Result<Counts, AdminError> {
    admin.may_on(Permission::LinkIssue, client)?;
    let client = registered_clients::show(admin, client).await?;
    if !client.may_be_told(LINKED_ACCOUNTS) {
        let told = format!(
            "client {} is not approved for the claim {LINKED_ACCOUNTS}: it would be told of no link",
            client.id
        );
        return Err(AdminError::Conflict(told));
    }
    let (now, usual) = (admin.clock.now(), admin.clock.now() + valid_for);
    check(open(file)?, now)?;
    let (mut table, mut counts) = (open(file)?, Counts::default());
    writeln!(out, "account,code,expires,outcome").map_err(AdminError::failed)?;
    loop {
        let mut batch = Vec::with_capacity(AT_ONCE);
        while batch.len() < AT_ONCE {
            let Some(row) = table.next().map_err(AdminError::failed)? else { break };
            let (account, expires) = read(&row, now).map_err(AdminError::Invalid)?;
            let code = LinkCode::draw(&*admin.random);
            batch.push(NewLinkCode { code, account, expires_at: expires.unwrap_or(usual) });
        }
        if batch.is_empty() {
            out.flush().map_err(AdminError::failed)?;
            return Ok(counts);
        }
        let linked = enter(admin, &client, &batch, now).await?;
        counts.linked += linked.len() as u64;
        counts.issued += (batch.len() - linked.len()) as u64;
        write(out, &batch, &linked).map_err(AdminError::failed)?;
    }
}

/// Up to `limit` accounts at a portal that are somebody's, those linked after `after`, in clear: that they were shown is recorded.
///
/// # Errors
/// `NotFound`.
pub async fn list(
    admin: &Administrator,
    client: &ClientId,
    after: Option<LinkId>,
    limit: u32,
) -> Result<Page<LinkedAccount, LinkId>, AdminError> {
    admin.may_on(Permission::LinkList, client)?;
    let client = registered_clients::show(admin, client).await?;
    let mut tx = admin.store.begin().await?;
    let page = tx.linked_accounts().of_client(&client.id, after, limit).await?;
    let event = admin.event(EventKind::LinkedAccountsListed).of(&client.id).with("accounts", page.items.len());
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(page)
}

/// The account is nobody's from now on: it was linked by somebody else than its owner, as the portal found out. Its citizen reads of it.
///
/// # Errors
/// `NotFound`.
pub async fn end(admin: &Administrator, client: &ClientId, id: LinkId, reason: &str) -> Result<(), AdminError> {
    admin.may_on(Permission::LinkEnd, client)?;
    let client = registered_clients::show(admin, client).await?;
    let unknown = || AdminError::NotFound(format!("client {} has no link {id}", client.id));
    let mut tx = admin.store.begin().await?;
    let citizen = tx.linked_accounts().whose(&client.id, id).await?.ok_or_else(unknown)?;
    if !tx.linked_accounts().end(citizen, id).await? {
        return Err(unknown());
    }
    let event = admin.event(EventKind::AccountUnlinked).about(citizen).of(&client.id).with("link", id);
    tx.audit().record(&event.with("reason", reason).build()).await?;
    Ok(tx.commit().await?)
}

fn open(file: &Path) -> Result<Table<BufReader<File>>, AdminError> {
    let opened =
        File::open(file).map_err(|error| AdminError::invalid("file", format!("{}: {error}", file.display())))?;
    Table::open(BufReader::new(opened), COLUMNS, &["account"])
}

/// Nothing is made from a file that is wrong anywhere: whoever puts it right would hand out half of the codes twice.
fn check(mut table: Table<BufReader<File>>, now: Timestamp) -> Result<(), AdminError> {
    let (mut faults, mut seen) = (Vec::new(), HashSet::new());
    while let Some(row) = table.next().map_err(AdminError::failed)? {
        match read(&row, now) {
            Err(wrong) => faults.extend(wrong),
            Ok((account, _)) => {
                let [a, b, c, d, e, f, g, h, ..] = sha256(account.id.expose().as_bytes());
                if !seen.insert([a, b, c, d, e, f, g, h]) {
                    faults.push(at(row.line, "account", "stands in a line before this one, too"));
                }
            }
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    match (faults.is_empty(), seen.is_empty()) {
        (true, false) => Ok(()),
        (true, true) => Err(AdminError::invalid("file", "there is no account in it")),
        (false, _) => Err(AdminError::Invalid(faults)),
    }
}

fn read(row: &Row, now: Timestamp) -> Result<(OldAccount, Option<Timestamp>), Vec<Fault>> {
    let cells = row.cells.as_ref().map_err(|why| vec![at(row.line, "", why)])?;
    let text = |column: &str| {
        let place = COLUMNS.iter().position(|known| *known == column);
        place.and_then(|place| cells.get(place)).map_or("", |cell| cell.as_str())
    };
    let mut faults = Vec::new();
    let id = OldAccountId::parse(text("account")).map_err(|why| faults.push(at(row.line, "account", why)));
    let label = Some(text("label")).filter(|label| !label.trim().is_empty()).map(OldAccountLabel::parse).transpose();
    let label = label.map_err(|why| faults.push(at(row.line, "label", why)));
    let expires = match text("expires").trim() {
        "" => Ok(None),
        written => expiry(written, now).map(Some).map_err(|why| faults.push(at(row.line, "expires", why))),
    };
    match (id, label, expires) {
        (Ok(id), Ok(label), Ok(expires)) => Ok((OldAccount { id, label }, expires)),
        _ => Err(faults),
    }
}

/// A day, with the end of which it is over in UTC, or an instant.
fn expiry(written: &str, now: Timestamp) -> Result<Timestamp, String> {
    let day = |date: jiff::civil::Date| date.tomorrow().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let instant = match (written.parse::<jiff::Timestamp>(), written.parse::<jiff::civil::Date>()) {
        (Ok(instant), _) => Some(instant),
        (_, Ok(date)) => day(date).map(|end| end.timestamp()),
        _ => None,
    };
    let expires = instant.map(|instant| Timestamp::from_seconds(instant.as_second()));
    let expires = expires.ok_or("expected a day such as 2027-01-31, or an instant such as 2027-01-31T12:00:00Z")?;
    match expires {
        past if past <= now => Err("has passed".to_owned()),
        far if far > now + LONGEST => Err(format!("is more than {} days ahead", LONGEST.as_secs() / 86_400)),
        fits => Ok(fits),
    }
}

async fn enter(
    admin: &Administrator,
    client: &Client,
    batch: &[NewLinkCode],
    now: Timestamp,
) -> Result<HashSet<usize>, AdminError> {
    let mut tx = admin.store.begin().await?;
    let linked = tx.link_codes().issue(&client.id, batch, now).await?;
    let event = admin.event(EventKind::LinkCodesIssued).of(&client.id).with("codes", batch.len() - linked.len());
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(linked)
}

fn write(out: &mut dyn Write, batch: &[NewLinkCode], linked: &HashSet<usize>) -> std::io::Result<()> {
    for (place, new) in batch.iter().enumerate() {
        let account = super::list_citizens::cell(new.account.id.expose());
        if linked.contains(&place) {
            writeln!(out, "{account},,,linked")?;
        } else {
            let expires = crate::flows::own_data::time(new.expires_at);
            writeln!(out, "{account},{},{expires},issued", new.code.written().expose())?;
        }
    }
    Ok(())
}

fn at(line: u64, column: &str, why: impl std::fmt::Display) -> Fault {
    let comma = if column.is_empty() { "" } else { ", " };
    Fault::new("file", format!("line {line}{comma}{column}: {why}"))
}
