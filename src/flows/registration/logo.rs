//! A logo as pages show it: from our own copy, found by its content.

use crate::flows::{App, FlowError};
use crate::storage::StoredLogo;

/// The picture of this hash.
pub async fn logo(app: &App, hash: &str) -> Result<Option<StoredLogo>, FlowError> {
    Ok(app.store.read().await?.client_logos().find(hash).await?)
}
