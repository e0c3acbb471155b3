//! Introspection: what the resource servers that a token is for, and the client that it was issued to, are told of it.

use crate::crypto::jws::Typ;
use crate::crypto::token::Token;
use crate::domain::client::Client;
use crate::domain::grant::RefreshStanding;
use crate::domain::ids::GrantId;
use crate::domain::resource::{ResourceRegistry, ResourceServer};
use crate::protocol::OAuthError;
use crate::protocol::introspection::{IntrospectionRequest, IntrospectionResponse, Sight, SignedIntrospection};
use crate::protocol::policy::{AnswerForm, Moment};
use crate::storage::LiveGrant;

use super::client_request::ClientRequest;
use super::metrics::{Caller, note_caller};
use super::protection::Protection;
use super::{App, FlowError, access_token, client_authentication, organisation, sandbox};

/// What the caller says that it reads (RFC 9701 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Json,
    /// `application/token-introspection+jwt`.
    Token,
}

#[derive(Clone, Debug, PartialEq)]
pub enum IntrospectionAnswer {
    Json(Box<IntrospectionResponse>),
    Token(String),
}

/// Answers a caller that proves itself, in the form that it registered or wants.
///
/// Round trips, with a cached caller: for a client's own token one to the short-lived store, for one that a citizen granted
/// one to the identity store, and where that is opaque one to either.
pub async fn introspect(
    app: &App,
    request: &ClientRequest<'_>,
    wanted: Wanted,
) -> Result<IntrospectionAnswer, FlowError> {
    if let Some(name) = request.form.repeated() {
        return Err(OAuthError::invalid_request(format!("{name} is given more than once")).into());
    }
    let caller = client_authentication::authenticate(app, request).await?;
    if caller.authentication.is_public() {
        // Anyone could try tokens here otherwise (RFC 7662 section 2.1).
        return Err(OAuthError::invalid_client("a public client cannot prove who asks").into());
    }
    let registered = caller.policy.introspection_response;
    let form = match wanted {
        Wanted::Json if registered.algorithm.is_none() && registered.encryption.is_none() => AnswerForm::Json,
        Wanted::Json | Wanted::Token => AnswerForm::Jwt,
    };
    app.policy(&caller).hold(&Moment::Introspection { answer: form })?;
    let asked = IntrospectionRequest::read(request.form)?;
    let registry = app.resource_servers.registry(app).await?;
    if registry.introspected_by(&caller.id).next().is_some() {
        note_caller(Caller::ResourceServer);
    }
    let text = asked.token.expose();
    let told = match app.keys.refresh_token(text) {
        Some(refresh) => of_refresh_token(app, &caller, &refresh).await?,
        None => of_access_token(app, &caller, text, &registry).await?,
    };
    let Told { mut answer, reader } = told.unwrap_or_default();
    answer.sandbox = answer.sandbox.or_else(|| app.mode.is_sandbox().then_some(true));
    if form == AnswerForm::Json {
        return Ok(IntrospectionAnswer::Json(Box::new(answer)));
    }
    let now = app.clock.now();
    let reader = reader.or_else(|| registry.introspected_by(&caller.id).next());
    let protection = Protection::of_introspection(app, &caller, reader).await?;
    let signed = SignedIntrospection::new(&answer, app.issuer(), &caller.id, now);
    Ok(IntrospectionAnswer::Token(protection.token(app, Typ::TokenIntrospection, &signed, now).await?))
}

/// What is told, and the resource server that it is told to.
#[derive(Default)]
struct Told<'r> {
    answer: IntrospectionResponse,
    reader: Option<&'r ResourceServer>,
}

async fn of_access_token<'r>(
    app: &App,
    caller: &Client,
    text: &str,
    registry: &'r ResourceRegistry,
) -> Result<Option<Told<'r>>, FlowError> {
    let Ok(presented) = access_token::open(app, text).await? else { return Ok(None) };
    let Some(live) = access_token::live(app, &presented).await? else { return Ok(None) };
    let Some(sight) = Sight::of(&presented.token, &live.client, &caller.id, registry) else { return Ok(None) };
    let mut answer = IntrospectionResponse::of_access_token(&presented.token, &live.client, &sight, app.issuer());
    // Of a client that is only tried out: whoever serves it knows nothing else of that.
    answer.sandbox = sandbox::marks(app, &live.client).then_some(true);
    Ok(Some(Told { answer, reader: sight.reader() }))
}

/// Of the one that is live, or that a lost answer may still be asked for again with.
async fn of_refresh_token<'r>(app: &App, caller: &Client, refresh: &Token) -> Result<Option<Told<'r>>, FlowError> {
    let found = app.store.read().await?.grants().find_live(GrantId::from_uuid(refresh.locator())).await?;
    let Some(LiveGrant { grant, citizen, .. }) = found else { return Ok(None) };
    if grant.client != caller.id || !citizen.status.is_active() || !caller.serves(citizen.id) {
        return Ok(None);
    }
    if !organisation::acting::stands(app, caller, citizen.id, grant.acting).await? {
        return Ok(None);
    }
    let Some(state) = &grant.refresh else { return Ok(None) };
    match state.standing(&refresh.hash(), app.settings.lifetimes.refresh_grace, app.clock.now()) {
        RefreshStanding::Current | RefreshStanding::Retried => {}
        RefreshStanding::Stolen | RefreshStanding::Expired => return Ok(None),
    }
    let subject = app.keys.subject(caller, citizen.id);
    let answer = IntrospectionResponse::of_refresh_token(&grant, state, caller, subject, app.issuer());
    Ok(Some(Told { answer, reader: None }))
}
