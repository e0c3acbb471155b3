//! Messages that tell every server what to read anew.

use std::time::Duration;

use senid::storage::{Invalidation, Invalidations, SealedKeyKind, Store};
use sqlx::{Connection, PgConnection};

use super::people::{portal, register, sealed_key};
use super::{postgres, sqlite};

async fn next(invalidations: &mut Invalidations) -> Option<Invalidation> {
    tokio::time::timeout(Duration::from_secs(30), invalidations.next()).await.expect("no message came")
}

fn client(id: &str) -> Option<Invalidation> {
    Some(Invalidation::Client(id.parse().unwrap()))
}

/// `changed` is where the changes are made, `listener` another handle on the same database.
async fn changes_are_told_once_they_are_committed(changed: &Store, listener: &Store) {
    let mut invalidations = listener.invalidations().await.unwrap();
    let mut transaction = changed.begin().await.unwrap();
    transaction.clients().insert(&portal("not-committed")).await.unwrap();
    drop(transaction);

    let mut stored = register(changed, "portal").await;
    assert_eq!(next(&mut invalidations).await, client("portal"));
    let mut transaction = changed.begin().await.unwrap();
    stored.redirect_uris.clear();
    transaction.clients().replace(&stored, 1).await.unwrap();
    for kind in SealedKeyKind::ALL {
        transaction.sealed_keys().insert_if_absent(&sealed_key(kind, 1)).await.unwrap();
    }
    transaction.commit().await.unwrap();
    assert_eq!(next(&mut invalidations).await, client("portal"));
    assert_eq!(next(&mut invalidations).await, Some(Invalidation::Keys));
    register(changed, "last").await;
    assert_eq!(next(&mut invalidations).await, client("last"), "the keys were told of once");
}

#[tokio::test]
async fn other_servers_on_postgres_are_told_of_changes() {
    let home = postgres().await;
    changes_are_told_once_they_are_committed(&home.store, &home.again().await).await;
}

#[tokio::test]
async fn sqlite_tells_of_changes_within_the_process() {
    let home = sqlite().await;
    changes_are_told_once_they_are_committed(&home.store, &home.store.clone()).await;
}

#[tokio::test]
async fn whoever_did_not_listen_for_a_while_takes_everything_for_stale() {
    let home = postgres().await;
    let mut invalidations = home.store.invalidations().await.unwrap();
    let mut connection = PgConnection::connect(&home.url).await.unwrap();
    let ended: Vec<bool> = sqlx::query_scalar(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(ended, [true]);
    assert_eq!(next(&mut invalidations).await, Some(Invalidation::Everything));
    register(&home.store, "portal").await;
    assert_eq!(next(&mut invalidations).await, client("portal"));
}

#[tokio::test]
async fn a_slow_listener_on_sqlite_takes_everything_for_stale() {
    let home = sqlite().await;
    let mut invalidations = home.store.invalidations().await.unwrap();
    for number in 0..300 {
        register(&home.store, &format!("portal-{number}")).await;
    }
    assert_eq!(next(&mut invalidations).await, Some(Invalidation::Everything));
    assert!(matches!(next(&mut invalidations).await, Some(Invalidation::Client(_))));
    drop(home.store);
    while next(&mut invalidations).await.is_some() {}
}
