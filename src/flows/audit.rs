//! The audit log's writer, in one place and grouped: while one group is written the next one gathers, so that the
//! cost of a commit is shared and nobody waits for a timer.

use std::fmt::Display;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::domain::audit::{Actor, Event, EventKind, Outcome};
use crate::domain::ids::{CitizenId, ClientId, EventId, RequestId};
use crate::domain::random::Random;
use crate::domain::release::Release;
use crate::domain::time::Timestamp;
use crate::storage::{self, Store};

use super::{FlowError, Part};

/// Events that wait at most. Beyond it the database has been away for long, and events are logged instead.
const QUEUE: usize = 16_384;
/// Rows of one statement at most.
const GROUP: usize = 256;
/// Between two attempts while the database is away.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Clone, Debug)]
pub struct AuditWriter {
    queue: mpsc::Sender<Entry>,
}

#[derive(Debug)]
enum Entry {
    Event {
        event: Box<Event>,
        /// What it tells of, where that is a release of data.
        release: Option<Box<Release>>,
        written: Option<oneshot::Sender<Result<(), ()>>>,
    },
    /// Answered once everything before it has been written.
    Flush(oneshot::Sender<()>),
}

impl AuditWriter {
    /// Starts the writer; it ends when the last handle is dropped and the queue is empty.
    pub fn start(store: Store) -> Self {
        let (queue, entries) = mpsc::channel(QUEUE);
        tokio::spawn(run(store, entries));
        Self { queue }
    }

    /// Writes an event soon. It is tried again while the database is away.
    pub fn write_soon(&self, event: Event) {
        let entry = Entry::Event { event: Box::new(event), release: None, written: None };
        if let Err(
            mpsc::error::TrySendError::Full(Entry::Event { event, .. })
            | mpsc::error::TrySendError::Closed(Entry::Event { event, .. }),
        ) = self.queue.try_send(entry)
        {
            tracing::error!(kind = event.kind.as_str(), id = %event.id, actor = event.actor.to_text(), "an audit event could not be queued");
        }
    }

    /// Writes an event and waits until it is written.
    ///
    /// # Errors
    /// `Away` where it was not.
    pub async fn write_now(&self, event: Event) -> Result<(), FlowError> {
        self.write_release(event, None).await
    }

    /// Writes an event, and with it the release of data that it tells of, and waits until both are written.
    ///
    /// # Errors
    /// `Away` where they were not.
    pub async fn write_release(&self, event: Event, release: Option<Release>) -> Result<(), FlowError> {
        let (written, answer) = oneshot::channel();
        let release = release.map(Box::new);
        let entry = Entry::Event { event: Box::new(event), release, written: Some(written) };
        let away = || FlowError::Away(Part::IdentityStore);
        self.queue.try_send(entry).map_err(|_| away())?;
        answer.await.map_err(|_| away())?.map_err(|()| away())
    }

    /// How many events may still be handed over before the queue is full.
    pub fn room(&self) -> usize {
        self.queue.capacity()
    }

    /// How many events wait to be written.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Waits until everything that was handed over before has been written.
    pub async fn flush(&self) {
        let (done, answer) = oneshot::channel();
        if self.queue.send(Entry::Flush(done)).await.is_ok() {
            // The writer is gone: there is nothing left to wait for.
            let _ = answer.await;
        }
    }
}

async fn run(store: Store, mut entries: mpsc::Receiver<Entry>) {
    let mut group = Vec::with_capacity(GROUP);
    while entries.recv_many(&mut group, GROUP).await > 0 {
        write_group(&store, std::mem::take(&mut group)).await;
    }
}

async fn write_group(store: &Store, group: Vec<Entry>) {
    let mut events = Vec::with_capacity(group.len());
    let mut releases = Vec::new();
    let mut waiting = Vec::new();
    let mut flushes = Vec::new();
    for entry in group {
        match entry {
            Entry::Event { event, release, written } => {
                events.push(*event);
                releases.extend(release.map(|release| *release));
                waiting.push(written);
            }
            Entry::Flush(done) => flushes.push(done),
        }
    }
    let mut unwritten = events;
    let mut result = insert(store, &unwritten, &releases).await;
    if result.is_err() {
        // Who waits is told now, and what they wanted does not happen; who does not wait is written later.
        let mut later = Vec::new();
        for (event, written) in unwritten.drain(..).zip(waiting.drain(..)) {
            match written {
                Some(written) => drop(written.send(Err(()))),
                None => later.push(event),
            }
        }
        unwritten = later;
        let mut attempts = tokio::time::interval(PAUSE);
        while result.as_ref().is_err_and(storage::Error::is_unavailable) && !unwritten.is_empty() {
            attempts.tick().await;
            // Whoever released something waited for it, and did not.
            result = insert(store, &unwritten, &[]).await;
        }
        if let Err(error) = result {
            tracing::error!(%error, events = unwritten.len(), "audit events could not be written");
        }
    }
    for written in waiting.into_iter().flatten() {
        let _ = written.send(Ok(()));
    }
    for flush in flushes {
        let _ = flush.send(());
    }
}

async fn insert(store: &Store, events: &[Event], releases: &[Release]) -> Result<(), storage::Error> {
    if events.is_empty() {
        return Ok(());
    }
    store.record(events, releases).await
}

/// No value of an event is longer, in characters.
const LONGEST: usize = 256;
/// What stays of one that is: the rest is its length and its SHA-256, for nobody to put another one with the same beginning in its place.
const BEGINNING: usize = 160;

/// A value as an event keeps it.
fn shown(value: &str) -> String {
    let visible: String = value.chars().filter(|c| !c.is_control()).collect();
    let characters = visible.chars().count();
    if characters <= LONGEST {
        return visible;
    }
    let beginning: String = visible.chars().take(BEGINNING).collect();
    let hash = base64url::encode(&sha256(visible.as_bytes()));
    format!("{beginning}… ({characters} characters, SHA-256 {hash})")
}

/// An event being filled in.
#[derive(Debug)]
pub struct EventBuilder(Event);

impl EventBuilder {
    pub fn new(at: Timestamp, random: &dyn Random, kind: EventKind, outcome: Outcome) -> Self {
        Self(Event {
            id: EventId::new(at, random),
            at,
            kind,
            outcome,
            actor: Actor::Anyone,
            citizen: None,
            client: None,
            request: None,
            address: None,
            details: Default::default(),
        })
    }

    #[must_use]
    pub fn by(mut self, actor: Actor) -> Self {
        self.0.actor = actor;
        self
    }

    #[must_use]
    pub fn about(mut self, citizen: CitizenId) -> Self {
        self.0.citizen = Some(citizen);
        self
    }

    #[must_use]
    pub fn of(mut self, client: &ClientId) -> Self {
        self.0.client = Some(client.clone());
        self
    }

    #[must_use]
    pub fn in_request(mut self, request: RequestId) -> Self {
        self.0.request = Some(request.to_string());
        self
    }

    #[must_use]
    pub fn from(mut self, masked_address: String) -> Self {
        self.0.address = Some(masked_address);
        self
    }

    /// A fact. Control characters, which could forge a line in someone's log viewer, are taken out; of a long one the beginning stays, with its
    /// length and what tells it from every other.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.0.details.insert(name, shown(&value.to_string()));
        self
    }

    /// It was not done.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.0.outcome = Outcome::Refused;
        self
    }

    /// Who did it, as the log names them.
    pub fn by_whom(&self) -> &Actor {
        &self.0.actor
    }

    /// Which client it concerns.
    pub fn client(&self) -> Option<&ClientId> {
        self.0.client.as_ref()
    }

    pub fn actor(&self) -> String {
        self.0.actor.to_text()
    }

    pub fn build(self) -> Event {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_says_so_and_is_told_from_what_begins_alike() {
        let whole = "x".repeat(LONGEST);
        assert_eq!(shown(&whole), whole);
        assert_eq!(shown("a\nb\u{1b}[0m"), "ab[0m");
        let (one, other) = (format!("{whole}1"), format!("{whole}2"));
        assert_ne!(shown(&one), shown(&other));
        assert!(shown(&one).starts_with(&"x".repeat(BEGINNING)) && shown(&one).contains("… (257 characters, SHA-256 "));
        // However long, and in whatever letters, an event stays an event.
        for long in ["ệ".repeat(100_000), one] {
            assert!(shown(&long).chars().count() <= LONGEST, "{}", shown(&long));
        }
    }
}
