//! Who may exchange whose tokens for what: RFC 8693. Nobody may, unless an operator said so.

use serde::{Deserialize, Serialize};

use super::ids::ClientId;
use super::resource::ResourceId;
use super::scope::ScopeSet;

/// What the client that has this rule may do: exchange a token that was issued to `from` for one that is good for `scopes`
/// at `resource`, as far as the citizen granted that to the client that they dealt with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeRule {
    pub from: ClientId,
    pub resource: ResourceId,
    pub scopes: ScopeSet,
}

/// How many may have acted for a citizen, one for the other: whoever reads a token can still tell who they all are.
pub const MOST_ACTORS: usize = 4;
