//! Pushed authorization requests (RFC 9126): taken in here from the client itself, recalled for the browser that brings
//! the reference, and spent by the answer.
//!
//! Looking at the sign-in page spends nothing, so it may be reloaded (FAPI 2.0 Security Profile §5.3.2.2, note 3). What is
//! spent is remembered for as long as any sign-in that the reference began may last.

use std::sync::Arc;

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::client::Client;
use crate::protocol::authorize::pushed::{self, PushedRequest, PushedResponse, RequestUri};
use crate::protocol::authorize::{AnswerTo, Channel, PageError, Request};
use crate::protocol::{ErrorCode, OAuthError, dpop};
use crate::sessions::Claim;

use super::authorize::{Judged, Unsound, judge};
use super::client_request::ClientRequest;
use super::sender::{self, Shown};
use super::throttle::{self, Throttle};
use super::{App, FlowError, client_authentication, short_lived, sign_in};

/// Takes in a request, which is judged as the authorization endpoint judges one (§2.1).
///
/// # Errors
/// What that endpoint would refuse it with; `invalid_client`; `invalid_dpop_proof` or `use_dpop_nonce`; 429 where programs
/// that prove nothing push too many from one network (§2.3).
pub async fn push(app: &App, request: &ClientRequest<'_>) -> Result<PushedResponse, FlowError> {
    let shown = sender::read(app, request.sender)?;
    let client = client_authentication::authenticate(app, request).await?;
    let pushed = take_in(app, client, request, shown).await;
    if let Err(FlowError::Refused(refusal)) = &pushed {
        app.metrics.authorization_refused(refusal.code);
    }
    pushed
}

async fn take_in(
    app: &App,
    client: Arc<Client>,
    request: &ClientRequest<'_>,
    shown: Shown,
) -> Result<PushedResponse, FlowError> {
    let asked = Request::parse(pushed::request(request.form, &client)?).map_err(OAuthError::from)?;
    let judged = judge(app, asked, Some(client), Channel::Pushed).await?.map_err(|unsound| match unsound {
        Unsound::Page(fault) => fault.into(),
        Unsound::Refused(_, _, refusal) => refusal,
    })?;
    if judged.client.authentication.is_public() {
        // Anyone can name a public client: nobody fills the store in its name.
        let counter = short_lived::requests_pushed_from(&request.visitor.network());
        let limit = app.settings.throttling.pushed_requests_per_address;
        if let Throttle::Closed { retry_after, .. } = throttle::count(app, &counter, limit).await? {
            return Err(FlowError::TooOften { retry_after });
        }
    }
    let mut pushed = judged.asked;
    // A proof here says which key the code will be redeemed with (RFC 9449 §10.1).
    let proven = sender::proven_key(app, shown).await?;
    pushed.request.dpop_jkt = dpop::agree(pushed.request.dpop_jkt, proven)?;
    let uri = RequestUri::new(&*app.random);
    let lifetime = app.settings.lifetimes.pushed_request;
    app.sessions.put(&short_lived::pushed_request(&uri.hash()), &pushed, lifetime).await?;
    app.metrics.request_pushed();
    Ok(PushedResponse::new(&uri, lifetime))
}

/// The request that was pushed under `uri`, for a browser that names `client`. Nothing else that it brings counts (§4).
pub(super) async fn recall(
    app: &App,
    uri: &RequestUri,
    client: Option<&Client>,
) -> Result<Result<PushedRequest, PageError>, FlowError> {
    let hash = uri.hash();
    let (pushed, spent) =
        app.sessions.get_both(&short_lived::pushed_request(&hash), &short_lived::spent_request(&hash)).await?;
    let recalled = pushed::recall(pushed.filter(|_| spent.is_none()), client);
    if recalled == Err(PageError::RequestUriUnknown) {
        app.metrics.authorization_refused(ErrorCode::InvalidRequestUri);
    }
    Ok(recalled.map(|PushedRequest { request, object }| {
        let request = AuthorizationRequest { pushed: Some(hash), ..request };
        PushedRequest { request, object }
    }))
}

/// Holds a request that was recalled against its client as it is now. A refusal is its answer, and it has one.
pub(super) async fn judge_again(
    app: &App,
    client: Arc<Client>,
    pushed: PushedRequest,
) -> Result<Result<Judged, Unsound>, FlowError> {
    let Err(refusal) = pushed::hold_again(&pushed, &client, &app.settings.policies) else {
        return Ok(Ok(Judged { client, asked: pushed }));
    };
    Ok(Err(match spend(app, &pushed.request).await? {
        Claim::Won => Unsound::Refused(client, AnswerTo::from(&pushed.request), refusal),
        Claim::Taken => Unsound::Page(PageError::RequestUriUnknown),
    }))
}

/// Spends the reference of `request`, where it has one: of all who would answer it, one may.
pub(super) async fn spend(app: &App, request: &AuthorizationRequest) -> Result<Claim, FlowError> {
    let Some(hash) = &request.pushed else { return Ok(Claim::Won) };
    let lifetimes = &app.settings.lifetimes;
    let remembered = lifetimes.pushed_request + lifetimes.sign_in * sign_in::MOST_EXTENSIONS;
    Ok(app.sessions.claim(&short_lived::spent_request(hash), &(), remembered).await?)
}
