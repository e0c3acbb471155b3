//! Redeeming an authorization code: spent once and judged.

use crate::crypto::token::{Token, TokenKind};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::Client;
use crate::domain::ids::GrantId;
use crate::domain::resource::ResourceId;
use crate::domain::secret::{SecretHash, SecretString};
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::resource_indicators::Held;
use crate::protocol::token::authorization_code::{CodeRequest, exchange};

use super::super::code::{self, Redemption};
use super::super::grant::FORGET_MARGIN;
use super::super::sender::BoundSender;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, access_token};
use super::{Redeemed, approval};

pub(super) async fn redeem(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    sender: &BoundSender,
    form: &Parameters,
    named: &[ResourceId],
) -> Result<Redeemed, FlowError> {
    let request = CodeRequest::read(form)?;
    let code = match code::redeem(app, &request.code).await? {
        Redemption::Fresh(code) => code,
        Redemption::Replayed(grant) => return replayed(app, visitor, client, grant, &request.code).await,
    };
    let now = app.clock.now();
    exchange(&code, &request, client, &sender.keys, now)?;
    let held = Held {
        resources: &code.approval.resources,
        scope: &code.approval.scope.intersection(&client.scopes),
        authorization_details: &code.approval.authorization_details,
    };
    access_token::foresee(app, client, held, named).await?;
    let written = approval::write(app, client, &code.approval, code.hash, sender.binding).await;
    if let Err(FlowError::Away(_)) = written {
        // Nothing was issued, and the portal is told to come again. Should the grant stand after all, its code's unique
        // hash keeps it from being granted a second time.
        code::give_back(app, &code).await?;
    }
    let mut redeemed = written?;
    if let Some(asked) = &request.authorization_details {
        // These tokens alone: what was granted can be asked for again with the refresh token.
        redeemed.authorization_details.0.retain(|detail| asked.0.contains(detail));
    }
    Ok(redeemed)
}

/// Someone else holds this code: whatever it was exchanged for dies with it (RFC 6749 §4.1.2).
async fn replayed(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    grant: GrantId,
    presented: &SecretString,
) -> Result<Redeemed, FlowError> {
    let hash = Token::parse(TokenKind::AuthorizationCode, presented.expose()).map(|token| token.hash());
    let hash = hash.map_err(|_| OAuthError::invalid_grant("the code is unknown or has expired"))?;
    revoke_replayed(app, visitor, client, grant, hash).await?;
    Err(OAuthError::invalid_grant("the code was already used; the tokens it was exchanged for have been revoked")
        .into())
}

/// Ends the grant that a code, of whatever kind, with this hash was or would have been redeemed for.
pub(super) async fn revoke_replayed(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    grant: GrantId,
    hash: SecretHash,
) -> Result<(), FlowError> {
    let now = app.clock.now();
    let event = app
        .event(visitor, EventKind::CodeReplayed, Outcome::Refused)
        .by(Actor::Client(client.id.clone()))
        .of(&client.id)
        .with("grant", grant);
    let mut tx = app.store.begin().await?;
    tx.grants().revoke_replayed(grant, hash, now + FORGET_MARGIN, now).await?;
    tx.audit().record(&event.build()).await?;
    Ok(tx.commit().await?)
}
