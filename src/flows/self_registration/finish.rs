//! The account is opened: level 1, with the registry's data, what was verified and on what evidence; and its owner is signed in.

use super::super::account::password::judged;
use super::super::account_life::{self, Change, Trust};
use super::super::notices::{self, Post};
use super::super::sign_in::create;
use super::super::sign_in::prove::{self, Settle, Shown, SignedIn, Success};
use super::super::throttle::KnownDevice;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, short_lived};
use super::record::{self, Found, Registering, Stage};
use super::{load, step};
use crate::crypto::base64url;
use crate::domain::account_life::{By, Transition};
use crate::domain::assurance::{AccountLevel, Proof};
use crate::domain::audit::{Actor, Outcome};
use crate::domain::citizen::{Citizen, CitizenStatus, Profile};
use crate::domain::ids::{CitizenId, VerificationId};
use crate::domain::message::{Channel, Notice};
use crate::domain::national_id::NationalId;
use crate::domain::password_policy;
use crate::domain::registry::Field;
use crate::domain::secret::SecretString;
use crate::domain::sign_in::{SignIn, State};
use crate::domain::sign_in_name::{NameKind, SignInName};
use crate::domain::time::Timestamp;
use crate::domain::verification::{Check, CheckMethod, Evidence, Issuer, Record, Statement, Verification};
use crate::storage::{self, Conflict, NewCitizen, Transaction};

/// How it ends.
#[derive(Debug)]
#[must_use]
pub enum Finished {
    /// And they are signed in.
    Done(Box<SignedIn>),
    /// There is an account, and they sign in to it by themselves: something else has happened in this browser meanwhile.
    Opened,
    Refused(password_policy::Refusal),
    /// Somebody else has opened it meanwhile, or the authority has.
    Taken,
    OutOfOrder,
}

/// Who has answered the code, as the page of the password shows it to them.
#[derive(Clone, Debug)]
pub struct Known {
    pub name: String,
    pub number: NationalId,
    pub channel: Channel,
    /// Masked.
    pub contact: String,
}

pub async fn known(app: &App, sign_in: &SignIn) -> Result<Option<Known>, FlowError> {
    Ok(answered(app, sign_in).await?.map(|(number, found)| {
        let contact = super::super::sent_code::masked(app, &found.to);
        Known { name: found.profile("").name, number, channel: found.channel, contact }
    }))
}

/// Opens the account with `password`; `language` is what its owner reads.
pub async fn finish(
    app: &App,
    visitor: &Visitor,
    sign_in: SignIn,
    password: &SecretString,
    language: &str,
) -> Result<Finished, FlowError> {
    if step(app, &sign_in).await?.is_none() {
        return Ok(Finished::OutOfOrder);
    }
    let Some((number, found)) = answered(app, &sign_in).await? else { return Ok(Finished::OutOfOrder) };
    let now = app.clock.now();
    let citizen = Citizen {
        id: found.citizen,
        status: CitizenStatus::Active,
        account_level: AccountLevel::Registered,
        national_id: number,
        profile: found.profile(language),
        sessions_valid_from: Timestamp::EPOCH,
        created_at: now,
        updated_at: now,
    };
    let password = match judged(app, Some(&citizen), password) {
        Ok(password) => password,
        Err(refusal) => return Ok(Finished::Refused(refusal)),
    };
    let phc = SecretString::new(app.hasher.hash(&password).await?.as_str());
    let Some(citizen) = open(app, visitor, citizen, &found, phc).await? else {
        forget(app, &sign_in).await?;
        return Ok(Finished::Taken);
    };
    app.metrics.self_registration("opened");
    forget(app, &sign_in).await?;
    signed_in(app, visitor, sign_in, &citizen).await
}

/// Who has answered the code, and what the registry has of them.
async fn answered(app: &App, sign_in: &SignIn) -> Result<Option<(NationalId, Found)>, FlowError> {
    let Some(Registering { claimed, stage: Stage::Answered { found } }) = load(app, sign_in).await? else {
        return Ok(None);
    };
    let number = record::open_claimed(app, sign_in.id, &claimed)?.person;
    Ok(record::open_found(app, sign_in.id, &found)?.map(|found| (number, found)))
}

async fn forget(app: &App, sign_in: &SignIn) -> Result<(), FlowError> {
    Ok(app.sessions.delete(&short_lived::registering(sign_in.id)).await?)
}

/// Everything in one transaction; `None` where the number has an owner by now, and then nothing was written.
async fn open(
    app: &App,
    visitor: &Visitor,
    citizen: Citizen,
    found: &Found,
    phc: SecretString,
) -> Result<Option<Citizen>, FlowError> {
    let mut tx = app.store.begin().await?;
    let entered = tx.citizens().find(citizen.id).await?;
    let citizen = match entered {
        None => match insert(app, &mut tx, citizen, phc).await? {
            Some(citizen) => citizen,
            None => return Ok(None),
        },
        // Theirs is another number by now, and nobody has asked the registry about that one.
        Some(entered) if entered.national_id != citizen.national_id => return Ok(None),
        Some(entered) => match take_over(app, visitor, &mut tx, entered, found, phc).await? {
            Some(citizen) => citizen,
            None => return Ok(None),
        },
    };
    tx.verifications().record(&verification(app, &citizen, found)).await?;
    notices::tell(app, visitor, &mut tx, citizen.id, Notice::AccountOpened).await?;
    tx.commit().await?;
    app.post.wake();
    Ok(Some(citizen))
}

/// A new account. A telephone that a family shares is one member's to sign in with, and everybody's to be told by.
async fn insert(
    app: &App,
    tx: &mut Transaction,
    citizen: Citizen,
    phc: SecretString,
) -> Result<Option<Citizen>, FlowError> {
    let number = SignInName::NationalId(citizen.national_id.clone());
    let names = std::iter::once(number.clone()).chain(contacts(app, &citizen.profile)).collect();
    let new = NewCitizen { citizen, names, password: Some(phc) };
    match tx.citizens().insert(&new).await {
        Ok(()) => return Ok(Some(new.citizen)),
        Err(storage::Error::Conflict(Conflict::Name(NameKind::Phone | NameKind::Email))) => {}
        Err(storage::Error::Conflict(_)) => return Ok(None),
        Err(other) => return Err(other.into()),
    }
    let new = NewCitizen { names: vec![number], ..new };
    match tx.citizens().insert(&new).await {
        Ok(()) => Ok(Some(new.citizen)),
        Err(storage::Error::Conflict(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// An account that the authority has entered, and that nobody has taken over yet.
async fn take_over(
    app: &App,
    visitor: &Visitor,
    tx: &mut Transaction,
    entered: Citizen,
    found: &Found,
    phc: SecretString,
) -> Result<Option<Citizen>, FlowError> {
    let now = app.clock.now();
    let event = app.event(visitor, Transition::Activate.event(), Outcome::Success).by(Actor::Citizen(entered.id));
    let change = Change {
        citizen: entered.id,
        transition: Transition::Activate,
        by: By::System,
        trust: Trust::Kept,
        ages: &app.settings.identity.ages,
        event: event.with("reason", "self_registration"),
        post: Post::of(app),
    };
    if account_life::change_status(tx, change).await?.is_err() {
        return Ok(None);
    }
    let mut profile = entered.profile.clone();
    found.correct(&mut profile);
    let names: Vec<SignInName> = free(tx, entered.id, contacts(app, &profile)).await?;
    match tx.citizens().update_profile(entered.id, &profile, &names, now).await {
        Err(storage::Error::Conflict(_)) => return Ok(None),
        done => done?,
    }
    tx.passwords().replace(entered.id, &phc, now).await?;
    tx.citizens().raise_level(entered.id, AccountLevel::Registered, now).await?;
    let account_level = entered.account_level.max(AccountLevel::Registered);
    Ok(Some(Citizen { status: CitizenStatus::Active, account_level, profile, updated_at: now, ..entered }))
}

/// Those of `names` that nobody else signs in with.
async fn free(
    tx: &mut Transaction,
    own: CitizenId,
    names: impl Iterator<Item = SignInName>,
) -> Result<Vec<SignInName>, FlowError> {
    let mut free = Vec::new();
    for name in names {
        if tx.citizens().whose_name(&name).await?.is_none_or(|owner| owner == own) {
            free.push(name);
        }
    }
    Ok(free)
}

/// What a citizen is reached by and signs in with.
fn contacts(app: &App, profile: &Profile) -> impl Iterator<Item = SignInName> {
    let scheme = app.settings.national_id.default_scheme();
    let verified = Channel::ALL.into_iter().filter_map(|channel| channel.verified_of(profile));
    verified.filter_map(move |contact| SignInName::parse(contact, scheme).ok()).collect::<Vec<_>>().into_iter()
}

/// What was verified: the registry's data, by comparing what was typed with them and by a code over a channel of the registry's.
fn verification(app: &App, citizen: &Citizen, found: &Found) -> Verification {
    let now = app.clock.now();
    let check =
        |method, check_id, at| Check { method, organization: Some(found.registry.clone()), check_id, at: Some(at) };
    let compared = app.settings.registry.rules.fields.iter().map(|field| Field::as_str(*field));
    let compared = format!("{}: {}", found.reference, compared.collect::<Vec<_>>().join(" "));
    let evidence = Evidence::ElectronicRecord {
        checks: vec![
            check(CheckMethod::Data, Some(compared), found.answered_at),
            check(CheckMethod::Auth, Some(found.channel.as_str().to_owned()), now),
        ],
        record: Record {
            kind: "population_register".to_owned(),
            source: Issuer { name: found.registry.clone(), country_code: None },
            created_at: Some(found.answered_at),
        },
    };
    let Profile { name, family_name, given_name, middle_name, birthdate, gender, .. } = citizen.profile.clone();
    Verification {
        id: VerificationId::new(now, &*app.random),
        citizen: citizen.id,
        level: AccountLevel::Registered,
        verified_at: now,
        superseded_at: None,
        statement: Statement {
            trust_framework: app.settings.identity.trust_framework.clone(),
            process: Some(base64url::encode(&found.digest)),
            evidence: vec![evidence],
            verified: Profile { name, family_name, given_name, middle_name, birthdate, gender, ..Profile::default() },
            national_id: Some(citizen.national_id.clone()),
        },
    }
}

/// Whoever has chosen the password a moment ago has shown that they know it: the sign-in goes on with them.
async fn signed_in(app: &App, visitor: &Visitor, sign_in: SignIn, citizen: &Citizen) -> Result<Finished, FlowError> {
    let sign_in = match sign_in.state {
        State::Offered => match create::go_on(app, sign_in).await? {
            Ok(sign_in) => sign_in,
            Err(_) => return Ok(Finished::Opened),
        },
        _ => sign_in,
    };
    let given = Proof::password(app.clock.now()).into();
    let shown = Shown { citizen, given, device: KnownDevice::No };
    Ok(match prove::succeed(app, visitor, sign_in, shown, Box::new(NothingMore)).await? {
        Success::Given(signed_in) => Finished::Done(signed_in),
        Success::TooLate(_) | Success::OutOfOrder(_) => Finished::Opened,
    })
}

/// The password was written with the account.
struct NothingMore;

#[async_trait::async_trait]
impl Settle for NothingMore {
    async fn settle(self: Box<Self>, _: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        Ok(None)
    }
}
