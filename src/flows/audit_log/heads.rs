//! Signs heads of the tree.

use std::time::Duration;

use crate::crypto::seal::KeyEncryptionKeys;
use crate::crypto::transparency::{Checkpoint, SignedNote};
use crate::domain::time::{Clock, Timestamp};
use crate::flows::FlowError;
use crate::storage::{Store, StoredHead};

use super::keys::LogKeys;
use super::sequence::Sequencer;

/// How often it is tried to give events their places while other servers are at it, and the pause between.
const ATTEMPTS: usize = 200;
const PAUSE: Duration = Duration::from_millis(25);

/// Has every event that was recorded until now given its place and signed, by whichever server.
///
/// # Errors
/// `Away`, and as [`sign_head`].
pub async fn settle(
    store: &Store,
    sealing: &KeyEncryptionKeys,
    origin: String,
    clock: &dyn Clock,
) -> Result<(), FlowError> {
    let mut sequencer = Sequencer::new(origin);
    sequencer.load_keys(store, sealing, clock.now()).await?;
    let mut pace = tokio::time::interval(PAUSE);
    for _ in 0..ATTEMPTS {
        pace.tick().await;
        while sequencer.turn(store, sealing, clock).await? > 0 {}
        if let Some(keys) = sequencer.keys() {
            sign_head(store, keys, clock.now()).await?;
        }
        let mut reading = store.read().await?;
        let size = reading.audit_log().tree().await?.size();
        let signed = reading.audit_log().last_head().await?.map_or(0, |head| head.size);
        if size == signed && !reading.audit_log().something_waits().await? {
            return Ok(());
        }
    }
    // More is recorded than can be waited for: what was there in the beginning is signed by now.
    Ok(())
}

/// Signs the tree as it is now, unless the last head says as much. Of servers that try at once one does.
///
/// # Errors
/// `Away`; and where the log has become smaller than a head of it says, which is not signed over.
pub async fn sign_head(store: &Store, keys: &LogKeys, now: Timestamp) -> Result<Option<StoredHead>, FlowError> {
    let mut reading = store.read().await?;
    let last = reading.audit_log().last_head().await?;
    let size = reading.audit_log().tree().await?.size();
    drop(reading);
    if size == last.as_ref().map_or(0, |head| head.size) {
        return Ok(None);
    }
    let mut tx = store.begin().await?;
    if !tx.audit_log().elect().await? {
        return Ok(None);
    }
    let (tree, last) = (tx.audit_log().tree().await?, tx.audit_log().last_head().await?);
    let (number, signed) = last.map_or((1, 0), |head| (head.number + 1, head.size));
    if tree.size() < signed {
        return Err(FlowError::failed(format!("the audit log has {} events, and a head of it {signed}", tree.size())));
    }
    if tree.size() == signed {
        // Another's turn begins at once.
        tx.commit().await?;
        return Ok(None);
    }
    let root = tree.root();
    let text = Checkpoint { origin: keys.origin().to_owned(), size: tree.size(), root }.to_text();
    let note = SignedNote { signatures: keys.sign(&text), text }.to_string();
    let head = StoredHead { number, size: tree.size(), root: root.to_vec(), at: now, note };
    tx.audit_log().add_head(&head).await?;
    tx.commit().await?;
    Ok(Some(head))
}
