//! Refresh tokens: each has one successor, whoever asks for it at once (RFC 9700 §4.14.2).

use std::time::Duration;

use super::connection::{Write, on_backend};
use super::error::Error;
use super::grants::{GrantRow, Grants, grant_columns};
use crate::domain::citizen::CitizenStatus;
use crate::domain::client::ClientStatus;
use crate::domain::grant::{Grant, RefreshStanding};
use crate::domain::ids::{ClientId, GrantId};
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

// A locked citizen's or a disabled client's token is not spent: it must still be good when the lock is lifted.
const ROTATE: &str = concat!(
    "UPDATE grants SET refresh_parent = refresh_current, refresh_current = $4, refresh_key_version = $5,
        refresh_rotated_at = $6, refresh_idle_expires_at = $7
    WHERE grants.id = $1 AND grants.citizen_id = (SELECT d.citizen_id FROM grant_directory d WHERE d.grant_id = $1)
        AND grants.client_id = $2 AND grants.refresh_current = $3 AND grants.revoked_at IS NULL
        AND grants.refresh_expires_at > $6 AND grants.refresh_idle_expires_at > $6
        AND (SELECT c.status FROM citizens c WHERE c.id = grants.citizen_id) = 'active'
        AND (SELECT p.status FROM clients p WHERE p.id = grants.client_id) = 'active'
    RETURNING ",
    grant_columns!()
);
const FIND_WITH_STATUSES: &str = concat!(
    "SELECT ",
    grant_columns!(),
    ", c.status AS citizen_status, p.status AS client_status
    FROM grant_directory d
    JOIN grants ON grants.citizen_id = d.citizen_id AND grants.id = d.grant_id
    JOIN citizens c ON c.id = grants.citizen_id
    JOIN clients p ON p.id = grants.client_id
    WHERE d.grant_id = $1"
);

/// A refresh token that was presented, and what is to take its place.
#[derive(Clone, Copy, Debug)]
pub struct RefreshRotation<'a> {
    pub grant: GrantId,
    /// Who presents it, authenticated.
    pub client: &'a ClientId,
    pub presented: SecretHash,
    pub successor: SecretHash,
    /// The version of the derivation key that made `successor` from `presented`.
    pub key_version: i32,
    pub idle_expires_at: Timestamp,
    /// How long a lost answer may be asked for again.
    pub grace: Duration,
    pub now: Timestamp,
}

/// What a presented refresh token turned out to be.
#[derive(Clone, Debug)]
#[must_use]
pub enum Rotation {
    /// It was the live one, and its successor has taken its place.
    Rotated(Grant),
    /// An answer was lost: give the same successor again, which `refresh.key_version` derives.
    Retried(Grant),
    /// Someone else holds it: the grant must die. It has not been revoked yet.
    Stolen(Grant),
    Refused(RefreshRefusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshRefusal {
    /// There is no such grant, or it is not this client's.
    Unknown,
    Revoked,
    Expired,
    CitizenLocked,
    ClientDisabled,
}

impl<C: Write> Grants<'_, C> {
    /// Puts the successor in the place of the live refresh token, in one statement: of any number of attempts at once,
    /// one rotates. Only where it does not is the grant read, to say why.
    pub async fn rotate_refresh(&mut self, rotation: &RefreshRotation<'_>) -> Result<Rotation, Error> {
        let rotated = on_backend!(self.0, |db| {
            sqlx::query_as::<_, GrantRow>(ROTATE)
                .bind(rotation.grant.uuid())
                .bind(rotation.client.as_str())
                .bind(rotation.presented.as_bytes().as_slice())
                .bind(rotation.successor.as_bytes().as_slice())
                .bind(rotation.key_version)
                .bind(rotation.now.micros())
                .bind(rotation.idle_expires_at.micros())
                .fetch_optional(db)
                .await
        })?;
        if let Some(row) = rotated {
            return row.open().map(Rotation::Rotated);
        }
        let found = on_backend!(self.0, |db| {
            sqlx::query_as::<_, StandingRow>(FIND_WITH_STATUSES).bind(rotation.grant.uuid()).fetch_optional(db).await
        })?;
        match found {
            Some(row) => row.judge(rotation),
            None => Ok(Rotation::Refused(RefreshRefusal::Unknown)),
        }
    }
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    #[sqlx(flatten)]
    grant: GrantRow,
    citizen_status: String,
    client_status: String,
}

impl StandingRow {
    /// Why the token was not rotated.
    fn judge(self, rotation: &RefreshRotation<'_>) -> Result<Rotation, Error> {
        use RefreshRefusal::{CitizenLocked, ClientDisabled, Expired, Revoked, Unknown};
        let citizen: CitizenStatus = self.citizen_status.parse().map_err(|_| Error::Corrupt("a citizen's status"))?;
        let client: ClientStatus = self.client_status.parse().map_err(|_| Error::Corrupt("a client's status"))?;
        let grant = self.grant.open()?;
        let Some(refresh) = grant.refresh.as_ref().filter(|_| grant.client == *rotation.client) else {
            return Ok(Rotation::Refused(Unknown));
        };
        let standing = refresh.standing(&rotation.presented, rotation.grace, rotation.now);
        Ok(match (standing, citizen, client) {
            _ if !grant.is_live() => Rotation::Refused(Revoked),
            // Theft is theft whoever is locked.
            (RefreshStanding::Stolen, ..) => Rotation::Stolen(grant),
            (_, CitizenStatus::Locked, _) => Rotation::Refused(CitizenLocked),
            (_, _, ClientStatus::Disabled | ClientStatus::Deleted) => Rotation::Refused(ClientDisabled),
            (RefreshStanding::Retried, ..) => Rotation::Retried(grant),
            // `Current` was locked or disabled a moment ago and no longer is; the token is as good as before.
            (RefreshStanding::Expired | RefreshStanding::Current, ..) => Rotation::Refused(Expired),
        })
    }
}
