//! Who may exchange whose tokens for what (RFC 8693). The registry of resource servers says what there is to be had.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::client::{Client, GrantType};
use crate::domain::ids::ClientId;
use crate::domain::resource::{ResourceId, ResourceRegistry};
use crate::domain::token_exchange::ExchangeRule;

use super::change_status::Change;
use super::{AdminError, Administrator, Fault, registered_clients};

/// Lets `client` exchange tokens as `rule` says, in the place of what was said of the same client and resource before.
///
/// # Errors
/// `NotFound` for a client that there is not; `Invalid` for a rule that nothing could ever come of.
pub async fn allow(admin: &Administrator, client: &ClientId, rule: ExchangeRule) -> Result<Change, AdminError> {
    admin.may(Permission::ClientExchange)?;
    let mut tx = admin.store.begin().await?;
    let stored = registered_clients::find_to_change(&mut tx, client).await?;
    if tx.clients().find(&rule.from).await?.is_none() {
        return Err(AdminError::NotFound(format!("there is no client {}", rule.from)));
    }
    let registry = ResourceRegistry::new(tx.resource_servers().all().await?);
    let faults = faults(&stored.client, &rule, &registry);
    if !faults.is_empty() {
        return Err(AdminError::Invalid(faults));
    }
    let mut changed = stored.client;
    if changed.token_exchange.contains(&rule) && changed.grant_types.contains(&GrantType::TokenExchange) {
        return Ok(Change::NothingToDo);
    }
    changed.token_exchange.retain(|own| !is_about(own, &rule.from, &rule.resource));
    let event = admin
        .event(EventKind::ExchangeAllowed)
        .of(client)
        .with("from", &rule.from)
        .with("resource", &rule.resource)
        .with("scope", &rule.scopes);
    changed.token_exchange.push(rule);
    changed.grant_types.insert(GrantType::TokenExchange);
    changed.updated_at = admin.clock.now();
    tx.clients().replace(&changed, stored.version).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Change::Done)
}

/// Takes back what was said of `from` and `resource`. With its last rule a client loses the grant type.
///
/// # Errors
/// `NotFound` for a client that there is not.
pub async fn remove(
    admin: &Administrator,
    client: &ClientId,
    from: &ClientId,
    resource: &ResourceId,
) -> Result<Change, AdminError> {
    admin.may(Permission::ClientExchange)?;
    let mut tx = admin.store.begin().await?;
    let stored = registered_clients::find_to_change(&mut tx, client).await?;
    let mut changed = stored.client;
    let before = changed.token_exchange.len();
    changed.token_exchange.retain(|own| !is_about(own, from, resource));
    if changed.token_exchange.len() == before {
        return Ok(Change::NothingToDo);
    }
    if changed.token_exchange.is_empty() {
        changed.grant_types.remove(&GrantType::TokenExchange);
    }
    changed.updated_at = admin.clock.now();
    tx.clients().replace(&changed, stored.version).await?;
    let event = admin.event(EventKind::ExchangeRemoved).of(client).with("from", from).with("resource", resource);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Change::Done)
}

fn is_about(rule: &ExchangeRule, from: &ClientId, resource: &ResourceId) -> bool {
    rule.from == *from && rule.resource == *resource
}

fn faults(client: &Client, rule: &ExchangeRule, registry: &ResourceRegistry) -> Vec<Fault> {
    let mut faults = Vec::new();
    if client.authentication.is_public() {
        faults.push(Fault::new("client", "a public client cannot prove who exchanges a token"));
    }
    if rule.scopes.is_empty() {
        faults.push(Fault::new("scope", "expected what the new tokens may be good for"));
    }
    let Some(server) = registry.find(&rule.resource) else {
        faults.push(Fault::new("resource", format!("there is no resource server {}", rule.resource)));
        return faults;
    };
    for scope in rule.scopes.iter() {
        if !server.scopes.contains_key(scope) {
            faults.push(Fault::new("scope", format!("{scope} is no scope of {}", server.id)));
        } else if !client.scopes.contains(scope.as_str()) {
            faults.push(Fault::new("scope", format!("{} is not registered for {scope}", client.id)));
        }
    }
    faults
}
