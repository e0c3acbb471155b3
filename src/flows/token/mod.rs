//! The token endpoint: one road for every grant type, in numbered phases, so that no grant can leave one out.
//!
//! Phases: 1. what is asked, and which keys are shown · 2. who asks · 2b. which key that binds the tokens to · 3. what these
//! stand on, one file a grant type · 4. the tokens · 5. the record

mod approval;
mod authorization_code;
mod ciba;
mod client_credentials;
mod device_code;
mod issue;
mod jwt_bearer;
mod refresh_token;
mod token_exchange;

use crate::config::Settings;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::authorization::ResponseType;
use crate::domain::authorization_details::AuthorizationDetails;
use crate::domain::grant::Grant;
use crate::domain::key_binding::KeyBinding;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::ResourceId;
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretString;
use crate::domain::statistics::Figure;
use crate::domain::time::Timestamp;
use crate::protocol::token::{AssertionGrants, GrantType, TokenResponse};
use crate::protocol::{ErrorCode, OAuthError, resource_indicators};

use super::client_request::ClientRequest;
use super::protection::Protection;
use super::{App, FlowError, client_authentication, id_token_claims, sandbox, sender};

/// What a grant type leaves for the shared phases: what the tokens are for, in what scope.
#[derive(Debug)]
struct Redeemed {
    basis: Basis,
    /// What the tokens are good for: the grant's scope or less.
    scope: ScopeSet,
    /// What they are for: the grant's resources or fewer.
    resources: Vec<ResourceId>,
    authorization_details: AuthorizationDetails,
    /// The refresh token to hand out, where `offline_access` was granted.
    refresh_token: Option<SecretString>,
    /// The nonce of the authorization request, for the first ID token alone (Core §12.2).
    nonce: Option<String>,
    event: EventKind,
}

/// On whose word tokens are issued.
#[derive(Debug)]
enum Basis {
    /// A citizen's, who granted it.
    Grant(Box<Grant>),
    /// A citizen's, who granted it to another client, for which this one acts (RFC 8693).
    Delegated(Box<Delegation>),
    /// The client's own: the tokens are about nobody.
    Client,
}

#[derive(Debug)]
struct Delegation {
    grant: Grant,
    /// The present one first.
    actors: Vec<String>,
    /// The end of the token that was exchanged.
    until: Timestamp,
}

impl Basis {
    fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Grant(grant) => Some(grant),
            Self::Delegated(delegation) => Some(&delegation.grant),
            Self::Client => None,
        }
    }

    /// What the tokens of a public client stay bound to, which its sender has proven again. The key of whoever a token was
    /// granted to is not that of who acts for them.
    fn binding(&self) -> Option<KeyBinding> {
        match self {
            Self::Grant(grant) => grant.binding,
            Self::Delegated(_) | Self::Client => None,
        }
    }
}

/// Whether anybody's assertions are taken for tokens here.
pub fn assertions(settings: &Settings) -> AssertionGrants {
    match settings.jwt_grant.is_off() {
        true => AssertionGrants::NotTaken,
        false => AssertionGrants::Taken,
    }
}

/// Answers a token request.
pub async fn token(app: &App, request: &ClientRequest<'_>) -> Result<TokenResponse, FlowError> {
    let ClientRequest { visitor, form, .. } = *request;
    // 1. What is asked: read before anything is spent.
    if let Some(name) = form.repeated() {
        return Err(OAuthError::invalid_request(format!("{name} is given more than once")).into());
    }
    let grant_type = GrantType::read(form, assertions(&app.settings))?;
    let named = resource_indicators::read(form)?;
    let shown = sender::read(app, request.sender)?;

    // 2. Who asks.
    let client = client_authentication::authenticate(app, request).await?;
    let refused = |error: &FlowError| {
        if let FlowError::Refused(refusal) = error {
            app.metrics.token_refused(grant_type, refusal.code);
            app.counted(Figure::TokenRefused, refusal.code.as_str(), Some(&client.id));
        }
    };
    if !client.grant_types.contains(&grant_type.registered()) {
        let told = format!("this client is not registered for the grant type {}", grant_type.as_str());
        app.metrics.token_refused(grant_type, ErrorCode::UnauthorizedClient);
        app.counted(Figure::TokenRefused, ErrorCode::UnauthorizedClient.as_str(), Some(&client.id));
        return Err(OAuthError::unauthorized_client(told).into());
    }

    sandbox::at_token_endpoint(app, grant_type, form).await?;

    // 2b. Which key the tokens are bound to: no grant type is asked, so none can leave it out.
    let sender = sender::bind(app, &client, shown).await.inspect_err(refused)?;

    // What it is told must reach it as it registered; where that cannot be, nothing is spent.
    let protection = Protection::of_id_tokens(app, &client).await?;
    app.keys.can_sign(SignatureAlgorithm::Es256, app.clock.now())?;

    // 3. What it stands on. A code or a refresh token is spent in one atomic step; that its person is still there and
    // their consent stands is decided in the transaction that writes the grant, so there is no moment in between.
    let redeemed = match grant_type {
        GrantType::AuthorizationCode => authorization_code::redeem(app, visitor, &client, &sender, form, &named).await,
        GrantType::RefreshToken => refresh_token::redeem(app, visitor, &client, &sender, form, &named).await,
        GrantType::ClientCredentials => client_credentials::redeem(app, &client, form, &named).await,
        GrantType::DeviceCode => device_code::redeem(app, visitor, &client, &sender, form, &named).await,
        GrantType::Ciba => ciba::redeem(app, &client, &sender, form, &named).await,
        GrantType::JwtBearer => jwt_bearer::redeem(app, &client, form, &named).await,
        GrantType::TokenExchange => token_exchange::redeem(app, &client, &sender, form, &named).await,
    };
    let redeemed = redeemed.inspect_err(refused)?;
    // Whatever it stands on: whoever granted it, and whoever acts upon it, are of one stage.
    if let Some(grant) = redeemed.basis.grant().filter(|grant| !client.serves(grant.authentication.citizen)) {
        app.metrics.token_refused(grant_type, ErrorCode::InvalidGrant);
        tracing::warn!(client = %client.id, grant = %grant.id, stage = %client.stage, "a grant of another stage");
        return Err(OAuthError::invalid_grant(client.stage.refusal()).into());
    }

    // 4. The tokens.
    let person = match redeemed.basis.grant().filter(|_| redeemed.scope.contains("openid")) {
        Some(grant) => {
            let asked = (&redeemed.scope, &grant.claims, ResponseType::Code);
            let told = id_token_claims::released(app, visitor, &client, grant, asked).await?;
            told.map_err(|over| OAuthError::invalid_grant(over.sentence()))?
        }
        None => serde_json::Map::new(),
    };
    let response = issue::issue(app, &client, &sender, &redeemed, &named, &protection, person).await?;

    // 5. The record.
    app.metrics.tokens_issued(grant_type);
    app.counted(Figure::Tokens, grant_type.as_str(), Some(&client.id));
    app.statistics.scopes(app.clock.now(), &client.id, &redeemed.scope);
    let event = app
        .event(visitor, redeemed.event, Outcome::Success)
        .by(Actor::Client(client.id.clone()))
        .of(&client.id)
        .with("scope", &redeemed.scope);
    let event = match redeemed.authorization_details.is_empty() {
        true => event,
        false => event.with("authorization_details", redeemed.authorization_details.kinds()),
    };
    app.record(match redeemed.basis.grant() {
        Some(grant) => {
            let event = event.about(grant.authentication.citizen).with("grant", grant.id);
            match &redeemed.basis {
                Basis::Delegated(_) => event.with("granted_to", &grant.client).with("resource", resources(&redeemed)),
                Basis::Grant(_) | Basis::Client => event,
            }
        }
        None => event,
    });
    Ok(response)
}

fn resources(redeemed: &Redeemed) -> String {
    redeemed.resources.iter().map(ResourceId::as_str).collect::<Vec<_>>().join(" ")
}
