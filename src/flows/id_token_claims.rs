//! What an ID token tells of the person, wherever it is issued: read anew, and written down before it is sent.

use serde_json::{Map, Value};

use crate::domain::authorization::ResponseType;
use crate::domain::claims::{LINKED_ACCOUNTS, ORGANISATION};
use crate::domain::claims_request::GrantedClaims;
use crate::domain::client::Client;
use crate::domain::grant::Grant;
use crate::domain::mandate::NotInForce;
use crate::domain::release::Door;
use crate::domain::scope::ScopeSet;
use crate::protocol::claims::{self, Gate};
use crate::protocol::organisation_claim;

use super::grant::Over;
use super::release::Told;
use super::visitor::Visitor;
use super::{App, FlowError, linked_accounts, organisation, release};

/// The claims of the person in an ID token for `client` that stands on `grant`, with `scope` and what was `granted` beside it, and for whom
/// they act. Most ID tokens
/// have none, and then nothing is looked up.
pub async fn released(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    grant: &Grant,
    (scope, granted, response_type): (&ScopeSet, &GrantedClaims, ResponseType),
) -> Result<Result<Map<String, Value>, Over>, FlowError> {
    // What the client has lost since, it is not told.
    let scope = scope.intersection(&client.scopes);
    if grant.acting.is_none() && !claims::id_token_tells(&scope, granted, response_type) {
        return Ok(Ok(Map::new()));
    }
    let citizen = grant.authentication.citizen;
    let organisation = match grant.acting {
        None => None,
        // Whoever acts for somebody else is never taken for acting for themselves: nothing is told then.
        Some(acting) => match organisation::acting::find(app, client, citizen, acting).await? {
            Some(held) => Some(organisation_claim::of(&held.organisation, &held.mandate)),
            None => return Ok(Err(Over::NotInForce(NotInForce::Ended))),
        },
    };
    let found = app.store.read().await?.consents().known_to(citizen, &client.id).await?;
    let Some(known) = found.filter(|known| known.citizen.status.is_active()) else {
        return Ok(Err(Over::SignedOut));
    };
    let gate = Gate { client, citizen: &known.citizen, allowed: &known.allowed, door: Door::IdToken };
    let mut told = claims::in_id_token(&gate, &scope, granted, response_type);
    told.extend(release::verified(app, &gate, &granted.verified.id_token).await?);
    if claims::is_asked_in_id_token(LINKED_ACCOUNTS, &scope, granted, response_type) {
        told.extend(linked_accounts::told(app, &gate).await?);
    }
    told.extend(organisation.map(|organisation| (ORGANISATION.to_owned(), organisation)));
    let about = Told { client, citizen, grant, door: Door::IdToken };
    release::record(app, visitor, about, &told).await?;
    Ok(Ok(told))
}
