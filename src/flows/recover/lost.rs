//! Somebody has lost what opens their account best, and is in it with something else: what they have not proven here is removed,
//! once it has cooled off.

use crate::domain::assurance::Requirement;
use crate::domain::ids::CredentialId;
use crate::domain::recovery::{Kept, Means};
use crate::domain::time::Timestamp;

use super::super::account::guard::{self, Guard};
use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, notices};

/// Whether they may say that they have lost it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Lost {
    Waiting {
        takes_effect_at: Timestamp,
    },
    /// They have just proven the strongest that they have: what is lost they remove themselves.
    NothingToWaitFor,
    /// A single factor is what somebody steals: another one has to be proven beside it, just now.
    TooLittle,
}

/// Whether [`begin`] would.
pub async fn may_begin(app: &App, current: &CurrentSession) -> Result<Option<Lost>, FlowError> {
    if guard::sensitive(app, current).await? == Guard::Allowed {
        return Ok(Some(Lost::NothingToWaitFor));
    }
    let proven = Requirement::TWO_STEPS.proven_by(&guard::fresh(app, current));
    Ok((!proven).then_some(Lost::TooLittle))
}

/// Begins a recovery that keeps the password, and of the credentials those that were proven in this session.
pub async fn begin(app: &App, visitor: &Visitor, current: &CurrentSession) -> Result<Lost, FlowError> {
    if let Some(refused) = may_begin(app, current).await? {
        return Ok(refused);
    }
    let kept: Vec<CredentialId> = guard::fresh(app, current).iter().filter_map(|proof| proof.credential).collect();
    let citizen = current.citizen();
    let (recovery, secret) = super::new(app, citizen, Means::Credential, None, Kept::Only(kept));
    let mut tx = app.store.begin().await?;
    tx.recoveries().begin(&recovery).await?;
    notices::tell(app, visitor, &mut tx, citizen, super::begun(&recovery, &secret)).await?;
    tx.commit().await?;
    Ok(Lost::Waiting { takes_effect_at: recovery.takes_effect_at })
}
