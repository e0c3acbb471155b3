//! Has independent witnesses cosign heads (C2SP `tlog-witness`): an operator who holds log and key could otherwise show one log to some
//! and another one to others.

use url::Url;

use crate::config;
use crate::crypto::transparency::{NoteError, NoteVerifier, SignatureLine, SignedNote};
use crate::domain::time::Timestamp;
use crate::flows::FlowError;
use crate::outbound::{Fetcher, Purpose};
use crate::protocol::tlog_witness::AddCheckpoint;
use crate::storage::{Store, StoredHead};

use super::prove;

const TEXT: &str = "text/plain; charset=utf-8";
const ADDED: u16 = 200;
const OTHER_SIZE: u16 = 409;

/// A witness that the settings name.
#[derive(Clone, Debug)]
pub struct Witness {
    pub key: NoteVerifier,
    url: Url,
}

impl Witness {
    /// # Errors
    /// Where its key is none.
    pub fn new(settings: &config::Witness) -> Result<Self, NoteError> {
        let mut url = settings.url.clone();
        url.set_path(&format!("{}/add-checkpoint", url.path().trim_end_matches('/')));
        Ok(Self { key: NoteVerifier::parse(&settings.key)?, url })
    }

    pub fn name(&self) -> &str {
        self.key.name()
    }

    /// Has it cosign the last head, unless it has: whether it did now.
    ///
    /// # Errors
    /// Where it does not answer, or refuses; a fork is told apart from a witness that is away by its sentence.
    pub async fn ask(&self, store: &Store, fetcher: &Fetcher, now: Timestamp) -> Result<bool, FlowError> {
        let mut reading = store.read().await?;
        let Some(head) = reading.audit_log().last_head().await? else { return Ok(false) };
        let last = reading.audit_log().last_cosigned(self.name()).await?;
        drop(reading);
        let (number, mut old) = last.unwrap_or_default();
        if number == head.number {
            return Ok(false);
        }
        // Twice: it may have cosigned a head whose answer was lost, and then says which.
        for _ in 0..2 {
            let (status, body) = self.send(store, fetcher, &head, old).await?;
            match status {
                ADDED => {
                    let line = self.cosignature(&head, &body)?;
                    let mut tx = store.begin().await?;
                    tx.audit_log().add_cosignature(head.number, self.name(), &line.to_string(), now).await?;
                    tx.commit().await?;
                    return Ok(true);
                }
                OTHER_SIZE => {
                    old = body.trim().parse().map_err(|_| self.fault("says no size that it has cosigned"))?;
                    if old > head.size {
                        return Err(self.fault("has cosigned a longer log: this one was cut off, or forked"));
                    }
                }
                422 => return Err(self.fault("says that the log did not grow from what it cosigned: it was forked")),
                other => return Err(self.fault(&format!("answered with status {other}"))),
            }
        }
        Err(self.fault("cosigns other heads meanwhile"))
    }

    async fn send(
        &self,
        store: &Store,
        fetcher: &Fetcher,
        head: &StoredHead,
        old: u64,
    ) -> Result<(u16, String), FlowError> {
        let proof = prove::growth(store, old, head.size).await.map_err(FlowError::failed)?;
        let note = SignedNote::parse(&head.note).map_err(FlowError::failed)?;
        let body = AddCheckpoint { old, proof, note }.to_text().into_bytes();
        let answered = fetcher.converse(&self.url, Purpose::AuditWitness, TEXT, body).await;
        let (status, body) = answered.map_err(|error| self.fault(&error.to_string()))?;
        Ok((status, String::from_utf8(body).map_err(FlowError::failed)?))
    }

    /// Its signature of the head, among what it answered.
    fn cosignature(&self, head: &StoredHead, body: &str) -> Result<SignatureLine, FlowError> {
        let note = SignedNote::parse(&head.note).map_err(FlowError::failed)?;
        let mut lines = body.lines().filter_map(|line| SignatureLine::parse(line).ok());
        let own = lines.find(|line| self.key.verifies(&note.text, line).is_some());
        own.ok_or_else(|| self.fault("answered without a signature of its key"))
    }

    fn fault(&self, what: &str) -> FlowError {
        FlowError::failed(format!("the witness {} {what}", self.name()))
    }
}
