//! Who asks: proves a client, at any endpoint that clients authenticate at.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::jwk_set::JwkSet;
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::client::{Client, ClientAuthentication};
use crate::domain::keys::SignatureAlgorithm;
use crate::protocol::OAuthError;
use crate::protocol::client_auth::{
    Assertion, Expected, Genuine, Presented, client_secret_jwt, private_key_jwt, refusal,
};
use crate::protocol::policy::Moment;
use crate::sessions::Claim;

use super::client_request::ClientRequest;
use super::visitor::Visitor;
use super::{App, FlowError, client_certificate, client_secret, short_lived};

/// Proves who asks.
///
/// # Errors
/// `invalid_client`, or `invalid_request` for two methods at once. What a stranger is told does not depend on whether
/// there is such a client.
pub async fn authenticate(app: &App, request: &ClientRequest<'_>) -> Result<Arc<Client>, FlowError> {
    let presented = Presented::read(request.authorization, request.form)?;
    let client = app.clients.find(app, presented.client()).await?;
    let proven = match (&presented, &client) {
        (Presented::Assertion(assertion), Some(client)) if client.is_active() => {
            prove(app, client, assertion, &request.sender.path).await
        }
        // It names itself and proves nothing: its connection does.
        (Presented::Nothing { .. }, Some(client))
            if client.is_active() && client.authentication.is_by_certificate() =>
        {
            let proven = client_certificate::prove(app, client, request.sender.certificate.as_deref()).await;
            proven.and_then(|()| hold_policy(app, client, None))
        }
        (presented, client) => match presented.prove(client.as_deref(), app.clock.now()) {
            Ok(()) => client.as_deref().map_or(Ok(()), |client| hold_policy(app, client, None)),
            Err(refusal) => Err(refusal.into()),
        },
    };
    match (proven, client) {
        (Ok(()), Some(client)) => Ok(client),
        (Ok(()), None) => Err(refusal().into()),
        (Err(FlowError::Refused(refusal)), client) => {
            app.metrics.client_refused();
            record_refusal(app, request.visitor, client.as_deref()).await?;
            Err(refusal.into())
        }
        (Err(failure), _) => Err(failure),
    }
}

/// Proves `client` by an assertion, which is spent by it.
async fn prove(app: &App, client: &Client, assertion: &Assertion, path: &str) -> Result<(), FlowError> {
    let token_endpoint = app.settings.issuer.at("/token");
    let endpoint = AUDIENCES.contains(&path).then(|| app.settings.issuer.at(path));
    let expected = Expected {
        issuer: app.issuer(),
        token_endpoint: &token_endpoint,
        endpoint: endpoint.as_deref(),
        audience: client.policy.assertion_audience,
        now: app.clock.now(),
    };
    let genuine = match &client.authentication {
        ClientAuthentication::PrivateKeyJwt { algorithm } => {
            verify_signature(app, client, *algorithm, assertion, &expected).await?
        }
        ClientAuthentication::ClientSecretJwt { secret, algorithm } => {
            let secret = client_secret::open(app.keys.sealing(), &client.id, secret).map_err(FlowError::failed)?;
            client_secret_jwt::verify(assertion, *algorithm, &secret, &expected)?
        }
        _ => return Err(refusal().into()),
    };
    hold_policy(app, client, Some(&genuine))?;
    spend(app, client, &genuine).await
}

/// A client that has proven itself is told which rule of its policy it broke by how it did.
fn hold_policy(app: &App, client: &Client, assertion: Option<&Genuine>) -> Result<(), FlowError> {
    let moment = Moment::ClientAuthentication {
        method: client.authentication.method(),
        signature: assertion.and_then(|genuine| genuine.signature),
        audience: assertion.map(|genuine| genuine.audience),
    };
    Ok(app.policy(client).hold(&moment)?)
}

async fn verify_signature(
    app: &App,
    client: &Client,
    algorithm: Option<SignatureAlgorithm>,
    assertion: &Assertion,
    expected: &Expected<'_>,
) -> Result<Genuine, FlowError> {
    let look = |keys: &JwkSet| private_key_jwt::verify(assertion, algorithm, keys, expected);
    let found = app.client_keys.find(app, &client.keys, look).await.map_err(|why| {
        tracing::warn!(client = %client.id, %why, "a client has no keys to prove itself with");
        refusal()
    })?;
    Ok(found?.ok_or_else(refusal)?)
}

/// Of many that present the same assertion one is the first, and nobody else the client.
async fn spend(app: &App, client: &Client, genuine: &Genuine) -> Result<(), FlowError> {
    let remembered = app.clock.now().until(genuine.expires_at);
    match app.sessions.claim(&short_lived::assertion(&client.id, &genuine.jti), &(), remembered).await? {
        Claim::Won => Ok(()),
        Claim::Taken => Err(OAuthError::invalid_client("the jti of the assertion was used before").into()),
    }
}

/// Writes down the first refusals of a minute: they cost whoever causes them nothing, and must not fill the log.
async fn record_refusal(app: &App, visitor: &Visitor, client: Option<&Client>) -> Result<(), FlowError> {
    // A name that nobody has is not written: anyone could fill the log with anything.
    let name = client.map_or("", |client| client.id.as_str());
    let counter = short_lived::client_refusals(name, &visitor.network());
    if app.sessions.count(&counter, A_MINUTE).await? <= WRITTEN_A_MINUTE {
        let event = app.event(visitor, EventKind::ClientRefused, Outcome::Refused);
        app.record(client.iter().fold(event, |event, client| event.of(&client.id)));
    }
    Ok(())
}

/// Endpoints whose own address an assertion may name that is presented there: RFC 9126 §2, CIBA Core §7.1.
const AUDIENCES: &[&str] = &["/par", "/bc-authorize"];
const A_MINUTE: Duration = Duration::from_secs(60);
/// For one client from one network; the metric counts them all.
const WRITTEN_A_MINUTE: u64 = 5;
