//! Revocation (RFC 7009). Either token of a grant ends the whole grant: a revoked access token whose refresh token
//! went on would be revoked for minutes only. A token that stands on no grant of the client's own ends by itself.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::Client;
use crate::domain::grant::RefreshState;
use crate::domain::ids::GrantId;
use crate::protocol::revocation::RevocationRequest;
use crate::storage::{LiveGrant, RevocationReason};

use super::access_token::Presented;
use super::client_request::ClientRequest;
use super::{App, FlowError, access_token, client_authentication};

/// What ends.
enum Ends {
    Grant(GrantId),
    Token(Box<Presented>),
}

/// Revokes. A token that is unknown, over, or another client's is answered like one that was revoked (§2.2).
pub async fn revoke(app: &App, request: &ClientRequest<'_>) -> Result<(), FlowError> {
    let client = client_authentication::authenticate(app, request).await?;
    let asked = RevocationRequest::read(request.form)?;
    let event = app
        .event(request.visitor, EventKind::TokenRevoked, Outcome::Success)
        .by(Actor::Client(client.id.clone()))
        .of(&client.id);
    match held(app, &client, asked.token.expose()).await? {
        None => {}
        Some(Ends::Grant(grant)) => {
            let mut tx = app.store.begin().await?;
            tx.grants().revoke(grant, RevocationReason::Client, app.clock.now()).await?;
            tx.audit().record(&event.with("grant", grant).build()).await?;
            tx.commit().await?;
        }
        Some(Ends::Token(presented)) => {
            access_token::revoke(app, &presented).await?;
            app.record(event.with("token", &presented.token.id));
        }
    }
    Ok(())
}

/// What ends with `text`, if it is a token of this client's.
async fn held(app: &App, client: &Client, text: &str) -> Result<Option<Ends>, FlowError> {
    if let Some(refresh) = app.keys.refresh_token(text) {
        let grant = GrantId::from_uuid(refresh.locator());
        let found = app.store.read().await?.grants().find_live(grant).await?;
        let held = found.is_some_and(|LiveGrant { grant, .. }| {
            let held = |state: RefreshState| state.current == refresh.hash() || state.parent == Some(refresh.hash());
            grant.client == client.id && grant.refresh.is_some_and(held)
        });
        return Ok(held.then_some(Ends::Grant(grant)));
    }
    let Ok(presented) = access_token::open(app, text).await? else { return Ok(None) };
    if presented.token.client != client.id {
        return Ok(None);
    }
    let Some(grant) = presented.token.grant else { return Ok(Some(Ends::Token(Box::new(presented)))) };
    let found = app.store.read().await?.grants().find_live(grant).await?;
    Ok(found.map(|LiveGrant { grant, .. }| match grant.client == client.id {
        true => Ends::Grant(grant.id),
        // It was exchanged for a token of another client's, whose grant is not this one's to end.
        false => Ends::Token(Box::new(presented)),
    }))
}
