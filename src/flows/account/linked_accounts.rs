//! Accounts that the citizen had at portals before: each is theirs by a code that the portal handed to its owner, which is good once.
//!
//! The code is looked at before it is used up: whoever enters it sees at which portal it is, and what of.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::assurance::AuthenticationMethod;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::Client;
use crate::domain::ids::{CitizenId, LinkId};
use crate::domain::linked_account::{LinkCode, LinkedAccount, OldAccount};
use crate::storage;

use super::super::audit::EventBuilder;
use super::super::session::CurrentSession;
use super::super::throttle::{Throttle, Tries, Whose};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};

/// What somebody asks with a code.
#[derive(Debug)]
#[must_use]
pub enum Answer<Done> {
    Done(Done),
    /// There is no such code, not any more, or its account is somebody's: which of them is nobody's business.
    WrongCode,
    Throttled {
        retry_after: Duration,
    },
    /// The session ended, or the account was locked.
    SignedOut,
}

/// What a code is of.
#[derive(Debug)]
pub struct Offered {
    pub client: Arc<Client>,
    pub account: OldAccount,
}

/// Those that are theirs, the oldest first.
pub async fn list(app: &App, citizen: CitizenId) -> Result<Vec<LinkedAccount>, FlowError> {
    Ok(app.store.read().await?.linked_accounts().of_citizen(citizen).await?)
}

/// What the code is of that was typed. It stays good.
pub async fn offered(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    typed: &str,
) -> Result<Answer<Offered>, FlowError> {
    let tries = match Guess::enter(app, visitor, current).await? {
        Ok(tries) => tries,
        Err(retry_after) => return Ok(Answer::Throttled { retry_after }),
    };
    let found = match LinkCode::read(typed) {
        None => None,
        Some(code) => app.store.read().await?.link_codes().find(&code, app.clock.now()).await?,
    };
    let client = match &found {
        None => None,
        Some(linkable) => app.clients.find(app, &linkable.client).await?.filter(|client| client.is_active()),
    };
    let (Some(linkable), Some(client)) = (found, client) else {
        app.record(linked(app, visitor, current, Outcome::Refused));
        return Ok(Answer::WrongCode);
    };
    tries.was_right(app).await?;
    Ok(Answer::Done(Offered { client, account: linkable.account }))
}

/// Makes the account theirs that the code is of. Nobody can do so with it again.
pub async fn link(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    typed: &str,
) -> Result<Answer<LinkedAccount>, FlowError> {
    let (citizen, now) = (current.citizen(), app.clock.now());
    let tries = match Guess::enter(app, visitor, current).await? {
        Ok(tries) => tries,
        Err(retry_after) => return Ok(Answer::Throttled { retry_after }),
    };
    let refused = || {
        app.record(linked(app, visitor, current, Outcome::Refused));
        Ok(Answer::WrongCode)
    };
    let Some(code) = LinkCode::read(typed) else { return refused() };
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Answer::SignedOut);
    }
    let id = LinkId::new(now, &*app.random);
    let storage::Linking::Done(link) = tx.linked_accounts().link(&code, citizen, id, now).await? else {
        drop(tx);
        return refused();
    };
    // A portal that does nothing any more has nothing linked to it either.
    if !tx.clients().find(&link.client).await?.is_some_and(|stored| stored.client.is_active()) {
        drop(tx);
        return refused();
    }
    let event = linked(app, visitor, current, Outcome::Success).of(&link.client).with("link", link.id);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    tries.was_right(app).await?;
    Ok(Answer::Done(link))
}

/// The account is nobody's from now on, and its portal is told nothing of it any more. Nothing where it was not theirs.
pub async fn end(app: &App, visitor: &Visitor, current: &CurrentSession, id: LinkId) -> Result<(), FlowError> {
    let citizen = current.citizen();
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(());
    }
    let Some(link) = tx.linked_accounts().of_citizen(citizen).await?.into_iter().find(|link| link.id == id) else {
        return Ok(());
    };
    if tx.linked_accounts().end(citizen, id).await? {
        let event = app.event(visitor, EventKind::AccountUnlinked, Outcome::Success).by(Actor::Citizen(citizen));
        let event = event.about(citizen).of(&link.client).with("link", id).with("device", &visitor.device_name);
        tx.audit().record(&event.build()).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn linked(app: &App, visitor: &Visitor, current: &CurrentSession, outcome: Outcome) -> EventBuilder {
    let citizen = current.citizen();
    let event = app.event(visitor, EventKind::AccountLinked, outcome).by(Actor::Citizen(citizen)).about(citizen);
    event.with("device", &visitor.device_name)
}

/// A code that somebody tries, counted with those that registrars hand over.
struct Guess(Tries);

impl Guess {
    async fn enter(
        app: &App,
        visitor: &Visitor,
        current: &CurrentSession,
    ) -> Result<Result<Self, Duration>, FlowError> {
        let whose = Whose::Citizen(current.citizen());
        let mut tries = Tries::new(app, visitor, AuthenticationMethod::CounterCode, None, whose)?;
        Ok(match tries.enter(app).await? {
            Throttle::Closed { retry_after, .. } => Err(retry_after),
            Throttle::Open => Ok(Self(tries)),
        })
    }

    /// It was no guess. The wrong ones before it stay counted: whoever has one code, which can be looked at again and again, would
    /// guess at others for ever.
    async fn was_right(self, app: &App) -> Result<(), FlowError> {
        self.0.withdraw(app).await
    }
}
