//! Who chose that the sign-in page of a device of theirs shows their name: found by what the device's cookie holds, before anybody
//! has said who they are.

use sqlx::types::Uuid;

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use super::known_devices::six;
use super::row::hash;
use crate::domain::ids::{CitizenId, DeviceId};
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

const FIND: &str = "SELECT r.secret_hash, r.citizen_id, d.id FROM remembered_people r
    JOIN known_devices d ON d.citizen_id = r.citizen_id AND d.secret_hash = r.secret_hash
    WHERE r.secret_hash IN ($1, $2, $3, $4, $5, $6)";
const DEVICES_OF: &str = "SELECT secret_hash FROM remembered_people WHERE citizen_id = $1 LIMIT 100";
const REMEMBER: &str = "INSERT INTO remembered_people (secret_hash, citizen_id, remembered_at) VALUES ($1, $2, $3)
    ON CONFLICT (secret_hash) DO NOTHING";

/// People that devices show the names of, seen from one connection.
pub struct RememberedPeople<'c, C>(pub(super) &'c mut C);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RememberedPerson {
    pub citizen: CitizenId,
    /// The device as one of this citizen's.
    pub device: DeviceId,
    pub secret: SecretHash,
}

impl<C: Read> RememberedPeople<'_, C> {
    /// Whoever is remembered by one of these secrets of a browser, in their order.
    pub async fn find(&mut self, secrets: &[SecretHash]) -> Result<Vec<RememberedPerson>, Error> {
        let Some([a, b, c, d, e, f]) = six(secrets) else { return Ok(Vec::new()) };
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, PersonRow>(FIND).bind(a).bind(b).bind(c).bind(d).bind(e).bind(f).fetch_all(db).await
        })?;
        let mut found = rows.into_iter().map(PersonRow::open).collect::<Result<Vec<_>, _>>()?;
        found.sort_by_key(|person| secrets.iter().position(|secret| *secret == person.secret));
        Ok(found)
    }

    /// The secrets of the devices that show the citizen's name.
    pub async fn devices_of(&mut self, citizen: CitizenId) -> Result<Vec<SecretHash>, Error> {
        let found: Vec<Vec<u8>> =
            on_backend!(self.0, |db| { sqlx::query_scalar(DEVICES_OF).bind(citizen.uuid()).fetch_all(db).await })?;
        found.into_iter().map(hash).collect()
    }
}

impl<C: Write> RememberedPeople<'_, C> {
    /// From now on the device of this secret, which has to be a known one of the citizen's, shows their name.
    pub async fn remember(&mut self, citizen: CitizenId, secret: SecretHash, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REMEMBER)
                .bind(secret.as_bytes().as_slice())
                .bind(citizen.uuid())
                .bind(now.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    secret_hash: Vec<u8>,
    citizen_id: Uuid,
    id: Uuid,
}

impl PersonRow {
    fn open(self) -> Result<RememberedPerson, Error> {
        Ok(RememberedPerson {
            citizen: CitizenId::from_uuid(self.citizen_id),
            device: DeviceId::from_uuid(self.id),
            secret: hash(self.secret_hash)?,
        })
    }
}
