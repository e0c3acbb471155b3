//! A request's object: fetched where it is referred to, decrypted, verified with the client's keys.

use std::fmt;

use url::Url;

use crate::crypto::jwk_set::JwkSet;
use crate::domain::client::Client;
use crate::domain::policies::Rule;
use crate::outbound::{Cache, Purpose};
use crate::protocol::OAuthError;
use crate::protocol::authorize::request_object::{self, Brought, Expected, RequestObject};
use crate::protocol::authorize::{Channel, Request};
use crate::protocol::parameters::Parameters;
use crate::protocol::policy::SignedObject;

use super::{App, FlowError};

/// Request objects that were fetched. What is found at an address does not change, unless its fragment does (Core §6.2);
/// of a portal that does not hold to that, what has expired is fetched again.
pub struct RequestObjects(Cache<Vec<u8>>);

impl Default for RequestObjects {
    fn default() -> Self {
        Self(Cache::new(Purpose::RequestUri, |document| Ok(document.to_vec())))
    }
}

impl fmt::Debug for RequestObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The request with the parameters of its object, where it has one. What is wrong with the object stays with the request
/// until it is known whom to tell.
pub async fn unfold(
    app: &App,
    client: Option<&Client>,
    request: Request,
    channel: Channel,
) -> Result<Request, FlowError> {
    let Some(client) = client.filter(|client| client.is_active()) else { return Ok(request) };
    match parameters(app, client, request.parameters(), channel).await {
        Ok(None) => Ok(request),
        Ok(Some((parameters, object))) => Ok(request.with_object(parameters, object)),
        Err(FlowError::Refused(refusal)) => Ok(request.without_object(refusal)),
        Err(failure) => Err(failure),
    }
}

async fn parameters(
    app: &App,
    client: &Client,
    outer: &Parameters,
    channel: Channel,
) -> Result<Option<(Parameters, SignedObject)>, FlowError> {
    let object = match request_object::brought(outer)? {
        None => return Ok(None),
        Some(Brought::Value(token)) => {
            if request_object::is_unsigned(token) {
                let told = "an unsigned request object is not supported";
                return Err(match channel {
                    // That such objects exist is Core's; what is pushed is RFC 9101's, and there none is unsigned (§10.2).
                    Channel::Browser => OAuthError::request_not_supported(told).into(),
                    Channel::Pushed | Channel::Direct => OAuthError::invalid_request_object(told).into(),
                });
            }
            verify(app, client, token).await?
        }
        Some(Brought::Reference(uri)) => fetch(app, client, &request_object::registered(client, uri)?).await?,
    };
    let signed = client.request_objects.required || app.policy(client).demands(Rule::SignedRequestObject);
    let parameters = match channel {
        // What is pushed with an object is the object alone (RFC 9126 §3).
        Channel::Browser if !signed => object.over(outer)?,
        Channel::Browser | Channel::Pushed | Channel::Direct => object.alone(outer)?,
    };
    Ok(Some((parameters, object.signed())))
}

async fn fetch(app: &App, client: &Client, uri: &Url) -> Result<RequestObject, FlowError> {
    let objects = &app.request_objects.0;
    let found = objects.get(&app.outbound, uri).await;
    let found = found.map_err(|why| OAuthError::invalid_request_uri(format!("request_uri {why}")))?;
    match read(app, client, &found.value).await {
        Err(FlowError::Refused(refusal)) => match objects.renew(&app.outbound, uri, &found).await {
            Some(newer) => read(app, client, &newer.value).await,
            None => Err(refusal.into()),
        },
        outcome => outcome,
    }
}

async fn read(app: &App, client: &Client, document: &[u8]) -> Result<RequestObject, FlowError> {
    let token = std::str::from_utf8(document).map(str::trim_ascii).unwrap_or_default();
    if request_object::is_unsigned(token) {
        return Err(OAuthError::request_uri_not_supported("an unsigned request object is not supported").into());
    }
    verify(app, client, token).await
}

async fn verify(app: &App, client: &Client, token: &str) -> Result<RequestObject, FlowError> {
    let now = app.clock.now();
    let token = request_object::decrypt(token, client, &app.keys.ring(), now, &*app.random)?;
    let expected = Expected { client, issuer: app.issuer(), now };
    let look = |keys: &JwkSet| request_object::verify(&token, keys, &expected);
    let invalid = |why: String| OAuthError::invalid_request_object(why);
    let found = app.client_keys.find(app, &client.keys, look).await;
    let found = found.map_err(|why| invalid(format!("no key verifies it: {why}")))?;
    Ok(found?.ok_or_else(|| invalid("no key of the client's has signed the request object".to_owned()))?)
}
