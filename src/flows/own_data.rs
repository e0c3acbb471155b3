//! What SenID keeps about one person, as a document for them to take away (docs/data-download.md), and, part by part, for an
//! authority that the law lets ask. Names and values; no secret, no hash of one, and nothing that is somebody else's.

mod beside;

use serde::Serialize;

use crate::domain::citizen::{Address, Citizen, Names, Profile, SecondStep};
use crate::domain::client::Localised;
use crate::domain::correction::{self, Correction};
use crate::domain::disclosure::Disclosure;
use crate::domain::ids::CitizenId;
use crate::domain::linked_account::LinkedAccount;
use crate::domain::time::Timestamp;
use crate::domain::verification::{Evidence, Verification};
use crate::storage::{self, RecordedEvent, Transaction};

pub use beside::{Guardian, OtherNumber, Requested};
use beside::{guardianships, other_number, requested};

/// What the document is called in itself. A member may be added under the same version; one that changes or goes makes a new one.
pub const FORMAT: &str = "senid-own-data";
pub const VERSION: u32 = 1;

/// More than anybody has of any of them.
const MOST: u32 = 500;

/// Everything but the activity and the sessions, which are elsewhere.
#[derive(Debug, Serialize)]
pub struct OwnData {
    pub account: Account,
    pub identity: Identity,
    pub other_numbers: Vec<OtherNumber>,
    pub contacts: Contacts,
    pub verifications: Vec<Verified>,
    pub sign_in_methods: Vec<Method>,
    pub known_devices: Vec<Device>,
    pub portals: Vec<Portal>,
    pub releases: Vec<Released>,
    pub linked_accounts: Vec<Linked>,
    pub mandates: Vec<Mandate>,
    pub organisation_requests: Vec<Requested>,
    pub guardianships: Vec<Guardian>,
    pub messages: Vec<Message>,
    pub corrections: Vec<Corrected>,
    pub disclosures: Vec<Disclosed>,
}

#[derive(Debug, Serialize)]
pub struct Account {
    pub status: &'static str,
    pub level: i16,
    pub created_at: String,
    pub changed_at: String,
    pub password_set_at: Option<String>,
    /// Whether every sign-in asks for a second step where there is one.
    pub always_second_step: bool,
    pub language: Option<String>,
    /// Until when a way back into the account waits.
    pub recovery_waits_until: Option<String>,
}

#[derive(Serialize)]
pub struct Identity {
    pub national_id_scheme: String,
    pub national_id: String,
    pub name: String,
    pub family_name: Option<String>,
    pub given_name: Option<String>,
    pub middle_name: Option<String>,
    pub nickname: Option<String>,
    pub preferred_username: Option<String>,
    pub profile: Option<String>,
    pub picture: Option<String>,
    pub website: Option<String>,
    pub gender: Option<&'static str>,
    pub birthdate: Option<String>,
    pub address: Option<Address>,
    pub zoneinfo: Option<String>,
    pub locale: Option<String>,
    pub names_in_other_languages: std::collections::BTreeMap<String, Names>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[identity]")
    }
}

#[derive(Serialize)]
pub struct Contacts {
    pub email: Option<Contact>,
    pub phone_number: Option<Contact>,
}

impl std::fmt::Debug for Contacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[contacts]")
    }
}

#[derive(Serialize)]
pub struct Contact {
    pub value: String,
    pub verified: bool,
}

/// An act of verifying, with the values of that day.
#[derive(Debug, Serialize)]
pub struct Verified {
    pub at: String,
    pub level: i16,
    pub superseded_at: Option<String>,
    pub trust_framework: String,
    pub process: Option<String>,
    pub evidence: Vec<Evidence>,
    pub values: Values,
}

#[derive(Serialize)]
pub struct Values {
    #[serde(flatten)]
    profile: Profile,
    national_id: Option<String>,
}

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[values]")
    }
}

#[derive(Debug, Serialize)]
pub struct Method {
    pub kind: &'static str,
    pub name: String,
    pub added_at: String,
    pub last_used_at: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Device {
    pub device: String,
    pub first_used_at: String,
    pub last_used_at: String,
}

/// What a portal was allowed.
#[derive(Debug, Serialize)]
pub struct Portal {
    pub portal: String,
    pub scope: String,
    pub claims: Vec<String>,
    pub allowed_at: String,
    pub changed_at: String,
    pub until: Option<String>,
}

/// What went to a portal: names of claims, never a value.
#[derive(Debug, Serialize)]
pub struct Released {
    pub portal: String,
    pub claims: Vec<String>,
    /// In every language that the portal said it in.
    pub purpose: Option<Localised>,
    pub first_at: String,
    pub last_at: String,
    pub times: u64,
}

/// An account that they had at a portal.
#[derive(Serialize)]
pub struct Linked {
    pub portal: String,
    pub account: String,
    pub label: Option<String>,
    pub linked_at: String,
}

impl std::fmt::Debug for Linked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[linked account]")
    }
}

#[derive(Debug, Serialize)]
pub struct Mandate {
    pub organisation: String,
    pub role: &'static str,
    pub position: Option<String>,
    pub from: String,
    pub until: Option<String>,
    pub granted_at: String,
    pub ended: bool,
}

/// That there was a message: what it said is gone once it was sent.
#[derive(Debug, Serialize)]
pub struct Message {
    pub at: String,
    pub channel: &'static str,
    pub kind: String,
    pub state: &'static str,
}

#[derive(Debug, Serialize)]
pub struct Corrected {
    pub asked_at: String,
    pub about: &'static str,
    pub words: String,
    pub state: &'static str,
    pub answer: Option<String>,
    pub settled_at: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Disclosed {
    pub authority: String,
    pub legal_basis: String,
    pub reference: String,
    pub data: Vec<&'static str>,
    pub given_at: Option<String>,
}

/// Something that happened, as the document says it.
#[derive(Debug, Serialize)]
pub struct Happened<'e> {
    pub at: String,
    pub what: &'static str,
    pub outcome: &'static str,
    pub portal: Option<&'e str>,
    pub network: Option<&'e str>,
    pub details: &'e std::collections::BTreeMap<String, String>,
}

/// Reads what there is of a citizen.
pub async fn gather(tx: &mut Transaction, citizen: &Citizen) -> Result<OwnData, storage::Error> {
    let id = citizen.id;
    Ok(OwnData {
        account: account(tx, citizen).await?,
        identity: identity(citizen),
        other_numbers: tx.identifier_aliases().list(id).await?.iter().map(other_number).collect(),
        contacts: contacts(citizen),
        verifications: verifications(tx, id).await?,
        sign_in_methods: methods(tx, id).await?,
        known_devices: devices(tx, id).await?,
        portals: portals(tx, id).await?,
        releases: releases(tx, id).await?,
        linked_accounts: tx.linked_accounts().of_citizen(id).await?.iter().map(linked).collect(),
        mandates: mandates(tx, id).await?,
        organisation_requests: tx.organisation_requests().of_citizen(id).await?.iter().map(requested).collect(),
        guardianships: guardianships(tx, id).await?,
        messages: messages(tx, id).await?,
        corrections: tx.corrections().of_citizen(id).await?.iter().map(corrected).collect(),
        // Those that are still secret are not theirs to read yet.
        disclosures: tx.disclosures().told(id).await?.iter().map(disclosed).collect(),
    })
}

async fn account(tx: &mut Transaction, citizen: &Citizen) -> Result<Account, storage::Error> {
    let second_step = tx.citizens().second_step(citizen.id).await?;
    let waiting = tx.recoveries().waiting(citizen.id).await?;
    Ok(Account {
        status: citizen.status.as_str(),
        level: citizen.account_level.into(),
        created_at: time(citizen.created_at),
        changed_at: time(citizen.updated_at),
        password_set_at: tx.passwords().find(citizen.id).await?.map(|password| time(password.changed_at)),
        always_second_step: second_step.is_some_and(|(wish, _)| wish == SecondStep::Always),
        language: citizen.profile.language.clone(),
        recovery_waits_until: waiting.map(|recovery| time(recovery.takes_effect_at)),
    })
}

pub fn identity(citizen: &Citizen) -> Identity {
    let profile = citizen.profile.clone();
    Identity {
        national_id_scheme: citizen.national_id.scheme().to_string(),
        national_id: citizen.national_id.expose().to_owned(),
        name: profile.name,
        family_name: profile.family_name,
        given_name: profile.given_name,
        middle_name: profile.middle_name,
        nickname: profile.nickname,
        preferred_username: profile.preferred_username,
        profile: profile.profile,
        picture: profile.picture,
        website: profile.website,
        gender: profile.gender.map(|gender| gender.as_str()),
        birthdate: profile.birthdate.map(|date| date.claim()),
        address: profile.address,
        zoneinfo: profile.zoneinfo,
        locale: profile.locale,
        names_in_other_languages: profile.localised.into_iter().map(|(tag, names)| (tag.to_string(), names)).collect(),
    }
}

pub fn contacts(citizen: &Citizen) -> Contacts {
    let contact = |known: &Option<crate::domain::citizen::Verifiable>| {
        known.as_ref().map(|known| Contact { value: known.value.clone(), verified: known.verified })
    };
    Contacts { email: contact(&citizen.profile.email), phone_number: contact(&citizen.profile.phone_number) }
}

pub async fn verifications(tx: &mut Transaction, citizen: CitizenId) -> Result<Vec<Verified>, storage::Error> {
    let verified = |verification: Verification| Verified {
        at: time(verification.verified_at),
        level: verification.level.into(),
        superseded_at: verification.superseded_at.map(time),
        trust_framework: verification.statement.trust_framework,
        process: verification.statement.process,
        evidence: verification.statement.evidence,
        values: Values {
            profile: verification.statement.verified,
            national_id: verification.statement.national_id.map(|number| number.expose().to_owned()),
        },
    };
    Ok(tx.verifications().list(citizen).await?.into_iter().map(verified).collect())
}

async fn methods(tx: &mut Transaction, citizen: CitizenId) -> Result<Vec<Method>, storage::Error> {
    let methods = tx.credentials().list(citizen).await?.into_iter().map(|held| Method {
        kind: held.credential.kind.as_str(),
        name: held.credential.name.to_string(),
        added_at: time(held.credential.created_at),
        last_used_at: held.credential.last_used_at.map(time),
    });
    Ok(methods.collect())
}

async fn devices(tx: &mut Transaction, citizen: CitizenId) -> Result<Vec<Device>, storage::Error> {
    let devices = tx.known_devices().list(citizen).await?.into_iter().map(|known| Device {
        device: known.label,
        first_used_at: time(known.created_at),
        last_used_at: time(known.last_used_at),
    });
    Ok(devices.collect())
}

pub async fn portals(tx: &mut Transaction, citizen: CitizenId) -> Result<Vec<Portal>, storage::Error> {
    let consents = tx.consents().list(citizen, None, MOST).await?.items;
    let portal = |consent: crate::domain::consent::Consent| Portal {
        portal: consent.client.to_string(),
        scope: consent.scope.to_string(),
        claims: consent.claims.into_iter().collect(),
        allowed_at: time(consent.granted_at),
        changed_at: time(consent.updated_at),
        until: consent.expires_at.map(time),
    };
    Ok(consents.into_iter().map(portal).collect())
}

async fn releases(tx: &mut Transaction, citizen: CitizenId) -> Result<Vec<Released>, storage::Error> {
    let recorded = tx.releases().list(citizen, None, None, MOST).await?.items;
    let released = recorded.into_iter().map(|recorded| Released {
        portal: recorded.release.client.to_string(),
        claims: recorded.release.claims.into_iter().collect(),
        purpose: recorded.terms.map(|terms| terms.purpose),
        first_at: time(recorded.release.first_at),
        last_at: time(recorded.release.last_at),
        times: recorded.release.times,
    });
    Ok(released.collect())
}

async fn mandates(tx: &mut Transaction, citizen: CitizenId) -> Result<Vec<Mandate>, storage::Error> {
    let held = tx.mandates().history_of_citizen(citizen, None, MOST).await?.items;
    let mandate = |held: storage::Held| Mandate {
        organisation: held.organisation.name.as_str().to_owned(),
        role: held.mandate.role.as_str(),
        position: held.mandate.position.as_ref().map(|position| position.as_str().to_owned()),
        from: time(held.mandate.starts_at),
        until: held.mandate.ends_at.map(time),
        granted_at: time(held.mandate.granted_at),
        ended: held.mandate.ended.is_some(),
    };
    Ok(held.into_iter().map(mandate).collect())
}

async fn messages(tx: &mut Transaction, citizen: CitizenId) -> Result<Vec<Message>, storage::Error> {
    let messages = tx.messages().of_citizen(citizen, MOST).await?.into_iter().map(|record| Message {
        at: time(record.created_at),
        channel: record.channel.as_str(),
        kind: record.kind,
        state: record.state.as_str(),
    });
    Ok(messages.collect())
}

fn linked(link: &LinkedAccount) -> Linked {
    Linked {
        portal: link.client.to_string(),
        account: link.account.id.expose().to_owned(),
        label: link.account.label.as_ref().map(|label| label.as_str().to_owned()),
        linked_at: time(link.linked_at),
    }
}

fn corrected(correction: &Correction) -> Corrected {
    let settled = match &correction.state {
        correction::State::Waiting => None,
        correction::State::Settled { answer, at, .. } => Some((answer.clone(), time(*at))),
    };
    let (answer, settled_at) = settled.unzip();
    Corrected {
        asked_at: time(correction.asked_at),
        about: correction.said.about.as_str(),
        words: correction.said.words.clone(),
        state: correction.state.as_str(),
        answer,
        settled_at,
    }
}

fn disclosed(disclosure: &Disclosure) -> Disclosed {
    Disclosed {
        authority: disclosure.asked.authority.clone(),
        legal_basis: disclosure.asked.legal_basis.clone(),
        reference: disclosure.asked.reference.clone(),
        data: disclosure.asked.data.iter().map(|data| data.as_str()).collect(),
        given_at: disclosure.given.as_ref().map(|(_, at)| time(*at)),
    }
}

pub fn happened(event: &RecordedEvent) -> Happened<'_> {
    Happened {
        at: time(event.at),
        what: event.kind.map_or("", |kind| kind.as_str()),
        outcome: event.outcome.as_str(),
        portal: event.client.as_ref().map(|client| client.as_str()),
        network: event.address.as_deref(),
        details: &event.details,
    }
}

/// RFC 3339 in UTC.
pub fn time(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.seconds()).map_or_else(|_| at.seconds().to_string(), |at| at.to_string())
}
