//! Applications: the clients that are registered. What an owner may change of their own has no member that approves anything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Call, Expected, Reply, etag};
use super::problem::{Kind, Problem};
use super::wire::{Instant, Page, texts};
use crate::domain::client::{ApplicationType, Client, ClientAuthenticationMethod, ClientKeys, ClientStatus, Localised};
use crate::domain::ids::ClientId;
use crate::domain::scope::Scope;
use crate::flows::admin::create_client::{self, ClientRequest};
use crate::flows::admin::further::Further;
use crate::flows::admin::registered_clients::{self, Versioned};
use crate::flows::admin::update_client::{self, AddressChange, ClientChange, ListChange};
use crate::flows::onboarding::unused;

/// An application in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationSummary)]
pub struct Summary {
    client_id: String,
    status: &'static str,
    name: BTreeMap<String, String>,
    organisation: BTreeMap<String, String>,
    policy: String,
    updated_at: Instant,
}

/// An application, in the members of registration metadata (RFC 7591 §2) where those have them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Application {
    client_id: String,
    status: &'static str,
    name: BTreeMap<String, String>,
    organisation: BTreeMap<String, String>,
    /// Whether the authority has verified that the organisation stands behind it.
    organisation_verified: bool,
    purpose: BTreeMap<String, String>,
    home_uri: Option<String>,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    backchannel_logout_uri: Option<String>,
    frontchannel_logout_uri: Option<String>,
    /// Separated by spaces.
    scope: String,
    resources: Vec<String>,
    policy: String,
    response_types: Vec<&'static str>,
    grant_types: Vec<&'static str>,
    token_endpoint_auth_method: &'static str,
    jwks_uri: Option<String>,
    /// Public keys alone.
    jwks: Option<serde_json::Value>,
    application_type: &'static str,
    subject_type: &'static str,
    sector_identifier: String,
    dpop_bound_access_tokens: bool,
    tls_client_certificate_bound_access_tokens: bool,
    require_pushed_authorization_requests: bool,
    created_at: Instant,
    updated_at: Instant,
}

/// An application that is to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApplication {
    #[schema(min_length = 1, max_length = 64)]
    client_id: String,
    name: BTreeMap<String, String>,
    #[serde(default)]
    organisation: BTreeMap<String, String>,
    #[serde(default)]
    purpose: BTreeMap<String, String>,
    #[serde(default)]
    home_uri: Option<String>,
    redirect_uris: Vec<String>,
    #[serde(default)]
    post_logout_redirect_uris: Vec<String>,
    #[serde(default)]
    backchannel_logout_uri: Option<String>,
    #[serde(default)]
    frontchannel_logout_uri: Option<String>,
    /// Separated by spaces.
    scope: String,
    /// `client_secret_basic` where it is not said.
    #[serde(default)]
    token_endpoint_auth_method: Option<String>,
    #[serde(default)]
    jwks: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default)]
    jwks_uri: Option<String>,
    /// `web` where it is not said, or `native`.
    #[serde(default)]
    application_type: Option<String>,
    /// `baseline` where it is not said.
    #[serde(default)]
    policy: Option<String>,
    #[serde(default)]
    dpop_bound_access_tokens: Option<bool>,
    #[serde(default)]
    tls_client_certificate_bound_access_tokens: Option<bool>,
    #[serde(default)]
    require_pushed_authorization_requests: Option<bool>,
}

/// What is to be other than it is; what is not named stays, and null takes an address away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationChange {
    #[serde(default)]
    name: Option<BTreeMap<String, String>>,
    #[serde(default)]
    organisation: Option<BTreeMap<String, String>>,
    #[serde(default)]
    purpose: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    home_uri: Option<Option<String>>,
    #[serde(default)]
    redirect_uris: Option<Vec<String>>,
    #[serde(default)]
    post_logout_redirect_uris: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    backchannel_logout_uri: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    frontchannel_logout_uri: Option<Option<String>>,
    /// Separated by spaces.
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    jwks: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default)]
    jwks_uri: Option<String>,
}

/// What an application may ask for and does not.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnusedScopes {
    /// Within how many days it asked for none of these.
    days: u32,
    /// Null where nothing can be said of it yet: it is younger than that or not in production, or scopes were not counted yet so long ago.
    scopes: Option<Vec<String>>,
}

/// An application as it is registered now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisteredApplication)]
pub struct Registered {
    application: Application,
    /// One that was made now: it is never shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// What works, and is seldom meant.
    warnings: Vec<String>,
}

pub async fn list(call: &Call) -> Result<Reply, Problem> {
    let page = registered_clients::page(&call.admin, call.after::<ClientId>()?, call.limit()?).await?;
    let next = call.next(page.next)?;
    Reply::ok(&Page { items: page.items.iter().map(Summary::of).collect(), next })
}

pub async fn show(call: &Call) -> Result<Reply, Problem> {
    let Versioned { client, version } = registered_clients::versioned(&call.admin, &id(call)?).await?;
    Ok(Reply::ok(&Application::of(&client))?.with_version(version))
}

pub async fn unused_scopes(call: &Call) -> Result<Reply, Problem> {
    let client = registered_clients::show(&call.admin, &id(call)?).await?;
    let unused = unused::unused_scopes(&call.admin, &client).await?;
    let names = |scopes: Vec<Scope>| scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    Reply::ok(&UnusedScopes { days: unused::DAYS, scopes: unused.map(names) })
}

pub async fn create(call: &Call) -> Result<Reply, Problem> {
    let new: NewApplication = call.body()?;
    let request = ClientRequest {
        id: new.client_id,
        name: Localised(new.name),
        organisation: Localised(new.organisation),
        purpose: Localised(new.purpose),
        home_uri: new.home_uri,
        redirect_uris: new.redirect_uris,
        post_logout_redirect_uris: new.post_logout_redirect_uris,
        backchannel_logout_uri: new.backchannel_logout_uri,
        frontchannel_logout_uri: new.frontchannel_logout_uri,
        scope: new.scope,
        authentication: word::<ClientAuthenticationMethod>(
            "token_endpoint_auth_method",
            new.token_endpoint_auth_method,
        )?
        .unwrap_or_default(),
        jwks: new.jwks.map(serde_json::Value::Object),
        jwks_uri: new.jwks_uri,
        application_type: word::<ApplicationType>("application_type", new.application_type)?.unwrap_or_default(),
        further: Further {
            policy: word("policy", new.policy)?,
            dpop_bound_access_tokens: new.dpop_bound_access_tokens,
            tls_client_certificate_bound_access_tokens: new.tls_client_certificate_bound_access_tokens,
            require_pushed_authorization_requests: new.require_pushed_authorization_requests,
            ..Further::default()
        },
        ..ClientRequest::default()
    };
    let registered = create_client::create(&call.admin, &request, None).await?;
    let path = format!("/clients/{}", registered.client.id);
    Ok(Reply::created(&Registered::of(&registered), path)?.with_version(registered.version))
}

pub async fn update(call: &Call) -> Result<Reply, Problem> {
    let (id, wanted): (ClientId, ApplicationChange) = (id(call)?, call.body()?);
    let keys = match (wanted.jwks, wanted.jwks_uri) {
        (None, None) => None,
        (Some(jwks), None) => Some(ClientKeys::Given(serde_json::Value::Object(jwks).to_string())),
        (None, Some(uri)) => Some(ClientKeys::Published(uri)),
        (Some(_), Some(_)) => {
            return Err(Problem::at("/jwks".to_owned(), "expected either jwks or jwks_uri, not both"));
        }
    };
    let list = |whole| ListChange { whole, ..ListChange::default() };
    let expected = match &call.expected {
        Some(Expected::OneOf(tags)) => {
            let Versioned { version, .. } = registered_clients::versioned(&call.admin, &id).await?;
            if !tags.contains(&etag(version)) {
                return Err(Problem::new(Kind::Changed, "another version of it is there by now: read it again"));
            }
            Some(version)
        }
        Some(Expected::Any) | None => None,
    };
    let change = ClientChange {
        name: wanted.name.map(Localised),
        organisation: wanted.organisation.map(Localised),
        purpose: wanted.purpose.map(Localised),
        home_uri: wanted.home_uri.map(address),
        backchannel_logout_uri: wanted.backchannel_logout_uri.map(address),
        frontchannel_logout_uri: wanted.frontchannel_logout_uri.map(address),
        redirect_uris: list(wanted.redirect_uris),
        post_logout_redirect_uris: list(wanted.post_logout_redirect_uris),
        scope: wanted.scope,
        keys,
        expected,
        ..ClientChange::default()
    };
    let registered = update_client::update(&call.admin, &id, &change).await?;
    // Of what was written here: somebody else may have written another one since.
    Ok(Reply::ok(&Registered::of(&registered))?.with_version(registered.version))
}

pub async fn disable(call: &Call) -> Result<Reply, Problem> {
    registered_clients::set_status(&call.admin, &id(call)?, ClientStatus::Disabled).await?;
    Ok(Reply::done())
}

pub async fn enable(call: &Call) -> Result<Reply, Problem> {
    registered_clients::set_status(&call.admin, &id(call)?, ClientStatus::Active).await?;
    Ok(Reply::done())
}

fn id(call: &Call) -> Result<ClientId, Problem> {
    call.path("client_id")
}

fn address(wanted: Option<String>) -> AddressChange {
    wanted.map_or(AddressChange::Gone, AddressChange::To)
}

/// A member that is there, whatever it is: null is something else than absent.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// One of the words that a member may be.
fn word<T: serde::de::DeserializeOwned>(member: &str, text: Option<String>) -> Result<Option<T>, Problem> {
    let read = |text: String| {
        serde_json::from_value(serde_json::Value::String(text))
            .map_err(|error| Problem::at(format!("/{member}"), error.to_string()))
    };
    text.map(read).transpose()
}

impl Summary {
    fn of(client: &Client) -> Self {
        Self {
            client_id: client.id.to_string(),
            status: client.status.as_str(),
            name: texts(&client.display.name),
            organisation: texts(&client.display.organisation),
            policy: client.policy.set.to_string(),
            updated_at: client.updated_at.into(),
        }
    }
}

impl Application {
    pub(super) fn of(client: &Client) -> Self {
        let (display, policy) = (&client.display, &client.policy);
        let endpoint =
            |endpoint: &Option<crate::domain::client::LogoutEndpoint>| endpoint.as_ref().map(|one| one.uri.clone());
        let (jwks, jwks_uri) = match &client.keys {
            ClientKeys::None => (None, None),
            ClientKeys::Given(set) => (serde_json::from_str(set).ok(), None),
            ClientKeys::Published(uri) => (None, Some(uri.clone())),
        };
        Self {
            client_id: client.id.to_string(),
            status: client.status.as_str(),
            name: texts(&display.name),
            organisation: texts(&display.organisation),
            organisation_verified: display.organisation_verified,
            purpose: texts(&display.purpose),
            home_uri: display.home_uri.clone(),
            redirect_uris: client.redirect_uris.clone(),
            post_logout_redirect_uris: client.post_logout_redirect_uris.clone(),
            backchannel_logout_uri: endpoint(&client.logout.back_channel),
            frontchannel_logout_uri: endpoint(&client.logout.front_channel),
            scope: client.scopes.to_string(),
            resources: client.resources.iter().map(ToString::to_string).collect(),
            policy: policy.set.to_string(),
            response_types: client.response_types.iter().map(|one| one.as_str()).collect(),
            grant_types: client.grant_types.iter().map(|one| one.as_str()).collect(),
            token_endpoint_auth_method: client.authentication.method().as_str(),
            jwks_uri,
            jwks,
            application_type: match client.application_type {
                ApplicationType::Web => "web",
                ApplicationType::Native => "native",
            },
            subject_type: client.subject_type.as_str(),
            sector_identifier: client.sector_identifier.clone(),
            dpop_bound_access_tokens: policy.bound_access_tokens.dpop,
            tls_client_certificate_bound_access_tokens: policy.bound_access_tokens.certificate,
            require_pushed_authorization_requests: policy.pushed_requests_required,
            created_at: client.created_at.into(),
            updated_at: client.updated_at.into(),
        }
    }
}

impl Registered {
    fn of(registered: &create_client::Registered) -> Self {
        Self {
            application: Application::of(&registered.client),
            client_secret: registered.secret.as_ref().map(|secret| secret.expose().to_owned()),
            warnings: registered.warnings.clone(),
        }
    }
}
