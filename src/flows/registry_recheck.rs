//! The population registry is asked again about everybody who has an account: who has died, who has another name or another number
//! (docs/registry.md). What it says is written with what follows from it; where it says nothing, nothing is changed.

use std::time::Duration;

use super::account_life::{self, Change, Trust};
use super::audit::EventBuilder;
use super::notices::{self, Post};
use super::recover::finish::forget_sessions;
use super::throttle::{Throttle, count};
use super::{App, FlowError, short_lived, signals};
use crate::config::Rate;
use crate::crypto::base64url;
use crate::domain::account_life::{By, Transition};
use crate::domain::assurance::AccountLevel;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::{Citizen, CitizenStatus, Profile};
use crate::domain::identifier_alias::IdentifierAlias;
use crate::domain::ids::{AliasId, CitizenId, VerificationId};
use crate::domain::message::Notice;
use crate::domain::national_id::NationalId;
use crate::domain::registry::{Diacritics, Evidence as Said, NoAnswer, Question, Record, Standing, same_name};
use crate::domain::sign_in_name::SignInName;
use crate::domain::signals::{Happening, Initiator};
use crate::domain::time::Timestamp;
use crate::domain::verification::{self, Check, CheckMethod, Evidence, Issuer, Statement, Verification};
use crate::storage::{self, Conflict, DueCheck, Transaction};

const MINUTE: Duration = Duration::from_secs(60);
/// Longer than all that is taken at once could take; what a server that was killed had taken falls due again.
const LEASE: Duration = Duration::from_secs(600);
/// Taken at once: of what there may be in a minute, the share of a few seconds, and no more than a server asks about within its lease.
const SHARE: u32 = 12;
const MOST_AT_ONCE: u32 = 100;
/// Entered at once.
const ENTERED_AT_ONCE: u32 = 1000;
/// Ids are ordered by time, and an id of before may still be on its way in: a long import, another server's clock.
const SETTLED: Duration = Duration::from_secs(3600);
/// Between two questions about somebody about whom there was no answer: twice as long each time, from the first to the second of these.
const PAUSES: (Duration, Duration) = (Duration::from_secs(300), Duration::from_secs(86_400));

/// Enters who is new, and asks about those who are due, as many as there may be.
pub async fn recheck_due(app: &App) -> Result<(), FlowError> {
    let recheck = &app.settings.registry.recheck;
    if app.registry.is_none() {
        return Ok(());
    }
    enter(app).await?;
    let now = app.clock.now();
    let at_once = recheck.per_minute.div_ceil(SHARE).min(MOST_AT_ONCE);
    let due = app.store.write().await?.registry_checks().claim(now, now + LEASE, at_once).await?;
    for check in due {
        let rate = Rate { most: recheck.per_minute, window: MINUTE };
        let asked = match count(app, &short_lived::registry_questions(), rate).await? {
            Throttle::Closed { retry_after, .. } => {
                app.store.write().await?.registry_checks().postpone(check.citizen, now + retry_after).await?;
                continue;
            }
            Throttle::Open => ask(app, check).await,
        };
        match asked {
            Ok(Asked::Answered) => {}
            // Whoever is away for one is away for all: the others that were taken fall due again by themselves.
            Ok(Asked::Unanswered) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, citizen = %check.citizen, "what the registry said could not be acted on")
            }
        }
    }
    Ok(())
}

/// Those who came since the last time, spread over the time in which everybody is asked about once.
async fn enter(app: &App) -> Result<(), FlowError> {
    let now = app.clock.now();
    let every = app.settings.registry.recheck.every;
    let before = CitizenId::new(now - SETTLED, &*app.random);
    let due = |citizen: CitizenId| {
        // The last bytes of an id are random.
        let bytes = citizen.uuid().into_bytes();
        let share = u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
        now + every.mul_f64(f64::from(share) / f64::from(u32::MAX))
    };
    let mut tx = app.store.begin().await?;
    tx.registry_checks().enter(before, ENTERED_AT_ONCE, due).await?;
    Ok(tx.commit().await?)
}

enum Asked {
    Answered,
    Unanswered,
}

/// Asks about one citizen, and does what follows.
async fn ask(app: &App, check: DueCheck) -> Result<Asked, FlowError> {
    let (now, every) = (app.clock.now(), app.settings.registry.recheck.every);
    let found = app.store.read().await?.citizens().find(check.citizen).await?;
    let (Some(citizen), Some(registry)) = (found, &app.registry) else { return Ok(Asked::Answered) };
    if matches!(citizen.status, CitizenStatus::Deceased | CitizenStatus::Closed) {
        app.store.write().await?.registry_checks().settle(citizen.id, "ended", now + every, now).await?;
        return Ok(Asked::Answered);
    }
    let reply = match registry.ask(Question::Recheck(&citizen.national_id)).await {
        Ok(reply) => reply,
        Err(error) => {
            app.metrics.registry_checked(error.label());
            app.store.write().await?.registry_checks().postpone(citizen.id, now + pause(check.tries)).await?;
            // What is not to be believed may be so for this one person alone.
            return Ok(if error == NoAnswer::Away { Asked::Unanswered } else { Asked::Answered });
        }
    };
    let mut tx = app.store.begin().await?;
    // Asking takes its time: what is written stands on the account as it is now, and on the number that was asked about.
    let now_there = tx.citizens().find(citizen.id).await?.filter(|found| !found.status.has_ended());
    let Some(citizen) = now_there.filter(|found| found.national_id == citizen.national_id) else {
        tx.registry_checks().postpone(check.citizen, now + PAUSES.0).await?;
        tx.commit().await?;
        return Ok(Asked::Answered);
    };
    let outcome = act(app, &mut tx, &citizen, reply.record.as_ref(), &reply.evidence).await?;
    tx.registry_checks().settle(citizen.id, outcome.as_str(), now + every, now).await?;
    tx.commit().await?;
    app.metrics.registry_checked(outcome.as_str());
    match outcome {
        Came::Deceased => forget_sessions(app, citizen.id).await?,
        Came::Corrected => app.post.wake(),
        _ => {}
    }
    Ok(Asked::Answered)
}

fn pause(tries: u32) -> Duration {
    let (shortest, longest) = PAUSES;
    shortest.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1).min(16))).min(longest)
}

/// What came of an answer, as figures and the command line name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Unchanged,
    Corrected,
    Renumbered,
    /// The number that the registry says belongs to somebody else here, or nobody knows whether whoever is here is who the registry
    /// means: for a registrar to look at.
    Disputed,
    Deceased,
    /// The registry knows nobody by this number: for a registrar to look at.
    Unknown,
}

impl Came {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Corrected => "corrected",
            Self::Renumbered => "renumbered",
            Self::Disputed => "disputed",
            Self::Deceased => "deceased",
            Self::Unknown => "unknown",
        }
    }
}

async fn act(
    app: &App,
    tx: &mut Transaction,
    citizen: &Citizen,
    record: Option<&Record>,
    said: &Said,
) -> Result<Came, FlowError> {
    let event = |kind, outcome| event(app, citizen, said, kind, outcome);
    let Some(record) = record else {
        let unknown = event(EventKind::RegistryChecked, Outcome::Refused).with("outcome", Came::Unknown.as_str());
        tx.audit().record(&unknown.build()).await?;
        return Ok(Came::Unknown);
    };
    match &record.standing {
        Standing::Deceased { on } => {
            let mut recorded = event(Transition::Decease.event(), Outcome::Success);
            if let Some(on) = on {
                recorded = recorded.with("on", on);
            }
            let change = Change {
                citizen: citizen.id,
                transition: Transition::Decease,
                by: By::Registry,
                trust: Trust::Kept,
                ages: &app.settings.identity.ages,
                event: recorded,
                post: Post::of(app),
            };
            // Refused where somebody has recorded it meanwhile.
            Ok(account_life::change_status(tx, change).await?.map_or(Came::Unchanged, |_| Came::Deceased))
        }
        // Nobody has held whoever is in such an account against the registry: what it knows of the owner of the number is not theirs
        // to read.
        _ if citizen.account_level < AccountLevel::Registered => unmatched(tx, citizen, record, event).await,
        Standing::Renumbered(to) => renumber(app, tx, citizen, to, said).await,
        Standing::Alive => correct(app, tx, citizen, record, said).await,
    }
}

/// What differs of an account that was never matched is for a registrar to look at, and nothing of it is written there.
async fn unmatched(
    tx: &mut Transaction,
    citizen: &Citizen,
    record: &Record,
    event: impl Fn(EventKind, Outcome) -> EventBuilder,
) -> Result<Came, FlowError> {
    let (_, fields) = corrected(&citizen.profile, record);
    if record.standing == Standing::Alive && fields.is_empty() {
        return Ok(Came::Unchanged);
    }
    let disputed = event(EventKind::RegistryChecked, Outcome::Refused).with("outcome", Came::Disputed.as_str());
    let disputed = if fields.is_empty() { disputed } else { disputed.with("fields", fields.join(" ")) };
    tx.audit().record(&disputed.build()).await?;
    Ok(Came::Disputed)
}

fn event(app: &App, citizen: &Citizen, said: &Said, kind: EventKind, outcome: Outcome) -> EventBuilder {
    EventBuilder::new(app.clock.now(), &*app.random, kind, outcome)
        .by(Actor::System)
        .about(citizen.id)
        .with("registry", &said.registry)
        .with("answer", base64url::encode(&said.digest))
}

/// The person stays who they are, with every subject that portals know them by.
async fn renumber(
    app: &App,
    tx: &mut Transaction,
    citizen: &Citizen,
    to: &NationalId,
    said: &Said,
) -> Result<Came, FlowError> {
    let numbers =
        |event: EventBuilder| event.with("before", citizen.national_id.masked()).with("national_id", to.masked());
    let owner = tx.citizens().whose_name(&SignInName::NationalId(to.clone())).await?;
    if owner.is_some_and(|owner| owner != citizen.id) {
        let event = event(app, citizen, said, EventKind::RegistryChecked, Outcome::Refused);
        tx.audit().record(&numbers(event).with("outcome", Came::Disputed.as_str()).build()).await?;
        return Ok(Came::Disputed);
    }
    let now = app.clock.now();
    // A number that they had, and have again, is no alias any longer; the one that they had until now is.
    let again = IdentifierAlias::Former(to.clone());
    for kept in tx.identifier_aliases().list(citizen.id).await? {
        if kept.until.is_none() && kept.alias == again {
            tx.identifier_aliases().end(citizen.id, &kept, now).await?;
        }
    }
    let replaced = tx.citizens().replace_national_id(citizen.id, &citizen.national_id, to, now).await;
    replaced.map_err(|error| match error {
        // Between the look and the change: it is asked again, and found then.
        storage::Error::Conflict(Conflict::Name(_)) => FlowError::failed("the new number was taken a moment ago"),
        other => other.into(),
    })?;
    let former = IdentifierAlias::Former(citizen.national_id.clone());
    tx.identifier_aliases().add(citizen.id, AliasId::new(now, &*app.random), &former, now).await?;
    let event = event(app, citizen, said, EventKind::CitizenRenumbered, Outcome::Success);
    tx.audit().record(&numbers(event).build()).await?;
    signals::tell(&Post::of(app), tx, citizen.id, Happening::NationalId, Initiator::System).await?;
    Ok(Came::Renumbered)
}

/// What the registry has otherwise than the account, over what the account had.
async fn correct(
    app: &App,
    tx: &mut Transaction,
    citizen: &Citizen,
    record: &Record,
    said: &Said,
) -> Result<Came, FlowError> {
    let (profile, fields) = corrected(&citizen.profile, record);
    if fields.is_empty() {
        return Ok(Came::Unchanged);
    }
    let now = app.clock.now();
    tx.citizens().correct_profile(citizen.id, &profile, now).await?;
    let corrected = Citizen { profile, updated_at: now, ..citizen.clone() };
    tx.likenesses().enter(&corrected).await?;
    let before = tx.verifications().standing(citizen.id).await?;
    tx.verifications().supersede_all(citizen.id, now).await?;
    tx.verifications().record(&verification(app, &corrected, record, said, before, now)).await?;
    let event = event(app, citizen, said, EventKind::DataCorrected, Outcome::Success).with("fields", fields.join(" "));
    notices::tell_of(&Post::of(app), tx, citizen.id, Notice::DataCorrected, event).await?;
    Ok(Came::Corrected)
}

/// The profile as the registry has it, and which fields that changes. Another spelling of the same name is no other name.
fn corrected(before: &Profile, record: &Record) -> (Profile, Vec<&'static str>) {
    let (mut profile, mut fields) = (before.clone(), Vec::new());
    if !same_name(&before.name, &record.name, record.diacritics) && record.diacritics == Diacritics::Count {
        profile.name.clone_from(&record.name);
        profile.family_name.clone_from(&record.family_name);
        profile.given_name.clone_from(&record.given_name);
        profile.middle_name.clone_from(&record.middle_name);
        fields.push("name");
    }
    if record.birthdate.is_some() && record.birthdate != before.birthdate {
        profile.birthdate = record.birthdate;
        fields.push("birthdate");
    }
    if record.gender.is_some() && record.gender != before.gender {
        profile.gender = record.gender;
        fields.push("gender");
    }
    (profile, fields)
}

/// What was verified before was verified of who they were called then; the evidence of who they are stands beside the registry's word
/// for what has changed.
fn verification(
    app: &App,
    citizen: &Citizen,
    record: &Record,
    said: &Said,
    before: Vec<Verification>,
    now: Timestamp,
) -> Verification {
    let before = before.into_iter().max_by_key(|verification| verification.level);
    let compared = Check {
        method: CheckMethod::Data,
        organization: Some(said.registry.clone()),
        check_id: Some(record.reference.clone()),
        at: Some(said.answered_at),
    };
    let own = Evidence::ElectronicRecord {
        checks: vec![compared],
        record: verification::Record {
            kind: "population_register".to_owned(),
            source: Issuer { name: said.registry.clone(), country_code: None },
            created_at: Some(said.answered_at),
        },
    };
    let evidence = before.into_iter().flat_map(|verification| verification.statement.evidence).chain([own]).collect();
    let Profile { name, family_name, given_name, middle_name, birthdate, gender, .. } = citizen.profile.clone();
    Verification {
        id: VerificationId::new(now, &*app.random),
        citizen: citizen.id,
        level: citizen.account_level,
        verified_at: now,
        superseded_at: None,
        statement: Statement {
            trust_framework: app.settings.identity.trust_framework.clone(),
            process: Some(base64url::encode(&said.digest)),
            evidence,
            verified: Profile { name, family_name, given_name, middle_name, birthdate, gender, ..Profile::default() },
            national_id: Some(citizen.national_id.clone()),
        },
    }
}
