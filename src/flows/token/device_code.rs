//! Redeeming a device code: asked for again and again until the person has decided (RFC 8628 §3.4), and spent once.

use crate::crypto::token::{Token, TokenKind};
use crate::domain::client::Client;
use crate::domain::device_authorization::{DeviceAuthorization, DeviceState};
use crate::domain::polling::Pace;
use crate::domain::resource::ResourceId;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::resource_indicators::Held;
use crate::protocol::token::device_code::{DeviceCodeRequest, Standing, standing, wait};

use super::super::device::REMEMBERED;
use super::super::sender::BoundSender;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, access_token, short_lived};
use super::{Redeemed, approval, authorization_code};

pub(super) async fn redeem(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    sender: &BoundSender,
    form: &Parameters,
    named: &[ResourceId],
) -> Result<Redeemed, FlowError> {
    let request = DeviceCodeRequest::read(form)?;
    let unknown = || OAuthError::invalid_grant("the device_code is unknown or has long expired");
    let token = Token::parse(TokenKind::DeviceCode, request.device_code.expose()).map_err(|_| unknown())?;
    let key = short_lived::device_code(&token.hash());
    let found = app.sessions.get(&key).await?.ok_or_else(unknown)?;
    let now = app.clock.now();
    let grant = match standing(&found, client, now)? {
        Standing::Pending => return Err(pending(app, &found).await?.into()),
        Standing::Approved(approval) => {
            // What cannot be issued is said before the approval is spent.
            let held = Held {
                resources: &approval.resources,
                scope: &approval.scope.intersection(&client.scopes),
                authorization_details: &approval.authorization_details,
            };
            access_token::foresee(app, client, held, named).await?;
            approval.grant
        }
        Standing::Spent => return replayed(app, visitor, client, &found).await,
    };
    // Of many that read the approval, one takes it.
    let spent = DeviceAuthorization { state: DeviceState::Spent(grant), ..found };
    let before = app.sessions.swap(&key, &spent, REMEMBERED).await?.ok_or_else(unknown)?;
    let DeviceState::Approved(approved) = &before.state else {
        return replayed(app, visitor, client, &before).await;
    };
    let written = approval::write(app, client, approved, before.hash, sender.binding).await;
    if let Err(FlowError::Away(_)) = written {
        // Nothing was issued, and the device asks again anyway.
        app.sessions.swap(&key, &before, now.until(before.expires_at) + REMEMBERED).await?;
    }
    written
}

/// Nobody has decided yet. Only who waits is held to a pace: an approval is worth no further wait.
async fn pending(app: &App, asked: &DeviceAuthorization) -> Result<OAuthError, FlowError> {
    let now = app.clock.now();
    let key = short_lived::device_pace(&asked.hash);
    let (pace, kept) = Pace::asked(app.sessions.get(&key).await?, now);
    app.sessions.put(&key, &pace, now.until(asked.expires_at)).await?;
    Ok(wait(kept))
}

/// Someone else holds this code: what was issued for it dies with it, as with an authorization code.
async fn replayed(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    spent: &DeviceAuthorization,
) -> Result<Redeemed, FlowError> {
    let DeviceState::Spent(grant) = spent.state else {
        return Err(OAuthError::invalid_grant("the device_code was already used").into());
    };
    authorization_code::revoke_replayed(app, visitor, client, grant, spent.hash).await?;
    let told = "the device_code was already used; the tokens it was exchanged for have been revoked";
    Err(OAuthError::invalid_grant(told).into())
}
