//! Level 2 in person: a registrar has seen the person and their document, and says who took the account over before that
//! (docs/levels.md).

use jiff::Timestamp as Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::account_life::{By, Transition};
use crate::domain::administration::Permission;
use crate::domain::age::{Stage, TooYoung};
use crate::domain::assurance::AccountLevel;
use crate::domain::audit::EventKind;
use crate::domain::citizen::{Citizen, CitizenStatus};
use crate::domain::ids::VerificationId;
use crate::domain::message::{Channel, Notice};
use crate::domain::national_id::NationalId;
use crate::domain::proposal::{Proof, Proposal, Registrant, Wish, shown_by_document};
use crate::domain::sign_in_name::SignInName;
use crate::domain::signals::{Happening, Initiator};
use crate::domain::time::Timestamp;
use crate::domain::verification::{CheckMethod, DocumentKind, Statement, Verification};
use crate::flows::account_life::{self, Trust};
use crate::flows::{notices, signals};
use crate::storage::Transaction;

use super::change_status::{Sessions, forget_sessions};
use super::find_citizen::Who;
use super::proposals::{self, Done};
use super::{AdminError, Administrator, Fault, evict};

/// What comes of a proof.
#[derive(Debug)]
pub enum Proving {
    /// Another registrar confirms it first.
    Proposed(Box<Proposal>),
    Done(Box<Done>),
}

/// A registrar has seen who `who` is. Of a child a guardian asks for it, who is named.
///
/// # Errors
/// `NotFound`; `Invalid` with all that is wrong with the document; `Conflict` where the account has ended, or they are too young.
pub async fn prove(
    admin: &Administrator,
    who: &Who,
    proof: Proof,
    guardian: Option<&Who>,
) -> Result<Proving, AdminError> {
    admin.may(Permission::CitizenProve)?;
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?;
    admin.not_oneself(citizen.id)?;
    if citizen.status.has_ended() {
        return Err(AdminError::Conflict(format!(
            "the account is {}: nobody's identity is proven in it",
            citizen.status
        )));
    }
    let faults = faults(&proof, &citizen, admin.clock.now());
    if !faults.is_empty() {
        return Err(AdminError::Invalid(faults));
    }
    hold_age(admin, &mut tx, &citizen, &proof, guardian).await?;
    if admin.settings.identity.two_person_proof {
        let proposal = proposals::make(admin, &mut tx, citizen.id, Wish::Prove(Box::new(proof))).await?;
        tx.commit().await?;
        return Ok(Proving::Proposed(Box::new(proposal)));
    }
    let mut done = carry_out(admin, &mut tx, &citizen, &proof, None).await?;
    tx.commit().await?;
    if let Some(evicted) = done.evicted {
        done.sessions = forget_sessions(admin, evicted).await;
    }
    Ok(Proving::Done(Box::new(done)))
}

/// Whether what a registrar saw at `seen_at` is what another one confirms now: the document still shows who they are, and nobody has
/// come into the account since, or changed what it says. Whoever is put out of it keeps nobody from that by changing it.
pub(super) fn still_as_seen(
    admin: &Administrator,
    citizen: &Citizen,
    proof: &Proof,
    seen_at: Timestamp,
) -> Result<(), AdminError> {
    if proof.registrant == Registrant::ThisPerson && seen_at < citizen.updated_at {
        let told = "the account was changed since it was proposed: look at it again, and propose it anew";
        return Err(AdminError::Conflict(told.to_owned()));
    }
    match faults(proof, citizen, admin.clock.now()).first() {
        Some(fault) => {
            let Fault { field, sentence } = fault;
            Err(AdminError::Conflict(format!("it does not hold any more: {field}: {sentence}")))
        }
        None => Ok(()),
    }
}

/// All that speaks against a document.
fn faults(proof: &Proof, citizen: &Citizen, now: Timestamp) -> Vec<Fault> {
    let (document, today) = (&proof.document, day_of(now));
    let mut faults = Vec::new();
    if document.expires_on.is_some_and(|last| last < today) {
        faults.push(Fault::new("expires", "the document has expired: it shows who they were"));
    }
    if document.issued_on.is_some_and(|first| first > today) {
        faults.push(Fault::new("issued", "expected a day that has come"));
    }
    if matches!((document.issued_on, document.expires_on), (Some(first), Some(last)) if last < first) {
        faults.push(Fault::new("expires", "expected a day after it was issued"));
    }
    if !proof.checks.iter().any(|check| check.method == CheckMethod::Vpip) {
        faults.push(Fault::new("document", "expected one that was seen in person"));
    }
    if proof.attachments.is_empty() {
        faults.push(Fault::new("photo", "expected a photograph or the data of the chip, by its SHA-256"));
    }
    // An identity card carries the number itself, where it carries one that the scheme knows.
    let carried = document.number.as_deref().filter(|_| document.kind == DocumentKind::IdCard);
    let carried = carried.and_then(|number| NationalId::parse(citizen.national_id.scheme(), number).ok());
    if carried.is_some_and(|carried| carried != citizen.national_id) {
        faults.push(Fault::new("number", "the card carries another national identifier than the account"));
    }
    faults
}

fn day_of(now: Timestamp) -> Date {
    let instant = Instant::from_microsecond(now.micros()).unwrap_or(Instant::UNIX_EPOCH);
    instant.to_zoned(TimeZone::UTC).date()
}

/// Decree 69/2024/NĐ-CP, Art. 7: from the age of 14 on everybody, from 6 on where a guardian asks for it, and nobody younger.
async fn hold_age(
    admin: &Administrator,
    tx: &mut Transaction,
    citizen: &Citizen,
    proof: &Proof,
    guardian: Option<&Who>,
) -> Result<(), AdminError> {
    let (ages, now) = (&admin.settings.identity.ages, admin.clock.now());
    let born = proof.corrections.birthdate.or(citizen.profile.birthdate);
    let young = |young: TooYoung| Err(AdminError::Conflict(young.to_string()));
    match ages.stage(born, now) {
        Stage::OfAge => Ok(()),
        Stage::Unknown => {
            Err(AdminError::invalid("birthdate", "expected the one that the document says: none is known"))
        }
        Stage::Infant => young(TooYoung::ToBeProven(ages.proof_on_request)),
        Stage::Child => {
            let Some(guardian) = guardian else { return young(TooYoung::WithoutGuardian(ages.own_account)) };
            let guardian = guardian.load(tx).await?.id;
            match tx.guardianships().stands(citizen.id, guardian, now).await? {
                true => Ok(()),
                false => young(TooYoung::WithoutGuardian(ages.own_account)),
            }
        }
    }
}

/// Does what was proven: the account is at level 2 with the evidence of it, and whoever took it over before is put out, where
/// that was somebody else.
pub(super) async fn carry_out(
    admin: &Administrator,
    tx: &mut Transaction,
    citizen: &Citizen,
    proof: &Proof,
    proposed_by: Option<&str>,
) -> Result<Done, AdminError> {
    let by = if proposed_by.is_some() { By::TwoRegistrars } else { By::Registrar };
    if citizen.status.has_ended() {
        return Err(AdminError::Conflict(format!("the account is {} by now", citizen.status)));
    }
    let (proven, evicted, code) = match proof.registrant {
        Registrant::ThisPerson => (confirm_owner(admin, tx, citizen, proof, by).await?, None, None),
        Registrant::SomebodyElse => {
            let (fresh, code) = evict::evict(admin, tx, citizen, proof, by).await?;
            (fresh, Some(citizen.id), Some(code))
        }
    };
    record(admin, tx, &proven, proof, proposed_by).await?;
    Ok(Done { citizen: proven.id, evicted, code, sessions: Sessions::Untouched })
}

/// What they set up stays, and counts for what it counted for.
async fn confirm_owner(
    admin: &Administrator,
    tx: &mut Transaction,
    citizen: &Citizen,
    proof: &Proof,
    by: By,
) -> Result<Citizen, AdminError> {
    let now = admin.clock.now();
    let profile = proof.corrections.applied_to(&citizen.profile);
    if profile != citizen.profile {
        let scheme = admin.settings.national_id.default_scheme();
        let verified = Channel::ALL.into_iter().filter_map(|channel| channel.verified_of(&profile));
        let names: Vec<_> = verified.filter_map(|value| SignInName::parse(value, scheme).ok()).collect();
        tx.citizens().update_profile(citizen.id, &profile, &names, now).await?;
    }
    tx.citizens().raise_level(citizen.id, AccountLevel::Proven, now).await?;
    if citizen.account_level != AccountLevel::Proven {
        let raised = Happening::Level { before: citizen.account_level, now: AccountLevel::Proven };
        signals::tell(&admin.post(), tx, citizen.id, raised, Initiator::Admin).await?;
    }
    if citizen.status == CitizenStatus::Registered {
        let change = account_life::Change {
            citizen: citizen.id,
            transition: Transition::Activate,
            by,
            trust: Trust::Kept,
            ages: &admin.settings.identity.ages,
            event: admin.event(Transition::Activate.event()).with("reason", "identity_proven"),
            post: admin.post(),
        };
        let changed = account_life::change_status(tx, change).await?;
        changed.map_err(|refused| AdminError::Conflict(refused.to_string()))?;
    }
    let proven = Citizen { account_level: AccountLevel::Proven, profile, ..citizen.clone() };
    tx.likenesses().enter(&proven).await?;
    Ok(proven)
}

/// What was verified, with the evidence, and that it was; the citizen is told on every channel that is theirs.
async fn record(
    admin: &Administrator,
    tx: &mut Transaction,
    citizen: &Citizen,
    proof: &Proof,
    proposed_by: Option<&str>,
) -> Result<(), AdminError> {
    let now = admin.clock.now();
    tx.verifications().supersede_all(citizen.id, now).await?;
    let verification = Verification {
        id: VerificationId::new(now, &*admin.random),
        citizen: citizen.id,
        level: AccountLevel::Proven,
        verified_at: now,
        superseded_at: None,
        statement: Statement {
            trust_framework: admin.settings.identity.trust_framework.clone(),
            process: proof.process.clone(),
            evidence: vec![proof.evidence()],
            verified: shown_by_document(&citizen.profile),
            national_id: Some(citizen.national_id.clone()),
        },
    };
    tx.verifications().record(&verification).await?;
    let methods: Vec<_> = proof.checks.iter().map(|check| check.method.as_str()).collect();
    let mut event = admin
        .event(EventKind::IdentityProven)
        .with("verification", verification.id)
        .with("document", proof.document.kind.as_str())
        .with("checks", methods.join(" "));
    if let Some(first) = proposed_by {
        event = event.with("proposed_by", first);
    }
    notices::tell_of(&admin.post(), tx, citizen.id, Notice::IdentityProven, event).await?;
    Ok(())
}
