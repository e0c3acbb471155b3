//! The registered types of authorization details, compiled and cached: a second's staleness after a change while
//! invalidation messages arrive, five seconds without them. There are few, so they are kept as a whole.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use crate::domain::authorization_details::AuthorizationDetails;
use crate::domain::client::Client;
use crate::domain::time::Timestamp;
use crate::protocol::authorization_details::{GrantedBy, KnownType, Registered, Types, requested};
use crate::protocol::parameters::Parameters;
use crate::storage::Invalidation;

use super::{App, FlowError};

/// However many invalidation messages are lost, nothing is older.
const FRESH_FOR: Duration = Duration::from_secs(5);

#[derive(Default)]
pub struct DetailsTypes {
    cached: ArcSwapOption<Cached>,
    /// How often something has changed: what was read before is good no longer.
    changes: AtomicU64,
}

struct Cached {
    changes: u64,
    read_at: Timestamp,
    types: Arc<Types>,
}

impl DetailsTypes {
    /// All types, from the cache or the identity store.
    pub async fn all(&self, app: &App) -> Result<Arc<Types>, FlowError> {
        let read_at = app.clock.now();
        let changes = self.changes.load(Ordering::Acquire);
        if let Some(cached) = &*self.cached.load()
            && cached.changes == changes
            && read_at.since(cached.read_at) < FRESH_FOR
        {
            return Ok(cached.types.clone());
        }
        let stored = app.store.read().await?.details_types().list().await?;
        let mut types = Vec::with_capacity(stored.len());
        for stored in stored {
            let name = stored.details_type.name.clone();
            match KnownType::new(stored.details_type) {
                Ok(known) => types.push(known),
                // A later version may understand less than the one that registered it: it is then asked for by nobody.
                Err(faults) => {
                    tracing::error!(name, ?faults, "a registered type of authorization details cannot be used")
                }
            }
        }
        let types = Arc::new(Types::new(types));
        self.cached.store(Some(Arc::new(Cached { changes, read_at, types: types.clone() })));
        Ok(types)
    }

    /// Drops what has changed.
    pub fn invalidate(&self, changed: &Invalidation) {
        match changed {
            Invalidation::DetailsTypes | Invalidation::Everything => {
                self.changes.fetch_add(1, Ordering::AcqRel);
            }
            Invalidation::Client(_) | Invalidation::Keys | Invalidation::ResourceServers => {}
        }
    }
}

impl fmt::Debug for DetailsTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DetailsTypes({})", self.cached.load().as_ref().map_or(0, |cached| cached.types.active().count()))
    }
}

/// The types that a request with these parameters is held against: none are looked up for one without details.
pub async fn asked_by(app: &App, parameters: &Parameters) -> Result<Arc<Types>, FlowError> {
    match parameters.is_present("authorization_details") {
        true => app.details_types.all(app).await,
        false => Ok(Arc::default()),
    }
}

/// What the parameters of any request ask for with `authorization_details`, where `client` may ask for it.
///
/// # Errors
/// `invalid_authorization_details`.
pub async fn read(
    app: &App,
    client: &Client,
    parameters: &Parameters,
    granted_by: GrantedBy,
) -> Result<AuthorizationDetails, FlowError> {
    let types = asked_by(app, parameters).await?;
    let resources = app.resource_servers.registry(app).await?;
    Ok(requested(parameters, client, Registered { types: &types, resources: &resources }, granted_by)?)
}

/// What `client` still may have of what it was granted.
pub async fn still_held(
    app: &App,
    client: &Client,
    granted: AuthorizationDetails,
) -> Result<AuthorizationDetails, FlowError> {
    match granted.is_empty() {
        true => Ok(granted),
        false => Ok(app.details_types.all(app).await?.still_held(client, granted)),
    }
}
