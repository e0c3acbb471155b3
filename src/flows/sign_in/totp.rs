//! The person proves more with a code of an authenticator application (RFC 6238). Of each step one code counts once.

use crate::credentials::totp::{Checked, TotpSecret};
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::credential::CredentialKind;
use crate::domain::ids::{CitizenId, CredentialId};
use crate::domain::sign_in::SignIn;
use crate::domain::time::Timestamp;
use crate::storage::{Advance, StoredCredential, Transaction};

use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::prove::{Given, Settle};
use super::second_step::{self, Proven, Refusal};

/// The step was used, before or at the same moment.
const CODE_USED: &str = "code_used";
/// SP 800-63B-4 §3.2.2: so many wrong codes in a row, and none is looked at any more.
const TOO_MANY_FAILURES: &str = "too_many_failures";

/// Holds `typed` against the applications of whoever has proven something in this sign-in already.
pub async fn prove(app: &App, visitor: &Visitor, sign_in: SignIn, typed: &str) -> Result<Proven, FlowError> {
    let asked = match second_step::enter(app, visitor, &sign_in, AuthenticationMethod::Totp).await? {
        Ok(asked) => asked,
        Err(ended) => return Ok(ended),
    };
    let (citizen, now) = (asked.citizen.id, app.clock.now());
    // On whatever device: this one may have become known by the stolen password that led here.
    let most = app.settings.throttling.failures_in_a_row;
    let applications = applications(app, citizen).await?;
    let (mut replayed, mut exhausted) = (false, false);
    for stored in &applications {
        let id = stored.credential.id;
        let secret = TotpSecret::from_material(stored.material.expose());
        let secret = secret.ok_or_else(|| FlowError::failed("an authenticator application's secret cannot be read"))?;
        // Looked up whatever was typed: a right code is told from a wrong one by nothing but the answer.
        if app.store.read().await?.credentials().failures_in_a_row(citizen, id).await? >= most {
            exhausted = true;
            continue;
        }
        match secret.check(typed, now, stored.counter) {
            Checked::Right { step } => {
                let used = Used { citizen, id, step, most, now };
                let given = Given::by(stored.credential.clone(), now);
                return asked.proven(app, visitor, sign_in, given, Box::new(used)).await;
            }
            Checked::Replayed => replayed = true,
            Checked::Wrong => {}
        }
    }
    if exhausted && !replayed {
        let _: Proven = asked.refused(app, visitor, &sign_in, TOO_MANY_FAILURES);
        return Ok(Proven::Refused(Refusal::Exhausted));
    }
    for stored in &applications {
        app.store.write().await?.credentials().record_failure(citizen, stored.credential.id).await?;
    }
    Ok(asked.refused(app, visitor, &sign_in, if replayed { CODE_USED } else { "wrong_code" }))
}

async fn applications(app: &App, citizen: CitizenId) -> Result<Vec<StoredCredential>, FlowError> {
    let mut held = app.store.read().await?.credentials().list(citizen).await?;
    held.retain(|stored| stored.credential.kind == CredentialKind::Totp);
    Ok(held)
}

/// What is written where a code was right, and looked at again.
struct Used {
    citizen: CitizenId,
    id: CredentialId,
    step: i64,
    most: u32,
    now: Timestamp,
}

#[async_trait::async_trait]
impl Settle for Used {
    async fn settle(self: Box<Self>, tx: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        // Others may have guessed at it once too often while this one was being checked.
        if tx.credentials().failures_in_a_row(self.citizen, self.id).await? >= self.most {
            return Ok(Some(TOO_MANY_FAILURES));
        }
        Ok(match tx.credentials().advance(self.citizen, self.id, self.step, self.now).await? {
            Advance::Forward => None,
            Advance::NotForward => Some(CODE_USED),
        })
    }
}
