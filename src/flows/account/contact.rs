//! Where a citizen is reached: an address or a number counts as theirs once they typed a code that was sent there, and no other way.

use crate::domain::citizen::{Citizen, Profile, Verifiable};
use crate::domain::message::{Channel, CodePurpose, Notice};
use crate::domain::sign_in_name::{NameKind, SignInName};
use crate::storage::{self, Conflict, Spent};

use super::super::sent_code::{self, Order, Sending};
use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, notices};
use super::guard;

/// What became of an address or a number that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Asked {
    Sending(Sending),
    /// It can be none.
    Malformed,
}

/// How confirming it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Confirmed {
    Done,
    WrongCode,
    /// The session ended, or the account was locked.
    SignedOut,
    /// Another citizen has it.
    Taken,
}

pub const fn purpose(channel: Channel) -> CodePurpose {
    match channel {
        Channel::Email => CodePurpose::VerifyEmail,
        Channel::Sms => CodePurpose::VerifyPhone,
    }
}

/// Where a code that waits to be typed was sent, masked.
pub async fn waiting(app: &App, current: &CurrentSession, channel: Channel) -> Result<Option<String>, FlowError> {
    let (citizen, bound_to, now) = (current.citizen(), current.id().uuid(), app.clock.now());
    let live = app.store.read().await?.sent_codes().live(citizen, purpose(channel), bound_to, now).await?;
    Ok(live.map(|code| sent_code::masked(app, &code.said.to)))
}

/// Sends a code to what was typed. Whether anybody has it already is not looked at, so nothing shows it.
pub async fn ask(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    citizen: &Citizen,
    channel: Channel,
    typed: &str,
) -> Result<Asked, FlowError> {
    let expected = match channel {
        Channel::Email => NameKind::Email,
        Channel::Sms => NameKind::Phone,
    };
    let name = SignInName::parse(typed, app.settings.national_id.default_scheme());
    let Some(name) = name.ok().filter(|name| name.kind() == expected) else { return Ok(Asked::Malformed) };
    let to = name.normalised();
    let order = Order { purpose: purpose(channel), bound_to: current.id().uuid(), channel, to: &to };
    Ok(Asked::Sending(sent_code::send(app, visitor, citizen, order).await?))
}

/// Confirms what the code was sent to. Whoever was reached before is told there, too.
pub async fn confirm(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    channel: Channel,
    typed: &str,
) -> Result<Confirmed, FlowError> {
    let (citizen, now) = (current.citizen(), app.clock.now());
    let entered = sent_code::entered(app, citizen, purpose(channel), current.id().uuid(), typed).await?;
    let Some(code) = entered else { return Ok(Confirmed::WrongCode) };
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Confirmed::SignedOut);
    }
    if tx.sent_codes().spend(&code).await? == Spent::Gone {
        return Ok(Confirmed::WrongCode);
    }
    let found = tx.citizens().find(citizen).await?;
    let mut profile = found.ok_or(storage::Error::Corrupt("no citizen of this id"))?.profile;
    // Before it changes: what is told goes to where the citizen was reached until now.
    let masked = sent_code::masked(app, &code.said.to);
    notices::tell(app, visitor, &mut tx, citizen, Notice::ContactVerified { channel, masked }).await?;
    let place = match channel {
        Channel::Email => &mut profile.email,
        Channel::Sms => &mut profile.phone_number,
    };
    // Like anything that is enrolled: a telephone that was confirmed with a password alone is no second factor beside it. What was
    // vouched for before loses nothing by it.
    let level = guard::fresh(app, current).level();
    let binding = match place.as_ref().filter(|known| known.verified && known.value == code.said.to) {
        Some(known) => known.binding.map(|before| before.max(level)),
        None => Some(level),
    };
    *place = Some(Verifiable { value: code.said.to.clone(), verified: true, binding });
    tx.sent_codes().forgive(citizen).await?;
    let names = names(app, &profile);
    match tx.citizens().update_profile(citizen, &profile, &names, now).await {
        Ok(()) => {}
        Err(storage::Error::Conflict(Conflict::Name(_))) => return Ok(Confirmed::Taken),
        Err(other) => return Err(other.into()),
    }
    tx.commit().await?;
    app.post.wake();
    Ok(Confirmed::Done)
}

/// What becomes of taking a channel out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Removed {
    Done,
    /// There is none.
    Nothing,
    /// It is the last that is verified: whatever happened to the account, nobody would hear of it.
    Last,
    /// The session ended, or the account was locked.
    SignedOut,
}

/// Takes a channel out. Whoever is reached by it is told there, once more, and by what is left.
pub async fn remove(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    channel: Channel,
) -> Result<Removed, FlowError> {
    let (citizen, now) = (current.citizen(), app.clock.now());
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Removed::SignedOut);
    }
    let found = tx.citizens().find(citizen).await?;
    let mut profile = found.ok_or(storage::Error::Corrupt("no citizen of this id"))?.profile;
    let place = match channel {
        Channel::Email => &mut profile.email,
        Channel::Sms => &mut profile.phone_number,
    };
    let Some(gone) = place.take() else { return Ok(Removed::Nothing) };
    let is_reached = Channel::ALL.into_iter().any(|channel| channel.verified_of(&profile).is_some());
    if gone.verified && !is_reached {
        return Ok(Removed::Last);
    }
    let masked = sent_code::masked(app, &gone.value);
    // Before it is gone: what is told goes there as well.
    notices::tell(app, visitor, &mut tx, citizen, Notice::ContactRemoved { channel, masked }).await?;
    let names = names(app, &profile);
    tx.citizens().update_profile(citizen, &profile, &names, now).await?;
    tx.commit().await?;
    app.post.wake();
    Ok(Removed::Done)
}

/// What of a profile signs in: the channels that are verified.
pub(super) fn names(app: &App, profile: &Profile) -> Vec<SignInName> {
    let scheme = app.settings.national_id.default_scheme();
    let verified = Channel::ALL.into_iter().filter_map(|channel| channel.verified_of(profile));
    verified.filter_map(|value| SignInName::parse(value, scheme).ok()).collect()
}
