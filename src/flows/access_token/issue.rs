//! Access tokens on their way out: narrowed to whom they are for, and written as those read them.

use std::time::Duration;

use crate::crypto::base64url;
use crate::crypto::hash::hash_secret;
use crate::crypto::jws::Typ;
use crate::crypto::token::{Token, TokenKind};
use crate::domain::access_token::{AccessToken, Authenticated};
use crate::domain::authorization_details::AuthorizationDetails;
use crate::domain::client::Client;
use crate::domain::grant::Grant;
use crate::domain::key_binding::KeyBinding;
use crate::domain::resource::{AccessTokenFormat, ResourceId};
use crate::domain::scope::ScopeSet;
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::access_token::AccessTokenClaims;
use crate::protocol::resource_indicators::{Held, Reach, Target};
use crate::protocol::token_form::TokenForm;

use super::super::organisation::acting;
use super::super::protection::Protection;
use super::super::{App, FlowError, sandbox, short_lived};

/// What an access token is issued for.
#[derive(Clone, Copy, Debug)]
pub(in crate::flows) struct AccessTokenContents<'a> {
    /// None where the client asks for itself.
    pub grant: Option<&'a Grant>,
    /// What the grant grants, or less.
    pub scope: &'a ScopeSet,
    /// This server itself where none is named.
    pub resources: &'a [ResourceId],
    pub authorization_details: &'a AuthorizationDetails,
    pub binding: Option<KeyBinding>,
    /// Those of the resources that it is asked for now; all where none is named.
    pub named: &'a [ResourceId],
    /// Who acts for the subject, the present actor first (RFC 8693 §4.1).
    pub actors: &'a [String],
    /// It ends then at the latest, where it was exchanged for another.
    pub until: Option<Timestamp>,
}

impl<'a> AccessTokenContents<'a> {
    /// All that `grant` grants, to whoever bears the token.
    pub(in crate::flows) fn whole(grant: &'a Grant) -> Self {
        Self {
            grant: Some(grant),
            scope: &grant.scope,
            resources: &grant.resources,
            authorization_details: &grant.authorization_details,
            binding: None,
            named: &[],
            actors: &[],
            until: None,
        }
    }

    const fn held(&self) -> Held<'a> {
        Held { resources: self.resources, scope: self.scope, authorization_details: self.authorization_details }
    }
}

/// An access token, how long it is good, and for what.
#[derive(Debug)]
pub(in crate::flows) struct Issued {
    pub token: SecretString,
    pub lifetime: Duration,
    pub scope: ScopeSet,
    pub authorization_details: AuthorizationDetails,
}

/// How long access tokens of `client` are good.
pub(in crate::flows) fn lifetime(app: &App, client: &Client) -> Duration {
    let longest = app.settings.lifetimes.access_token;
    client.policy.access_token_lifetime.map_or(longest, |own| own.min(longest))
}

/// Whether a token could be issued of what is `held` for the resources `named`: asked before anything is spent.
///
/// # Errors
/// `invalid_target`.
pub(in crate::flows) async fn foresee(
    app: &App,
    client: &Client,
    held: Held<'_>,
    named: &[ResourceId],
) -> Result<(), FlowError> {
    let registry = app.resource_servers.registry(app).await?;
    let target = Reach { issuer: app.issuer(), registry: &registry, client }.narrow(held, named)?;
    Ok(TokenForm::of(client, &target.audience, &registry).map(drop)?)
}

/// Issues an access token.
///
/// # Errors
/// `invalid_target` where nothing is left of what was granted, or where those that it is for read different tokens.
pub(in crate::flows) async fn issue(
    app: &App,
    client: &Client,
    contents: AccessTokenContents<'_>,
) -> Result<Issued, FlowError> {
    let now = app.clock.now();
    let lifetime = lifetime(app, client);
    let lifetime = contents.until.map_or(lifetime, |end| lifetime.min(now.until(end)));
    let registry = app.resource_servers.registry(app).await?;
    let reach = Reach { issuer: app.issuer(), registry: &registry, client };
    let Target { audience, scope, authorization_details } = reach.narrow(contents.held(), contents.named)?;
    let form = TokenForm::of(client, &audience, &registry)?;
    let subject = match contents.grant {
        Some(grant) => app.keys.subject(client, grant.authentication.citizen),
        // RFC 9068 section 2.2: where nobody granted anything, the client itself.
        None => client.id.to_string(),
    };
    let acting = match contents.grant.and_then(|grant| Some((grant, grant.acting?))) {
        None => None,
        Some((grant, acting)) => {
            let granted_to = app.clients.load(app, &grant.client).await?;
            let held = acting::find(app, &granted_to, grant.authentication.citizen, acting).await?;
            let ended = || OAuthError::invalid_grant("the person may no longer act for the organisation here");
            Some(acting::acting_for(&held.ok_or_else(ended)?))
        }
    };
    let token = AccessToken {
        id: base64url::encode(&app.random.bytes::<16>()),
        client: client.id.clone(),
        subject,
        audience,
        scope,
        authorization_details,
        authentication: contents.grant.map(authenticated),
        binding: contents.binding,
        grant: contents.grant.map(|grant| grant.id),
        acting,
        actors: contents.actors.to_vec(),
        issued_at: now,
        expires_at: now + lifetime,
    };
    let text = match form.format {
        AccessTokenFormat::Opaque => {
            // It leads to nothing but what is kept of it: not to the grant, which its other tokens lead to as well.
            let locator = uuid::Uuid::from_bytes(app.random.bytes());
            let opaque = Token::new(TokenKind::AccessToken, locator, &*app.random).of(app.mode);
            keep(app, &opaque.hash(), &token, lifetime).await?;
            opaque.text()
        }
        AccessTokenFormat::Jwt => {
            let protection = Protection::of_access_tokens(app, &form).await?;
            let claims = AccessTokenClaims::new(&token, app.issuer());
            let text = match sandbox::marks(app, client) {
                true => protection.token(app, Typ::AccessToken, &sandbox::marked(&claims)?, now).await?,
                false => protection.token(app, Typ::AccessToken, &claims, now).await?,
            };
            if form.encrypted_to.is_some() {
                // Whoever presents it, nobody here can read it.
                keep(app, &hash_secret(text.as_bytes()), &token, lifetime).await?;
            }
            SecretString::new(text)
        }
    };
    Ok(Issued { token: text, lifetime, scope: token.scope, authorization_details: token.authorization_details })
}

async fn keep(app: &App, hash: &SecretHash, token: &AccessToken, lifetime: Duration) -> Result<(), FlowError> {
    Ok(app.sessions.put(&short_lived::access_token(hash), token, lifetime).await?)
}

fn authenticated(grant: &Grant) -> Authenticated {
    let authentication = &grant.authentication;
    Authenticated {
        auth_time: authentication.auth_time,
        acr: grant.acr.clone(),
        amr: authentication.proofs.amr().into_iter().map(str::to_owned).collect(),
    }
}
