//! Citizens from a file: read line by line, entered some at a time, each whole or not at all. However long the file is,
//! what is held in memory is one batch (and, to name duplicates, the hashes of so many names).

mod csv;
mod duplicates;
mod json_lines;
mod lines;

use std::collections::{HashMap, HashSet};
use std::io;

use crate::credentials::password;
use crate::domain::audit::EventKind;
use crate::domain::ids::{CitizenId, EventId};
use crate::domain::secret::SecretString;
use crate::storage::{Conflict, NewCitizen, Transaction};

use super::add_citizen;
use super::particulars::{Column, Particulars, Remark};
use super::{AdminError, Administrator};

pub use csv::Csv;
use duplicates::Entered;
pub use json_lines::JsonLines;

/// Citizens of one transaction.
const BATCH: usize = 500;

/// A file's lines, one after another.
pub trait Rows {
    /// The next line that says something; `None` at the end.
    fn next(&mut self) -> io::Result<Option<Row>>;
}

/// What one line says, or why it cannot be read.
pub struct Row {
    /// From 1, the header included; of a record that spans lines, its first.
    pub line: u64,
    pub said: Result<Particulars, Vec<Remark>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Import,
    /// Everything is checked, against the store too, and nothing is kept.
    DryRun,
}

/// Who is told what becomes of the lines.
pub trait Observer {
    fn rejected(&mut self, line: u64, why: &[Remark]) -> io::Result<()>;
    /// A line that was entered and that a registrar should look at.
    fn warned(&mut self, line: u64, what: &[Remark]) -> io::Result<()>;
    /// A batch is done.
    fn progress(&mut self, counts: &Counts) -> io::Result<()>;
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines that said something.
    pub lines: u64,
    pub added: u64,
    pub rejected: u64,
    /// Of those added, with something for a registrar to look at.
    pub warned: u64,
    /// Everything up to this line has been dealt with.
    pub last_line: u64,
}

/// An import that stopped before its end.
#[derive(Debug)]
pub struct Stopped {
    pub why: AdminError,
    /// What was done by then, and stays.
    pub counts: Counts,
}

/// A citizen of the batch, checked.
struct Candidate {
    line: u64,
    new: NewCitizen,
    warnings: Vec<Remark>,
}

/// Enters every citizen of `rows` that can be, and tells `observer` of every line that cannot.
///
/// # Errors
/// If the file cannot be read on or the identity store is away: the batch under way is not kept, those before are.
pub async fn import(
    admin: &Administrator,
    rows: &mut dyn Rows,
    mode: Mode,
    observer: &mut dyn Observer,
) -> Result<Counts, Stopped> {
    let id = EventId::new(admin.clock.now(), &*admin.random);
    let mut import = Import { admin, mode, id, entered: Entered::default(), counts: Counts::default() };
    loop {
        match import.batch(rows, observer).await {
            Ok(true) => {}
            Ok(false) => return Ok(import.counts),
            Err(why) => return Err(Stopped { why, counts: import.counts }),
        }
    }
}

struct Import<'a> {
    admin: &'a Administrator,
    mode: Mode,
    /// Joins the events of this import's batches.
    id: EventId,
    entered: Entered,
    counts: Counts,
}

impl Import<'_> {
    /// Deals with the next lines; whether there were any.
    async fn batch(&mut self, rows: &mut dyn Rows, observer: &mut dyn Observer) -> Result<bool, AdminError> {
        let mut candidates = Vec::with_capacity(BATCH);
        let mut rejected: Vec<(u64, Vec<Remark>)> = Vec::new();
        let (mut lines, mut last_line) = (0, self.counts.last_line);
        while lines < BATCH as u64 {
            let Some(Row { line, said }) = rows.next().map_err(AdminError::failed)? else { break };
            (lines, last_line) = (lines + 1, line);
            match said.and_then(|said| self.check(line, &said)) {
                Ok(candidate) => candidates.push(candidate),
                Err(why) => rejected.push((line, why)),
            }
        }
        if lines == 0 {
            return Ok(false);
        }
        let (added, warned) = self.enter(candidates, &mut rejected, last_line).await?;
        rejected.sort_by_key(|(line, _)| *line);
        self.counts.lines += lines;
        self.counts.last_line = last_line;
        self.counts.added += added;
        self.counts.rejected += rejected.len() as u64;
        self.counts.warned += warned.len() as u64;
        for (line, why) in &rejected {
            observer.rejected(*line, why).map_err(AdminError::failed)?;
        }
        for (line, what) in &warned {
            observer.warned(*line, what).map_err(AdminError::failed)?;
        }
        observer.progress(&self.counts).map_err(AdminError::failed)?;
        Ok(true)
    }

    fn check(&self, line: u64, said: &Particulars) -> Result<Candidate, Vec<Remark>> {
        let now = self.admin.clock.now();
        let phc = said.get(Column::PasswordHash);
        let accepted = phc.map(|phc| password::accept(phc, self.admin.hashing.parameters)).transpose();
        let refused = |error: password::PhcError| Remark::new(Column::PasswordHash, "password_hash", error.to_string());
        let settings = &self.admin.settings;
        let checked = said.check_of_age(&settings.national_id, &settings.identity.ages, now);
        match (checked, accepted.map_err(refused)) {
            (Ok(checked), Ok(hash)) => {
                let hash = hash.map(|hash| SecretString::new(hash.as_str()));
                let (new, warnings) = add_citizen::new_citizen(checked, hash, now, &*self.admin.random);
                Ok(Candidate { line, new, warnings })
            }
            (Ok(_), Err(hash)) => Err(vec![hash]),
            (Err(faults), Ok(_)) => Err(faults),
            (Err(mut faults), Err(hash)) => {
                faults.push(hash);
                Err(faults)
            }
        }
    }

    /// One transaction. Returns how many were entered, and what is unusual about which.
    async fn enter(
        &mut self,
        candidates: Vec<Candidate>,
        rejected: &mut Vec<(u64, Vec<Remark>)>,
        last_line: u64,
    ) -> Result<(u64, Vec<(u64, Vec<Remark>)>), AdminError> {
        let mut tx = self.admin.store.begin().await?;
        let mut done: Vec<Candidate> = Vec::with_capacity(candidates.len());
        let mut names: HashMap<String, u64> = HashMap::new();
        let mut waiting = candidates;
        // Two lines may have one name. The first is entered, and the second only if the first could not be: rejecting
        // it at once would lose a citizen for another's broken line.
        while !waiting.is_empty() {
            let (round, later) = self.sort_out(waiting, &names, rejected);
            let (round, refused) = enter_round(&mut tx, round).await?;
            rejected.extend(
                refused.into_iter().map(|(candidate, conflict)| {
                    (candidate.line, vec![self.entered.explain(&candidate.new, conflict)])
                }),
            );
            for candidate in &round {
                names.extend(candidate.new.names.iter().map(|name| (name.normalised(), candidate.line)));
            }
            done.extend(round);
            waiting = later;
        }
        note_look_alikes(&mut tx, &mut done).await?;
        if self.mode == Mode::Import {
            let event = self
                .admin
                .event(EventKind::CitizenImported)
                .with("import", self.id)
                .with("lines", format!("{}-{last_line}", self.counts.last_line + 1))
                .with("added", done.len())
                .with("rejected", rejected.len());
            tx.audit().record(&event.build()).await?;
            tx.commit().await?;
        }
        for candidate in &done {
            self.entered.note(&candidate.new, candidate.line);
        }
        let warned = done.iter().filter(|one| !one.warnings.is_empty());
        let mut warned: Vec<_> = warned.map(|one| (one.line, one.warnings.clone())).collect();
        warned.sort_by_key(|(line, _)| *line);
        Ok((done.len() as u64, warned))
    }

    /// Those that have no name in common with each other, and those that must wait for them; the others have a name of
    /// someone who was entered.
    fn sort_out(
        &self,
        waiting: Vec<Candidate>,
        names: &HashMap<String, u64>,
        rejected: &mut Vec<(u64, Vec<Remark>)>,
    ) -> (Vec<Candidate>, Vec<Candidate>) {
        let (mut round, mut later) = (Vec::with_capacity(waiting.len()), Vec::new());
        let mut of_round: HashSet<String> = HashSet::new();
        for candidate in waiting {
            let own: Vec<_> = candidate.new.names.iter().map(|name| (name.kind(), name.normalised())).collect();
            let in_batch = own.iter().find_map(|(kind, name)| Some((*kind, *names.get(name)?)));
            // A dry run keeps nothing, so the store does not know the batches before.
            let before = || match self.mode {
                Mode::DryRun => self.entered.line_of(&candidate.new),
                Mode::Import => None,
            };
            if let Some((kind, line)) = in_batch.or_else(before) {
                rejected.push((candidate.line, vec![duplicates::stands_in(kind, line)]));
            } else if own.iter().any(|(_, name)| of_round.contains(name)) {
                later.push(candidate);
            } else {
                of_round.extend(own.into_iter().map(|(_, name)| name));
                round.push(candidate);
            }
        }
        (round, later)
    }
}

/// A hint with each of those who look like somebody else: of an earlier line, or here before.
async fn note_look_alikes(tx: &mut Transaction, done: &mut [Candidate]) -> Result<(), AdminError> {
    tx.likenesses().enter_new(done.iter().map(|one| &one.new.citizen)).await?;
    let ids: Vec<_> = done.iter().map(|one| one.new.citizen.id).collect();
    let mut others: HashMap<CitizenId, Vec<CitizenId>> = HashMap::new();
    for (own, other) in tx.likenesses().shared(&ids).await? {
        others.entry(own).or_default().push(other);
    }
    for one in done {
        if let Some(alike) = others.get(&one.new.citizen.id) {
            one.warnings.push(add_citizen::looks_alike(alike));
        }
    }
    Ok(())
}

/// Enters those that the store takes; returns them, and the others with the reason.
async fn enter_round(
    tx: &mut Transaction,
    round: Vec<Candidate>,
) -> Result<(Vec<Candidate>, Vec<(Candidate, Conflict)>), AdminError> {
    let (mut about, mut batch) = (Vec::with_capacity(round.len()), Vec::with_capacity(round.len()));
    for Candidate { line, new, warnings } in round {
        about.push((line, warnings));
        batch.push(new);
    }
    let conflicts: HashMap<usize, Conflict> =
        tx.citizens().insert_many(&batch).await?.into_iter().map(|one| (one.position, one.conflict)).collect();
    let (mut entered, mut refused) = (Vec::with_capacity(batch.len()), Vec::new());
    for (position, ((line, warnings), new)) in about.into_iter().zip(batch).enumerate() {
        let candidate = Candidate { line, new, warnings };
        match conflicts.get(&position) {
            None => entered.push(candidate),
            Some(conflict) => refused.push((candidate, *conflict)),
        }
    }
    Ok((entered, refused))
}

fn too_long() -> Remark {
    Remark::new(None, "line_too_long", format!("the line is longer than {} KiB", lines::MOST_BYTES / 1024))
}

/// The first line without the mark that some programs put before UTF-8.
fn without_mark(line: u64, bytes: &[u8]) -> &[u8] {
    match line {
        1 => bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes),
        _ => bytes,
    }
}
