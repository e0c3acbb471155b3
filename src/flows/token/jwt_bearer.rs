//! Redeeming an assertion of somebody who is trusted (RFC 7523 §2.1) for a token of the program's own: once.

use crate::config::{StatementKeys, TrustedAssertion};
use crate::crypto::jwk_set::JwkSet;
use crate::crypto::jws::claimed_issuer;
use crate::domain::audit::EventKind;
use crate::domain::authorization_details::AuthorizationDetails;
use crate::domain::client::{Client, ClientKeys};
use crate::domain::resource::ResourceId;
use crate::domain::secret::SecretString;
use crate::protocol::parameters::Parameters;
use crate::protocol::resource_indicators::{Held, Reach};
use crate::protocol::token::client_credentials::allowed;
use crate::protocol::token::jwt_bearer::{Expected, Genuine, JwtBearerRequest, narrow, verify, wrong};
use crate::sessions::Claim;

use super::super::{App, FlowError, access_token, short_lived};
use super::{Basis, Redeemed};

const NOT_TRUSTED: &str = "is of nobody who may speak for this client";

pub(super) async fn redeem(
    app: &App,
    client: &Client,
    form: &Parameters,
    named: &[ResourceId],
) -> Result<Redeemed, FlowError> {
    let request = JwtBearerRequest::read(form)?;
    let registry = app.resource_servers.registry(app).await?;
    let reach = Reach { issuer: app.issuer(), registry: &registry, client };
    // As with client credentials, which this is another proof for: nothing that only a person can grant.
    let held = allowed(&reach, None, named)?;
    let (trusted, genuine) = recognise(app, client, &request.assertion).await?;
    let scope = narrow(&held, &trusted.scopes, request.scope)?;
    let authorization_details = AuthorizationDetails::default();
    let asked = Held { resources: &[], scope: &scope, authorization_details: &authorization_details };
    let resources = reach.wanted(named, asked)?;
    // What cannot be issued is said before the assertion is spent.
    access_token::foresee(app, client, Held { resources: &resources, ..asked }, named).await?;
    spend(app, trusted, &genuine).await?;
    Ok(Redeemed {
        basis: Basis::Client,
        resources,
        scope,
        authorization_details,
        refresh_token: None,
        nonce: None,
        event: EventKind::TokensIssued,
    })
}

/// Who speaks for the client, and what they say.
async fn recognise<'a>(
    app: &'a App,
    client: &Client,
    assertion: &SecretString,
) -> Result<(&'a TrustedAssertion, Genuine), FlowError> {
    let claimed =
        claimed_issuer(assertion.expose()).ok_or_else(|| wrong("is not a signed JWT that names its issuer"))?;
    let trusted: Vec<&TrustedAssertion> = app
        .settings
        .jwt_grant
        .assertions
        .iter()
        .filter(|own| own.issuer == claimed && own.client == client.id)
        .collect();
    // One issuer may know a client by several names, each good for something else; its keys are the same.
    let first = trusted.first().ok_or_else(|| wrong(NOT_TRUSTED))?;
    let genuine = verified(app, first, assertion).await?;
    match trusted.into_iter().find(|trusted| trusted.subject == genuine.subject) {
        Some(trusted) => Ok((trusted, genuine)),
        None => Err(wrong(NOT_TRUSTED).into()),
    }
}

async fn verified(app: &App, trusted: &TrustedAssertion, assertion: &SecretString) -> Result<Genuine, FlowError> {
    let token_endpoint = app.settings.issuer.at("/token");
    let expected = Expected {
        trusted: &trusted.issuer,
        issuer: app.issuer(),
        token_endpoint: &token_endpoint,
        now: app.clock.now(),
    };
    let source = match &trusted.keys {
        StatementKeys::File { jwks, .. } => ClientKeys::Given(jwks.clone()),
        StatementKeys::Published(uri) => ClientKeys::Published(uri.to_string()),
    };
    let look = |keys: &JwkSet| verify(assertion, keys, &expected);
    let found = app.client_keys.find(app, &source, look).await;
    let found = found.map_err(|why| {
        tracing::warn!(issuer = trusted.issuer, %why, "the keys of an issuer that is trusted cannot be had");
        wrong("cannot be verified: the keys of its issuer cannot be had now")
    })?;
    Ok(found?.ok_or_else(|| wrong("is not signed by its issuer"))?)
}

/// Of many that bring the same assertion one is the first.
async fn spend(app: &App, trusted: &TrustedAssertion, genuine: &Genuine) -> Result<(), FlowError> {
    let remembered = app.clock.now().until(genuine.expires_at);
    match app.sessions.claim(&short_lived::assertion_grant(&trusted.issuer, &genuine.jti), &(), remembered).await? {
        Claim::Won => Ok(()),
        Claim::Taken => Err(wrong("was used before").into()),
    }
}
