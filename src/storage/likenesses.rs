//! Who looks like somebody who is here already: the same name, birth date and province. A hint for a registrar, and no more.

use sqlx::QueryBuilder;
use sqlx::types::Uuid;

use super::connection::{Backend, Read, Transaction, Write, on_backend};
use super::error::Error;
use super::vault::Vault;
use crate::crypto::blind_index::BlindIndex;
use crate::domain::citizen::Citizen;
use crate::domain::ids::CitizenId;
use crate::domain::likeness::Likeness;

const INSERT: &str = "INSERT INTO likenesses (likeness, citizen_id, key_version) ";
const REMOVE: &str = "DELETE FROM likenesses WHERE citizen_id = $1";
// Of accounts that have ended nobody has to be told twice.
const OTHERS: &str = "SELECT DISTINCT l.citizen_id FROM likenesses l JOIN citizens c ON c.id = l.citizen_id
    WHERE l.likeness IN ($1, $2, $3, $4) AND l.citizen_id <> $5 AND c.status NOT IN ('closed', 'deceased')
    ORDER BY l.citizen_id LIMIT 20";
const GROUPS: &str = "SELECT l.likeness FROM likenesses l JOIN citizens c ON c.id = l.citizen_id
    WHERE l.likeness > $1 AND l.key_version = $2 AND c.status NOT IN ('closed', 'deceased')
    GROUP BY l.likeness HAVING count(*) > 1 ORDER BY l.likeness LIMIT $3";
const OF_GROUP: &str = "SELECT l.citizen_id FROM likenesses l JOIN citizens c ON c.id = l.citizen_id
    WHERE l.likeness = $1 AND c.status NOT IN ('closed', 'deceased') ORDER BY l.citizen_id LIMIT 20";

// Each is looked up by itself: for as many as an import asks for, Postgres would read the whole table, which takes longer with every
// batch. A part with an OFFSET or a LIMIT of its own is not taken apart.
const SHARED_POSTGRES: &str = "SELECT own.citizen_id, other.citizen_id FROM unnest($1) AS asked (id)
    CROSS JOIN LATERAL (SELECT likeness, citizen_id FROM likenesses WHERE citizen_id = asked.id OFFSET 0) own
    CROSS JOIN LATERAL (SELECT l.citizen_id FROM likenesses l JOIN citizens c ON c.id = l.citizen_id
        WHERE l.likeness = own.likeness AND l.citizen_id <> own.citizen_id AND c.status NOT IN ('closed', 'deceased')
        ORDER BY l.citizen_id LIMIT 20) other
    GROUP BY 1, 2 ORDER BY 1, 2";
const SHARED_SQLITE: &str = "SELECT DISTINCT own.citizen_id, other.citizen_id FROM likenesses own
    JOIN likenesses other ON other.likeness = own.likeness AND other.citizen_id <> own.citizen_id
    JOIN citizens c ON c.id = other.citizen_id AND c.status NOT IN ('closed', 'deceased')
    WHERE own.citizen_id IN (";

/// Rows of one statement: three values each, and SQLite takes 32,766 in all.
const ROWS_AT_ONCE: usize = 5_000;
/// How many versions of the index key one look-up covers. A rotation has two.
const INDEXES_AT_ONCE: usize = 4;

/// Likenesses, seen from one connection.
pub struct Likenesses<'c, C>(pub(super) &'c mut C);

/// People who look like each other, the first of them entered first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    pub citizens: Vec<CitizenId>,
    /// Where the next page begins.
    pub cursor: Vec<u8>,
}

impl<C: Read> Likenesses<'_, C> {
    /// Who looks like `likeness`, but for `citizen` themselves.
    pub async fn others(&mut self, likeness: &Likeness, citizen: CitizenId) -> Result<Vec<CitizenId>, Error> {
        let vault = self.0.vault()?;
        let mut found = Vec::new();
        for indexes in vault.likenesses(likeness).chunks(INDEXES_AT_ONCE) {
            // Places that are left over repeat an index: the statement is the same however many there are.
            let place = |at: usize| indexes.get(at).or(indexes.first()).map(|index| index.mac.to_vec());
            let ids: Vec<Uuid> = on_backend!(self.0, |db| {
                sqlx::query_scalar(OTHERS)
                    .bind(place(0))
                    .bind(place(1))
                    .bind(place(2))
                    .bind(place(3))
                    .bind(citizen.uuid())
                    .fetch_all(db)
                    .await
            })?;
            found.extend(ids.into_iter().map(CitizenId::from_uuid));
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Of these citizens, who looks like whom: each pair with the one of these first.
    pub async fn shared(&mut self, citizens: &[CitizenId]) -> Result<Vec<(CitizenId, CitizenId)>, Error> {
        let ids: Vec<Uuid> = citizens.iter().copied().map(CitizenId::uuid).collect();
        let pairs: Vec<(Uuid, Uuid)> = match self.0.backend() {
            Backend::Postgres(db) => sqlx::query_as(SHARED_POSTGRES).bind(ids).fetch_all(db).await?,
            Backend::Sqlite(db) => {
                let mut pairs = Vec::new();
                for chunk in ids.chunks(ROWS_AT_ONCE) {
                    let mut select = QueryBuilder::new(SHARED_SQLITE);
                    let mut places = select.separated(", ");
                    for id in chunk {
                        places.push_bind(*id);
                    }
                    select.push(") ORDER BY 1, 2");
                    pairs.extend(select.build_query_as::<(Uuid, Uuid)>().fetch_all(&mut *db).await?);
                }
                pairs
            }
        };
        Ok(pairs.into_iter().map(|(own, other)| (CitizenId::from_uuid(own), CitizenId::from_uuid(other))).collect())
    }

    /// Up to `limit` groups of people who look like each other, those after `after`.
    pub async fn groups(&mut self, after: &[u8], limit: u32) -> Result<Vec<Alike>, Error> {
        let version = self.0.vault()?.index_version();
        let cursors: Vec<Vec<u8>> = on_backend!(self.0, |db| {
            sqlx::query_scalar(GROUPS).bind(after).bind(version).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let mut groups = Vec::with_capacity(cursors.len());
        for cursor in cursors {
            let ids: Vec<Uuid> =
                on_backend!(self.0, |db| sqlx::query_scalar(OF_GROUP).bind(&cursor).fetch_all(db).await)?;
            groups.push(Alike { citizens: ids.into_iter().map(CitizenId::from_uuid).collect(), cursor });
        }
        Ok(groups)
    }
}

impl<C: Write> Likenesses<'_, C> {
    /// They look like nobody any more.
    pub async fn remove(&mut self, citizen: CitizenId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(REMOVE).bind(citizen.uuid()).execute(db).await.map(drop))?)
    }
}

impl Likenesses<'_, Transaction> {
    /// Notes what they look like now, in the place of what was noted before. Of whom too little is known nothing is.
    pub async fn enter(&mut self, citizen: &Citizen) -> Result<(), Error> {
        self.remove(citizen.id).await?;
        self.enter_new(std::iter::once(citizen)).await
    }

    /// As [`enter`](Self::enter), of people of whom nothing was noted before.
    pub async fn enter_new(&mut self, citizens: impl Iterator<Item = &Citizen>) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let rows: Vec<_> = citizens
            .flat_map(|citizen| indexes(&vault, citizen).into_iter().map(|index| (citizen.id, index)))
            .collect();
        self.enter_rows(&rows).await
    }

    pub(super) async fn enter_rows(&mut self, rows: &[(CitizenId, BlindIndex)]) -> Result<(), Error> {
        for chunk in rows.chunks(ROWS_AT_ONCE) {
            on_backend!(self.0, |db| {
                let mut insert = QueryBuilder::new(INSERT);
                insert.push_values(chunk, |mut row, (id, index)| {
                    row.push_bind(index.mac.as_slice()).push_bind(id.uuid()).push_bind(i32::from(index.key_version));
                });
                insert.push(" ON CONFLICT DO NOTHING");
                insert.build().execute(db).await.map(drop)
            })?;
        }
        Ok(())
    }
}

/// What somebody looks like under every live version of the index key; nothing where too little is known of them.
pub(super) fn indexes(vault: &Vault, citizen: &Citizen) -> Vec<BlindIndex> {
    Likeness::of(citizen).map(|likeness| vault.likenesses(&likeness)).unwrap_or_default()
}
