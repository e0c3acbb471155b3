//! Clients' own public keys: given when they were registered, or published at an address that is fetched.

use std::fmt;

use url::Url;

use crate::crypto::jwk_set::{JwkSet, JwkSetError};
use crate::domain::client::ClientKeys;
use crate::outbound::{Cache, FetchError, Purpose};

use super::App;

/// The published sets, kept.
pub struct ClientKeySets(Cache<JwkSet>);

/// Why there are no keys. The sentence is for the client's own developer; a stranger is told nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKeys {
    #[error("the client has registered neither jwks nor jwks_uri")]
    None,
    #[error("jwks {0}")]
    Given(JwkSetError),
    #[error("jwks_uri is no address")]
    Address,
    #[error("jwks_uri {0}")]
    Fetch(FetchError),
}

impl ClientKeySets {
    /// What `look` finds in the keys at `source`, a client's or anybody's. Whoever has just changed their keys uses one
    /// that is not known yet: where `look` finds nothing, published keys are fetched again and looked through once more,
    /// where that is not too soon.
    ///
    /// # Errors
    /// [`NoKeys`] where there are none or they cannot be had now; inside it, what `look` refuses.
    pub async fn find<T, E>(
        &self,
        app: &App,
        source: &ClientKeys,
        look: impl Fn(&JwkSet) -> Result<Option<T>, E>,
    ) -> Result<Result<Option<T>, E>, NoKeys> {
        let uri = match source {
            ClientKeys::None => return Err(NoKeys::None),
            ClientKeys::Given(set) => return Ok(look(&JwkSet::parse(set.as_bytes()).map_err(NoKeys::Given)?)),
            ClientKeys::Published(uri) => Url::parse(uri).map_err(|_| NoKeys::Address)?,
        };
        let known = self.0.get(&app.outbound, &uri).await.map_err(NoKeys::Fetch)?;
        match look(&known.value) {
            Ok(None) => {}
            found_or_refused => return Ok(found_or_refused),
        }
        match self.0.renew(&app.outbound, &uri, &known).await {
            Some(newer) => Ok(look(&newer.value)),
            None => Ok(Ok(None)),
        }
    }
}

impl Default for ClientKeySets {
    fn default() -> Self {
        let read = |document: &[u8]| JwkSet::parse(document).map_err(JwkSetError::sentence);
        Self(Cache::new(Purpose::JwksUri, read))
    }
}

impl fmt::Debug for ClientKeySets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
