//! What a citizen could prove, as the identity store knows it.

use crate::domain::holdings::Holdings;
use crate::domain::ids::CitizenId;

use super::{App, FlowError};

/// What `citizen` holds; nothing at all for someone who is gone.
pub async fn load(app: &App, citizen: CitizenId) -> Result<Option<Holdings>, FlowError> {
    let mut store = app.store.read().await?;
    let Some(found) = store.citizens().find(citizen).await? else { return Ok(None) };
    let has_password = store.passwords().find(citizen).await?.is_some();
    let credentials = store.credentials().list(citizen).await?.into_iter().map(|stored| stored.credential).collect();
    Ok(Some(Holdings { account_level: found.account_level, has_password, has_sms: false, credentials }))
}
