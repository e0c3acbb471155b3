//! Revocation (RFC 7009). Either token of a grant ends the whole grant: a revoked access token whose refresh token
//! went on would be revoked for minutes only.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::Client;
use crate::domain::grant::RefreshState;
use crate::domain::ids::GrantId;
use crate::protocol::access_token;
use crate::protocol::revocation::RevocationRequest;
use crate::storage::{LiveGrant, RevocationReason};

use super::client_request::ClientRequest;
use super::{App, FlowError, client_authentication};

/// Revokes. A token that is unknown, over, or another client's is answered like one that was revoked (§2.2).
pub async fn revoke(app: &App, request: &ClientRequest<'_>) -> Result<(), FlowError> {
    let client = client_authentication::authenticate(app, request).await?;
    let asked = RevocationRequest::read(request.form)?;
    let Some(grant) = grant_of(app, &client, asked.token.expose()).await? else {
        return Ok(());
    };
    let event = app
        .event(request.visitor, EventKind::TokenRevoked, Outcome::Success)
        .by(Actor::Client(client.id.clone()))
        .of(&client.id)
        .with("grant", grant);
    let mut tx = app.store.begin().await?;
    tx.grants().revoke(grant, RevocationReason::Client, app.clock.now()).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(())
}

/// The grant that `presented` stands on, if it is a token of this client's.
async fn grant_of(app: &App, client: &Client, presented: &str) -> Result<Option<GrantId>, FlowError> {
    if let Some(refresh) = app.keys.refresh_token(presented) {
        let grant = GrantId::from_uuid(refresh.locator());
        let found = app.store.read().await?.grants().find_live(grant).await?;
        let held = found.is_some_and(|LiveGrant { grant, .. }| {
            let held = |state: RefreshState| state.current == refresh.hash() || state.parent == Some(refresh.hash());
            grant.client == client.id && grant.refresh.is_some_and(held)
        });
        return Ok(held.then_some(grant));
    }
    let claims = access_token::verify(presented, app.issuer(), &app.keys.ring(), app.clock.now()).ok();
    Ok(claims.filter(|claims| claims.client_id == client.id).and_then(|claims| claims.grant))
}
