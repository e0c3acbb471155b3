//! The sequencer: gives the events that wait their places in the tree. Every server tries; whoever holds the lock of the moment does
//! it, so nothing is to be handed over when a server ends.

use std::time::Duration;

use crate::crypto::seal::KeyEncryptionKeys;
use crate::crypto::transparency::leaf_hash;
use crate::domain::time::{Clock, Timestamp};
use crate::flows::{App, FlowError};
use crate::storage::{Leaf, Store};

use super::keys::LogKeys;

/// Events that are given their places in one transaction at most.
pub const AT_ONCE: u32 = 1_000;
/// A key that was added signs and seals this much later at most.
const KEYS_ARE_KEPT_FOR: Duration = Duration::from_secs(5);

/// Gives events their places.
#[derive(Debug)]
pub struct Sequencer {
    origin: String,
    keys: Option<(LogKeys, Timestamp)>,
}

impl Sequencer {
    /// Of the log of this name.
    pub const fn new(origin: String) -> Self {
        Self { origin, keys: None }
    }

    /// Gives up to [`AT_ONCE`] events their places, in one transaction: how many those were. None where another server is at it.
    ///
    /// # Errors
    /// `Away`; then nothing has changed, and the same events are taken the next time.
    pub async fn turn(
        &mut self,
        store: &Store,
        sealing: &KeyEncryptionKeys,
        clock: &dyn Clock,
    ) -> Result<usize, FlowError> {
        // Most of the time nothing does, and a look costs no transaction.
        if !store.read().await?.audit_log().something_waits().await? {
            return Ok(0);
        }
        self.load_keys(store, sealing, clock.now()).await?;
        let Some((keys, _)) = &self.keys else { return Ok(0) };
        let mut tx = store.begin().await?;
        if !tx.audit_log().elect().await? {
            return Ok(0);
        }
        let records = tx.audit_log().waiting(AT_ONCE).await?;
        if records.is_empty() {
            // Another's turn begins at once: a transaction that is dropped holds the lock until its connection is asked for.
            tx.commit().await?;
            return Ok(0);
        }
        let mut tree = tx.audit_log().tree().await?;
        let mut completed = Vec::new();
        let mut leaves = Vec::with_capacity(records.len());
        for record in &records {
            let (place, hash) = (tree.size(), leaf_hash(&record.canonical()));
            tree.append(hash, |subtree, root| completed.push((subtree, *root)));
            let seal = keys.seal(place, &hash).to_vec();
            leaves.push(Leaf { place, event: record.id, hash: hash.to_vec(), seal });
        }
        tx.audit_log().place(&leaves).await?;
        tx.audit_log().grow(&tree, &completed).await?;
        tx.commit().await?;
        Ok(leaves.len())
    }

    /// The log's keys, as they were a few seconds ago at most.
    ///
    /// # Errors
    /// `Away`, or where the master key does not open them.
    pub async fn load_keys(
        &mut self,
        store: &Store,
        sealing: &KeyEncryptionKeys,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let is_fresh = |at: &Timestamp| *at <= now && now.since(*at) < KEYS_ARE_KEPT_FOR;
        if !self.keys.as_ref().is_some_and(|(_, at)| is_fresh(at)) {
            let stored = store.read().await?.sealed_keys().load().await?;
            let keys = LogKeys::open(self.origin.clone(), &stored, sealing).map_err(FlowError::failed)?;
            self.keys = Some((keys, now));
        }
        Ok(())
    }

    /// What [`Self::load_keys`] loaded.
    pub fn keys(&self) -> Option<&LogKeys> {
        self.keys.as_ref().map(|(keys, _)| keys)
    }
}

/// Counts what waits for its place, and says for how long the first of it does.
///
/// # Errors
/// `Away`.
pub async fn note_lag(app: &App) -> Result<(), FlowError> {
    let mut reading = app.store.read().await?;
    let oldest = reading.audit_log().oldest_waiting().await?;
    let waiting = reading.audit_log().count_waiting().await?;
    let lag = oldest.map(|oldest| app.clock.now().since(oldest)).unwrap_or_default();
    app.metrics.audit_sequencer(waiting, lag);
    Ok(())
}
