//! Codes that portals hand to people who had an account with them: found by their hashes, each good once.

use std::collections::HashSet;

use sqlx::QueryBuilder;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::linked_accounts::LinkedAccounts;
use super::vault::Vault;
use crate::crypto::hash::hash_secret;
use crate::domain::ids::ClientId;
use crate::domain::linked_account::{LinkCode, Linkable, OldAccount};
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

const FIND: &str = "SELECT code_hash, client_id, sealed FROM link_codes WHERE code_hash = $1 AND expires_at > $2";
// Of any number of people at once who have one code, one takes it.
const SPEND: &str =
    "DELETE FROM link_codes WHERE code_hash = $1 AND expires_at > $2 RETURNING code_hash, client_id, sealed";
const END: &str = "DELETE FROM link_codes WHERE account_index IN (";
const INSERT: &str =
    "INSERT INTO link_codes (code_hash, client_id, account_index, key_version, sealed, issued_at, expires_at) ";
const FORGET: &str = "DELETE FROM link_codes WHERE code_hash IN
    (SELECT code_hash FROM link_codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
const FORGET_OLDER: &str = "DELETE FROM link_codes WHERE code_hash IN
    (SELECT code_hash FROM link_codes WHERE key_version < $1 ORDER BY key_version LIMIT $2)";

/// Accounts of one statement: seven values each, and each under every live version of the index key; SQLite takes 32,766 values.
const ROWS_AT_ONCE: usize = 1_000;

/// A code that is about to be handed out.
#[derive(Clone, Debug)]
pub struct NewLinkCode {
    pub code: LinkCode,
    pub account: OldAccount,
    pub expires_at: Timestamp,
}

/// Codes, seen from one connection.
pub struct LinkCodes<'c, C>(pub(super) &'c mut C);

impl<C: Read> LinkCodes<'_, C> {
    /// What this code is good for now, if it is.
    pub async fn find(&mut self, code: &LinkCode, now: Timestamp) -> Result<Option<Linkable>, Error> {
        let (vault, hash) = (self.0.vault()?, hash_of(code));
        let found: Option<Row> = on_backend!(self.0, |db| {
            let find = sqlx::query_as(FIND).bind(hash.as_bytes().as_slice()).bind(now.micros());
            find.fetch_optional(db).await
        })?;
        found.map(|row| row.open(&vault, code)).transpose()
    }
}

impl<C: Write> LinkCodes<'_, C> {
    /// Removes up to `limit` that have expired by `now`, and tells how many that were.
    pub async fn forget(&mut self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            let forget = sqlx::query(FORGET).bind(now.micros()).bind(i64::from(limit));
            forget.execute(db).await.map(|done| done.rows_affected())
        })?)
    }

    /// Removes up to `limit` of those that stand under index keys older than `version`. Nobody could tell any more of which account they
    /// are: a new code would not take the place of such a one.
    pub(super) async fn forget_older(&mut self, version: u16, limit: u32) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            let forget = sqlx::query(FORGET_OLDER).bind(i32::from(version)).bind(i64::from(limit));
            forget.execute(db).await.map(|done| done.rows_affected())
        })?)
    }
}

impl LinkCodes<'_, Transaction> {
    /// Enters codes of accounts at `client`, each in the place of one that its account had before. Returns the places of those whose
    /// accounts are linked already: they have no code.
    pub async fn issue(
        &mut self,
        client: &ClientId,
        codes: &[NewLinkCode],
        now: Timestamp,
    ) -> Result<HashSet<usize>, Error> {
        let mut linked = HashSet::new();
        for (chunk_number, chunk) in codes.chunks(ROWS_AT_ONCE).enumerate() {
            let taken = self.issue_chunk(client, chunk, now).await?;
            linked.extend(taken.into_iter().map(|place| chunk_number * ROWS_AT_ONCE + place));
        }
        Ok(linked)
    }

    async fn issue_chunk(
        &mut self,
        client: &ClientId,
        chunk: &[NewLinkCode],
        now: Timestamp,
    ) -> Result<HashSet<usize>, Error> {
        let vault = self.0.vault()?;
        let indexes: Vec<_> = chunk.iter().map(|new| vault.account_indexes(client, &new.account.id)).collect();
        let all: Vec<[u8; 32]> = indexes.iter().flatten().map(|index| index.mac).collect();
        let linked = LinkedAccounts(&mut *self.0).which_are(&all).await?;
        let is_linked = |place: &usize| indexes[*place].iter().any(|index| linked.contains(index.mac.as_slice()));
        on_backend!(self.0, |db| {
            let mut end = QueryBuilder::new(END);
            let mut places = end.separated(", ");
            for mac in &all {
                places.push_bind(mac.as_slice());
            }
            end.push(")");
            end.build().execute(db).await.map(drop)
        })?;
        let mut rows = Vec::with_capacity(chunk.len());
        for place in (0..chunk.len()).filter(|place| !is_linked(place)) {
            let (new, Some(index)) = (&chunk[place], indexes[place].first()) else { continue };
            let hash = hash_of(&new.code);
            rows.push((hash, index, vault.seal_with_code(&new.code, hash, &new.account)?, new.expires_at));
        }
        if !rows.is_empty() {
            on_backend!(self.0, |db| {
                let mut insert = QueryBuilder::new(INSERT);
                insert.push_values(&rows, |mut row, (hash, index, sealed, expires_at)| {
                    row.push_bind(hash.as_bytes().as_slice())
                        .push_bind(client.as_str())
                        .push_bind(index.mac.as_slice())
                        .push_bind(i32::from(index.key_version))
                        .push_bind(sealed)
                        .push_bind(now.micros())
                        .push_bind(expires_at.micros());
                });
                insert.build().execute(db).await.map(drop)
            })?;
        }
        Ok((0..chunk.len()).filter(is_linked).collect())
    }

    /// Uses a code up, and tells what it was good for. Where the transaction is not committed, it is as if nobody had.
    pub(super) async fn spend(&mut self, code: &LinkCode, now: Timestamp) -> Result<Option<Linkable>, Error> {
        let (vault, hash) = (self.0.vault()?, hash_of(code));
        let spent: Option<Row> = on_backend!(self.0, |db| {
            let spend = sqlx::query_as(SPEND).bind(hash.as_bytes().as_slice()).bind(now.micros());
            spend.fetch_optional(db).await
        })?;
        spent.map(|row| row.open(&vault, code)).transpose()
    }
}

fn hash_of(code: &LinkCode) -> SecretHash {
    hash_secret(code.letters().as_bytes())
}

#[derive(sqlx::FromRow)]
struct Row {
    code_hash: Vec<u8>,
    client_id: String,
    sealed: Vec<u8>,
}

impl Row {
    fn open(self, vault: &Vault, code: &LinkCode) -> Result<Linkable, Error> {
        let hash = super::row::hash(self.code_hash)?;
        Ok(Linkable {
            client: self.client_id.parse().map_err(|_| Error::Corrupt("the portal of a code"))?,
            account: vault.open_with_code(code, hash, &self.sealed)?,
        })
    }
}
