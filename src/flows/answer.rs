//! The answer to an authorization request that nothing more is asked about: whatever its response type names is issued,
//! and handed to the protocol, which knows how it travels.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::client::Client;
use crate::domain::grant::Authentication;
use crate::domain::ids::GrantId;
use crate::protocol::OAuthError;
use crate::protocol::authorize::{Answer, AnswerTo, Delivery, FrontChannelToken, Issued};

use super::protect::Protection;
use super::tokens::{self, IdTokenContents};
use super::visitor::Visitor;
use super::{App, FlowError, code, grant, id_token_claims, session};

/// Answers `request` for the person who proved themselves.
pub async fn answer(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    request: &AuthorizationRequest,
    authentication: &Authentication,
) -> Result<Delivery, FlowError> {
    let to = AnswerTo::from(request);
    match issue(app, visitor, client, request, authentication).await {
        Ok(issued) => Ok(to.deliver(&Answer::Issued(issued), app.issuer())),
        Err(FlowError::Refused(refusal)) => Ok(refuse(app, &to, refusal)),
        Err(other) => Err(other),
    }
}

/// Tells the client that there is no answer.
pub fn refuse(app: &App, to: &AnswerTo, refusal: OAuthError) -> Delivery {
    app.metrics.authorization_refused(refusal.code);
    to.deliver(&Answer::Refused(refusal), app.issuer())
}

/// A code and an access token of one answer stand on one grant. The ID token comes last: it binds them both.
async fn issue(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    request: &AuthorizationRequest,
    authentication: &Authentication,
) -> Result<Issued, FlowError> {
    let wanted = request.response_type;
    let id = GrantId::new(app.clock.now(), &*app.random);
    // What the client is told must reach it as it registered; where that cannot be, nothing is issued at all.
    let protection = match wanted.issues_id_token() {
        true => Some(Protection::of_id_tokens(app, client).await?),
        false => None,
    };
    let granted = grant::of_request(app, id, request, authentication).await?;
    let mut issued = Issued::default();
    if wanted.issues_access_token() {
        grant::begin(app, client, &granted, request).await?;
        let access = tokens::access_token(app, client, &granted, &granted.scope)?;
        app.metrics.front_channel_access_token(wanted);
        issued.access_token = Some(FrontChannelToken {
            token: access.token,
            expires_in: access.lifetime.as_secs(),
            scope: request.scope.clone(),
        });
    }
    if wanted.issues_code() {
        issued.code = Some(code::issue(app, client, request, authentication, id).await?);
    }
    if let Some(protection) = &protection {
        let asked = (&granted.scope, &granted.claims, wanted);
        let person = id_token_claims::released(app, visitor, client, authentication.citizen, asked).await?;
        let contents = IdTokenContents {
            nonce: request.nonce.as_deref(),
            access_token: issued.access_token.as_ref().map(|access| &access.token),
            code: issued.code.as_ref(),
            person: person.map_err(|over| OAuthError::access_denied(over.sentence()))?,
        };
        issued.id_token = Some(tokens::id_token(app, client, protection, &granted, contents)?);
    }
    if wanted.issues_tokens() {
        session::joined(app, authentication.session, &client.id).await?;
        let event = app
            .event(visitor, EventKind::TokensIssued, Outcome::Success)
            .by(Actor::Citizen(authentication.citizen))
            .about(authentication.citizen)
            .of(&client.id)
            .with("response_type", wanted.as_str())
            .with("scope", &request.scope);
        app.record(match wanted.issues_access_token() {
            true => event.with("grant", id),
            // Nothing stands on one: an ID token is a statement, and cannot be taken back.
            false => event,
        });
    }
    Ok(issued)
}
