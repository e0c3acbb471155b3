//! A request that another site POSTed: `SameSite=Lax` kept our cookies back. It is held, and read again as a GET of our own.

use std::time::Duration;

use crate::domain::ids::SignInId;
use crate::protocol::parameters::Parameters;

use super::{App, FlowError, short_lived};

const HELD_FOR: Duration = Duration::from_secs(60);

/// Holds it and gives the handle.
pub async fn hold(app: &App, parameters: &Parameters) -> Result<SignInId, FlowError> {
    let handle = SignInId::new(app.clock.now(), &*app.random);
    app.sessions.put(&short_lived::held_request(handle), &parameters.encode(), HELD_FOR).await?;
    Ok(handle)
}

/// The request that was held under `handle`, once.
pub async fn release(app: &App, handle: SignInId) -> Result<Option<Parameters>, FlowError> {
    let held = app.sessions.take(&short_lived::held_request(handle)).await?;
    Ok(held.map(|encoded| Parameters::decode(encoded.as_bytes())).transpose()?)
}
