//! ID tokens, signed. They are the same whichever endpoint hands them out.

use serde_json::{Map, Value};

use crate::crypto::jws::Typ;
use crate::domain::client::Client;
use crate::domain::grant::Grant;
use crate::domain::sandbox::Mode;
use crate::domain::secret::SecretString;
use crate::protocol::id_token::{self, IdTokenClaims};

use super::protection::Protection;
use super::{App, FlowError, sandbox};

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
pub(super) async fn id_token(
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
    let about = id_token::About { issuer: app.issuer(), client: &client.id, subject: &subject, sid: &sid };
    let expires_at = now + app.settings.lifetimes.id_token;
    let claims = IdTokenClaims::new(about, authentication, &grant.acr, now, expires_at)
        .with_nonce(contents.nonce)
        .with_claims(contents.person)
        .with_access_token(contents.access_token.map(SecretString::expose), algorithm)
        .with_code(contents.code.map(SecretString::expose), algorithm);
    Ok(SecretString::new(match app.mode {
        Mode::Official => protection.token(app, Typ::IdToken, &claims, now).await?,
        Mode::Sandbox => sandbox::id_token(app, protection, grant.id, &claims, now).await?,
    }))
}
