//! Citizens from a file: read line by line, checked and sealed on every processor, entered some at a time, each whole or not at
//! all. However long the file is, what is held in memory is two batches (and, to name duplicates, the hashes of so many names).
//!
//! How far it has come stands in the transaction of each batch, by the hash of the file: whoever imports the same file again after
//! it was cut short goes on behind the last batch that was entered.

mod csv;
mod duplicates;
mod json_lines;
mod lines;
mod preparation;
pub(super) mod table;

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};

use crate::crypto::hash::Sha256;
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::ids::{CitizenId, EventId};
use crate::storage::{Conflict, ImportState, Transaction};

use super::add_citizen;
use super::particulars::{Particulars, Remark};
use super::{AdminError, Administrator};

pub use csv::Csv;
use duplicates::Entered;
pub use json_lines::JsonLines;
use preparation::{Candidate, Preparation, Prepared};

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

/// What a file is known by when it is imported again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of all that a file holds.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(mut file: impl Read) -> io::Result<Self> {
        let (mut sum, mut piece) = (Sha256::new(), vec![0; 256 * 1024]);
        loop {
            match file.read(&mut piece)? {
                0 => return Ok(Self(sum.finish())),
                read => sum.update(&piece[..read]),
            }
        }
    }
}

/// Who is told what becomes of the lines.
pub trait Observer {
    /// Where it begins: at the first line, or behind the last that an earlier run has dealt with.
    fn begun(&mut self, counts: &Counts) -> io::Result<()>;
    fn rejected(&mut self, line: u64, why: &[Remark]) -> io::Result<()>;
    /// A line that was entered and that a registrar should look at.
    fn warned(&mut self, line: u64, what: &[Remark]) -> io::Result<()>;
    /// All has been said of a batch that is about to be entered: if that fails, it is said again by the run that goes on.
    fn said(&mut self) -> io::Result<()>;
    /// The batch is entered.
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

/// Enters every citizen of `rows` that can be, and tells `observer` of every line that cannot. Where the `file` is known, a run that
/// was cut short is gone on with.
///
/// # Errors
/// If the file cannot be read on or the identity store is away: the batch under way is not kept, those before are.
pub async fn import(
    admin: &Administrator,
    rows: Box<dyn Rows + Send>,
    file: Option<Fingerprint>,
    mode: Mode,
    observer: &mut dyn Observer,
) -> Result<Counts, Stopped> {
    admin.may(Permission::CitizenImport).map_err(|why| Stopped { why, counts: Counts::default() })?;
    let stopped = |counts: Counts| move |why: AdminError| Stopped { why, counts };
    let mut import = Import::begin(admin, file, mode).await.map_err(stopped(Counts::default()))?;
    observer.begun(&import.counts).map_err(|error| stopped(import.counts)(AdminError::failed(error)))?;
    let begun = Preparation::new(admin, rows, import.counts.last_line);
    let mut preparation = begun.map_err(stopped(import.counts))?;
    let mut prepared = preparation.next().await.map_err(stopped(import.counts))?;
    while let Some(batch) = prepared {
        // While the database takes one batch, the next is read and sealed.
        let (next, entered) = tokio::join!(preparation.next(), import.batch(batch, observer));
        entered.map_err(stopped(import.counts))?;
        prepared = next.map_err(stopped(import.counts))?;
    }
    import.finish().await.map_err(stopped(import.counts))?;
    Ok(import.counts)
}

struct Import<'a> {
    admin: &'a Administrator,
    mode: Mode,
    /// What its progress is kept by; a dry run has none, and so has a file that nobody can read twice.
    file: Option<[u8; 32]>,
    /// Joins the events of this import's batches.
    id: EventId,
    entered: Entered,
    counts: Counts,
}

impl<'a> Import<'a> {
    async fn begin(admin: &'a Administrator, file: Option<Fingerprint>, mode: Mode) -> Result<Self, AdminError> {
        let id = EventId::new(admin.clock.now(), &*admin.random);
        let file = file.filter(|_| mode == Mode::Import).map(|fingerprint| fingerprint.0);
        let entered = Entered::default();
        let Some(hash) = &file else {
            return Ok(Self { admin, mode, file, id, entered, counts: Counts::default() });
        };
        let mut tx = admin.store.begin().await?;
        let ImportState { id, last_line, lines, added, rejected, warned } =
            tx.imports().begin(hash, id, admin.clock.now()).await?;
        tx.commit().await?;
        Ok(Self { admin, mode, file, id, entered, counts: Counts { lines, added, rejected, warned, last_line } })
    }

    async fn finish(&self) -> Result<(), AdminError> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut tx = self.admin.store.begin().await?;
        tx.imports().finish(file, self.admin.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    /// One transaction, and whatever is to be said of its lines.
    async fn batch(&mut self, batch: Prepared, observer: &mut dyn Observer) -> Result<(), AdminError> {
        let Prepared { lines, last_line, candidates, mut rejected } = batch;
        let mut tx = self.admin.store.begin().await?;
        let done = self.enter(&mut tx, candidates, &mut rejected).await?;
        rejected.sort_by_key(|(line, _)| *line);
        let mut warned: Vec<_> = done.iter().filter(|one| !one.warnings.is_empty()).collect();
        warned.sort_by_key(|one| one.line);

        let before = self.counts;
        let counts = Counts {
            lines: before.lines + lines,
            added: before.added + done.len() as u64,
            rejected: before.rejected + rejected.len() as u64,
            warned: before.warned + warned.len() as u64,
            last_line,
        };
        for (line, why) in &rejected {
            observer.rejected(*line, why).map_err(AdminError::failed)?;
        }
        for one in &warned {
            observer.warned(one.line, &one.warnings).map_err(AdminError::failed)?;
        }
        observer.said().map_err(AdminError::failed)?;
        if self.mode == Mode::Import {
            let event = self
                .admin
                .event(EventKind::CitizenImported)
                .with("import", self.id)
                .with("lines", format!("{}-{last_line}", before.last_line + 1))
                .with("added", done.len())
                .with("rejected", rejected.len());
            tx.audit().record(&event.build()).await?;
            if let Some(file) = &self.file {
                let Counts { lines, added, rejected, warned, last_line } = counts;
                let state = ImportState { id: self.id, last_line, lines, added, rejected, warned };
                tx.imports().advance(file, before.last_line, &state, self.admin.clock.now()).await?;
            }
            tx.commit().await?;
        }
        self.counts = counts;
        for candidate in &done {
            self.entered.note(&candidate.new, candidate.line);
        }
        observer.progress(&self.counts).map_err(AdminError::failed)
    }

    /// Returns those that were entered.
    async fn enter(
        &mut self,
        tx: &mut Transaction,
        candidates: Vec<Candidate>,
        rejected: &mut Vec<(u64, Vec<Remark>)>,
    ) -> Result<Vec<Candidate>, AdminError> {
        let mut done: Vec<Candidate> = Vec::with_capacity(candidates.len());
        let mut names: HashMap<String, u64> = HashMap::new();
        let mut waiting = candidates;
        // Two lines may have one name. The first is entered, and the second only if the first could not be: rejecting
        // it at once would lose a citizen for another's broken line.
        while !waiting.is_empty() {
            let (round, later) = self.sort_out(waiting, &names, rejected);
            let (round, refused) = enter_round(tx, round).await?;
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
        for one in &mut done {
            let (id, now, random) = (one.new.citizen.id, self.admin.clock.now(), &*self.admin.random);
            one.warnings.extend(add_citizen::keep_aliases(tx, id, &one.aliases, now, random).await?);
        }
        note_look_alikes(tx, &mut done).await?;
        Ok(done)
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
    let (mut about, mut sealed) = (Vec::with_capacity(round.len()), Vec::with_capacity(round.len()));
    for candidate in round {
        sealed.push(candidate.sealed);
        about.push((candidate.line, candidate.new, candidate.aliases, candidate.warnings));
    }
    let conflicts: HashMap<usize, Conflict> =
        tx.citizens().enter(&sealed).await?.into_iter().map(|one| (one.position, one.conflict)).collect();
    let (mut entered, mut refused) = (Vec::with_capacity(sealed.len()), Vec::new());
    for (position, ((line, new, aliases, warnings), sealed)) in about.into_iter().zip(sealed).enumerate() {
        let candidate = Candidate { line, new, sealed, aliases, warnings };
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
