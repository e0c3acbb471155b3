//! Account level 2 by a qualified certificate: its authority has seen whoever it issued it to, and says so of the number that the account
//! has (Decree 69/2024/NĐ-CP; docs/levels.md).

use crate::domain::assurance::{AccountLevel, AuthenticationLevel};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::{Citizen, Profile};
use crate::domain::ids::VerificationId;
use crate::domain::message::Notice;
use crate::domain::signals::{Happening, Initiator};
use crate::domain::verification::{Evidence, Statement, Verification};
use crate::storage::Transaction;

use super::super::notices::{self, Post};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, signals};
use super::judge::{Judged, Judgement};

/// Whether the certificate raises its owner: from level 1, by an authority whose trust file says that it proves identity, and where
/// somebody could say that it is not revoked.
pub(super) fn raises(citizen: &Citizen, judged: &Judged) -> bool {
    citizen.account_level == AccountLevel::Registered
        && judged.chain.authority().policy.proves_identity
        && judged.at_most == AuthenticationLevel::ThreeFactors
}

/// Raises them, and keeps what it was proven by. Whatever was verified before was verified of the same data, and holds as before.
pub(super) async fn raise(
    app: &App,
    visitor: &Visitor,
    tx: &mut Transaction,
    citizen: &Citizen,
    (judgement, judged): (&Judgement, &Judged),
) -> Result<(), FlowError> {
    let (now, facts) = (app.clock.now(), judged.chain.facts());
    let authority = &judged.chain.authority().name;
    let Profile { name, family_name, given_name, middle_name, birthdate, gender, .. } = citizen.profile.clone();
    let verification = Verification {
        id: VerificationId::new(now, &*app.random),
        citizen: citizen.id,
        level: AccountLevel::Proven,
        verified_at: now,
        superseded_at: None,
        statement: Statement {
            trust_framework: app.settings.identity.trust_framework.clone(),
            process: None,
            evidence: vec![Evidence::ElectronicSignature {
                signature_type: "qualified_certificate".to_owned(),
                issuer: authority.clone(),
                serial_number: facts.serial.iter().map(|byte| format!("{byte:02X}")).collect(),
                created_at: Some(now),
            }],
            verified: Profile { name, family_name, given_name, middle_name, birthdate, gender, ..Profile::default() },
            national_id: Some(citizen.national_id.clone()),
        },
    };
    tx.verifications().record(&verification).await?;
    tx.citizens().raise_level(citizen.id, AccountLevel::Proven, now).await?;
    let raised = Happening::Level { before: citizen.account_level, now: AccountLevel::Proven };
    signals::tell(&Post::of(app), tx, citizen.id, raised, Initiator::User).await?;
    let event = app
        .event(visitor, EventKind::IdentityProven, Outcome::Success)
        .by(Actor::Citizen(citizen.id))
        .about(citizen.id)
        .with("verification", verification.id);
    let notice = Notice::ProvenByCertificate { authority: authority.clone() };
    notices::tell_of(&Post::of(app), tx, citizen.id, notice, judgement.attach(event)).await
}
