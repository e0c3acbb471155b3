//! Redeeming an authorization code: spent once, judged, and written as a grant.

use crate::crypto::token::{Token, TokenKind};
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::client::{Client, GrantType};
use crate::domain::grant::{AuthorizationCode, Grant, RefreshState};
use crate::domain::ids::GrantId;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::token::authorization_code::{CodeRequest, exchange};
use crate::storage::{Exchange, NewGrant};

use super::super::code::{self, Redemption};
use super::super::grant::{self, FORGET_MARGIN, Over, hold_consent, hold_session};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::Redeemed;

pub(super) async fn redeem(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    form: &Parameters,
) -> Result<Redeemed, FlowError> {
    let request = CodeRequest::read(form)?;
    let code = match code::redeem(app, &request.code).await? {
        Redemption::Fresh(code) => code,
        Redemption::Replayed(grant) => return replayed(app, visitor, client, grant, &request.code).await,
    };
    let now = app.clock.now();
    exchange(&code, &request, client, now)?;
    let written = write(app, client, &code, now).await;
    if let Err(FlowError::Away(_)) = written {
        // Nothing was issued, and the portal is told to come again. Should the grant stand after all, its code's unique
        // hash keeps it from being granted a second time.
        code::give_back(app, &code).await?;
    }
    written
}

/// The first refresh token of a grant, and what is kept of it. Nothing is refreshed once the consent has ended.
fn first_refresh_token(
    app: &App,
    grant: GrantId,
    consent_ends: Option<Timestamp>,
    now: Timestamp,
) -> Result<(SecretString, RefreshState), FlowError> {
    let lifetimes = &app.settings.lifetimes;
    let family_ends = now + lifetimes.refresh_absolute;
    let token = app.keys.first_refresh_token(grant, &*app.random)?;
    let state = RefreshState {
        current: token.hash(),
        parent: None,
        rotated_at: now,
        idle_expires_at: now + lifetimes.refresh_idle,
        expires_at: consent_ends.map_or(family_ends, |end| end.min(family_ends)),
        key_version: app.keys.succession_version(),
    };
    Ok((token.text(), state))
}

/// Writes the grant that the code stands for. Its unique code hash is the last arbiter of the code's single use.
async fn write(app: &App, client: &Client, code: &AuthorizationCode, now: Timestamp) -> Result<Redeemed, FlowError> {
    let lifetimes = &app.settings.lifetimes;
    // What the client has lost since, it is not granted.
    let scope = code.scope.intersection(&client.scopes);
    let claims = code.claims.clone().limited_to(&client.scopes);
    let granted = grant::claims(app, &claims, code.authentication.citizen).await?;
    let mut tx = app.store.begin().await?;
    let over = |over: Over| OAuthError::invalid_grant(over.sentence());
    let held = hold_consent(client, code.authentication.citizen, (&scope, &claims), now, &mut tx).await?;
    let consent_ends = held.map_err(over)?;
    let refresh = scope.contains("offline_access") && client.grant_types.contains(&GrantType::RefreshToken);
    let refresh = refresh.then(|| first_refresh_token(app, code.grant, consent_ends, now)).transpose()?;
    let (refresh_token, refresh) = refresh.unzip();
    let grant = Grant {
        id: code.grant,
        client: client.id.clone(),
        scope,
        claims: granted,
        nonce: code.nonce.clone(),
        authentication: code.authentication.clone(),
        acr: code.acr.clone(),
        created_at: now,
        revoked_at: None,
        refresh,
    };
    let forget_after = match &grant.refresh {
        Some(refresh) => refresh.expires_at,
        None => now + lifetimes.access_token,
    } + FORGET_MARGIN;
    match tx.grants().create(&NewGrant { grant: &grant, code_hash: code.hash, forget_after }).await? {
        Exchange::Granted => {}
        Exchange::AlreadyExchanged => {
            drop(tx);
            return Err(OAuthError::invalid_grant("the code was already used").into());
        }
        Exchange::Revoked => {
            drop(tx);
            let told = "what was granted with the code has been revoked";
            return Err(OAuthError::invalid_grant(told).into());
        }
    }
    hold_session(app, client, &grant.authentication, &mut tx).await?.map_err(over)?;
    tx.commit().await?;
    Ok(Redeemed {
        scope: grant.scope.clone(),
        nonce: grant.nonce.clone(),
        grant,
        refresh_token,
        event: EventKind::TokensIssued,
    })
}

/// Someone else holds this code: whatever it was exchanged for dies with it (RFC 6749 §4.1.2).
async fn replayed(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    grant: GrantId,
    presented: &SecretString,
) -> Result<Redeemed, FlowError> {
    let now = app.clock.now();
    let event = app
        .event(visitor, EventKind::CodeReplayed, Outcome::Refused)
        .by(crate::domain::audit::Actor::Client(client.id.clone()))
        .of(&client.id)
        .with("grant", grant);
    let hash = Token::parse(TokenKind::AuthorizationCode, presented.expose()).map(|token| token.hash());
    let hash = hash.map_err(|_| OAuthError::invalid_grant("the code is unknown or has expired"))?;
    let mut tx = app.store.begin().await?;
    tx.grants().revoke_replayed(grant, hash, now + FORGET_MARGIN, now).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Err(OAuthError::invalid_grant("the code was already used; the tokens it was exchanged for have been revoked")
        .into())
}
