//! The person proves more with a code that was sent to their telephone, where the operator lets that count.

use crate::domain::assurance::{AuthenticationMethod, Factors, Proof};
use crate::domain::citizen::Verifiable;
use crate::domain::message::{Channel, CodePurpose};
use crate::domain::sign_in::{OutOfOrder, SignIn};
use crate::domain::time::Timestamp;

use super::super::sent_code::{self, Sending, Spending};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::second_step::{self, Proven};

const METHOD: AuthenticationMethod = AuthenticationMethod::SmsCode;
const PURPOSE: CodePurpose = CodePurpose::SecondFactor;

/// What the page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The number, as it may be shown.
    pub to: String,
    /// Whether a code is waited for.
    pub waiting: bool,
}

/// How it stands; `None` where no code is asked for.
pub async fn standing(app: &App, sign_in: &SignIn) -> Result<Option<Standing>, FlowError> {
    let Some(citizen) = second_step::asked(app, sign_in, METHOD).await? else { return Ok(None) };
    let Some(number) = Channel::Sms.verified_of(&citizen.profile) else { return Ok(None) };
    let live =
        app.store.read().await?.sent_codes().live(citizen.id, PURPOSE, sign_in.id.uuid(), app.clock.now()).await?;
    Ok(Some(Standing { to: sent_code::masked(app, number), waiting: live.is_some() }))
}

/// Sends a code; it is good in this sign-in alone.
pub async fn send(app: &App, visitor: &Visitor, sign_in: &SignIn) -> Result<Result<Sending, OutOfOrder>, FlowError> {
    let Some(citizen) = second_step::asked(app, sign_in, METHOD).await? else { return Ok(Err(OutOfOrder)) };
    let Some(number) = Channel::Sms.verified_of(&citizen.profile) else { return Ok(Err(OutOfOrder)) };
    let order = sent_code::Order { purpose: PURPOSE, bound_to: sign_in.id.uuid(), channel: Channel::Sms, to: number };
    Ok(Ok(sent_code::send(app, visitor, &citizen, order).await?))
}

/// Holds `typed` against the code that was sent.
pub async fn prove(app: &App, visitor: &Visitor, sign_in: SignIn, typed: &str) -> Result<Proven, FlowError> {
    let asked = match second_step::enter(app, visitor, &sign_in, METHOD).await? {
        Ok(asked) => asked,
        Err(ended) => return Ok(ended),
    };
    let right = sent_code::entered(app, asked.citizen.id, PURPOSE, sign_in.id.uuid(), typed).await?;
    // A code that went to another number than the one that is verified now shows nothing.
    let number = asked.citizen.profile.phone_number.clone().filter(|number| number.verified);
    match (right, number) {
        (Some(code), Some(number)) if number.value == code.said.to => {
            let proof = proof(app, &number, app.clock.now());
            let most = app.settings.throttling.failures_in_a_row;
            asked.proven(app, visitor, sign_in, proof.into(), Box::new(Spending { code, most })).await
        }
        _ => Ok(asked.refused(app, visitor, &sign_in, "wrong_code")),
    }
}

/// What a code by text message to `number` shows.
pub fn proof(app: &App, number: &Verifiable, now: Timestamp) -> Proof {
    let factors = if app.settings.messages.sms_counts { Factors::POSSESSION } else { Factors::NONE };
    Proof { method: METHOD, factors, binding: number.counts_for(), ..Proof::password(now) }
}
