//! Grants: what a citizen granted to a client in one authorization.

mod acting;
mod binding;
mod proofs;

use std::collections::BTreeSet;

use sqlx::types::Uuid;

use super::citizens::{CitizenRow, citizen_columns};
use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::row::{Page, from_json, hash, one_more, to_json};
use crate::crypto::hash::hash_secret;
use crate::domain::assurance::AccountLevel;
use crate::domain::citizen::Citizen;
use crate::domain::claims_request::GrantedClaims;
use crate::domain::grant::{Authentication, Grant, RefreshState};
use crate::domain::ids::{CitizenId, ClientId, GrantId, SessionId};
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

macro_rules! grant_columns {
    () => {
        "grants.citizen_id, grants.id, grants.client_id, grants.scope, grants.nonce, grants.session_id, grants.auth_time, grants.methods, grants.account_level, \
         grants.created_at, grants.revoked_at, grants.refresh_current, grants.refresh_parent, grants.refresh_rotated_at, \
         grants.refresh_idle_expires_at, grants.refresh_expires_at, grants.refresh_key_version, \
         grants.claims AS granted_claims, grants.acr, grants.resources, grants.authorization_details, \
         grants.binding_method, grants.binding_thumbprint, grants.organisation_id AS acting_for, \
         grants.mandate_id AS acting_by"
    };
}
pub(super) use acting::open as acting;
pub(super) use grant_columns;

const ENTER: &str = "INSERT INTO grant_directory (grant_id, citizen_id, code_hash, forget_after)
    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const INSERT: &str =
    "INSERT INTO grants (citizen_id, id, client_id, scope, nonce, session_id, auth_time, methods, level,
        created_at, forget_after, refresh_current, refresh_parent, refresh_rotated_at, refresh_idle_expires_at,
        refresh_expires_at, refresh_key_version, claims, acr, resources, authorization_details, binding_method,
        binding_thumbprint, account_level, organisation_id, mandate_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
        $24, $25, $26)";
const EXCHANGE: &str = "UPDATE grant_directory SET code_hash = $2, forget_after = $3
    WHERE grant_id = $1 AND code_hash = $4";
const COMPLETE: &str = "UPDATE grants SET scope = $3, forget_after = $4, refresh_current = $5, refresh_parent = $6,
        refresh_rotated_at = $7, refresh_idle_expires_at = $8, refresh_expires_at = $9, refresh_key_version = $10,
        claims = $11, binding_method = $12, binding_thumbprint = $13
    WHERE citizen_id = $1 AND id = $2 AND revoked_at IS NULL";
const FIND_LIVE: &str = concat!(
    "SELECT ",
    grant_columns!(),
    ", ",
    citizen_columns!(),
    ", consents.claims AS allowed_claims
    FROM grant_directory d
    JOIN grants ON grants.citizen_id = d.citizen_id AND grants.id = d.grant_id
    JOIN citizens c ON c.id = grants.citizen_id
    LEFT JOIN consents ON consents.citizen_id = grants.citizen_id AND consents.client_id = grants.client_id
    WHERE d.grant_id = $1 AND grants.revoked_at IS NULL"
);
const LIST: &str = concat!(
    "SELECT ",
    grant_columns!(),
    " FROM grants WHERE grants.citizen_id = $1 AND grants.id < $2 AND grants.revoked_at IS NULL ORDER BY grants.id DESC LIMIT $3"
);
const REVOKE: &str = "UPDATE grants SET revoked_at = $2, revoked_reason = $3
    WHERE id = $1 AND citizen_id = (SELECT d.citizen_id FROM grant_directory d WHERE d.grant_id = $1)
        AND revoked_at IS NULL";
const REVOKE_OF_CLIENT: &str = "UPDATE grants SET revoked_at = $3, revoked_reason = $4
    WHERE citizen_id = $1 AND client_id = $2 AND revoked_at IS NULL";
const REVOKE_ALL: &str = "UPDATE grants SET revoked_at = $2, revoked_reason = $3
    WHERE citizen_id = $1 AND revoked_at IS NULL";
const FORGET: &str = "DELETE FROM grants WHERE (citizen_id, id) IN
    (SELECT citizen_id, id FROM grants WHERE forget_after < $1 ORDER BY forget_after LIMIT $2)";
const FORGET_ENTRIES: &str = "DELETE FROM grant_directory WHERE grant_id IN
    (SELECT grant_id FROM grant_directory WHERE forget_after < $1 ORDER BY forget_after LIMIT $2)";

/// Grants, seen from one connection.
pub struct Grants<'c, C>(pub(super) &'c mut C);

/// A grant that has not been revoked, and whose it is.
#[derive(Clone, Debug)]
pub struct LiveGrant {
    pub grant: Grant,
    /// Who may be locked by now.
    pub citizen: Citizen,
    /// The claims that they allowed this client by name; none where nobody asked them.
    pub allowed: BTreeSet<String>,
}

/// A grant that a code is exchanged for.
#[derive(Debug)]
pub struct NewGrant<'a> {
    pub grant: &'a Grant,
    /// Of the code, which no other grant is ever written for.
    pub code_hash: SecretHash,
    /// Nothing issued for the grant is good after this, so that its row may go.
    pub forget_after: Timestamp,
}

/// What became of an attempt to write a code's grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Exchange {
    Granted,
    /// The code was exchanged, or known to be replayed, before: nothing was written and nothing may be issued.
    AlreadyExchanged,
    /// It was written before its code was exchanged, and has been revoked since.
    Revoked,
}

/// Why a grant ended. The text is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationReason {
    /// The client asked for it (RFC 7009).
    Client,
    ConsentWithdrawn,
    /// Its code came a second time (RFC 6749 §4.1.2).
    CodeReplayed,
    /// A refresh token came again after its successor was used (RFC 9700 §4.14.2).
    RefreshTokenReplayed,
    /// Its owner came back into an account that somebody else may have been in.
    AccountRecovered,
    /// Its owner said that what was done in their name was somebody else's doing.
    NotMe,
    /// Its owner has died, or the account was closed.
    AccountEnded,
    /// They may act no more for the organisation that it was granted in the name of.
    MandateEnded,
    /// Somebody else had registered in the citizen's name.
    Evicted,
}

impl RevocationReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::CodeReplayed => "code_replayed",
            Self::RefreshTokenReplayed => "refresh_token_replayed",
            Self::AccountRecovered => "account_recovered",
            Self::NotMe => "not_me",
            Self::AccountEnded => "account_ended",
            Self::MandateEnded => "mandate_ended",
            Self::Evicted => "evicted",
        }
    }
}

impl<C: Read> Grants<'_, C> {
    /// A grant unless it was revoked, with its citizen and what they allowed, in one round trip.
    pub async fn find_live(&mut self, grant: GrantId) -> Result<Option<LiveGrant>, Error> {
        let vault = self.0.vault()?;
        let found = on_backend!(self.0, |db| {
            sqlx::query_as::<_, LiveRow>(FIND_LIVE).bind(grant.uuid()).fetch_optional(db).await
        })?;
        let Some(row) = found else { return Ok(None) };
        let allowed = row.allowed_claims.as_deref().map(|json| from_json("a consent's claims", json)).transpose()?;
        Ok(Some(LiveGrant {
            grant: row.grant.open()?,
            citizen: row.citizen.open(&vault)?,
            allowed: allowed.unwrap_or_default(),
        }))
    }

    /// Up to `limit` of a citizen's live grants, the newest first, those older than `before`.
    pub async fn list(
        &mut self,
        citizen: CitizenId,
        before: Option<GrantId>,
        limit: u32,
    ) -> Result<Page<Grant, GrantId>, Error> {
        let before = before.map_or(Uuid::max(), GrantId::uuid);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, GrantRow>(LIST)
                .bind(citizen.uuid())
                .bind(before)
                .bind(one_more(limit))
                .fetch_all(db)
                .await
        })?;
        let grants = rows.into_iter().map(GrantRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(grants, limit, |grant: &Grant| grant.id))
    }
}

impl<C: Write> Grants<'_, C> {
    /// Ends a grant. One that has ended, or never was, is left as it is.
    pub async fn revoke(&mut self, grant: GrantId, reason: RevocationReason, now: Timestamp) -> Result<(), Error> {
        on_backend!(self.0, |db| {
            sqlx::query(REVOKE).bind(grant.uuid()).bind(now.micros()).bind(reason.as_str()).execute(db).await.map(drop)
        })?;
        Ok(())
    }

    /// Ends all that a citizen granted to a client, and tells how many that were.
    pub async fn revoke_of_client(
        &mut self,
        citizen: CitizenId,
        client: &ClientId,
        reason: RevocationReason,
        now: Timestamp,
    ) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REVOKE_OF_CLIENT)
                .bind(citizen.uuid())
                .bind(client.as_str())
                .bind(now.micros())
                .bind(reason.as_str())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }

    /// Ends all that was ever granted in a citizen's name: whoever granted it may not have been them.
    pub async fn revoke_all(
        &mut self,
        citizen: CitizenId,
        reason: RevocationReason,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REVOKE_ALL)
                .bind(citizen.uuid())
                .bind(now.micros())
                .bind(reason.as_str())
                .execute(db)
                .await
                .map(drop)
        })?)
    }
}

impl Grants<'_, Transaction> {
    /// Writes the grant that a code is exchanged for. The directory's unique keys decide between attempts at once.
    pub async fn create(&mut self, new: &NewGrant<'_>) -> Result<Exchange, Error> {
        let entered =
            self.enter(new.grant.id, Some(new.grant.authentication.citizen), new.code_hash, new.forget_after).await?;
        match entered {
            Entry::New => self.insert(new).await.map(|()| Exchange::Granted),
            Entry::Taken => self.complete(new).await,
        }
    }

    /// Writes a grant that something was issued for before a code is exchanged, if ever one is.
    pub async fn begin(&mut self, grant: &Grant, forget_after: Timestamp) -> Result<(), Error> {
        let new = NewGrant { grant, code_hash: not_exchanged(grant.id), forget_after };
        match self.enter(grant.id, Some(grant.authentication.citizen), new.code_hash, forget_after).await? {
            Entry::New => self.insert(&new).await,
            Entry::Taken => Err(Error::Corrupt("a new grant's id")),
        }
    }

    /// Exchanges the code of a grant that [`begin`](Self::begin) wrote: of all attempts the one that finds none before it.
    async fn complete(&mut self, new: &NewGrant<'_>) -> Result<Exchange, Error> {
        let (grant, refresh) = (new.grant, new.grant.refresh.as_ref());
        let exchanged = on_backend!(self.0, |db| {
            sqlx::query(EXCHANGE)
                .bind(grant.id.uuid())
                .bind(new.code_hash.as_bytes().as_slice())
                .bind(new.forget_after.micros())
                .bind(not_exchanged(grant.id).as_bytes().as_slice())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if exchanged == 0 {
            return Ok(Exchange::AlreadyExchanged);
        }
        let claims = (!grant.claims.is_empty()).then(|| to_json(&grant.claims)).transpose()?;
        let binding = grant.binding.as_ref().map(binding::columns);
        let completed = on_backend!(self.0, |db| {
            sqlx::query(COMPLETE)
                .bind(grant.authentication.citizen.uuid())
                .bind(grant.id.uuid())
                .bind(grant.scope.to_string())
                .bind(new.forget_after.micros())
                .bind(refresh.map(|state| state.current.as_bytes().as_slice()))
                .bind(refresh.and_then(|state| state.parent.as_ref()).map(|parent| parent.as_bytes().as_slice()))
                .bind(refresh.map(|state| state.rotated_at.micros()))
                .bind(refresh.map(|state| state.idle_expires_at.micros()))
                .bind(refresh.map(|state| state.expires_at.micros()))
                .bind(refresh.map(|state| state.key_version))
                .bind(claims)
                .bind(binding.map(|(method, _)| method))
                .bind(binding.map(|(_, thumbprint)| thumbprint.as_slice()))
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(if completed == 0 { Exchange::Revoked } else { Exchange::Granted })
    }

    /// Ends the grant of a code that came a second time, even if that grant is only being written: whichever comes
    /// first, the entry in the directory makes the other see it.
    pub async fn revoke_replayed(
        &mut self,
        grant: GrantId,
        code_hash: SecretHash,
        forget_after: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        match self.enter(grant, None, code_hash, forget_after).await? {
            Entry::New => Ok(()),
            Entry::Taken => self.revoke(grant, RevocationReason::CodeReplayed, now).await,
        }
    }

    /// Removes up to `limit` grants for which nothing issued is good any more at `now`, and tells how many that were.
    pub async fn forget(&mut self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        let mut removed = 0;
        for statement in [FORGET, FORGET_ENTRIES] {
            removed = on_backend!(self.0, |db| {
                sqlx::query(statement)
                    .bind(now.micros())
                    .bind(i64::from(limit))
                    .execute(db)
                    .await
                    .map(|done| done.rows_affected())
            })?;
        }
        Ok(removed)
    }

    async fn enter(
        &mut self,
        grant: GrantId,
        citizen: Option<CitizenId>,
        code_hash: SecretHash,
        forget_after: Timestamp,
    ) -> Result<Entry, Error> {
        let entered = on_backend!(self.0, |db| {
            sqlx::query(ENTER)
                .bind(grant.uuid())
                .bind(citizen.map(CitizenId::uuid))
                .bind(code_hash.as_bytes().as_slice())
                .bind(forget_after.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(if entered == 0 { Entry::Taken } else { Entry::New })
    }

    async fn insert(&mut self, new: &NewGrant<'_>) -> Result<(), Error> {
        let (grant, authentication) = (new.grant, &new.grant.authentication);
        let refresh = grant.refresh.as_ref();
        let proofs = proofs::column(&authentication.proofs)?;
        let claims = (!grant.claims.is_empty()).then(|| to_json(&grant.claims)).transpose()?;
        let resources = (!grant.resources.is_empty()).then(|| to_json(&grant.resources)).transpose()?;
        let details =
            (!grant.authorization_details.is_empty()).then(|| to_json(&grant.authorization_details)).transpose()?;
        let binding = grant.binding.as_ref().map(binding::columns);
        on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(authentication.citizen.uuid())
                .bind(grant.id.uuid())
                .bind(grant.client.as_str())
                .bind(grant.scope.to_string())
                .bind(grant.nonce.as_deref())
                .bind(authentication.session.uuid())
                .bind(authentication.auth_time.micros())
                .bind(proofs)
                .bind(i16::from(authentication.level()))
                .bind(grant.created_at.micros())
                .bind(new.forget_after.micros())
                .bind(refresh.map(|state| state.current.as_bytes().as_slice()))
                .bind(refresh.and_then(|state| state.parent.as_ref()).map(|parent| parent.as_bytes().as_slice()))
                .bind(refresh.map(|state| state.rotated_at.micros()))
                .bind(refresh.map(|state| state.idle_expires_at.micros()))
                .bind(refresh.map(|state| state.expires_at.micros()))
                .bind(refresh.map(|state| state.key_version))
                .bind(claims)
                .bind(grant.acr.as_str())
                .bind(resources)
                .bind(details)
                .bind(binding.map(|(method, _)| method))
                .bind(binding.map(|(_, thumbprint)| thumbprint.as_slice()))
                .bind(i16::from(authentication.account_level))
                .bind(grant.acting.map(|acting| acting.organisation.uuid()))
                .bind(grant.acting.map(|acting| acting.mandate.uuid()))
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}

/// What stands in the directory in the place of the code's hash while no code has been exchanged: of every grant its own,
/// and the hash of nothing that anyone can present as a code.
fn not_exchanged(grant: GrantId) -> SecretHash {
    hash_secret(&[b"no code yet: ".as_slice(), grant.uuid().as_bytes()].concat())
}

/// Whether a grant's place in the directory was free.
enum Entry {
    New,
    Taken,
}

#[derive(sqlx::FromRow)]
pub(super) struct GrantRow {
    citizen_id: Uuid,
    id: Uuid,
    client_id: String,
    scope: String,
    nonce: Option<String>,
    session_id: Uuid,
    auth_time: i64,
    methods: String,
    account_level: Option<i16>,
    created_at: i64,
    revoked_at: Option<i64>,
    refresh_current: Option<Vec<u8>>,
    refresh_parent: Option<Vec<u8>>,
    refresh_rotated_at: Option<i64>,
    refresh_idle_expires_at: Option<i64>,
    refresh_expires_at: Option<i64>,
    refresh_key_version: Option<i32>,
    granted_claims: Option<String>,
    acr: Option<String>,
    resources: Option<String>,
    authorization_details: Option<String>,
    binding_method: Option<String>,
    binding_thumbprint: Option<Vec<u8>>,
    acting_for: Option<Uuid>,
    acting_by: Option<Uuid>,
}

impl GrantRow {
    pub(super) fn open(self) -> Result<Grant, Error> {
        let refresh = self.refresh()?;
        let auth_time = Timestamp::from_micros(self.auth_time);
        // Before the level was kept, nothing was said about it.
        let account_level = self.account_level.map_or(Ok(AccountLevel::SelfAsserted), AccountLevel::try_from);
        let authentication = Authentication {
            citizen: CitizenId::from_uuid(self.citizen_id),
            session: SessionId::from_uuid(self.session_id),
            auth_time,
            account_level: account_level.map_err(|_| Error::Corrupt("a grant's account level"))?,
            proofs: proofs::open(&self.methods, auth_time)?,
        };
        let claims = self.granted_claims.as_deref();
        let claims: Option<GrantedClaims> = claims.map(|json| from_json("a grant's claims", json)).transpose()?;
        let resources = self.resources.as_deref().map(|json| from_json("a grant's resources", json)).transpose()?;
        let details = self.authorization_details.as_deref();
        let details = details.map(|json| from_json("a grant's authorization details", json)).transpose()?;
        Ok(Grant {
            id: GrantId::from_uuid(self.id),
            client: self.client_id.parse().map_err(|_| Error::Corrupt("a grant's client"))?,
            scope: self.scope.parse().map_err(|_| Error::Corrupt("a grant's scope"))?,
            claims: claims.unwrap_or_default(),
            nonce: self.nonce,
            acr: self.acr.unwrap_or_else(|| authentication.level().acr().to_owned()),
            authentication,
            resources: resources.unwrap_or_default(),
            authorization_details: details.unwrap_or_default(),
            acting: acting::open(self.acting_for, self.acting_by)?,
            binding: binding::open(self.binding_method, self.binding_thumbprint)?,
            created_at: Timestamp::from_micros(self.created_at),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
            refresh,
        })
    }

    fn refresh(&self) -> Result<Option<RefreshState>, Error> {
        let Some(current) = self.refresh_current.clone() else { return Ok(None) };
        let missing = Error::Corrupt("a grant's refresh token");
        let (Some(rotated_at), Some(idle), Some(expires), Some(key_version)) =
            (self.refresh_rotated_at, self.refresh_idle_expires_at, self.refresh_expires_at, self.refresh_key_version)
        else {
            return Err(missing);
        };
        Ok(Some(RefreshState {
            current: hash(current)?,
            parent: self.refresh_parent.clone().map(hash).transpose()?,
            rotated_at: Timestamp::from_micros(rotated_at),
            idle_expires_at: Timestamp::from_micros(idle),
            expires_at: Timestamp::from_micros(expires),
            key_version,
        }))
    }
}

#[derive(sqlx::FromRow)]
struct LiveRow {
    #[sqlx(flatten)]
    grant: GrantRow,
    #[sqlx(flatten)]
    citizen: CitizenRow,
    allowed_claims: Option<String>,
}
