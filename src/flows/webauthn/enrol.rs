//! A citizen enrols a passkey or a security key in their account.

use std::time::Duration;

use serde_json::Value;

use crate::credentials::webauthn::{Enrolment, Hint, Key, NewCredential, Refusal, RelyingParty};
use crate::crypto::hash::hash_secret;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::credential::{Credential, CredentialKind, CredentialName};
use crate::domain::ids::CredentialId;
use crate::domain::message::Notice;
use crate::storage::{Enrolled, Fact, Material, StoredCredential};

use super::super::account::{self, guard};
use super::super::notices::{self, Post};
use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, short_lived};
use super::{EnrolmentChallenge, key};

/// How long a person may take with their phone or key.
const LIFETIME: Duration = Duration::from_secs(600);

/// How it ends.
#[derive(Debug)]
pub enum Enrolling {
    Done(Box<Credential>),
    /// The challenge was answered before, has expired, or never was.
    Stale,
    /// It is in somebody's account already: in this one, as a rule.
    Taken,
    /// The account holds as many credentials as it may.
    TooMany,
    /// What came back does not hold.
    NotAccepted,
    /// No credential is taken from an authenticator of this kind.
    Unacceptable,
    /// While it was being done, the account was locked or signed out.
    SignedOut,
}

/// What the browser is to do; `None` where this deployment has no relying party.
pub async fn begin(
    app: &App,
    current: &CurrentSession,
    citizen: &Citizen,
    service: &str,
) -> Result<Option<Value>, FlowError> {
    let Some(relying_party) = &app.relying_party else { return Ok(None) };
    let has = app.store.read().await?.credentials().list(citizen.id).await?;
    let has: Vec<Key> = has
        .iter()
        .filter(|stored| stored.credential.kind == CredentialKind::WebAuthn)
        .map(key)
        .collect::<Result<_, _>>()?;
    let challenge = app.random.bytes::<32>();
    let record = EnrolmentChallenge { challenge, expires_at: app.clock.now() + LIFETIME };
    app.sessions.put(&short_lived::enrolment_challenge(&current.key), &record, LIFETIME).await?;
    let enrolment = Enrolment {
        service,
        user_handle: &app.keys.user_handle(relying_party.id(), citizen.id),
        account: &citizen.national_id.masked(),
        display_name: &citizen.profile.name,
        has: &has,
        hint: Hint::None,
    };
    Ok(Some(relying_party.creation_options(&challenge, &enrolment, &app.authenticators)))
}

/// Enrols what the browser brought, under `name`. It counts for as much as what the session has proven lately.
pub async fn finish(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    name: CredentialName,
    answer: &str,
) -> Result<Enrolling, FlowError> {
    let now = app.clock.now();
    let asked = app.sessions.take(&short_lived::enrolment_challenge(&current.key)).await?;
    let (Some(relying_party), Some(asked)) = (&app.relying_party, asked.filter(|asked| now < asked.expires_at)) else {
        return Ok(Enrolling::Stale);
    };
    let made = match relying_party.enrol(&asked.challenge, &app.authenticators, now, answer) {
        Ok(made) => made,
        Err(refusal) => {
            app.record(event(app, visitor, current, Outcome::Refused).with("why", refusal.as_str()));
            return Ok(match refusal {
                Refusal::Unacceptable(_) => Enrolling::Unacceptable,
                _ => Enrolling::NotAccepted,
            });
        }
    };
    store(app, visitor, current, relying_party, name, made).await
}

async fn store(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    relying_party: &RelyingParty,
    name: CredentialName,
    made: NewCredential,
) -> Result<Enrolling, FlowError> {
    let now = app.clock.now();
    let citizen = current.citizen();
    let credential = Credential {
        id: CredentialId::new(now, &*app.random),
        kind: CredentialKind::WebAuthn,
        name,
        binding: guard::fresh(app, current).level(),
        traits: made.traits,
        created_at: now,
        last_used_at: None,
    };
    let stored = StoredCredential {
        citizen,
        credential: credential.clone(),
        material: Material::new(made.key.write().map_err(FlowError::failed)?),
        counter: i64::from(made.counter),
    };
    let mut tx = app.store.begin().await?;
    if !account::stands(&mut tx, current).await? {
        return Ok(Enrolling::SignedOut);
    }
    match tx.credentials().enrol(&stored, Some(hash_secret(&made.id))).await? {
        Enrolled::New => {}
        Enrolled::Taken => return Ok(Enrolling::Taken),
        Enrolled::TooMany => return Ok(Enrolling::TooMany),
    }
    let settled = tx.settled().settle(Fact::RelyingPartyId, relying_party.id(), now).await?;
    if settled != relying_party.id() {
        // Another server was started with another setting, and was first.
        return Err(FlowError::failed(format!("passkeys are made for {settled}, not for {}", relying_party.id())));
    }
    let notice = Notice::CredentialAdded { kind: credential.kind, name: credential.name.to_string() };
    let event = event(app, visitor, current, Outcome::Success).with("binding", credential.binding.acr());
    notices::tell_of(&Post::of(app), &mut tx, citizen, notice, event).await?;
    tx.commit().await?;
    Ok(Enrolling::Done(Box::new(credential)))
}

fn event(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    outcome: Outcome,
) -> super::super::audit::EventBuilder {
    app.event(visitor, EventKind::CredentialAdded, outcome)
        .by(Actor::Citizen(current.citizen()))
        .about(current.citizen())
        .with("kind", CredentialKind::WebAuthn)
        .with("device", &visitor.device_name)
}
