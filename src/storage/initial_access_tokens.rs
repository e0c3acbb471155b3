//! Initial access tokens (RFC 7591 §3): each use is counted down in one statement, in the transaction of what it allows.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::row::{Page, from_json, hash, one_more, to_json};
use crate::domain::ids::InitialTokenId;
use crate::domain::registration::InitialAccessToken;
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO initial_access_tokens
    (id, token_hash, note, terms, uses_left, created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const FIND: &str = "SELECT id, token_hash, note, terms, uses_left, created_at, expires_at, revoked_at
    FROM initial_access_tokens WHERE token_hash = $1";
const LIST: &str = "SELECT id, token_hash, note, terms, uses_left, created_at, expires_at, revoked_at
    FROM initial_access_tokens WHERE id > $1 ORDER BY id LIMIT $2";
const USE: &str = "UPDATE initial_access_tokens SET uses_left = uses_left - 1
    WHERE id = $1 AND uses_left > 0 AND expires_at > $2 AND revoked_at IS NULL";
const EXISTS: &str = "SELECT COUNT(*) FROM initial_access_tokens WHERE id = $1";
const REVOKE: &str = "UPDATE initial_access_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";

/// Initial access tokens, seen from one connection.
pub struct InitialAccessTokens<'c, C>(pub(super) &'c mut C);

/// What became of an attempt to use a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum TokenUse {
    Counted,
    /// It is used up, expired or revoked: nothing was counted and nothing may be registered.
    Refused,
}

impl<C: Read> InitialAccessTokens<'_, C> {
    pub async fn find(&mut self, token: SecretHash) -> Result<Option<InitialAccessToken>, Error> {
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, TokenRow>(FIND).bind(token.as_bytes().as_slice()).fetch_optional(db).await
        })?
        .map(TokenRow::open)
        .transpose()
    }

    /// Whether there is a token of this id, whatever it is good for.
    pub async fn exists(&mut self, id: InitialTokenId) -> Result<bool, Error> {
        let count: i64 = on_backend!(self.0, |db| sqlx::query_scalar(EXISTS).bind(id.uuid()).fetch_one(db).await)?;
        Ok(count > 0)
    }

    /// Up to `limit` tokens, the oldest first, those that follow `after`.
    pub async fn list(
        &mut self,
        after: Option<InitialTokenId>,
        limit: u32,
    ) -> Result<Page<InitialAccessToken, InitialTokenId>, Error> {
        let after = after.map_or(Uuid::nil(), InitialTokenId::uuid);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, TokenRow>(LIST).bind(after).bind(one_more(limit)).fetch_all(db).await
        })?;
        let tokens = rows.into_iter().map(TokenRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(tokens, limit, |token: &InitialAccessToken| token.id))
    }
}

impl<C: Write> InitialAccessTokens<'_, C> {
    pub async fn insert(&mut self, token: &InitialAccessToken) -> Result<(), Error> {
        let terms = to_json(&token.terms)?;
        on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(token.id.uuid())
                .bind(token.hash.as_bytes().as_slice())
                .bind(&token.note)
                .bind(terms)
                .bind(i32::try_from(token.uses_left).unwrap_or(i32::MAX))
                .bind(token.created_at.micros())
                .bind(token.expires_at.micros())
                .bind(token.revoked_at.map(Timestamp::micros))
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Ends a token. Tells whether it was there and had not been ended yet.
    pub async fn revoke(&mut self, id: InitialTokenId, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REVOKE)
                .bind(id.uuid())
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected() > 0)
        })?)
    }
}

impl InitialAccessTokens<'_, Transaction> {
    /// Counts one use. It takes effect with what the transaction registers, or not at all; of any number at once, no
    /// more are counted than are left.
    pub async fn spend(&mut self, id: InitialTokenId, now: Timestamp) -> Result<TokenUse, Error> {
        let counted = on_backend!(self.0, |db| {
            sqlx::query(USE).bind(id.uuid()).bind(now.micros()).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(if counted == 0 { TokenUse::Refused } else { TokenUse::Counted })
    }
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: Uuid,
    token_hash: Vec<u8>,
    note: String,
    terms: String,
    uses_left: i32,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
}

impl TokenRow {
    fn open(self) -> Result<InitialAccessToken, Error> {
        Ok(InitialAccessToken {
            id: InitialTokenId::from_uuid(self.id),
            hash: hash(self.token_hash)?,
            note: self.note,
            terms: from_json("an initial access token's terms", &self.terms)?,
            uses_left: self.uses_left.try_into().map_err(|_| Error::Corrupt("an initial access token's uses"))?,
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: Timestamp::from_micros(self.expires_at),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
        })
    }
}
