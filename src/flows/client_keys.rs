//! Clients' own public keys: given when they were registered, or published at an address that is fetched.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use url::Url;

use crate::crypto::jwk_set::{JwkSet, JwkSetError};
use crate::domain::client::{Client, ClientKeys};
use crate::outbound::{Cache, FetchError, Kept, Purpose};

use super::App;

/// The published sets, kept.
pub struct ClientKeySets(Cache<JwkSet>);

/// A client's keys.
#[derive(Clone, Debug)]
pub enum Keys {
    Given(Arc<JwkSet>),
    Published(Arc<Kept<JwkSet>>),
}

impl Deref for Keys {
    type Target = JwkSet;
    fn deref(&self) -> &JwkSet {
        match self {
            Self::Given(set) => set,
            Self::Published(kept) => &kept.value,
        }
    }
}

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
    /// The keys of `client`, as they were fetched not long ago.
    ///
    /// # Errors
    /// Where it has none, or they cannot be had now.
    pub async fn find(&self, app: &App, client: &Client) -> Result<Keys, NoKeys> {
        self.at(app, &client.keys).await
    }

    /// Anybody's keys that are given, or published and kept.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn at(&self, app: &App, keys: &ClientKeys) -> Result<Keys, NoKeys> {
        match keys {
            ClientKeys::None => Err(NoKeys::None),
            ClientKeys::Given(set) => {
                JwkSet::parse(set.as_bytes()).map(|set| Keys::Given(Arc::new(set))).map_err(NoKeys::Given)
            }
            ClientKeys::Published(uri) => {
                let uri = Url::parse(uri).map_err(|_| NoKeys::Address)?;
                self.0.get(&app.outbound, &uri).await.map(Keys::Published).map_err(NoKeys::Fetch)
            }
        }
    }

    /// The keys of `client` after `seen`, in which one was missing that it uses: fetched again, where that is not too
    /// soon. `None` where there is nothing newer.
    pub async fn find_newer(&self, app: &App, client: &Client, seen: &Keys) -> Option<Keys> {
        self.newer_at(app, &client.keys, seen).await
    }

    /// As [`Self::find_newer`], of anybody's.
    pub async fn newer_at(&self, app: &App, keys: &ClientKeys, seen: &Keys) -> Option<Keys> {
        match (keys, seen) {
            (ClientKeys::Published(uri), Keys::Published(seen)) => {
                let uri = Url::parse(uri).ok()?;
                self.0.renew(&app.outbound, &uri, seen).await.map(Keys::Published)
            }
            _ => None,
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
