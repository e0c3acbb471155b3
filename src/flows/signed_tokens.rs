//! The tokens themselves, signed. They are the same whichever endpoint hands them out.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::crypto::base64url;
use crate::crypto::jws::Typ;
use crate::domain::client::Client;
use crate::domain::grant::Grant;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretString;
use crate::protocol::access_token::{AccessTokenClaims, Subject};
use crate::protocol::id_token::{About, IdTokenClaims};

use super::protection::Protection;
use super::{App, FlowError};

/// An access token and how long it is good.
#[derive(Debug)]
pub(super) struct AccessToken {
    pub token: SecretString,
    pub lifetime: Duration,
}

/// How long access tokens of `client` are good.
pub(super) fn access_token_lifetime(app: &App, client: &Client) -> Duration {
    let longest = app.settings.lifetimes.access_token;
    client.policy.access_token_lifetime.map_or(longest, |own| own.min(longest))
}

/// Signs an access token for `scope`, which is what `grant` grants or less.
pub(super) fn access_token(
    app: &App,
    client: &Client,
    grant: &Grant,
    scope: &ScopeSet,
) -> Result<AccessToken, FlowError> {
    let now = app.clock.now();
    let lifetime = access_token_lifetime(app, client);
    let subject = app.keys.subject(client, grant.authentication.citizen);
    let about = Subject {
        issuer: app.issuer(),
        client: &client.id,
        subject: &subject,
        scope,
        grant: grant.id,
        authentication: &grant.authentication,
        acr: &grant.acr,
    };
    let jti = base64url::encode(&app.random.bytes::<16>());
    let claims = AccessTokenClaims::new(about, jti, now, now + lifetime);
    let token = app.keys.sign(SignatureAlgorithm::Es256, Typ::AccessToken, &claims, now)?;
    Ok(AccessToken { token: SecretString::new(token), lifetime })
}

/// What an ID token binds and tells, beside who signed in and when.
#[derive(Debug, Default)]
pub(super) struct IdTokenContents<'a> {
    pub nonce: Option<&'a str>,
    /// What is issued beside it, in the same answer.
    pub access_token: Option<&'a SecretString>,
    pub code: Option<&'a SecretString>,
    /// What it tells of the person (`id_token_claims`).
    pub person: Map<String, Value>,
}

/// An ID token of the sign-in that `grant` stands on, protected as `client` registered.
pub(super) fn id_token(
    app: &App,
    client: &Client,
    protection: &Protection,
    grant: &Grant,
    contents: IdTokenContents<'_>,
) -> Result<SecretString, FlowError> {
    let now = app.clock.now();
    let authentication = &grant.authentication;
    let algorithm = protection.algorithm();
    let subject = app.keys.subject(client, authentication.citizen);
    let sid = app.keys.sid(client, authentication.session);
    let about = About { issuer: app.issuer(), client: &client.id, subject: &subject, sid: &sid };
    let claims = IdTokenClaims::new(about, authentication, now, now + app.settings.lifetimes.id_token)
        .with_nonce(contents.nonce)
        .with_acr(&grant.acr)
        .with_claims(contents.person)
        .with_access_token(contents.access_token.map(SecretString::expose), algorithm)
        .with_code(contents.code.map(SecretString::expose), algorithm);
    Ok(SecretString::new(protection.token(app, Typ::IdToken, &claims, now)?))
}
