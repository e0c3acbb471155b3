//! The resource servers of a world: programs that portals have access tokens for.

use senid::domain::client::{Client, GrantType, Localised};
use senid::domain::resource::{ResourceId, ResourceServer, ScopeTerms};
use senid::domain::scope::ScopeSet;

use super::{NOW, Operator, eventually};

/// People's health records.
pub const HEALTH: &str = "https://health.example/api";
pub const HEALTH_SCOPE: &str = "health.read health.write";
/// What people own.
pub const LAND: &str = "https://land.example/api";
pub const LAND_SCOPE: &str = "land.read";

/// A resource server with these scopes.
pub fn server(id: &str, scope: &str) -> ResourceServer {
    let scope: ScopeSet = scope.parse().unwrap();
    ResourceServer {
        name: Localised::plain(format!("The server {id}")),
        scopes: scope.iter().map(|scope| (scope.clone(), ScopeTerms::default())).collect(),
        ..ResourceServer::new(id.parse().unwrap(), NOW)
    }
}

/// People's health records, about whose tokens this client asks.
pub fn health(introspected_by: &str) -> ResourceServer {
    ResourceServer { introspected_by: [introspected_by.parse().unwrap()].into(), ..server(HEALTH, HEALTH_SCOPE) }
}

pub fn land(introspected_by: &str) -> ResourceServer {
    ResourceServer { introspected_by: [introspected_by.parse().unwrap()].into(), ..server(LAND, LAND_SCOPE) }
}

/// For `Operator::changes`: the client may ask for these scopes of the resource besides what it may already.
pub fn registered_for(resource: &'static str, scope: &'static str) -> impl FnOnce(&mut Client) {
    move |client| {
        client.scopes = client.scopes.union(&scope.parse().unwrap());
        client.resources.insert(resource.parse().unwrap());
    }
}

/// For `Operator::changes`: the client may ask for tokens of its own.
pub fn for_itself(client: &mut Client) {
    client.grant_types.insert(GrantType::ClientCredentials);
}

impl Operator<'_> {
    /// Registers a resource server, and waits until this server has heard of it.
    pub async fn opens(&self, server: &ResourceServer) {
        let mut tx = self.app.store.begin().await.unwrap();
        tx.resource_servers().insert(server).await.unwrap();
        tx.commit().await.unwrap();
        self.hears_of_resource(server).await;
    }

    /// Changes a resource server, and waits until this server has heard of it.
    pub async fn changes_resource(&self, id: &str, change: impl FnOnce(&mut ResourceServer)) {
        let id: ResourceId = id.parse().unwrap();
        let mut tx = self.app.store.begin().await.unwrap();
        let stored = tx.resource_servers().find(&id).await.unwrap().expect("a resource server of this world");
        let mut changed = stored.server;
        change(&mut changed);
        tx.resource_servers().replace(&changed, stored.version).await.unwrap();
        tx.commit().await.unwrap();
        self.hears_of_resource(&changed).await;
    }

    async fn hears_of_resource(&self, server: &ResourceServer) {
        eventually("the server hears of the resource server", async || {
            let registry = self.app.resource_servers.registry(self.app).await.unwrap();
            registry.find(&server.id) == Some(server)
        })
        .await;
    }
}
