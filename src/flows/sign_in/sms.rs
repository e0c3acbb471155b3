//! The person proves more with a code that was sent to their telephone, where the operator lets that count.

use crate::domain::assurance::{AuthenticationMethod, Factors, Proof};
use crate::domain::message::{Channel, CodePurpose};
use crate::domain::sign_in::{OutOfOrder, SignIn};
use crate::domain::time::Timestamp;
use crate::storage::{SentCode, Spent, Transaction};

use super::super::sent_code::{self, Sending};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::prove::Settle;
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
    let number = Channel::Sms.verified_of(&asked.citizen.profile);
    match right.filter(|code| number == Some(code.said.to.as_str())) {
        Some(code) => {
            let proof = proof(app, app.clock.now());
            asked.proven(app, visitor, sign_in, proof, Box::new(Spending(code))).await
        }
        None => Ok(asked.refused(app, visitor, &sign_in, "wrong_code")),
    }
}

/// What a code by text message shows.
pub fn proof(app: &App, now: Timestamp) -> Proof {
    let factors = if app.settings.messages.sms_counts { Factors::POSSESSION } else { Factors::NONE };
    Proof { method: METHOD, factors, ..Proof::password(now) }
}

/// The one use of a code.
#[derive(Debug)]
struct Spending(SentCode);

#[async_trait::async_trait]
impl Settle for Spending {
    async fn settle(self: Box<Self>, tx: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        Ok(match tx.sent_codes().spend(&self.0).await? {
            Spent::Now => None,
            Spent::Gone => Some("code_used"),
        })
    }
}
