//! From what a citizen approved to the grant that tokens are issued for, whichever way the client came for it.

use crate::domain::audit::EventKind;
use crate::domain::client::{Client, GrantType};
use crate::domain::grant::{Approval, Grant, RefreshState};
use crate::domain::ids::GrantId;
use crate::domain::key_binding::KeyBinding;
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::storage::{Exchange, NewGrant};

use super::super::details_types;
use super::super::grant::{self, FORGET_MARGIN, Over, hold_consent, hold_mandate, hold_session};
use super::super::{App, FlowError};
use super::{Basis, Redeemed};

/// Writes the grant that `approval` stands for. The unique hash of what it was redeemed with is the last arbiter of its
/// single use.
///
/// # Errors
/// `invalid_grant` where it was redeemed or revoked before, or the person, their session or their consent is gone.
pub(super) async fn write(
    app: &App,
    client: &Client,
    approval: &Approval,
    redeemed_with: SecretHash,
    binding: Option<KeyBinding>,
) -> Result<Redeemed, FlowError> {
    let now = app.clock.now();
    let lifetimes = &app.settings.lifetimes;
    let citizen = approval.authentication.citizen;
    // What the client has lost since, it is not granted.
    let scope = approval.scope.intersection(&client.scopes);
    let claims = approval.claims.clone().limited_to(client);
    let details = details_types::still_held(app, client, approval.authorization_details.clone()).await?;
    let granted = grant::claims(app, &claims, citizen).await?;
    let chosen = grant::in_whose_name(&scope, &claims, approval.acting);
    let mut tx = app.store.begin().await?;
    let over = |over: Over| OAuthError::invalid_grant(over.sentence());
    hold_mandate(client, citizen, approval.acting, now, &mut tx).await?.map_err(over)?;
    let held = hold_consent(client, citizen, (&scope, &claims), now, &mut tx).await?;
    let consent_ends = held.map_err(over)?;
    let refresh = scope.contains("offline_access") && client.grant_types.contains(&GrantType::RefreshToken);
    let refresh = refresh.then(|| first_refresh_token(app, approval.grant, consent_ends, now)).transpose()?;
    let (refresh_token, refresh) = refresh.unzip();
    let grant = Grant {
        id: approval.grant,
        client: client.id.clone(),
        scope,
        claims: granted,
        nonce: approval.nonce.clone(),
        authentication: approval.authentication.clone(),
        acr: approval.acr.clone(),
        resources: approval.resources.clone(),
        authorization_details: details,
        acting: approval.acting,
        // A client that proves itself has its refresh tokens bound by that, and may change its keys (RFC 9449 section 5).
        binding: binding.filter(|_| client.authentication.is_public()),
        created_at: now,
        revoked_at: None,
        refresh,
    };
    let forget_after = match &grant.refresh {
        Some(refresh) => refresh.expires_at,
        None => now + lifetimes.access_token,
    } + FORGET_MARGIN;
    match tx.grants().create(&NewGrant { grant: &grant, code_hash: redeemed_with, forget_after }).await? {
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
    hold_session(app, client, (&grant.authentication, chosen), &mut tx).await?.map_err(over)?;
    tx.commit().await?;
    Ok(Redeemed {
        scope: grant.scope.clone(),
        resources: grant.resources.clone(),
        authorization_details: grant.authorization_details.clone(),
        nonce: grant.nonce.clone(),
        basis: Basis::Grant(Box::new(grant)),
        refresh_token,
        event: EventKind::TokensIssued,
    })
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
    let token = app.keys.first_refresh_token(grant, &*app.random)?.of(app.mode);
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
