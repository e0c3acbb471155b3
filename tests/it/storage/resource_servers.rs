//! The registry of resource servers.

use senid::domain::resource::{ResourceId, ResourceServer, ResourceStatus};
use senid::storage::{Conflict, Error, Store};

use super::on_every_database;
use super::people::{DAY, NOW, health};

const HEALTH: &str = "https://health.example/api";
const OTHER: &str = "https://other.example/api";

fn id(text: &str) -> ResourceId {
    text.parse().unwrap()
}

async fn register(store: &Store, server: &ResourceServer) -> Result<(), Error> {
    let mut transaction = store.begin().await.unwrap();
    transaction.resource_servers().insert(server).await?;
    transaction.commit().await
}

async fn replace(store: &Store, server: &ResourceServer, expected: i64) -> Result<(), Error> {
    let mut transaction = store.begin().await.unwrap();
    transaction.resource_servers().replace(server, expected).await?;
    transaction.commit().await
}

/// One that has this scope and no other.
fn with_scope(resource: &str, scope: &str) -> ResourceServer {
    ResourceServer { scopes: [(scope.parse().unwrap(), Default::default())].into(), ..health(resource) }
}

on_every_database! {
    async fn what_was_registered_is_found_and_listed_by_id(store: Store) {
        register(&store, &with_scope(OTHER, "other")).await.unwrap();
        register(&store, &health(HEALTH)).await.unwrap();
        let mut reading = store.read().await.unwrap();
        let found = reading.resource_servers().find(&id(HEALTH)).await.unwrap().unwrap();
        assert_eq!((found.server, found.version), (health(HEALTH), 1));
        assert!(reading.resource_servers().find(&id("urn:nobody")).await.unwrap().is_none());
        let all = reading.resource_servers().all().await.unwrap();
        assert_eq!(all, [health(HEALTH), with_scope(OTHER, "other")]);
    }

    async fn no_scope_belongs_to_two(store: Store) {
        register(&store, &health(HEALTH)).await.unwrap();
        let again = register(&store, &health(HEALTH)).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::ResourceServer))), "{again:?}");
        let other = register(&store, &with_scope(OTHER, "health.read")).await;
        assert!(matches!(other, Err(Error::Conflict(Conflict::ResourceScope))), "{other:?}");
        assert!(store.read().await.unwrap().resource_servers().find(&id(OTHER)).await.unwrap().is_none());
        // Nor by a change; and what one gives up another can have.
        register(&store, &with_scope(OTHER, "other")).await.unwrap();
        let taken = replace(&store, &with_scope(OTHER, "health.write"), 1).await;
        assert!(matches!(taken, Err(Error::Conflict(Conflict::ResourceScope))), "{taken:?}");
        replace(&store, &with_scope(HEALTH, "health.read"), 1).await.unwrap();
        replace(&store, &with_scope(OTHER, "health.write"), 1).await.unwrap();
    }

    async fn of_many_that_want_one_scope_at_once_one_has_it(store: Store) {
        let wanting = (0..8).map(|number| {
            let store = store.clone();
            tokio::spawn(async move { register(&store, &with_scope(&format!("urn:{number}"), "wanted")).await })
        });
        let mut won = 0;
        for wants in Vec::from_iter(wanting) {
            match wants.await.unwrap() {
                Ok(()) => won += 1,
                Err(Error::Conflict(Conflict::ResourceScope)) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(store.read().await.unwrap().resource_servers().all().await.unwrap().len(), 1);
    }

    async fn of_two_changes_to_one_version_the_second_is_refused(store: Store) {
        register(&store, &health(HEALTH)).await.unwrap();
        let changed =
            ResourceServer { status: ResourceStatus::Disabled, updated_at: NOW + DAY, ..health(HEALTH) };
        replace(&store, &changed, 1).await.unwrap();
        let second = replace(&store, &health(HEALTH), 1).await;
        assert!(matches!(second, Err(Error::Conflict(Conflict::ResourceServerVersion))), "{second:?}");
        let found = store.read().await.unwrap().resource_servers().find(&id(HEALTH)).await.unwrap().unwrap();
        assert_eq!((found.server, found.version), (changed, 2));
    }
}
