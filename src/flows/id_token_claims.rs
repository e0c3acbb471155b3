//! What an ID token tells of the person, wherever it is issued: read anew, and written down before it is sent.

use serde_json::{Map, Value};

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::authorization::ResponseType;
use crate::domain::claims_request::GrantedClaims;
use crate::domain::client::Client;
use crate::domain::ids::CitizenId;
use crate::domain::scope::ScopeSet;
use crate::protocol::claims;

use super::grant::Over;
use super::visitor::Visitor;
use super::{App, FlowError};

/// The claims of the person in an ID token for `client`, with `scope` and what was `granted` beside it. Most ID tokens
/// have none, and then nothing is looked up.
pub async fn released(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    citizen: CitizenId,
    (scope, granted, response_type): (&ScopeSet, &GrantedClaims, ResponseType),
) -> Result<Result<Map<String, Value>, Over>, FlowError> {
    // What the client has lost since, it is not told.
    let (scope, granted) = (scope.intersection(&client.scopes), granted.clone().limited_to(&client.scopes));
    if !claims::id_token_tells(&scope, &granted, response_type) {
        return Ok(Ok(Map::new()));
    }
    let found = app.store.read().await?.citizens().find(citizen).await?;
    let Some(known) = found.filter(|citizen| citizen.status.is_active()) else {
        return Ok(Err(Over::SignedOut));
    };
    let told = claims::in_id_token(&known, &scope, &granted, response_type);
    let names: Vec<&str> = told.keys().map(String::as_str).collect();
    let event = app
        .event(visitor, EventKind::DataReleased, Outcome::Success)
        .by(Actor::Client(client.id.clone()))
        .about(citizen)
        .of(&client.id)
        .with("claims", names.join(" "));
    app.record_before_answer(event).await?;
    Ok(Ok(told))
}
