//! The person is asked whether the portal may receive what it asks for.

use std::sync::Arc;

use serde_json::Value;

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::citizen::Citizen;
use crate::domain::claims;
use crate::domain::client::Client;
use crate::domain::grant::Authentication;
use crate::domain::sign_in::{OutOfOrder, Purpose, SignIn, State, Step};
use crate::protocol::OAuthError;
use crate::storage::Standing;

use super::super::visitor::Visitor;
use super::super::{App, FlowError, consent, short_lived};
use super::{Next, finish, save};

/// What the consent page shows.
#[derive(Debug)]
pub struct Question {
    pub client: Arc<Client>,
    pub request: Box<AuthorizationRequest>,
    /// Claims with the values that would be sent, masked where a glance over a shoulder should not read them.
    pub items: Vec<Item>,
    /// Claims of which nothing is known today: allowing covers them, should that change.
    pub unknown: Vec<&'static str>,
    /// The portal may come back for fresh data while the person is away.
    pub offline: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    pub claim: &'static str,
    pub value: Preview,
}

/// A value as the page shows it.
#[derive(Debug, PartialEq, Eq)]
pub enum Preview {
    Text(String),
    /// `YYYY-MM-DD`, for the page to write in the person's language.
    Date(String),
    Gender(String),
    Level(i16),
    /// Nothing is known; nothing would be sent.
    Nothing,
}

/// The question, if it comes next in this sign-in.
pub async fn question(app: &App, sign_in: &SignIn) -> Result<Option<Question>, FlowError> {
    let (Purpose::Client(request), State::Authenticated(authentication)) = (&sign_in.purpose, &sign_in.state) else {
        return Ok(None);
    };
    let Some(client) = app.clients.find(app, &request.client_id).await? else {
        return Ok(None);
    };
    let citizen = app.store.read().await?.citizens().find(authentication.citizen).await?;
    // A lock that this server's own memory has not heard of: what is known of the person is not shown any more.
    let Some(citizen) = citizen.filter(|citizen| Standing::of(citizen).honours(authentication)) else {
        return Err(OAuthError::access_denied("the account is locked, or was signed out everywhere").into());
    };
    Ok(Some(Question {
        client,
        items: items(&citizen, request),
        unknown: unknown(&citizen, request),
        offline: request.scope.contains("offline_access"),
        request: request.clone(),
    }))
}

fn items(citizen: &Citizen, request: &AuthorizationRequest) -> Vec<Item> {
    let released = claims::release(citizen, &request.scope);
    told(request)
        .filter_map(|claim| Some(Item { claim, value: preview(citizen, claim, released.get(claim)?) }))
        .collect()
}

fn unknown(citizen: &Citizen, request: &AuthorizationRequest) -> Vec<&'static str> {
    let released = claims::release(citizen, &request.scope);
    told(request).filter(|claim| !released.contains_key(*claim)).collect()
}

/// The claims that are asked for, without those that only say something of another.
fn told(request: &AuthorizationRequest) -> impl Iterator<Item = &'static str> {
    claims::CLAIMS
        .iter()
        .filter(|rule| request.scope.contains(rule.scope))
        .map(|rule| rule.claim)
        .filter(|claim| !claim.ends_with("_verified") && !matches!(*claim, "updated_at" | "national_id_scheme"))
}

fn preview(citizen: &Citizen, claim: &str, value: &Value) -> Preview {
    match (claim, value) {
        ("national_id", _) => Preview::Text(citizen.national_id.masked()),
        ("birthdate", Value::String(date)) => Preview::Date(date.clone()),
        ("gender", Value::String(gender)) => Preview::Gender(gender.clone()),
        ("account_level", Value::Number(level)) => {
            Preview::Level(level.as_i64().and_then(|level| i16::try_from(level).ok()).unwrap_or_default())
        }
        ("phone_number", Value::String(number)) => Preview::Text(mask_tail(number)),
        ("address", Value::Object(address)) => match address.get("formatted").and_then(Value::as_str) {
            Some(formatted) => Preview::Text(formatted.to_owned()),
            None => {
                let parts: Vec<&str> = address.values().filter_map(Value::as_str).collect();
                Preview::Text(parts.join(", "))
            }
        },
        (_, Value::String(text)) => Preview::Text(text.clone()),
        _ => Preview::Nothing,
    }
}

/// All but the calling code and the last three digits hidden.
fn mask_tail(number: &str) -> String {
    let count = number.chars().count();
    number.chars().enumerate().map(|(at, c)| if at < 3 || at + 3 >= count { c } else { '•' }).collect()
}

/// The person allows it.
pub async fn allow(app: &App, visitor: &Visitor, sign_in: SignIn) -> Result<Result<SignIn, OutOfOrder>, FlowError> {
    let Some((request, authentication)) = asked(&sign_in) else {
        return Ok(Err(OutOfOrder));
    };
    let client = app.clients.load(app, &request.client_id).await?;
    consent::grant(app, visitor, &client, request, authentication.citizen).await?;
    match sign_in.consent() {
        Ok(sign_in) => Ok(save(app, &sign_in).await?.map(|()| sign_in)),
        Err(fault) => Ok(Err(fault)),
    }
}

/// The person does not allow it: the client is told, and the sign-in is gone. The session stays: they have signed in.
pub async fn deny(app: &App, visitor: &Visitor, sign_in: SignIn) -> Result<Next, FlowError> {
    let Some((request, authentication)) = asked(&sign_in) else {
        return Ok(Next::Page(sign_in.next_step()));
    };
    let event = app
        .event(visitor, EventKind::ConsentDenied, Outcome::Success)
        .by(Actor::Citizen(authentication.citizen))
        .about(authentication.citizen)
        .of(&request.client_id)
        .with("scope", &request.scope);
    if app.sessions.take(&short_lived::sign_in(sign_in.id)).await?.is_none() {
        return Ok(Next::Page(Step::Identify));
    }
    app.record(event);
    let refusal = OAuthError::access_denied("the person did not allow it");
    Ok(finish::refusal(app, &sign_in.purpose, refusal))
}

fn asked(sign_in: &SignIn) -> Option<(&AuthorizationRequest, &Authentication)> {
    match (&sign_in.purpose, &sign_in.state) {
        (Purpose::Client(request), State::Authenticated(authentication)) => Some((request, authentication)),
        _ => None,
    }
}
