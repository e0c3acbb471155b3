//! The person is asked in whose name they act, where the portal asks for it and there is a choice.

use std::sync::Arc;

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::client::Client;
use crate::domain::grant::Authentication;
use crate::domain::ids::MandateId;
use crate::domain::mandate::InWhoseName;
use crate::domain::sign_in::{OutOfOrder, Purpose, SignIn, State};
use crate::storage::Held;

use super::super::organisation::acting;
use super::super::{App, FlowError};
use super::{save, step_up};

/// What the page asks.
#[derive(Debug)]
pub struct Question {
    pub client: Arc<Client>,
    /// For whom they may act at this portal now, the one first that the portal expects.
    pub options: Vec<Held>,
    /// Whether the first of them is the one that the portal expects.
    pub hinted: bool,
}

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    Myself,
    By(MandateId),
}

/// What became of a choice.
#[derive(Debug)]
pub enum Choice {
    Taken(Box<SignIn>),
    /// It is none that was offered, or is offered no more: the question stands.
    NotOffered,
    OutOfOrder,
}

/// The question, if it comes next in this sign-in.
pub async fn question(app: &App, sign_in: &SignIn) -> Result<Option<Question>, FlowError> {
    let Some((request, authentication)) = asked(sign_in) else { return Ok(None) };
    if step_up::missing(app, sign_in).await?.is_some() {
        return Ok(None);
    }
    let Some(client) = app.clients.find(app, &request.client_id).await? else { return Ok(None) };
    let mut options = acting::options(app, authentication.citizen, &client).await?;
    if options.is_empty() {
        return Ok(None);
    }
    let expects = |held: &Held| request.organisation_hint.is_some() && acting::is_hinted(request, held);
    options.sort_by_key(|held| !expects(held));
    let hinted = options.first().is_some_and(expects);
    Ok(Some(Question { client, options, hinted }))
}

/// Whether `authentication`'s person has still to be asked.
pub(super) async fn is_due(
    app: &App,
    sign_in: &SignIn,
    request: &AuthorizationRequest,
    authentication: &Authentication,
) -> Result<bool, FlowError> {
    if sign_in.in_whose_name.is_some() || !request.asks_in_whose_name() {
        return Ok(false);
    }
    let client = app.clients.load(app, &request.client_id).await?;
    Ok(!acting::options(app, authentication.citizen, &client).await?.is_empty())
}

/// Takes the choice, which is one of those that are offered to this person, at this portal, now.
pub async fn choose(app: &App, sign_in: SignIn, chosen: Chosen) -> Result<Choice, FlowError> {
    let Some(question) = question(app, &sign_in).await? else { return Ok(Choice::OutOfOrder) };
    let chosen = match chosen {
        Chosen::Myself => InWhoseName::Myself,
        Chosen::By(mandate) => match question.options.iter().find(|held| held.mandate.id == mandate) {
            Some(held) => InWhoseName::Organisation(held.acting()),
            None => return Ok(Choice::NotOffered),
        },
    };
    let Ok(sign_in) = sign_in.choose(chosen) else { return Ok(Choice::OutOfOrder) };
    Ok(match save(app, &sign_in).await? {
        Ok(()) => Choice::Taken(Box::new(sign_in)),
        Err(OutOfOrder) => Choice::OutOfOrder,
    })
}

fn asked(sign_in: &SignIn) -> Option<(&AuthorizationRequest, &Authentication)> {
    match (&sign_in.purpose, &sign_in.state) {
        (Purpose::Client(request), State::Authenticated(by)) if request.asks_in_whose_name() => Some((request, by)),
        _ => None,
    }
}

/// What whoever is asked is called themselves.
pub async fn own_name(app: &App, sign_in: &SignIn) -> Result<String, FlowError> {
    let Some((_, by)) = asked(sign_in) else { return Ok(String::new()) };
    let found = app.store.read().await?.citizens().find(by.citizen).await?;
    Ok(found.map(|citizen| citizen.profile.name).unwrap_or_default())
}
