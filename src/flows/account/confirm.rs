//! Whoever has nothing but a password shows, before they add something stronger, that a verified channel is at hand as well: a
//! stolen password alone enrols nothing, and what is enrolled counts for no more than the session all the same.

use std::time::Duration;

use crate::domain::assurance::{AuthenticationLevel, AuthenticationMethod, Factors, Proof};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::message::{Channel, CodePurpose};
use crate::domain::secret::SecretString;

use super::super::notices::Post;
use super::super::sent_code::{self, Order, Sending, Spending};
use super::super::session::{self, CurrentSession};
use super::super::sign_in::prove::Settle;
use super::super::sign_in::sms;
use super::super::throttle::{Throttle, Tries, Whose};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::guard;

const PURPOSE: CodePurpose = CodePurpose::Confirm;

/// Whether a code has to be typed before this session adds something: it has proven one factor, and there is a channel to ask.
pub fn is_needed(app: &App, current: &CurrentSession, citizen: &Citizen) -> bool {
    let fresh = guard::fresh(app, current);
    let shown = |proof: &Proof| matches!(proof.method, AuthenticationMethod::EmailCode | AuthenticationMethod::SmsCode);
    !fresh.reach(AuthenticationLevel::TwoFactors) && !fresh.iter().any(shown) && !channels(app, citizen).is_empty()
}

/// The verified channels that a code can go to, and how they are shown.
pub fn channels(app: &App, citizen: &Citizen) -> Vec<(Channel, String)> {
    let post = Post::of(app);
    let reached = |channel: Channel| {
        let to = channel.verified_of(&citizen.profile).filter(|to| post.reaches(channel, to))?;
        Some((channel, sent_code::masked(app, to)))
    };
    Channel::ALL.into_iter().filter_map(reached).collect()
}

/// Where the code that waits to be typed was sent, masked.
pub async fn waiting(app: &App, current: &CurrentSession) -> Result<Option<String>, FlowError> {
    let (citizen, bound_to, now) = (current.citizen(), current.id().uuid(), app.clock.now());
    let live = app.store.read().await?.sent_codes().live(citizen, PURPOSE, bound_to, now).await?;
    Ok(live.map(|code| sent_code::masked(app, &code.said.to)))
}

pub async fn send(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    citizen: &Citizen,
    channel: Channel,
) -> Result<Sending, FlowError> {
    let Some(to) = channel.verified_of(&citizen.profile) else { return Ok(Sending::Unreachable) };
    let order = Order { purpose: PURPOSE, bound_to: current.id().uuid(), channel, to };
    sent_code::send(app, visitor, citizen, order).await
}

/// How typing it ends.
#[derive(Debug)]
pub enum Confirmed {
    /// The session goes on under this new cookie.
    Done(SecretString),
    WrongCode,
    /// So many wrong ones were tried that none is looked at any more.
    Exhausted,
    /// The session ended, or the account was locked.
    SignedOut,
    Throttled {
        retry_after: Duration,
    },
}

pub async fn confirm(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    citizen: &Citizen,
    typed: &str,
) -> Result<Confirmed, FlowError> {
    let (method, whose) = (AuthenticationMethod::EmailCode, Whose::Citizen(citizen.id));
    let mut tries = Tries::new(app, visitor, method, None, whose)?;
    if let Throttle::Closed { retry_after, .. } = tries.enter(app).await? {
        return Ok(Confirmed::Throttled { retry_after });
    }
    if sent_code::is_exhausted(app, citizen.id).await? {
        return Ok(Confirmed::Exhausted);
    }
    let entered = sent_code::entered(app, citizen.id, PURPOSE, current.id().uuid(), typed).await?;
    // A code that went to what is no channel of theirs any more shows nothing.
    let own = entered.filter(|code| code.said.channel.verified_of(&citizen.profile) == Some(code.said.to.as_str()));
    let Some(code) = own else { return Ok(Confirmed::WrongCode) };
    let now = app.clock.now();
    let proof = match (code.said.channel, &citizen.profile.phone_number) {
        (Channel::Sms, Some(number)) => sms::proof(app, number, now),
        _ => Proof { method, factors: Factors::NONE, ..Proof::password(now) },
    };
    let event = app
        .event(visitor, EventKind::CodeEntered, Outcome::Success)
        .by(Actor::Citizen(citizen.id))
        .about(citizen.id)
        .with("method", proof.method)
        .with("device", &visitor.device_name);
    let most = app.settings.throttling.failures_in_a_row;
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Confirmed::SignedOut);
    }
    if Box::new(Spending { code, most }).settle(&mut tx).await?.is_some() {
        return Ok(Confirmed::WrongCode);
    }
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    tries.forgive(app).await?;
    // What was proven before keeps its time: a code makes no old password fresh.
    let proofs = current.session.authentication.proofs.clone().with(proof);
    let who = (citizen.id, citizen.account_level);
    let asked = (current.session.demanded, current.session.remember);
    let prepared = session::prepare(app, visitor, who, proofs, asked).await?;
    prepared.take_place(app, visitor).await?;
    Ok(Confirmed::Done(prepared.cookie))
}
