//! The answer to an authorization request that nothing more is asked about: whatever its response type names is issued,
//! and handed to the protocol, which knows how it travels.

use crate::crypto::jws::Typ;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::client::Client;
use crate::domain::grant::{Authentication, Grant};
use crate::domain::ids::GrantId;
use crate::domain::mandate::Acting;
use crate::domain::sandbox::Fault;
use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;
use crate::protocol::authorize::{Answer, AnswerTo, Delivery, FrontChannelToken, Issued};
use crate::protocol::session_state::session_state;

use super::access_token::AccessTokenContents;
use super::protection::Protection;
use super::signed_tokens::{self, IdTokenContents};
use super::visitor::Visitor;
use super::{App, FlowError, access_token, code, grant, id_token_claims, sandbox};

/// The way to a client: where its answers go, and what protects them on it.
#[derive(Debug)]
struct Way {
    to: AnswerTo,
    /// Where the answer is a token (JARM). It may take a fetch to find, so it is found before anything is issued.
    protection: Option<Protection>,
}

impl Way {
    async fn to(app: &App, client: &Client, to: AnswerTo) -> Result<Self, FlowError> {
        let protection = match to.is_token() {
            true => Some(Protection::of_authorization_responses(app, client).await?),
            false => None,
        };
        Ok(Self { to, protection })
    }

    /// `fault`: what was chosen to go wrong with it, in a sandbox.
    async fn deliver(&self, app: &App, answer: &Answer, fault: Option<Fault>) -> Result<Delivery, FlowError> {
        let mut parameters = self.to.parameters(answer);
        let issuer = sandbox::at_answer(app, fault, &mut parameters);
        let Some(protection) = &self.protection else {
            return Ok(self.to.deliver(parameters, issuer));
        };
        let now = app.clock.now();
        let claims = self.to.claims(&parameters, issuer, now);
        let token = protection.token(app, Typ::AuthorizationResponse, &claims, now).await?;
        Ok(self.to.deliver_token(SecretString::new(token)))
    }
}

/// Who answers a request, and for whom they act, where it is not themselves.
type By<'a> = (&'a Authentication, Option<Acting>);

/// Answers `request` for the person who proved themselves; wrongly, where a developer chose so in a sandbox.
///
/// # Errors
/// `invalid_request`, for a page, where the answer is to be encrypted to a key of the client's that is not to be had.
pub async fn answer(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    request: &AuthorizationRequest,
    by: By<'_>,
    fault: Option<Fault>,
) -> Result<Delivery, FlowError> {
    let way = Way::to(app, client, AnswerTo::from(request)).await?;
    if let Some(chosen) = fault.and_then(sandbox::refusal) {
        return way.deliver(app, &Answer::Refused(chosen), fault).await;
    }
    match issue(app, visitor, client, request, by, fault).await {
        Ok(issued) => {
            // Whoever is answered through the browser alone never comes to the token endpoint.
            app.statistics.scopes(app.clock.now(), &client.id, &request.scope);
            let session_state = watched_by(app, client, request, by.0);
            way.deliver(app, &Answer::Issued(Issued { session_state, ..issued }), fault).await
        }
        Err(FlowError::Refused(refusal)) => {
            app.metrics.authorization_refused(refusal.code);
            way.deliver(app, &Answer::Refused(refusal), fault).await
        }
        Err(other) => Err(other),
    }
}

/// Tells the client that there is no answer.
///
/// # Errors
/// As [`answer`].
pub async fn refuse(app: &App, client: &Client, to: AnswerTo, refusal: OAuthError) -> Result<Delivery, FlowError> {
    app.metrics.authorization_refused(refusal.code);
    Way::to(app, client, to).await?.deliver(app, &Answer::Refused(refusal), None).await
}

/// What the client's page watches this sign-in by. Where nothing is issued, nothing is watched.
fn watched_by(
    app: &App,
    client: &Client,
    request: &AuthorizationRequest,
    authentication: &Authentication,
) -> Option<String> {
    let issues = request.response_type.issues_code() || request.response_type.issues_tokens();
    if !issues || !request.scope.contains("openid") {
        return None;
    }
    let browser_state = app.keys.browser_state(authentication.session);
    session_state(client, &request.redirect_uri, &browser_state, &*app.random)
}

async fn issue(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    request: &AuthorizationRequest,
    by: By<'_>,
    fault: Option<Fault>,
) -> Result<Issued, FlowError> {
    let id = GrantId::new(app.clock.now(), &*app.random);
    sandbox::bind(app, id, fault).await?;
    match request.response_type.issues_tokens() {
        false => Ok(Issued { code: code(app, client, request, by, id).await?, ..Issued::default() }),
        true => issue_tokens(app, visitor, client, request, by, id).await,
    }
}

/// The code, where the response type has one; it will be exchanged for the grant `id`.
async fn code(
    app: &App,
    client: &Client,
    request: &AuthorizationRequest,
    by: By<'_>,
    id: GrantId,
) -> Result<Option<SecretString>, FlowError> {
    match request.response_type.issues_code() {
        false => Ok(None),
        true => Ok(Some(code::issue(app, client, request, by, id).await?)),
    }
}

/// A code and an access token of one answer stand on one grant. The ID token comes last: it binds them both.
async fn issue_tokens(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    request: &AuthorizationRequest,
    by: By<'_>,
    id: GrantId,
) -> Result<Issued, FlowError> {
    let wanted = request.response_type;
    // What the client is told must reach it as it registered; where that cannot be, nothing is issued at all.
    let protection = match wanted.issues_id_token() {
        true => Some(Protection::of_id_tokens(app, client).await?),
        false => None,
    };
    let granted = grant::of_request(app, client, id, request, by).await?;
    grant::begin(app, client, &granted, request).await?;
    let mut issued = Issued::default();
    if wanted.issues_access_token() {
        let access = access_token::issue(app, client, AccessTokenContents::whole(&granted)).await?;
        issued.access_token =
            Some(FrontChannelToken { token: access.token, expires_in: access.lifetime.as_secs(), scope: access.scope });
    }
    issued.code = code(app, client, request, by, id).await?;
    if let Some(protection) = &protection {
        let asked = (&granted.scope, &granted.claims, wanted);
        let person = id_token_claims::released(app, visitor, client, &granted, asked).await?;
        let contents = IdTokenContents {
            nonce: request.nonce.as_deref(),
            access_token: issued.access_token.as_ref().map(|access| &access.token),
            code: issued.code.as_ref(),
            person: person.map_err(|over| OAuthError::access_denied(over.sentence()))?,
        };
        issued.id_token = Some(signed_tokens::id_token(app, client, protection, &granted, contents).await?);
    }
    record(app, visitor, &granted, request);
    Ok(issued)
}

fn record(app: &App, visitor: &Visitor, granted: &Grant, request: &AuthorizationRequest) {
    let issued = request.response_type;
    let citizen = granted.authentication.citizen;
    let event = app
        .event(visitor, EventKind::TokensIssued, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .of(&granted.client)
        .with("response_type", issued.as_str())
        .with("scope", &granted.scope);
    app.record(match issued.issues_access_token() {
        true => {
            app.metrics.front_channel_access_token(issued);
            event.with("grant", granted.id)
        }
        // There is no row: an ID token is a statement, and cannot be taken back.
        false => event,
    });
}
