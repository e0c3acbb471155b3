//! Refresh tokens: each has one successor, whoever asks for it at once (RFC 9700 §4.14.2).

use std::time::Duration;

use super::connection::{Write, on_backend};
use super::error::Error;
use super::grants::{GrantRow, Grants, grant_columns};
use crate::domain::citizen::CitizenStatus;
use crate::domain::client::ClientStatus;
use crate::domain::grant::{Grant, RefreshStanding};
use crate::domain::ids::{ClientId, GrantId};
use crate::domain::key_binding::ProvenKeys;
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

// A locked citizen's or a disabled client's token is not spent: it must still be good when the lock is lifted. Nor is one
// that comes without the key that it is bound to: whoever has it has nothing.
macro_rules! where_good {
    () => {
        "WHERE grants.id = $1 AND grants.citizen_id = (SELECT d.citizen_id FROM grant_directory d WHERE d.grant_id = $1)
        AND grants.client_id = $2 AND grants.refresh_current = $3 AND grants.revoked_at IS NULL
        AND grants.refresh_expires_at > $4 AND grants.refresh_idle_expires_at > $4
        AND (SELECT c.status FROM citizens c WHERE c.id = grants.citizen_id) = 'active'
        AND (SELECT p.status FROM clients p WHERE p.id = grants.client_id) = 'active'
        AND (grants.binding_method IS NULL
            OR (grants.binding_method = 'dpop' AND grants.binding_thumbprint = $6)
            OR (grants.binding_method = 'certificate' AND grants.binding_thumbprint = $7))
    RETURNING "
    };
}
const KEEP: &str = concat!("UPDATE grants SET refresh_idle_expires_at = $5 ", where_good!(), grant_columns!());
const ROTATE: &str = concat!(
    "UPDATE grants SET refresh_parent = refresh_current, refresh_current = $8, refresh_key_version = $9,
        refresh_rotated_at = $4, refresh_idle_expires_at = $5 ",
    where_good!(),
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
    pub successor: Successor,
    /// What its sender has proven: where the grant is bound to a key, that one must be among them.
    pub proven: ProvenKeys,
    pub idle_expires_at: Timestamp,
    /// How long a lost answer may be asked for again.
    pub grace: Duration,
    pub now: Timestamp,
}

/// What takes the place of a refresh token that is used.
#[derive(Clone, Copy, Debug)]
pub enum Successor {
    Next {
        hash: SecretHash,
        /// The version of the derivation key that made it from the one that was presented.
        key_version: i32,
    },
    /// Itself: what keeps a thief from using it is the client's own proof (FAPI 2.0 Security Profile §5.3.2.1).
    Itself,
}

/// What a presented refresh token turned out to be.
#[derive(Clone, Debug)]
#[must_use]
pub enum Rotation {
    /// It was the live one, and its successor has taken its place, if it is to have one.
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
    /// Which state the account is in instead is no portal's to know.
    CitizenNotActive,
    ClientDisabled,
    /// Its grant is bound to a key that the request does not prove.
    KeyNotProven,
}

impl<C: Write> Grants<'_, C> {
    /// Puts the successor in the place of the live refresh token, in one statement: of any number of attempts at once,
    /// one rotates; of a token that is its own successor all are good, and still none other. Only where it does not is the grant read, to say why.
    pub async fn rotate_refresh(&mut self, rotation: &RefreshRotation<'_>) -> Result<Rotation, Error> {
        let statement = match rotation.successor {
            Successor::Next { .. } => ROTATE,
            Successor::Itself => KEEP,
        };
        let rotated = on_backend!(self.0, |db| {
            let query = sqlx::query_as::<_, GrantRow>(statement)
                .bind(rotation.grant.uuid())
                .bind(rotation.client.as_str())
                .bind(rotation.presented.as_bytes().as_slice())
                .bind(rotation.now.micros())
                .bind(rotation.idle_expires_at.micros())
                .bind(rotation.proven.dpop.as_ref().map(|key| key.as_bytes().as_slice()))
                .bind(rotation.proven.certificate.as_ref().map(|key| key.as_bytes().as_slice()));
            let query = match &rotation.successor {
                Successor::Next { hash, key_version } => query.bind(hash.as_bytes().as_slice()).bind(*key_version),
                Successor::Itself => query,
            };
            query.fetch_optional(db).await
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
        use RefreshRefusal::{CitizenNotActive, ClientDisabled, Expired, KeyNotProven, Revoked, Unknown};
        let citizen: CitizenStatus = self.citizen_status.parse().map_err(|_| Error::Corrupt("a citizen's status"))?;
        let client: ClientStatus = self.client_status.parse().map_err(|_| Error::Corrupt("a client's status"))?;
        let grant = self.grant.open()?;
        let Some(refresh) = grant.refresh.as_ref().filter(|_| grant.client == *rotation.client) else {
            return Ok(Rotation::Refused(Unknown));
        };
        let standing = refresh.standing(&rotation.presented, rotation.grace, rotation.now);
        Ok(match (standing, citizen, client) {
            _ if !grant.is_live() => Rotation::Refused(Revoked),
            // A token that nobody can use without the key was not stolen, only seen.
            _ if grant.binding.is_some_and(|binding| !rotation.proven.satisfy(binding)) => {
                Rotation::Refused(KeyNotProven)
            }
            // Theft is theft whoever is locked.
            (RefreshStanding::Stolen, ..) => Rotation::Stolen(grant),
            (_, citizen, _) if !citizen.is_active() => Rotation::Refused(CitizenNotActive),
            (_, _, ClientStatus::Disabled | ClientStatus::Deleted) => Rotation::Refused(ClientDisabled),
            (RefreshStanding::Retried, ..) => Rotation::Retried(grant),
            // `Current` was locked or disabled a moment ago and no longer is; the token is as good as before.
            (RefreshStanding::Expired | RefreshStanding::Current, ..) => Rotation::Refused(Expired),
        })
    }
}
