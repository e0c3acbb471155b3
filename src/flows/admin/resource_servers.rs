//! Resource servers: registered, changed, listed, shown, disabled and enabled.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::Deserialize;

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::client::{ClientKeys, Localised};
use crate::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
use crate::domain::ids::ClientId;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::{AccessTokenFormat, ResourceId, ResourceServer, ResourceStatus, ScopeTerms};
use crate::domain::scope::Scope;
use crate::flows::admin_api;
use crate::flows::registration::Known;
use crate::protocol::registration::check_resource_server;
use crate::storage;
use crate::storage::{StoredResourceServer, Transaction};

use super::change_status::Change;
use super::create_client::allowed;
use super::{AdminError, Administrator, Fault};

/// What is asked for of a new one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResourceRequest {
    pub resource: String,
    /// What citizens see, by language; under "" for every language.
    pub name: Localised,
    pub scopes: BTreeMap<String, ScopeTerms>,
    pub authorization_details_types: BTreeSet<String>,
    pub token_format: Option<AccessTokenFormat>,
    pub signing_alg: Option<SignatureAlgorithm>,
    pub encryption_alg: Option<KeyManagementAlgorithm>,
    pub encryption_enc: Option<ContentEncryption>,
    /// Its keys themselves, or where they are published.
    pub jwks: Option<serde_json::Value>,
    pub jwks_uri: Option<String>,
    pub introspected_by: BTreeSet<String>,
}

/// What is to be other than it is; everything else stays.
#[derive(Clone, Debug, Default)]
pub struct ResourceChange {
    pub name: Option<Localised>,
    pub scopes_added: Vec<String>,
    pub scopes_removed: Vec<String>,
    /// In the place of what was said of the scope, in every language.
    pub descriptions: BTreeMap<String, Localised>,
    pub sensitive: Vec<(String, bool)>,
    /// In the place of those it has.
    pub authorization_details_types: Option<BTreeSet<String>>,
    pub token_format: Option<AccessTokenFormat>,
    pub algorithm: Option<SignatureAlgorithm>,
    /// Inside, none: what it reads is not encrypted any more.
    pub encryption: Option<Option<Encryption>>,
    pub keys: Option<ClientKeys>,
    pub introspectors_added: Vec<String>,
    pub introspectors_removed: Vec<String>,
}

/// A resource server as it is now, and what its operator must be told.
#[derive(Debug)]
pub struct Registered {
    pub server: ResourceServer,
    /// What works but is seldom meant.
    pub warnings: Vec<String>,
}

/// Registers a resource server.
///
/// # Errors
/// `Invalid` with every fault; `Conflict` if there is one of this id.
pub async fn create(admin: &Administrator, request: &ResourceRequest) -> Result<Registered, AdminError> {
    admin.may(Permission::ResourceManage)?;
    let mut tx = admin.store.begin().await?;
    let mut faults = Vec::new();
    let id = ResourceId::from_str(&request.resource).or_else(|fault| {
        faults.push(Fault::new("resource", fault.to_string()));
        // Judged under another name, so that everything is said at once.
        ResourceId::from_str("urn:unnamed")
    });
    let Ok(id) = id else { return Err(AdminError::Invalid(faults)) };
    let default = ResourceServer::new(id, admin.clock.now());
    let mut server = ResourceServer {
        name: request.name.clone(),
        authorization_details_types: request.authorization_details_types.clone(),
        token_format: request.token_format.unwrap_or_default(),
        algorithm: request.signing_alg.unwrap_or(default.algorithm),
        encryption: encryption(request.encryption_alg, request.encryption_enc, &mut faults),
        keys: keys(request, &mut faults),
        ..default
    };
    for (scope, terms) in &request.scopes {
        if let Some(scope) = named_scope(scope, &mut faults) {
            server.scopes.insert(scope, terms.clone());
        }
    }
    for client in &request.introspected_by {
        server.introspected_by.extend(introspector(&mut tx, client, &mut faults).await?);
    }
    judge(admin, &mut tx, &server, faults).await?;
    match tx.resource_servers().insert(&server).await {
        Err(storage::Error::Conflict(storage::Conflict::ResourceServer)) => {
            return Err(AdminError::Conflict(format!("there is a resource server {} already", server.id)));
        }
        done => done?,
    }
    let scopes = Vec::from_iter(server.scopes.keys().map(Scope::as_str)).join(" ");
    let event = admin.event(EventKind::ResourceServerCreated).with("resource", &server.id).with("scopes", scopes);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Registered { warnings: warnings(&server), server })
}

/// Changes a resource server.
///
/// # Errors
/// `NotFound`; `Invalid` with every fault of what it would be; `Conflict` where somebody else changed it meanwhile.
pub async fn update(admin: &Administrator, id: &ResourceId, change: &ResourceChange) -> Result<Registered, AdminError> {
    admin.may(Permission::ResourceManage)?;
    let mut tx = admin.store.begin().await?;
    let StoredResourceServer { server: before, version } = find_to_change(&mut tx, id).await?;
    let mut faults = Vec::new();
    let mut after = before.clone();
    set(&mut after.name, &change.name);
    set(&mut after.authorization_details_types, &change.authorization_details_types);
    set(&mut after.token_format, &change.token_format);
    set(&mut after.algorithm, &change.algorithm);
    set(&mut after.encryption, &change.encryption);
    set(&mut after.keys, &change.keys);
    change_scopes(&mut after, change, &mut faults);
    for client in &change.introspectors_removed {
        let gone = client.parse().is_ok_and(|client: ClientId| after.introspected_by.remove(&client));
        if !gone {
            faults.push(Fault::new("introspected_by", format!("{client} is not among them")));
        }
    }
    for client in &change.introspectors_added {
        after.introspected_by.extend(introspector(&mut tx, client, &mut faults).await?);
    }
    judge(admin, &mut tx, &after, faults).await?;
    let changed = difference(&before, &after)?;
    if !changed.is_empty() {
        after.updated_at = admin.clock.now();
        tx.resource_servers().replace(&after, version).await?;
        let event = admin.event(EventKind::ResourceServerChanged).with("resource", id);
        tx.audit().record(&event.with("changed", changed.join(" ")).build()).await?;
        tx.commit().await?;
    }
    Ok(Registered { warnings: warnings(&after), server: after })
}

/// Every resource server, by id.
pub async fn list(admin: &Administrator) -> Result<Vec<ResourceServer>, AdminError> {
    admin.may(Permission::ResourceShow)?;
    Ok(admin.store.read().await?.resource_servers().all().await?)
}

/// # Errors
/// `NotFound`.
pub async fn show(admin: &Administrator, id: &ResourceId) -> Result<ResourceServer, AdminError> {
    admin.may(Permission::ResourceShow)?;
    let found = admin.store.read().await?.resource_servers().find(id).await?;
    found.map(|stored| stored.server).ok_or_else(|| no_such(id))
}

/// Lets nobody have tokens for it any more, or again.
///
/// # Errors
/// `NotFound`.
pub async fn set_status(admin: &Administrator, id: &ResourceId, status: ResourceStatus) -> Result<Change, AdminError> {
    admin.may(Permission::ResourceManage)?;
    let mut tx = admin.store.begin().await?;
    let stored = find_to_change(&mut tx, id).await?;
    if stored.server.status == status {
        return Ok(Change::NothingToDo);
    }
    let kind = match status {
        ResourceStatus::Active => EventKind::ResourceServerEnabled,
        ResourceStatus::Disabled => EventKind::ResourceServerDisabled,
    };
    let changed = ResourceServer { status, updated_at: admin.clock.now(), ..stored.server };
    tx.resource_servers().replace(&changed, stored.version).await?;
    tx.audit().record(&admin.event(kind).with("resource", id).build()).await?;
    tx.commit().await?;
    Ok(Change::Done)
}

/// Holds the whole against the rules of every resource server, after what was wrong with the words.
async fn judge(
    admin: &Administrator,
    tx: &mut Transaction,
    server: &ResourceServer,
    mut faults: Vec<Fault>,
) -> Result<(), AdminError> {
    let known = Known::within(tx, admin.settings.issuer.as_str()).await?;
    let found = check_resource_server(server, admin.settings.issuer.as_str(), &allowed(admin, false, &known));
    faults.extend(found.into_iter().map(Fault::from));
    if faults.is_empty() { Ok(()) } else { Err(AdminError::Invalid(faults)) }
}

/// A client that can ask about tokens: there is one of this id, and it proves itself.
async fn introspector(
    tx: &mut Transaction,
    text: &str,
    faults: &mut Vec<Fault>,
) -> Result<Option<ClientId>, AdminError> {
    let found = match text.parse() {
        Ok(id) => tx.clients().find(&id).await?,
        Err(_) => None,
    };
    let mut refuse = |why: &str| faults.push(Fault::new("introspected_by", format!("{text} {why}")));
    match found {
        None => refuse("is no client"),
        Some(stored) if stored.client.authentication.is_public() => refuse("is a public client, which proves nothing"),
        Some(stored) => return Ok(Some(stored.client.id)),
    }
    Ok(None)
}

fn change_scopes(server: &mut ResourceServer, change: &ResourceChange, faults: &mut Vec<Fault>) {
    for text in &change.scopes_removed {
        let gone = text.parse().ok().and_then(|scope: Scope| server.scopes.remove(&scope));
        if gone.is_none() {
            faults.push(Fault::new("scope", format!("{text} is none of its scopes")));
        }
    }
    for text in &change.scopes_added {
        if let Some(scope) = named_scope(text, faults) {
            server.scopes.entry(scope).or_default();
        }
    }
    let mut terms_of = |member, text: &str, change: &dyn Fn(&mut ScopeTerms)| match text
        .parse()
        .ok()
        .and_then(|scope: Scope| server.scopes.get_mut(&scope))
    {
        Some(terms) => change(terms),
        None => faults.push(Fault::new(member, format!("{text} is none of its scopes"))),
    };
    for (scope, description) in &change.descriptions {
        terms_of("description", scope, &|terms| terms.description = description.clone());
    }
    for (scope, sensitive) in &change.sensitive {
        terms_of("sensitive", scope, &|terms| terms.sensitive = *sensitive);
    }
}

fn named_scope(text: &str, faults: &mut Vec<Fault>) -> Option<Scope> {
    if admin_api::is_own_scope(text) {
        faults.push(Fault::new("scope", format!("{text} is SenID's own: it is for the Admin API")));
        return None;
    }
    text.parse().map_err(|fault| faults.push(Fault::new("scope", format!("{text:?}: {fault}")))).ok()
}

/// `A128CBC-HS256` where the content's algorithm is not said, as everywhere.
pub fn encryption(
    alg: Option<KeyManagementAlgorithm>,
    enc: Option<ContentEncryption>,
    faults: &mut Vec<Fault>,
) -> Option<Encryption> {
    match (alg, enc) {
        (Some(alg), enc) => Some(Encryption { alg, enc: enc.unwrap_or(ContentEncryption::A128CbcHs256) }),
        (None, Some(_)) => {
            faults.push(Fault::new("encryption_enc", "expected encryption_alg beside it"));
            None
        }
        (None, None) => None,
    }
}

fn keys(request: &ResourceRequest, faults: &mut Vec<Fault>) -> ClientKeys {
    match (&request.jwks, &request.jwks_uri) {
        (None, None) => ClientKeys::None,
        (Some(jwks), None) => ClientKeys::Given(jwks.to_string()),
        (None, Some(uri)) => ClientKeys::Published(uri.clone()),
        (Some(_), Some(_)) => {
            faults.push(Fault::new("jwks", "expected either jwks or jwks_uri, not both"));
            ClientKeys::None
        }
    }
}

fn set<T: Clone>(field: &mut T, wanted: &Option<T>) {
    if let Some(wanted) = wanted {
        field.clone_from(wanted);
    }
}

fn warnings(server: &ResourceServer) -> Vec<String> {
    let mut warnings = Vec::new();
    for (scope, _) in server.scopes.iter().filter(|(_, terms)| terms.description.0.is_empty()) {
        warnings.push(format!("citizens who are asked for {scope} read its name alone (--description)"));
    }
    if server.token_format == AccessTokenFormat::Opaque && server.introspected_by.is_empty() {
        warnings.push("its tokens say nothing, and nobody asks about them for it (--introspected-by)".to_owned());
    }
    warnings
}

/// The names of what differs.
fn difference(before: &ResourceServer, after: &ResourceServer) -> Result<Vec<String>, AdminError> {
    let members = |server| serde_json::to_value(server).map_err(AdminError::failed);
    let (before, after) = (members(before)?, members(after)?);
    let names = after.as_object().into_iter().flatten().filter(|(name, value)| before.get(name) != Some(value));
    Ok(names.map(|(name, _)| name.clone()).collect())
}

async fn find_to_change(tx: &mut Transaction, id: &ResourceId) -> Result<StoredResourceServer, AdminError> {
    tx.resource_servers().find(id).await?.ok_or_else(|| no_such(id))
}

fn no_such(id: &ResourceId) -> AdminError {
    AdminError::NotFound(format!("there is no resource server {id}"))
}
