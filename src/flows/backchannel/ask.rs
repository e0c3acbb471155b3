//! A client asks somebody who is elsewhere: CIBA Core §7.1 to §7.3.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::jwk_set::JwkSet;
use crate::crypto::token::{Token, TokenKind};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::backchannel::BackChannelRequest;
use crate::domain::client::Client;
use crate::domain::ids::{CitizenId, GrantId};
use crate::domain::polling::INTERVAL;
use crate::protocol::OAuthError;
use crate::protocol::authorize::checks::Context;
use crate::protocol::authorize::{Channel, Object};
use crate::protocol::backchannel::hint::Hint;
use crate::protocol::backchannel::signed_request::{self, Expected, SignedRequest};
use crate::protocol::backchannel::{registered, request};
use crate::protocol::policy::Moment;
use crate::sessions::{Batch, Claim};

use super::super::client_request::ClientRequest;
use super::super::throttle::{self, Throttle};
use super::super::{App, FlowError, client_authentication, details_types, sender, short_lived};
use super::{kept, ping};

/// What the client is told.
#[derive(Debug)]
pub struct Asked {
    pub auth_req_id: String,
    pub expires_in: Duration,
    pub interval: Duration,
}

/// Takes a request.
///
/// # Errors
/// As CIBA Core §13 says; `temporarily_unavailable` where the client asks too often.
pub async fn ask(app: &App, call: &ClientRequest<'_>) -> Result<Asked, FlowError> {
    if let Some(name) = call.form.repeated() {
        return Err(OAuthError::invalid_request(format!("{name} is given more than once")).into());
    }
    let client = client_authentication::authenticate(app, call).await?;
    sender::without_proof(call.sender)?;
    let own = registered(&client)?;
    let policies = &app.settings.policies;
    let signed = match signed_request::brought(call.form, &client, own, policies)? {
        Some(token) => Some(verify(app, &client, token).await?),
        None => None,
    };
    let parameters = signed.as_ref().map_or(call.form, |signed| &signed.parameters);
    let object = signed.as_ref().map_or(Object::Absent, |signed| Object::Read(signed.object));
    let keys = app.keys.ring();
    let registry = app.resource_servers.registry(app).await?;
    let context = Context {
        channel: Channel::Direct,
        issuer: app.issuer(),
        keys: &keys,
        registry: &registry,
        acr: &app.settings.acr,
        attainable: &app.attainable,
        details_types: &*details_types::asked_by(app, parameters).await?,
        now: app.clock.now(),
        policies,
    };
    let asked = request::read(&client, parameters, &object, &context, app.settings.national_id.default_scheme())?;
    hold_policy(app, &client, signed.as_ref())?;
    if let Some(signed) = &signed {
        spend(app, &client, signed).await?;
    }
    hold_back(app, &client, &asked.hint).await?;

    let now = app.clock.now();
    let (citizen, known) = whom(app, &client, &asked.hint).await?;
    let id = GrantId::new(now, &*app.random);
    let token = Token::new(TokenKind::AuthReqId, id.uuid(), &*app.random).of(app.mode);
    let request = BackChannelRequest {
        id,
        hash: token.hash(),
        citizen,
        asked: asked.request,
        binding_message: asked.binding_message,
        requested_at: now,
        expires_at: now + asked.lifetime,
    };
    if let Some(notification_token) = &asked.notification_token {
        ping::prepare(app, &request, &token, notification_token).await?;
    }
    let batch = Batch::new().put(&short_lived::backchannel_request(id), &request, kept(app, &request))?.insert(
        &short_lived::backchannel_requests_to(citizen),
        &id,
        asked.lifetime,
    )?;
    app.sessions.apply(batch).await?;
    let event = app
        .event(call.visitor, EventKind::BackChannelRequested, Outcome::Success)
        .by(Actor::Client(client.id.clone()))
        .of(&client.id)
        .with("request", id)
        .with("scope", &request.asked.scope);
    app.record(if known { event.about(citizen) } else { event });
    Ok(Asked { auth_req_id: token.text().expose().to_owned(), expires_in: asked.lifetime, interval: INTERVAL })
}

async fn verify(app: &App, client: &Client, token: &str) -> Result<SignedRequest, FlowError> {
    let algorithm = registered(client)?.algorithm.or(client.request_objects.algorithm);
    let expected = Expected { client, algorithm, issuer: app.issuer(), now: app.clock.now() };
    let look = |keys: &JwkSet| signed_request::verify(token, keys, &expected);
    let found = app.client_keys.find(app, &client.keys, look).await;
    let found = found.map_err(|why| OAuthError::invalid_request(format!("no key verifies request: {why}")))?;
    let signed = found?.ok_or_else(|| OAuthError::invalid_request("no key of the client's has signed request"))?;
    Ok(signed)
}

fn hold_policy(app: &App, client: &Client, signed: Option<&SignedRequest>) -> Result<(), OAuthError> {
    let moment = Moment::BackchannelRequest { object: signed.map(|signed| &signed.object) };
    app.policy(client).hold(&moment).map_err(request::known_here)
}

/// Of many that send the same signed request one is the first.
async fn spend(app: &App, client: &Client, signed: &SignedRequest) -> Result<(), FlowError> {
    let remembered = app.clock.now().until(signed.expires_at);
    match app.sessions.claim(&short_lived::signed_request(&client.id, &signed.jti), &(), remembered).await? {
        Claim::Won => Ok(()),
        Claim::Taken => Err(OAuthError::invalid_request("the jti of the signed request was used before").into()),
    }
}

/// Turns away a client that asks too often. What is counted is the name, whether anybody has it or not.
async fn hold_back(app: &App, client: &Arc<Client>, hint: &Hint) -> Result<(), FlowError> {
    let name = match hint {
        Hint::Name(name) => app.store.name_tag(name)?,
        Hint::Subject(subject) => subject.clone(),
    };
    let limits = &app.settings.throttling;
    for (counter, rate) in [
        (
            short_lived::backchannel_requests_about(&client.id, &name),
            limits.backchannel_requests_per_client_and_citizen,
        ),
        (short_lived::backchannel_requests_of(&client.id), limits.backchannel_requests_per_client),
    ] {
        if let Throttle::Closed { retry_after, .. } = throttle::count(app, &counter, rate).await? {
            return Err(FlowError::Busy { retry_after });
        }
    }
    Ok(())
}

/// Whom the client means, and whether there is such a person that is to be shown one more request. Where there is not, it is
/// somebody whom nobody will ever be.
async fn whom(app: &App, client: &Client, hint: &Hint) -> Result<(CitizenId, bool), FlowError> {
    let nobody = CitizenId::new(app.clock.now(), &*app.random);
    let found = match hint {
        Hint::Name(name) => app.store.read().await?.citizens().whose_name(name).await?,
        Hint::Subject(subject) => {
            let found = app.store.read().await?.subjects().find(subject).await?;
            // The client holds an ID token about them: that there is somebody is nothing new to it.
            let told =
                "id_token_hint is about somebody whom this client has had no tokens for since it may ask this way";
            Some(found.ok_or_else(|| OAuthError::unknown_user_id(told))?)
        }
    };
    // Whom the client does not serve is nobody to it, and is not shown that it asked.
    let found = found.filter(|citizen| client.serves(*citizen));
    // By whichever of their names. Beyond the limits they are not shown the request, and nobody is told: that would tell that
    // there is such a person. What a client asks too often takes nothing from what others may ask.
    let limits = &app.settings.throttling;
    let whose = found.unwrap_or(nobody);
    let of_client = short_lived::backchannel_requests_of_to(&client.id, whose);
    let of_client = throttle::count(app, &of_client, limits.backchannel_requests_per_client_and_citizen).await?;
    let whose = if of_client == Throttle::Open { whose } else { nobody };
    let of_all = short_lived::backchannel_requests_shown(whose);
    let of_all = throttle::count(app, &of_all, limits.backchannel_requests_per_citizen).await?;
    let room = [of_client, of_all].iter().all(|shown| *shown == Throttle::Open);
    Ok(match found {
        Some(citizen) if room => (citizen, true),
        _ => (nobody, false),
    })
}
