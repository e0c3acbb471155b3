//! Redeeming a refresh token: rotated in one statement; a retry within the grace gets the same successor; theft ends
//! the grant (RFC 9700 §4.14.2). Where the client's policy says so, it stays the one there is (FAPI 2.0 Security Profile
//! §5.3.2.1).

use crate::crypto::token::Token;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::authorization_details::AuthorizationDetails;
use crate::domain::client::Client;
use crate::domain::grant::Grant;
use crate::domain::ids::GrantId;
use crate::domain::resource::ResourceId;
use crate::domain::secret::SecretString;
use crate::protocol::parameters::Parameters;
use crate::protocol::resource_indicators::Held;
use crate::protocol::token::refresh_token::{RefreshRequest, narrow};
use crate::protocol::{OAuthError, authorization_details};
use crate::storage::{RefreshRefusal, RefreshRotation, RevocationReason, Rotation, Successor};

use super::super::sender::BoundSender;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, access_token, details_types, organisation};
use super::{Basis, Redeemed};

pub(super) async fn redeem(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    sender: &BoundSender,
    form: &Parameters,
    named: &[ResourceId],
) -> Result<Redeemed, FlowError> {
    let request = RefreshRequest::read(form)?;
    let presented = app.keys.refresh_token(request.token.expose());
    let presented = presented.ok_or_else(|| OAuthError::invalid_grant("not a refresh token of this issuer"))?;
    if !client.scopes.contains("offline_access") {
        return Err(OAuthError::unauthorized_client("this client may not refresh tokens any more").into());
    }
    if request.scope.is_some() || request.authorization_details.is_some() || !named.is_empty() {
        refuse_what_was_not_granted(app, client, &presented, &request, named).await?;
    }
    let now = app.clock.now();
    let lifetimes = &app.settings.lifetimes;
    let next = app.policy(client).rotates_refresh_tokens().then(|| app.keys.successor(&presented)).transpose()?;
    let successor = match &next {
        Some((next, key_version)) => Successor::Next { hash: next.hash(), key_version: *key_version },
        None => Successor::Itself,
    };
    let rotation = RefreshRotation {
        grant: GrantId::from_uuid(presented.locator()),
        client: &client.id,
        presented: presented.hash(),
        successor,
        proven: sender.keys,
        idle_expires_at: now + lifetimes.refresh_idle,
        grace: lifetimes.refresh_grace,
        now,
    };
    let rotated = app.store.write().await?.grants().rotate_refresh(&rotation).await?;
    let (grant, token) = match rotated {
        Rotation::Rotated(grant) => (grant, next.map_or(presented, |(next, _)| next).text()),
        Rotation::Retried(grant) => {
            let token = same_successor(app, &presented, &grant)?;
            (grant, token)
        }
        Rotation::Stolen(grant) => return stolen(app, visitor, client, &grant).await,
        Rotation::Refused(refusal) => return Err(refused(refusal).into()),
    };
    if !organisation::acting::stands(app, client, grant.authentication.citizen, grant.acting).await? {
        return mandate_lost(app, visitor, client, &grant).await;
    }
    let scope = narrow(&grant, &client.scopes, request.scope.as_ref())?;
    Ok(Redeemed {
        scope,
        resources: grant.resources.clone(),
        authorization_details: narrowed_details(app, client, &grant, &request).await?,
        basis: Basis::Grant(Box::new(grant)),
        refresh_token: Some(token),
        nonce: None,
        event: EventKind::TokensRefreshed,
    })
}

/// Looked at before the token is spent: a portal that asks for too much is told so and keeps what it has. Whose token it
/// is, and whether it is still good, is decided by the rotation.
async fn refuse_what_was_not_granted(
    app: &App,
    client: &Client,
    presented: &Token,
    asked: &RefreshRequest,
    named: &[ResourceId],
) -> Result<(), FlowError> {
    let id = GrantId::from_uuid(presented.locator());
    let found = app.store.read().await?.grants().find_live(id).await?;
    if let Some(found) = found.filter(|found| found.grant.client == client.id) {
        let grant = &found.grant;
        let held = Held {
            resources: &grant.resources,
            scope: &narrow(grant, &client.scopes, asked.scope.as_ref())?,
            authorization_details: &narrowed_details(app, client, grant, asked).await?,
        };
        access_token::foresee(app, client, held, named).await?;
    }
    Ok(())
}

/// The details of the tokens to issue: what was granted and the client still may have, or the part of it that is asked for.
async fn narrowed_details(
    app: &App,
    client: &Client,
    grant: &Grant,
    request: &RefreshRequest,
) -> Result<AuthorizationDetails, FlowError> {
    let held = details_types::still_held(app, client, grant.authorization_details.clone()).await?;
    Ok(authorization_details::narrow(held, request.authorization_details.as_ref())?)
}

/// The successor that was derived when the parent was rotated, with the key of that time.
fn same_successor(app: &App, parent: &Token, grant: &Grant) -> Result<SecretString, FlowError> {
    let version = grant.refresh.as_ref().map_or(0, |refresh| refresh.key_version);
    Ok(app.keys.successor_of_version(parent, version)?.text())
}

fn refused(refusal: RefreshRefusal) -> OAuthError {
    OAuthError::invalid_grant(match refusal {
        RefreshRefusal::Unknown => "the refresh token is unknown, or was issued to another client",
        RefreshRefusal::Revoked => "the refresh token was revoked",
        RefreshRefusal::Expired => "the refresh token has expired",
        RefreshRefusal::CitizenNotActive => "the account is not active",
        RefreshRefusal::ClientDisabled => "this client has been disabled",
        RefreshRefusal::KeyNotProven => {
            "the refresh token is bound to a key: it needs a DPoP proof by that key, or the certificate that it was issued to"
        }
    })
}

/// The person may not act any more for whom they did: its time was over, or its organisation was suspended. What stood on it ends.
async fn mandate_lost(app: &App, visitor: &Visitor, client: &Client, grant: &Grant) -> Result<Redeemed, FlowError> {
    let event = app
        .event(visitor, EventKind::TokenRevoked, Outcome::Success)
        .by(Actor::System)
        .about(grant.authentication.citizen)
        .of(&client.id)
        .with("grant", grant.id)
        .with("why", RevocationReason::MandateEnded.as_str());
    let mut tx = app.store.begin().await?;
    tx.grants().revoke(grant.id, RevocationReason::MandateEnded, app.clock.now()).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Err(OAuthError::invalid_grant("the person may no longer act for the organisation here").into())
}

async fn stolen(app: &App, visitor: &Visitor, client: &Client, grant: &Grant) -> Result<Redeemed, FlowError> {
    let event = app
        .event(visitor, EventKind::RefreshTokenReplayed, Outcome::Refused)
        .by(Actor::Client(client.id.clone()))
        .about(grant.authentication.citizen)
        .of(&client.id)
        .with("grant", grant.id);
    let mut tx = app.store.begin().await?;
    tx.grants().revoke(grant.id, RevocationReason::RefreshTokenReplayed, app.clock.now()).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Err(OAuthError::invalid_grant("the refresh token was already used; all tokens of this sign-in have been revoked")
        .into())
}
