//! Devices that a citizen has signed in from: where many wrong passwords elsewhere do not lock them out.

use sqlx::types::Uuid;

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use super::row::hash;
use crate::domain::ids::{CitizenId, DeviceId};
use crate::domain::risk::Place;
use crate::domain::secret::SecretHash;
use crate::domain::session::PEOPLE_PER_BROWSER;
use crate::domain::time::Timestamp;

const FIND: &str = "SELECT id, secret_hash, label, created_at, last_used_at, place FROM known_devices
    WHERE citizen_id = $1 AND secret_hash IN ($2, $3, $4, $5, $6, $7) ORDER BY last_used_at DESC LIMIT 1";
const LIST: &str = "SELECT id, secret_hash, label, created_at, last_used_at, place FROM known_devices
    WHERE citizen_id = $1 ORDER BY last_used_at DESC LIMIT 100";
const REMEMBER: &str = "INSERT INTO known_devices (citizen_id, id, secret_hash, label, created_at, last_used_at, place)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (citizen_id, secret_hash)
    DO UPDATE SET label = excluded.label, last_used_at = excluded.last_used_at, place = excluded.place";
const FORGET: &str = "DELETE FROM known_devices WHERE citizen_id = $1 AND id = $2";
const FORGET_HERE: &str = "DELETE FROM known_devices WHERE citizen_id = $1 AND secret_hash = $2";
const FORGET_OTHERS: &str = "DELETE FROM known_devices
    WHERE citizen_id = $1 AND secret_hash NOT IN ($2, $3, $4, $5, $6, $7)";
const FORGET_ALL: &str = "DELETE FROM known_devices WHERE citizen_id = $1";
const FORGET_PLACES: &str = "UPDATE known_devices SET place = NULL WHERE (citizen_id, id) IN
    (SELECT citizen_id, id FROM known_devices WHERE place IS NOT NULL AND last_used_at < $1
     ORDER BY last_used_at LIMIT $2)";

/// Known devices, seen from one connection.
pub struct KnownDevices<'c, C>(pub(super) &'c mut C);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    pub id: DeviceId,
    /// Of what its cookie holds.
    pub secret: SecretHash,
    /// What the person recognises it by: "Chrome on Android".
    pub label: String,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    /// Where that was, for some time after it.
    pub place: Option<Place>,
}

impl<C: Read> KnownDevices<'_, C> {
    /// The citizen's device whose cookie holds one of these secrets.
    pub async fn find(&mut self, citizen: CitizenId, secrets: &[SecretHash]) -> Result<Option<KnownDevice>, Error> {
        let Some([a, b, c, d, e, f]) = six(secrets) else { return Ok(None) };
        on_backend!(self.0, |db| {
            let find = sqlx::query_as::<_, DeviceRow>(FIND).bind(citizen.uuid());
            find.bind(a).bind(b).bind(c).bind(d).bind(e).bind(f).fetch_optional(db).await
        })?
        .map(DeviceRow::open)
        .transpose()
    }

    /// The hundred devices that were used last.
    pub async fn list(&mut self, citizen: CitizenId) -> Result<Vec<KnownDevice>, Error> {
        on_backend!(self.0, |db| sqlx::query_as::<_, DeviceRow>(LIST).bind(citizen.uuid()).fetch_all(db).await)?
            .into_iter()
            .map(DeviceRow::open)
            .collect()
    }
}

impl<C: Write> KnownDevices<'_, C> {
    /// Enters a device, or notes that the one of this secret was used again.
    pub async fn remember(&mut self, citizen: CitizenId, device: &KnownDevice) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REMEMBER)
                .bind(citizen.uuid())
                .bind(device.id.uuid())
                .bind(device.secret.as_bytes().as_slice())
                .bind(&device.label)
                .bind(device.created_at.micros())
                .bind(device.last_used_at.micros())
                .bind(device.place.as_ref().map(|place| place.as_bytes().as_slice()))
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    pub async fn forget(&mut self, citizen: CitizenId, device: DeviceId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(FORGET).bind(citizen.uuid()).bind(device.uuid()).execute(db).await.map(drop)
        })?)
    }

    /// Forgets the citizen's device of this secret.
    pub async fn forget_here(&mut self, citizen: CitizenId, secret: SecretHash) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            let forget = sqlx::query(FORGET_HERE).bind(citizen.uuid()).bind(secret.as_bytes().as_slice());
            forget.execute(db).await.map(drop)
        })?)
    }

    /// Forgets where up to `limit` devices were that were last used before `before`.
    pub async fn forget_places(&mut self, before: Timestamp, limit: u32) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            let forget = sqlx::query(FORGET_PLACES).bind(before.micros()).bind(i64::from(limit));
            forget.execute(db).await.map(|done| done.rows_affected())
        })?)
    }

    /// Forgets every device of the citizen's but those of these secrets.
    pub async fn forget_others(&mut self, citizen: CitizenId, kept: &[SecretHash]) -> Result<(), Error> {
        let Some([a, b, c, d, e, f]) = six(kept) else { return self.forget_all(citizen).await };
        Ok(on_backend!(self.0, |db| {
            let forget = sqlx::query(FORGET_OTHERS).bind(citizen.uuid());
            forget.bind(a).bind(b).bind(c).bind(d).bind(e).bind(f).execute(db).await.map(drop)
        })?)
    }

    /// After a stolen password: every device has to prove itself again.
    pub async fn forget_all(&mut self, citizen: CitizenId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(FORGET_ALL).bind(citizen.uuid()).execute(db).await.map(drop))?)
    }
}

/// What a statement that looks for one of a browser's secrets is given: as many as a browser keeps, the first one again where there
/// are fewer.
pub(super) fn six(secrets: &[SecretHash]) -> Option<[&[u8]; PEOPLE_PER_BROWSER]> {
    let first = secrets.first()?;
    Some(std::array::from_fn(|place| secrets.get(place).unwrap_or(first).as_bytes().as_slice()))
}

#[derive(sqlx::FromRow)]
struct DeviceRow {
    id: Uuid,
    secret_hash: Vec<u8>,
    label: String,
    created_at: i64,
    last_used_at: i64,
    place: Option<Vec<u8>>,
}

impl DeviceRow {
    fn open(self) -> Result<KnownDevice, Error> {
        let place = self.place.map(<[u8; 32]>::try_from).transpose();
        Ok(KnownDevice {
            id: DeviceId::from_uuid(self.id),
            secret: hash(self.secret_hash)?,
            label: self.label,
            created_at: Timestamp::from_micros(self.created_at),
            last_used_at: Timestamp::from_micros(self.last_used_at),
            place: place.map_err(|_| Error::Corrupt("a device's place"))?.map(Place::from_bytes),
        })
    }
}
