//! Token introspection: RFC 7662, and its signed answers, RFC 9701.
//!
//! Whoever asks learns of a token only what is theirs to know: the client that it was issued to all of it, the resource
//! servers that it is for what concerns them, and nobody else that there is such a token.

use serde::Serialize;
use serde_json::Value;

use crate::domain::access_token::AccessToken;
use crate::domain::authorization_details::{AuthorizationDetail, AuthorizationDetails};
use crate::domain::client::Client;
use crate::domain::grant::{Grant, RefreshState};
use crate::domain::ids::ClientId;
use crate::domain::key_binding::KeyBinding;
use crate::domain::resource::{ResourceId, ResourceRegistry, ResourceServer};
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::access_token::{Actor, Confirmation};
use crate::protocol::audience::Audience;
use crate::protocol::organisation_claim;
use crate::protocol::parameters::Parameters;

/// What is asked about. The hint is not believed: a token says itself what it is.
#[derive(Debug)]
pub struct IntrospectionRequest {
    pub token: SecretString,
}

impl IntrospectionRequest {
    /// # Errors
    /// `invalid_request` where the token is missing.
    pub fn read(form: &Parameters) -> Result<Self, OAuthError> {
        form.single("token_type_hint")?;
        Ok(Self { token: SecretString::new(form.required("token")?) })
    }
}

/// RFC 7662 §2.2. Of a token that is not to be known of there is `active`, and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IntrospectionResponse {
    pub active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<Audience>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Actor>,
    /// For whom the subject acts: told to whoever the token is for, that they do not take it for the person's own act.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<Value>,
    /// Nothing of it is real.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<bool>,
}

/// What someone may learn of a token.
#[derive(Clone, Debug)]
pub enum Sight<'r> {
    /// It is their own.
    Whole,
    /// It is for these resource servers, as which they ask; there is one or more.
    For(Vec<&'r ResourceServer>),
}

impl<'r> Sight<'r> {
    /// What `caller` may learn of `token`, which was issued to `client`. `None` where it is neither theirs nor for them: it
    /// is then as if there were no such token.
    pub fn of(token: &AccessToken, client: &Client, caller: &ClientId, registry: &'r ResourceRegistry) -> Option<Self> {
        if token.client == *caller {
            return Some(Self::Whole);
        }
        let asks_for = |id: &ResourceId| {
            registry
                .active(id)
                .filter(|server| server.introspected_by.contains(caller) && client.resources.contains(id))
        };
        let servers: Vec<&ResourceServer> = token.audience.iter().filter_map(asks_for).collect();
        (!servers.is_empty()).then_some(Self::For(servers))
    }

    /// As which resource server the caller is answered, the first where it asks as several.
    pub fn reader(&self) -> Option<&'r ResourceServer> {
        match self {
            Self::Whole => None,
            Self::For(servers) => servers.first().copied(),
        }
    }

    fn scope(&self, scope: &ScopeSet) -> ScopeSet {
        match self {
            Self::Whole => scope.clone(),
            Self::For(servers) => servers.iter().fold(ScopeSet::default(), |all, server| all.union(&server.own(scope))),
        }
    }

    fn audience(&self, audience: &[ResourceId]) -> Audience {
        match self {
            Self::Whole => Audience::of(audience),
            Self::For(servers) => Audience::of(&servers.iter().map(|server| server.id.clone()).collect::<Vec<_>>()),
        }
    }

    fn details(&self, granted: &AuthorizationDetails) -> Vec<Value> {
        match self {
            Self::Whole => granted.values(),
            Self::For(servers) => {
                let of = |server: &&ResourceServer, detail: &AuthorizationDetail| {
                    server.authorization_details_types.contains(&detail.kind) && detail.is_for(&server.id)
                };
                granted.clone().limited_to(|detail| servers.iter().any(|server| of(server, detail))).values()
            }
        }
    }
}

impl IntrospectionResponse {
    /// There is no such token, or none that holds, or none to know of.
    pub fn inactive() -> Self {
        Self::default()
    }

    /// Of a live access token, which was issued to `client`. What that has lost since is not told.
    pub fn of_access_token(token: &AccessToken, client: &Client, sight: &Sight<'_>, issuer: &str) -> Self {
        let authentication = token.authentication.as_ref();
        Self {
            active: true,
            scope: Some(sight.scope(&token.scope.intersection(&client.scopes)).to_string()),
            client_id: Some(token.client.clone()),
            token_type: Some(token.binding.map_or("Bearer", KeyBinding::token_type)),
            exp: Some(token.expires_at.seconds()),
            iat: Some(token.issued_at.seconds()),
            sub: Some(token.subject.clone()),
            aud: Some(sight.audience(&token.audience)),
            iss: Some(issuer.to_owned()),
            jti: Some(token.id.clone()),
            auth_time: authentication.map(|authentication| authentication.auth_time.seconds()),
            acr: authentication.map(|authentication| authentication.acr.clone()),
            amr: authentication.map(|authentication| authentication.amr.clone()),
            authorization_details: sight.details(&token.authorization_details),
            cnf: token.binding.map(Confirmation::from),
            act: Actor::nested(&token.actors),
            organisation: token.acting.as_ref().map(organisation_claim::of_token),
            sandbox: None,
        }
    }

    /// Of a live refresh token, for the client that it was issued to.
    pub fn of_refresh_token(
        grant: &Grant,
        state: &RefreshState,
        client: &Client,
        subject: String,
        issuer: &str,
    ) -> Self {
        Self {
            active: true,
            scope: Some(grant.scope.intersection(&client.scopes).to_string()),
            client_id: Some(client.id.clone()),
            exp: Some(state.expires_at.min(state.idle_expires_at).seconds()),
            iat: Some(state.rotated_at.seconds()),
            sub: Some(subject),
            iss: Some(issuer.to_owned()),
            authorization_details: grant.authorization_details.values(),
            cnf: grant.binding.map(Confirmation::from),
            ..Self::default()
        }
    }
}

/// A signed answer: RFC 9701 §5.
#[derive(Debug, Serialize)]
pub struct SignedIntrospection<'a> {
    iss: &'a str,
    /// Who asked, and nobody else.
    aud: &'a ClientId,
    iat: i64,
    token_introspection: &'a IntrospectionResponse,
}

impl<'a> SignedIntrospection<'a> {
    pub const fn new(answer: &'a IntrospectionResponse, issuer: &'a str, caller: &'a ClientId, now: Timestamp) -> Self {
        Self { iss: issuer, aud: caller, iat: now.seconds(), token_introspection: answer }
    }
}
