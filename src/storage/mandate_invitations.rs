//! Mandates that were offered: found by the hash of the code that leads to them, and answered once.

use serde::{Deserialize, Serialize};
use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::row::hash;
use super::vault::Vault;
use crate::crypto::seal::Context;
use crate::domain::ids::{CitizenId, InvitationId, MandateId, OrganisationId};
use crate::domain::mandate::{Delegation, Invitation, InvitationEnd, InvitationState, Offer, Portals, Position, Role};
use crate::domain::national_id::{NationalId, Scheme};
use crate::domain::secret::SecretHash;
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "i.organisation_id, i.id, i.code_hash, i.said, i.offered_by, i.offered_with, i.state, i.offered_at, \
         i.expires_at, o.data_key"
    };
}

const DATA_KEY: &str = "SELECT data_key FROM organisations WHERE id = $1";
const INSERT: &str = "INSERT INTO mandate_invitations
        (organisation_id, id, code_hash, said, offered_by, offered_with, state, offered_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FIND_BY_CODE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM mandate_invitations i JOIN organisations o ON o.id = i.organisation_id WHERE i.code_hash = $1"
);
const OPEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM mandate_invitations i JOIN organisations o ON o.id = i.organisation_id
    WHERE i.organisation_id = $1 AND i.state = 'offered' AND i.expires_at > $2 ORDER BY i.id DESC LIMIT $3"
);
const SETTLE: &str = "UPDATE mandate_invitations SET state = $3, settled_at = $4
    WHERE organisation_id = $1 AND id = $2 AND state = 'offered' AND expires_at > $4";
const WITHDRAW_OF_MANDATE: &str = "UPDATE mandate_invitations SET state = 'withdrawn', settled_at = $3
    WHERE organisation_id = $1 AND offered_with = $2 AND state = 'offered'";
const FORGET: &str = "DELETE FROM mandate_invitations WHERE expires_at < $1";

/// What stands sealed in a row.
#[derive(Serialize, Deserialize)]
struct Said {
    /// As the blind index takes it.
    invited: Invited,
    role: Role,
    position: Option<Position>,
    portals: Portals,
    may_delegate: bool,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
enum Invited {
    NationalId { scheme: String, value: String },
    Contact(String),
}

/// Invitations, seen from one connection.
pub struct MandateInvitations<'c, C>(pub(super) &'c mut C);

impl<C: Read> MandateInvitations<'_, C> {
    /// The invitation that the code of this hash leads to, whatever became of it.
    pub async fn find_by_code(&mut self, code: SecretHash) -> Result<Option<Invitation>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, Row>(FIND_BY_CODE).bind(code.as_bytes().as_slice()).fetch_optional(db).await
        })?
        .map(|row| row.open(&vault))
        .transpose()
    }

    /// Up to `limit` of an organisation's that wait, the newest first.
    pub async fn open(
        &mut self,
        organisation: OrganisationId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Invitation>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, Row>(OPEN)
                .bind(organisation.uuid())
                .bind(now.micros())
                .bind(i64::from(limit))
                .fetch_all(db)
                .await
        })?
        .into_iter()
        .map(|row| row.open(&vault))
        .collect()
    }
}

impl<C: Write> MandateInvitations<'_, C> {
    /// Removes those that expired by `before`.
    pub async fn forget(&mut self, before: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(FORGET).bind(before.micros()).execute(db).await.map(drop))?)
    }
}

impl MandateInvitations<'_, Transaction> {
    /// # Errors
    /// `Corrupt` if there is no such organisation.
    pub async fn insert(&mut self, new: &Invitation) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let organisation = new.organisation;
        let data_key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(organisation.uuid()).fetch_optional(db).await)?;
        let data_key = data_key.ok_or(Error::Corrupt("no organisation of this id"))?;
        let offer = new.offer.clone();
        let said = Said {
            invited: match &new.invited {
                SignInName::NationalId(id) => {
                    Invited::NationalId { scheme: id.scheme().to_string(), value: id.expose().to_owned() }
                }
                contact => Invited::Contact(contact.normalised()),
            },
            role: offer.role,
            position: offer.position,
            portals: offer.portals,
            may_delegate: offer.delegation == Delegation::Allowed,
            starts_at: offer.starts_at,
            ends_at: offer.ends_at,
        };
        let json = serde_json::to_vec(&said).map_err(|error| Error::Other(Box::new(error)))?;
        let json = zeroize::Zeroizing::new(json);
        let sealed = vault.seal_for(organisation, &data_key, &place(organisation, new.id), &json)?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(organisation.uuid())
                .bind(new.id.uuid())
                .bind(new.code.as_bytes().as_slice())
                .bind(sealed)
                .bind(new.offered_by.uuid())
                .bind(new.offered_with.uuid())
                .bind(new.state.as_str())
                .bind(new.offered_at.micros())
                .bind(new.expires_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Ends one that waits; of any number of answers at once one is the first, and the others are told `false`.
    pub async fn settle(
        &mut self,
        organisation: OrganisationId,
        id: InvitationId,
        how: InvitationEnd,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let settled = on_backend!(self.0, |db| {
            sqlx::query(SETTLE)
                .bind(organisation.uuid())
                .bind(id.uuid())
                .bind(how.as_str())
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(settled > 0)
    }

    /// Withdraws whatever was offered with a mandate that has ended.
    pub async fn withdraw_of(
        &mut self,
        organisation: OrganisationId,
        mandate: MandateId,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(WITHDRAW_OF_MANDATE)
                .bind(organisation.uuid())
                .bind(mandate.uuid())
                .bind(now.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }
}

fn place(organisation: OrganisationId, id: InvitationId) -> Context {
    let row = [organisation.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat();
    Context::new("mandate_invitations.said", row)
}

#[derive(sqlx::FromRow)]
struct Row {
    organisation_id: Uuid,
    id: Uuid,
    code_hash: Vec<u8>,
    said: Vec<u8>,
    offered_by: Uuid,
    offered_with: Uuid,
    state: String,
    offered_at: i64,
    expires_at: i64,
    data_key: Vec<u8>,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<Invitation, Error> {
        let (organisation, id) = (OrganisationId::from_uuid(self.organisation_id), InvitationId::from_uuid(self.id));
        let said = vault.open_for(organisation, &self.data_key, &place(organisation, id), &self.said)?;
        let said: Said = serde_json::from_slice(&said).map_err(|_| Error::Corrupt("what an invitation says"))?;
        Ok(Invitation {
            id,
            organisation,
            code: hash(self.code_hash)?,
            invited: said.invited.read().ok_or(Error::Corrupt("whom an invitation is for"))?,
            offer: Offer {
                role: said.role,
                position: said.position,
                portals: said.portals,
                delegation: if said.may_delegate { Delegation::Allowed } else { Delegation::NotAllowed },
                starts_at: said.starts_at,
                ends_at: said.ends_at,
            },
            offered_by: CitizenId::from_uuid(self.offered_by),
            offered_with: MandateId::from_uuid(self.offered_with),
            offered_at: Timestamp::from_micros(self.offered_at),
            expires_at: Timestamp::from_micros(self.expires_at),
            state: InvitationState::parse(&self.state).ok_or(Error::Corrupt("an invitation's state"))?,
        })
    }
}

impl Invited {
    fn read(&self) -> Option<SignInName> {
        match self {
            Self::NationalId { scheme, value } => {
                NationalId::parse(scheme.parse().ok()?, value).ok().map(SignInName::NationalId)
            }
            // A contact that was normalised is read as itself whichever country's numbers are the default: it begins with +.
            Self::Contact(text) => SignInName::parse(text, Scheme::Vn).ok(),
        }
    }
}
