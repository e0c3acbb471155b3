//! What was settled once and for all when it was first used.

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use crate::domain::time::Timestamp;

const FIND: &str = "SELECT value FROM settled WHERE name = $1";
const SETTLE: &str = "INSERT INTO settled (name, value, settled_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";

/// Settled values, seen from one connection.
pub struct Settled<'c, C>(pub(super) &'c mut C);

/// What is settled. The text is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The relying-party id that passkeys were made for: under another one none of them works.
    RelyingPartyId,
    /// Whether it is a sandbox, and under which issuer it was first served.
    ServedAs,
}

impl Fact {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RelyingPartyId => "webauthn.rp_id",
            Self::ServedAs => "served_as",
        }
    }
}

impl<C: Read> Settled<'_, C> {
    pub async fn find(&mut self, fact: Fact) -> Result<Option<String>, Error> {
        Ok(on_backend!(self.0, |db| sqlx::query_scalar(FIND).bind(fact.as_str()).fetch_optional(db).await)?)
    }
}

impl<C: Write> Settled<'_, C> {
    /// Settles it, where it is not yet; then returns what it is settled to.
    pub async fn settle(&mut self, fact: Fact, value: &str, now: Timestamp) -> Result<String, Error> {
        on_backend!(self.0, |db| {
            sqlx::query(SETTLE).bind(fact.as_str()).bind(value).bind(now.micros()).execute(db).await.map(drop)
        })?;
        Settled(self.0).find(fact).await?.ok_or(Error::Corrupt("a settled value"))
    }
}
