//! The device authorization endpoint: RFC 8628 §3.1.

use crate::crypto::token::{Token, TokenKind};
use crate::domain::device_authorization::{AskedFrom, DeviceAuthorization, DeviceState};
use crate::domain::ids::GrantId;
use crate::domain::secret::SecretHash;
use crate::domain::user_code::UserCode;
use crate::protocol::OAuthError;
use crate::protocol::authorize::Channel;
use crate::protocol::authorize::checks::Context;
use crate::protocol::device_authorization::{DeviceAuthorizationResponse, judge};
use crate::sessions::Claim;

use super::super::client_request::ClientRequest;
use super::super::throttle::{self, Throttle};
use super::super::{App, FlowError, client_authentication, details_types, sender, short_lived};
use super::REMEMBERED;

/// Of so few codes that live at once, the next one drawn is hardly ever taken; never so often in a row.
const DRAWS: usize = 8;

/// Gives a client's program the two codes.
pub async fn begin(app: &App, request: &ClientRequest<'_>) -> Result<DeviceAuthorizationResponse, FlowError> {
    if let Some(name) = request.form.repeated().filter(|name| *name != "resource") {
        return Err(OAuthError::invalid_request(format!("{name} is given more than once")).into());
    }
    let client = client_authentication::authenticate(app, request).await?;
    sender::without_proof(request.sender)?;
    let now = app.clock.now();
    let keys = app.keys.ring();
    let context = Context {
        channel: Channel::Direct,
        issuer: app.issuer(),
        keys: &keys,
        registry: &*app.resource_servers.registry(app).await?,
        now,
        policies: &app.settings.policies,
        acr: &app.settings.acr,
        attainable: &app.attainable,
        details_types: &*details_types::asked_by(app, request.form).await?,
    };
    let asked = judge(&client, request.form, &context)?;
    if client.authentication.is_public() {
        // Anyone can name a public client: nobody fills the store, or makes codes easy to guess, in its name.
        let counter = short_lived::device_codes_from(&request.visitor.network());
        let limit = app.settings.throttling.device_codes_per_address;
        if let Throttle::Closed { retry_after, .. } = throttle::count(app, &counter, limit).await? {
            return Err(FlowError::Busy { retry_after });
        }
    }
    let lives = app.settings.lifetimes.device_code;
    let grant = GrantId::new(now, &*app.random);
    let token = Token::new(TokenKind::DeviceCode, grant.uuid(), &*app.random).of(app.mode);
    let user_code = draw(app, &token.hash()).await?;
    let record = DeviceAuthorization {
        request: asked,
        user_code,
        hash: token.hash(),
        asked_from: AskedFrom {
            address: request.visitor.masked_address(),
            device: request.visitor.device_name.clone(),
        },
        asked_at: now,
        expires_at: now + lives,
        state: DeviceState::Pending,
    };
    app.sessions.put(&short_lived::device_code(&record.hash), &record, lives + REMEMBERED).await?;
    app.metrics.device_authorization("begun");
    Ok(DeviceAuthorizationResponse::new(&app.settings.issuer, &token.text(), user_code, lives))
}

/// A user code that nothing else waits under, which leads to the device code of this hash.
async fn draw(app: &App, leads_to: &SecretHash) -> Result<UserCode, FlowError> {
    for _ in 0..DRAWS {
        let code = UserCode::draw(&*app.random);
        let key = short_lived::user_code(code);
        if app.sessions.claim(&key, leads_to, app.settings.lifetimes.device_code).await? == Claim::Won {
            return Ok(code);
        }
    }
    Err(FlowError::failed("every user code that was drawn is taken"))
}
