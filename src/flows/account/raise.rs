//! A registrar, who has seen the citizen, hands them a code: what they prove in this very session counts for two factors from
//! then on (the binding level of identity-bound credentials).

use crate::crypto::hash::hash_secret;
use crate::domain::assurance::{AuthenticationLevel, AuthenticationMethod, Proofs};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::credential::Credential;
use crate::domain::grant::Authentication;
use crate::domain::ids::CredentialId;
use crate::domain::issued_code::{CodeText, CodeUse};
use crate::domain::message::Notice;
use crate::domain::session::BrowserSession;
use crate::storage::Spent;

use super::super::session::{self, CurrentSession};
use super::super::throttle::{Throttle, Tries, Whose};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, notices};
use super::guard;

/// What a code raises to.
const RAISED: AuthenticationLevel = AuthenticationLevel::TwoFactors;

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Raising {
    Done,
    /// The code is none, another citizen's, for something else, used or too old: which of them is nobody's business.
    WrongCode,
    /// None of what was chosen was proven in this session.
    NothingChosen,
    Throttled {
        retry_after: std::time::Duration,
    },
}

/// What a code could raise now: what was proven in this very session, just now, and counts for less. Whatever else the account
/// has may be somebody else's.
pub async fn raisable(app: &App, current: &CurrentSession) -> Result<Vec<Credential>, FlowError> {
    let proven = guard::fresh(app, current);
    let held = super::credentials::list(app, current.citizen()).await?;
    let mut held: Vec<_> = held.into_iter().map(|own| own.credential).collect();
    held.retain(|held| held.binding < RAISED && is_proven(&proven, held.id));
    Ok(held)
}

/// Raises those of `chosen` that were proven in this session.
pub async fn raise(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    typed: &str,
    chosen: &[CredentialId],
) -> Result<Raising, FlowError> {
    let (citizen, now) = (current.citizen(), app.clock.now());
    let raised: Vec<CredentialId> =
        raisable(app, current).await?.iter().map(|held| held.id).filter(|id| chosen.contains(id)).collect();
    if raised.is_empty() {
        return Ok(Raising::NothingChosen);
    }
    let method = AuthenticationMethod::CounterCode;
    let mut tries = Tries::new(app, visitor, method, None, Whose::Citizen(citizen))?;
    if let Throttle::Closed { retry_after, .. } = tries.enter(app).await? {
        return Ok(Raising::Throttled { retry_after });
    }
    let event = |outcome| {
        app.event(visitor, EventKind::IssuedCodeUsed, outcome)
            .by(Actor::Citizen(citizen))
            .about(citizen)
            .with("purpose", CodeUse::Raise)
    };
    let Some(code) = CodeText::read(typed).map(|code| hash_secret(code.letters().as_bytes())) else {
        app.record(event(Outcome::Refused));
        return Ok(Raising::WrongCode);
    };
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Raising::NothingChosen);
    }
    if tx.issued_codes().spend(code, citizen, CodeUse::Raise, now).await? == Spent::Gone {
        drop(tx);
        app.record(event(Outcome::Refused));
        return Ok(Raising::WrongCode);
    }
    tx.audit().record(&event(Outcome::Success).build()).await?;
    for id in &raised {
        let Some(mut stored) = tx.credentials().find(citizen, *id).await? else { continue };
        stored.credential.binding = RAISED;
        tx.credentials().replace(&stored).await?;
        let Credential { kind, name, .. } = stored.credential;
        notices::tell(app, visitor, &mut tx, citizen, Notice::CredentialRaised { kind, name: name.to_string() })
            .await?;
    }
    tx.commit().await?;
    tries.forgive(app).await?;
    // What was proven counts for more in this session too.
    let of_session = &current.session.authentication;
    let proofs = of_session.proofs.iter().cloned().map(|mut proof| {
        if proof.credential.is_some_and(|id| raised.contains(&id)) {
            proof.binding = proof.binding.max(RAISED);
        }
        proof
    });
    let authentication = Authentication { proofs: proofs.collect(), ..of_session.clone() };
    session::rewrite(app, current, BrowserSession { authentication, ..current.session.clone() }).await?;
    Ok(Raising::Done)
}

fn is_proven(proofs: &Proofs, credential: CredentialId) -> bool {
    proofs.iter().any(|proof| proof.credential == Some(credential))
}
