//! The tokens themselves, signed. They are the same whichever endpoint hands them out.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::crypto::base64url;
use crate::crypto::jws::Typ;
use crate::domain::access_token::{self, Authenticated};
use crate::domain::authorization_details::AuthorizationDetails;
use crate::domain::client::Client;
use crate::domain::grant::Grant;
use crate::domain::key_binding::KeyBinding;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::ResourceId;
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretString;
use crate::protocol::access_token::AccessTokenClaims;
use crate::protocol::id_token::{self, IdTokenClaims};

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

/// What an access token is issued for.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccessTokenContents<'a> {
    /// None where the client asks for itself.
    pub grant: Option<&'a Grant>,
    /// What the grant grants, or less.
    pub scope: &'a ScopeSet,
    /// This server itself where none is named.
    pub resources: &'a [ResourceId],
    pub authorization_details: &'a AuthorizationDetails,
    pub binding: Option<KeyBinding>,
}

impl<'a> AccessTokenContents<'a> {
    /// All that `grant` grants, to whoever bears the token.
    pub(super) fn whole(grant: &'a Grant) -> Self {
        Self {
            grant: Some(grant),
            scope: &grant.scope,
            resources: &grant.resources,
            authorization_details: &grant.authorization_details,
            binding: None,
        }
    }
}

/// Signs an access token.
pub(super) fn access_token(
    app: &App,
    client: &Client,
    contents: AccessTokenContents<'_>,
) -> Result<AccessToken, FlowError> {
    let now = app.clock.now();
    let lifetime = access_token_lifetime(app, client);
    let AccessTokenContents { grant, scope, resources, authorization_details, binding } = contents;
    let subject = match grant {
        Some(grant) => app.keys.subject(client, grant.authentication.citizen),
        // RFC 9068 section 2.2: where nobody granted anything, the client itself.
        None => client.id.to_string(),
    };
    let audience = match resources {
        [] => vec![ResourceId::of_issuer(app.issuer())],
        named => named.to_vec(),
    };
    let token = access_token::AccessToken {
        id: base64url::encode(&app.random.bytes::<16>()),
        client: client.id.clone(),
        subject,
        audience,
        scope: scope.clone(),
        authorization_details: authorization_details.clone(),
        authentication: grant.map(authenticated),
        binding,
        grant: grant.map(|grant| grant.id),
        actors: Vec::new(),
        issued_at: now,
        expires_at: now + lifetime,
    };
    let claims = AccessTokenClaims::new(&token, app.issuer());
    let token = app.keys.sign(SignatureAlgorithm::Es256, Typ::AccessToken, &claims, now)?;
    Ok(AccessToken { token: SecretString::new(token), lifetime })
}

fn authenticated(grant: &Grant) -> Authenticated {
    let authentication = &grant.authentication;
    Authenticated {
        auth_time: authentication.auth_time,
        acr: grant.acr.clone(),
        amr: authentication.methods.iter().map(|method| method.amr().to_owned()).collect(),
    }
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
    let about = id_token::About { issuer: app.issuer(), client: &client.id, subject: &subject, sid: &sid };
    let claims = IdTokenClaims::new(about, authentication, now, now + app.settings.lifetimes.id_token)
        .with_nonce(contents.nonce)
        .with_acr(&grant.acr)
        .with_claims(contents.person)
        .with_access_token(contents.access_token.map(SecretString::expose), algorithm)
        .with_code(contents.code.map(SecretString::expose), algorithm);
    Ok(SecretString::new(protection.token(app, Typ::IdToken, &claims, now)?))
}
