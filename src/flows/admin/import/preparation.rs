//! What can be done to the lines of a file before the database sees them: they are checked, and citizens sealed, on every
//! processor there is.

use std::io;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::credentials::password::{self, Parameters};
use crate::domain::age::Ages;
use crate::domain::identifier_alias::IdentifierAlias;
use crate::domain::national_id::Schemes;
use crate::domain::random::Random;
use crate::domain::secret::SecretString;
use crate::domain::time::{Clock, Timestamp};
use crate::storage::{self, NewCitizen, SealedCitizen, Sealer};

use super::super::add_citizen;
use super::super::particulars::{Column, Particulars, Remark};
use super::super::{AdminError, Administrator};
use super::{Row, Rows};

/// Lines of one transaction: enough that what a transaction costs beside them does not count, and few enough that nobody waits
/// for it.
const BATCH: usize = 4_000;
/// And so much of their text: lines may be long that are then rejected.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// The lines of one transaction.
pub(super) struct Prepared {
    /// Those that said something.
    pub lines: u64,
    pub last_line: u64,
    pub candidates: Vec<Candidate>,
    pub rejected: Vec<(u64, Vec<Remark>)>,
}

/// A citizen of the batch, checked and sealed.
pub(super) struct Candidate {
    pub line: u64,
    pub new: NewCitizen,
    pub sealed: SealedCitizen,
    pub aliases: Vec<IdentifierAlias>,
    pub warnings: Vec<Remark>,
}

pub(super) struct Preparation {
    read: mpsc::Receiver<io::Result<Vec<Row>>>,
    desk: Arc<Desk>,
    threads: usize,
}

/// What a line is checked against and sealed with.
struct Desk {
    schemes: Schemes,
    ages: Ages,
    hashing: Parameters,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    sealer: Sealer,
}

impl Preparation {
    /// Begins to read, behind the line `behind`, which has been dealt with before.
    ///
    /// # Errors
    /// Where the store has no keys, or there is no thread to read on.
    pub fn new(admin: &Administrator, rows: Box<dyn Rows + Send>, behind: u64) -> Result<Self, AdminError> {
        let desk = Desk {
            schemes: admin.settings.national_id.clone(),
            ages: admin.settings.identity.ages,
            hashing: admin.hashing.parameters,
            clock: Arc::clone(&admin.clock),
            random: Arc::clone(&admin.random),
            sealer: admin.store.sealer()?,
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (sender, read) = mpsc::channel(1);
        // A thread of its own: whoever writes into a pipe may take their time, and nothing else waits for them.
        let reading = std::thread::Builder::new().name("import".to_owned());
        reading.spawn(move || read_all(rows, behind, &sender)).map_err(AdminError::failed)?;
        Ok(Self { read, desk: Arc::new(desk), threads })
    }

    /// The next lines; `None` at the end of the file.
    pub async fn next(&mut self) -> Result<Option<Prepared>, AdminError> {
        let Some(read) = self.read.recv().await else { return Ok(None) };
        let mut rows = read.map_err(AdminError::failed)?;
        let Some(last_line) = rows.last().map(|row| row.line) else { return Ok(None) };
        let mut prepared =
            Prepared { lines: rows.len() as u64, last_line, candidates: Vec::new(), rejected: Vec::new() };
        let share = rows.len().div_ceil(self.threads);
        let mut shares = JoinSet::new();
        while !rows.is_empty() {
            let part = rows.split_off(rows.len().saturating_sub(share));
            let desk = Arc::clone(&self.desk);
            shares.spawn_blocking(move || desk.prepare(part));
        }
        while let Some(done) = shares.join_next().await {
            let (candidates, rejected) = done.map_err(AdminError::failed)??;
            prepared.candidates.extend(candidates);
            prepared.rejected.extend(rejected);
        }
        // Of two lines with one name the first is entered.
        prepared.candidates.sort_unstable_by_key(|candidate| candidate.line);
        Ok(Some(prepared))
    }
}

/// Reads batch after batch, until the end or until nobody wants more.
fn read_all(mut rows: Box<dyn Rows + Send>, behind: u64, sender: &mpsc::Sender<io::Result<Vec<Row>>>) {
    loop {
        let batch = read_batch(&mut *rows, behind);
        let last = match &batch {
            Ok(read) if read.is_empty() => return,
            Ok(_) => false,
            Err(_) => true,
        };
        if sender.blocking_send(batch).is_err() || last {
            return;
        }
    }
}

fn read_batch(rows: &mut dyn Rows, behind: u64) -> io::Result<Vec<Row>> {
    let (mut batch, mut bytes) = (Vec::with_capacity(BATCH), 0);
    while batch.len() < BATCH && bytes < BATCH_BYTES {
        match rows.next()? {
            None => break,
            Some(row) if row.line <= behind => {}
            Some(row) => {
                bytes += row.said.as_ref().map_or(0, Particulars::bytes);
                batch.push(row);
            }
        }
    }
    Ok(batch)
}

/// A citizen, the numbers beside theirs, and what is unusual.
type Checked = (NewCitizen, Vec<IdentifierAlias>, Vec<Remark>);

type Part = (Vec<Candidate>, Vec<(u64, Vec<Remark>)>);

impl Desk {
    fn prepare(&self, rows: Vec<Row>) -> Result<Part, storage::Error> {
        let now = self.clock.now();
        let (mut candidates, mut rejected) = (Vec::with_capacity(rows.len()), Vec::new());
        for Row { line, said } in rows {
            match said.and_then(|said| self.check(&said, now)) {
                Ok((new, aliases, warnings)) => {
                    let sealed = self.sealer.seal(&new)?;
                    candidates.push(Candidate { line, new, sealed, aliases, warnings });
                }
                Err(why) => rejected.push((line, why)),
            }
        }
        Ok((candidates, rejected))
    }

    fn check(&self, said: &Particulars, now: Timestamp) -> Result<Checked, Vec<Remark>> {
        let accepted = said.get(Column::PasswordHash).map(|phc| password::accept(phc, self.hashing)).transpose();
        let refused = |error: password::PhcError| Remark::new(Column::PasswordHash, "password_hash", error.to_string());
        match (said.check_of_age(&self.schemes, &self.ages, now), accepted.map_err(refused)) {
            (Ok(mut checked), Ok(hash)) => {
                let hash = hash.map(|hash| SecretString::new(hash.as_str()));
                let aliases = std::mem::take(&mut checked.aliases);
                let (new, warnings) = add_citizen::new_citizen(checked, hash, now, &*self.random);
                Ok((new, aliases, warnings))
            }
            (Ok(_), Err(hash)) => Err(vec![hash]),
            (Err(faults), Ok(_)) => Err(faults),
            (Err(mut faults), Err(hash)) => {
                faults.push(hash);
                Err(faults)
            }
        }
    }
}
