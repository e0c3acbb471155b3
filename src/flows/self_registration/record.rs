//! What is remembered of somebody who is opening an account, for as long as the sign-in can last that they do it in: sealed, in the
//! short-lived store and nowhere else. Of whoever does not finish, nothing is kept.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::{App, FlowError};
use crate::crypto::seal::Context;
use crate::domain::birthdate::Birthdate;
use crate::domain::citizen::{Gender, Profile, Verifiable};
use crate::domain::ids::{CitizenId, SignInId};
use crate::domain::message::Channel;
use crate::domain::national_id::NationalId;
use crate::domain::registry::{Claimed, Contact, Evidence, Record};
use crate::domain::time::Timestamp;

/// Somebody who is opening an account in one sign-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registering {
    /// What they said of themselves, sealed.
    pub claimed: Vec<u8>,
    pub stage: Stage,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Stage {
    /// The registry is asked, or was. What came of it stands under this attempt.
    Asked { attempt: Uuid },
    /// They have answered the code; what the registry has of them, sealed.
    Answered { found: Vec<u8> },
}

/// What came of asking.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    pub answered: Answered,
    /// When the code is over.
    pub expires_at: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Answered {
    /// By the registry, in whatever way: sealed, whether a code was sent or not.
    Yes { found: Vec<u8> },
    /// It is away, or not to be believed. That says nothing of anybody.
    No,
}

/// Whom the registry knows, and where a code went.
#[derive(Clone, Serialize, Deserialize)]
pub struct Found {
    pub code: String,
    pub channel: Channel,
    pub to: String,
    /// Whose account it becomes: a new one's, or one's that nobody has taken over yet.
    pub citizen: CitizenId,
    pub reference: String,
    pub registry: String,
    pub answered_at: Timestamp,
    pub digest: [u8; 32],
    name: String,
    family_name: Option<String>,
    given_name: Option<String>,
    middle_name: Option<String>,
    birthdate: Option<Birthdate>,
    gender: Option<Gender>,
}

/// What was typed, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Said {
    scheme: String,
    number: String,
    name: String,
    birthdate: Birthdate,
}

impl Found {
    pub fn new(code: String, citizen: CitizenId, contact: &Contact, record: &Record, evidence: &Evidence) -> Self {
        let record = record.clone();
        Self {
            code,
            channel: contact.channel,
            to: contact.to.clone(),
            citizen,
            reference: record.reference,
            registry: evidence.registry.clone(),
            answered_at: evidence.answered_at,
            digest: evidence.digest,
            name: record.name,
            family_name: record.family_name,
            given_name: record.given_name,
            middle_name: record.middle_name,
            birthdate: record.birthdate,
            gender: record.gender,
        }
    }

    /// What the registry says of them, and the channel that they have answered over: nothing that was typed.
    pub fn profile(&self, locale: &str) -> Profile {
        let mut profile = Profile { locale: Some(locale.to_owned()), ..Profile::default() };
        self.correct(&mut profile);
        profile
    }

    /// The same, over what was known of them before.
    pub fn correct(&self, profile: &mut Profile) {
        profile.name.clone_from(&self.name);
        profile.family_name.clone_from(&self.family_name);
        profile.given_name.clone_from(&self.given_name);
        profile.middle_name.clone_from(&self.middle_name);
        profile.birthdate = self.birthdate;
        profile.gender = self.gender.or(profile.gender);
        let contact = Some(Verifiable::known(self.to.clone(), true));
        match self.channel {
            Channel::Email => profile.email = contact,
            Channel::Sms => profile.phone_number = contact,
        }
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Found({})", self.citizen)
    }
}

/// Seals what somebody says of themselves.
pub(super) fn seal_claimed(app: &App, sign_in: SignInId, claimed: &Claimed) -> Result<Vec<u8>, FlowError> {
    let said = Said {
        scheme: claimed.person.scheme().to_string(),
        number: claimed.person.expose().to_owned(),
        name: claimed.name.clone(),
        birthdate: claimed.birthdate,
    };
    seal(app, &context("self-registration.claimed", sign_in), &said)
}

pub(super) fn open_claimed(app: &App, sign_in: SignInId, sealed: &[u8]) -> Result<Claimed, FlowError> {
    let said: Said = open(app, &context("self-registration.claimed", sign_in), sealed)?;
    let scheme = said.scheme.parse().map_err(FlowError::failed)?;
    let person = NationalId::parse(scheme, &said.number).map_err(FlowError::failed)?;
    Ok(Claimed { person, name: said.name, birthdate: said.birthdate })
}

/// Seals whom the registry knows; also that it knows nobody, which takes as long.
pub(super) fn seal_found(app: &App, sign_in: SignInId, found: Option<&Found>) -> Result<Vec<u8>, FlowError> {
    seal(app, &context("self-registration.found", sign_in), &found)
}

pub(super) fn open_found(app: &App, sign_in: SignInId, sealed: &[u8]) -> Result<Option<Found>, FlowError> {
    open(app, &context("self-registration.found", sign_in), sealed)
}

fn seal(app: &App, context: &Context, value: &impl Serialize) -> Result<Vec<u8>, FlowError> {
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(value).map_err(FlowError::failed)?);
    app.keys.seal_short_lived(context, &plain, &*app.random)
}

fn open<T: for<'de> Deserialize<'de>>(app: &App, context: &Context, sealed: &[u8]) -> Result<T, FlowError> {
    let opened = app.keys.open_short_lived(context, sealed)?;
    serde_json::from_slice(&opened).map_err(FlowError::failed)
}

fn context(what: &'static str, sign_in: SignInId) -> Context {
    Context::new(what, sign_in.uuid().as_bytes())
}
