//! Keeps the caches true: listens for what changes in the identity store, and drops it.

use crate::storage::Invalidation;

use super::{App, FlowError};

/// Listens for as long as the identity store lives, or cannot be listened to any more.
///
/// # Errors
/// `Away` where the store cannot be reached. Caches do not live much longer without messages.
pub async fn listen(app: &App) -> Result<(), FlowError> {
    let mut invalidations = app.store.invalidations().await?;
    // Whatever was said while nobody listened.
    apply(app, &Invalidation::Everything).await;
    while let Some(changed) = invalidations.next().await {
        apply(app, &changed).await;
    }
    Ok(())
}

async fn apply(app: &App, changed: &Invalidation) {
    app.clients.invalidate(changed);
    app.resource_servers.invalidate(changed);
    app.details_types.invalidate(changed);
    if !matches!(changed, Invalidation::Keys | Invalidation::Everything) {
        return;
    }
    if let Err(error) = app.keys.reload_ring(app).await {
        tracing::error!(%error, "the signing keys could not be read again; the old ones stay");
    }
    if let Err(error) = app.keys.reload_index(app).await {
        tracing::error!(%error, "the keys of the blind index could not be read again; the old ones stay");
    }
}
