//! Who is erased leaves nothing behind but that there was somebody.

use senid::crypto::random::SystemRandom;
use senid::domain::ids::CitizenId;
use senid::domain::time::Timestamp;
use senid::storage::{Cell, Store};
use sqlx::{Connection, PgConnection, SqliteConnection};
use uuid::Uuid;

use super::people::{AN, DAY, MINUTE, NOW, citizen, live_a_little, name};
use super::{Home, postgres, sqlite};

/// What stays of somebody who was erased: that there was somebody, what was done and released, and who acted for whom. None of it
/// says who they were.
const STAYS: [&str; 13] = [
    "citizens",
    "audit_events",
    "releases",
    "ended_sessions",
    "logout_deliveries",
    "mandates",
    "mandate_directory",
    // What they offered to others for an organisation, until it is forgotten.
    "mandate_invitations",
    // How far everybody was gone through, by the id of the last one: it leads to the empty row of `citizens`, and to nothing else.
    "registry_cursor",
    "guardianships",
    "disclosures",
    // Who could do what, and when.
    "role_grants",
    // Likewise.
    "key_changes",
];

/// At `NOW`.
const CLOSE: &str = "UPDATE citizens SET status = 'closed', status_since = 1700000000000000";

/// Every table with a row that names this citizen by their id, and every row of theirs.
async fn traces(store: &Store, id: CitizenId) -> Vec<(&'static str, Vec<Cell>)> {
    let id = Cell::Bytes(id.uuid().as_bytes().to_vec());
    let mut snapshot = store.snapshot().await.unwrap();
    let mut traces = Vec::new();
    for layout in snapshot.transfer().layouts().await.unwrap() {
        let rows = snapshot.transfer().page(&layout, None, 10_000).await.unwrap();
        traces.extend(rows.into_iter().filter(|row| row.contains(&id)).map(|row| (layout.name, row)));
    }
    traces
}

async fn who_is_erased_leaves_nothing_behind(store: &Store, close: impl AsyncFn()) {
    let an = live_a_little(store).await;
    let erase = async |at: Timestamp| {
        let mut tx = store.begin().await.unwrap();
        let erased = tx.citizens().erase(an.id, at).await.unwrap();
        tx.commit().await.unwrap();
        erased
    };
    let due = async |before: Timestamp| store.read().await.unwrap().citizens().ended_before(before, 9).await.unwrap();
    let everybody = async || {
        let mut tx = store.begin().await.unwrap();
        let named = tx.citizens().index_names(Uuid::nil(), 99).await.unwrap().seen;
        assert_eq!(tx.citizens().rewrap(Uuid::nil(), 99).await.unwrap().seen, named);
        named
    };
    let before = everybody().await;
    // Somebody whom no check was planned for yet.
    let mut late = citizen("001090000009");
    late.citizen.id = CitizenId::new(NOW + DAY, &SystemRandom::new());
    let mut tx = store.begin().await.unwrap();
    tx.citizens().insert(&late).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!erase(NOW).await, "an account that has not ended is left as it is");
    assert!(traces(store, an.id).await.iter().any(|(table, _)| *table == "credentials"));

    close().await;
    assert_eq!(due(NOW).await, [], "it has just ended");
    assert!(due(NOW + DAY).await.contains(&an.id));
    assert!(erase(NOW + DAY).await);
    assert!(!erase(NOW + DAY + MINUTE).await, "once");
    let mut tx = store.begin().await.unwrap();
    assert!(tx.citizens().erase(late.citizen.id, NOW + DAY).await.unwrap());
    let ever = CitizenId::from_uuid(Uuid::max());
    assert_eq!(tx.registry_checks().enter(ever, 9, |_| NOW).await.unwrap(), 0, "of nobody there is nothing to ask");
    tx.commit().await.unwrap();
    assert!(!due(NOW + 2 * DAY).await.contains(&an.id));

    for (table, row) in traces(store, an.id).await {
        assert!(STAYS.contains(&table), "{table} has {row:?}");
        if table == "citizens" {
            assert_eq!(row.iter().filter(|cell| **cell == Cell::Bytes(Vec::new())).count(), 3, "{row:?}");
        }
    }
    let mut reading = store.read().await.unwrap();
    assert!(reading.citizens().find(an.id).await.unwrap().is_none());
    assert!(reading.citizens().find_by_name(&name(AN)).await.unwrap().is_none());
    drop(reading);
    // What is done to every citizen passes them by; and whoever has the number now is somebody else.
    assert_eq!(everybody().await, before - 1);
    let mut tx = store.begin().await.unwrap();
    tx.citizens().insert(&citizen(AN)).await.unwrap();
    tx.commit().await.unwrap();
    assert_ne!(store.read().await.unwrap().citizens().whose_name(&name(AN)).await.unwrap(), Some(an.id));
}

#[tokio::test]
async fn who_is_erased_leaves_nothing_behind_in_postgres() {
    let Home { store, url, place: _database } = postgres().await;
    let close = async || {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        sqlx::query(CLOSE).execute(&mut connection).await.unwrap();
    };
    who_is_erased_leaves_nothing_behind(&store, close).await;
}

#[tokio::test]
async fn who_is_erased_leaves_nothing_behind_in_sqlite() {
    let Home { store, url, place: _folder } = sqlite().await;
    let close = async || {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(CLOSE).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    who_is_erased_leaves_nothing_behind(&store, close).await;
}
