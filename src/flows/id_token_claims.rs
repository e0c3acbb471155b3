//! What an ID token tells of the person, wherever it is issued: read anew, and written down before it is sent.

use serde_json::{Map, Value};

use crate::domain::authorization::ResponseType;
use crate::domain::claims_request::GrantedClaims;
use crate::domain::client::Client;
use crate::domain::ids::{CitizenId, GrantId};
use crate::domain::release::Door;
use crate::domain::scope::ScopeSet;
use crate::protocol::claims::{self, Gate};

use super::grant::Over;
use super::release::Told;
use super::visitor::Visitor;
use super::{App, FlowError, release};

/// The claims of the person in an ID token for `client` that stands on `grant`, with `scope` and what was `granted` beside it. Most ID tokens
/// have none, and then nothing is looked up.
pub async fn released(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    (citizen, grant): (CitizenId, GrantId),
    (scope, granted, response_type): (&ScopeSet, &GrantedClaims, ResponseType),
) -> Result<Result<Map<String, Value>, Over>, FlowError> {
    // What the client has lost since, it is not told.
    let scope = scope.intersection(&client.scopes);
    if !claims::id_token_tells(&scope, granted, response_type) {
        return Ok(Ok(Map::new()));
    }
    let found = app.store.read().await?.consents().known_to(citizen, &client.id).await?;
    let Some(known) = found.filter(|known| known.citizen.status.is_active()) else {
        return Ok(Err(Over::SignedOut));
    };
    let gate = Gate { client, citizen: &known.citizen, allowed: &known.allowed, door: Door::IdToken };
    let mut told = claims::in_id_token(&gate, &scope, granted, response_type);
    told.extend(release::verified(app, &gate, &granted.verified.id_token).await?);
    let about = Told { client, citizen, grant, door: Door::IdToken };
    release::record(app, visitor, about, &told).await?;
    Ok(Ok(told))
}
