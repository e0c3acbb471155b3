//! Newer metadata: what another server accepted, what the operator put into the file, and what the service publishes.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{Panicked, verify};
use crate::credentials::webauthn::metadata::{BlobError, LONGEST_BLOB, Metadata};
use crate::domain::attestation::AttestationPolicy;
use crate::domain::time::Timestamp;
use crate::flows::App;
use crate::outbound::{FetchError, Purpose};
use crate::storage;

/// Where there should be a newer one already, it is asked for this often.
const WHILE_OVERDUE: Duration = Duration::from_secs(3600);

/// By what a file is known to be another than before.
pub(super) type Stamp = (Option<SystemTime>, u64);

/// Why there is nothing newer. What there was stays in force.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    #[error("the metadata in {from} is refused: {fault}")]
    Refused { from: &'static str, fault: BlobError },
    #[error("the metadata in {from} has number {number}, and number {known} is known already: it is refused")]
    Older { from: &'static str, number: u32, known: i64 },
    #[error("webauthn.metadata.file cannot be read: {0}")]
    File(io::Error),
    #[error("webauthn.metadata.file is longer than 16 MiB")]
    LongFile,
    #[error("webauthn.metadata.url {0}")]
    Fetch(FetchError),
    #[error(transparent)]
    Store(#[from] storage::Error),
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// Takes over what is newer, wherever it is. What fails in one place does not keep the other from being looked at.
///
/// # Errors
/// The first thing that went wrong.
pub async fn refresh(app: &App) -> Result<(), RefreshError> {
    let known = &app.authenticators;
    let settings = &app.settings.attestation;
    if settings.policy == AttestationPolicy::None || !settings.metadata.is_configured() {
        return Ok(());
    }
    let _looking = known.looking.lock().await;
    from_the_store(app).await?;
    let file = from_the_file(app).await;
    let service = from_the_service(app).await;
    if let Some(metadata) = known.metadata() {
        app.metrics.authenticator_metadata(metadata.number, metadata.next_update);
    }
    if let (Err(_), Err(fault)) = (&file, &service) {
        tracing::warn!(%fault, "no newer metadata of authenticators");
    }
    file.and(service)
}

/// Takes over what was accepted before. A server does this before it lets anybody in: else nothing would be hardware-bound for
/// its first moments.
///
/// # Errors
/// Where the identity store is away, or what is in it does not count any more.
pub async fn recall(app: &App) -> Result<(), RefreshError> {
    let settings = &app.settings.attestation;
    if settings.policy == AttestationPolicy::None || !settings.metadata.is_configured() {
        return Ok(());
    }
    from_the_store(app).await
}

async fn from_the_store(app: &App) -> Result<(), RefreshError> {
    let known = &app.authenticators;
    let mut store = app.store.read().await?;
    let number = store.authenticator_metadata().number(&known.signers.name).await?;
    if number <= known.metadata().map_or(0, |metadata| i64::from(metadata.number)) {
        return Ok(());
    }
    let Some(stored) = store.authenticator_metadata().find(&known.signers.name).await? else { return Ok(()) };
    drop(store);
    // Its signer's certificate need not be in date any more; that the roots still count is asked again.
    let read = verify(stored.document, known.signers.clone(), stored.accepted_at.0).await?;
    let metadata = read.map_err(|fault| RefreshError::Refused { from: "the identity store", fault })?;
    known.metadata.store(Some(Arc::new(metadata)));
    Ok(())
}

/// The file, where it is another than when it was read last.
async fn from_the_file(app: &App) -> Result<(), RefreshError> {
    let Some(path) = &app.settings.attestation.metadata.file else { return Ok(()) };
    let stamp = stamp(path).await.map_err(RefreshError::File)?;
    if *app.authenticators.file() == Some(stamp) {
        return Ok(());
    }
    if stamp.1 > LONGEST_BLOB as u64 {
        return Err(RefreshError::LongFile);
    }
    let document = tokio::fs::read(path).await.map_err(RefreshError::File)?;
    let offered = offer(app, "webauthn.metadata.file", document).await;
    // A file that is refused is refused once; what another thing kept from being read is read again.
    if matches!(offered, Ok(()) | Err(RefreshError::Refused { .. } | RefreshError::Older { .. })) {
        *app.authenticators.file() = Some(stamp);
    }
    offered
}

async fn stamp(path: &Path) -> io::Result<Stamp> {
    let found = tokio::fs::metadata(path).await?;
    Ok((found.modified().ok(), found.len()))
}

/// What the service publishes, where it is time to ask and no other server has just done so.
async fn from_the_service(app: &App) -> Result<(), RefreshError> {
    let settings = &app.settings.attestation.metadata;
    let Some(url) = &settings.url else { return Ok(()) };
    let now = app.clock.now();
    let overdue = app.authenticators.metadata().is_none_or(|metadata| !metadata.overdue(now).is_zero());
    let pause = if overdue { settings.refresh.min(WHILE_OVERDUE) } else { settings.refresh };
    let mut store = app.store.write().await?;
    let is_our_turn = store.authenticator_metadata().ask(&settings.signer, now - pause, now).await?;
    drop(store);
    if !is_our_turn {
        return Ok(());
    }
    let document = app.outbound.get(url, Purpose::AuthenticatorMetadata).await.map_err(RefreshError::Fetch)?;
    offer(app, "webauthn.metadata.url", document.bytes).await
}

/// Puts a document in force, where it is one and newer than what there is.
async fn offer(app: &App, from: &'static str, document: Vec<u8>) -> Result<(), RefreshError> {
    let known = &app.authenticators;
    let now = app.clock.now();
    let read = verify(document.clone(), known.signers.clone(), now).await?;
    let metadata = read.map_err(|fault| RefreshError::Refused { from, fault })?;
    let (number, signer) = (i64::from(metadata.number), &known.signers.name);
    let mut store = app.store.write().await?;
    if store.authenticator_metadata().advance(signer, number, &document, now).await? {
        log(&metadata, now);
        known.metadata.store(Some(Arc::new(metadata)));
        return Ok(());
    }
    match store.authenticator_metadata().number(signer).await? {
        newest if newest == number => Ok(()),
        newest => Err(RefreshError::Older { from, number: metadata.number, known: newest }),
    }
}

fn log(metadata: &Metadata, now: Timestamp) {
    let (number, models, distrusted) = (metadata.number, metadata.len(), metadata.distrusted().len());
    let (unreadable, overdue_days) = (metadata.unreadable, metadata.overdue(now).as_secs() / 86_400);
    tracing::info!(number, models, distrusted, unreadable, overdue_days, "metadata of authenticators is in force");
}
