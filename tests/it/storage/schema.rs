//! Migrations of the identity store, and what the schema they leave can do.

use std::os::unix::fs::MetadataExt;

use senid::storage::{Options, SchemaState, Store};
use sqlx::{Connection, PgConnection, SqliteConnection};

use super::people::live_a_little;
use super::{empty_postgres, empty_sqlite, postgres, sqlite};

const FROM_THE_FUTURE: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    SELECT 9999, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
const ALTERED: &str = "UPDATE _sqlx_migrations SET checksum = 'x' WHERE version = 1";
const HALF_DONE: &str = "UPDATE _sqlx_migrations SET success = false WHERE version = 1";

async fn run(url: &str, statement: &'static str) {
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
}

async fn an_empty_database_is_brought_up(store: &Store) {
    let SchemaState::Behind(missing) = store.schema_state().await.unwrap() else { panic!("not behind") };
    assert!(missing > 0);
    // Looking has left nothing behind.
    assert_eq!(store.schema_state().await.unwrap(), SchemaState::Behind(missing));
    let (first, second) = tokio::join!(store.migrate(), store.migrate());
    first.unwrap();
    second.unwrap();
    assert_eq!(store.schema_state().await.unwrap(), SchemaState::Current);
}

#[tokio::test]
async fn an_empty_postgres_is_brought_up() {
    an_empty_database_is_brought_up(&empty_postgres().await.store).await;
}

#[tokio::test]
async fn an_empty_sqlite_is_brought_up() {
    an_empty_database_is_brought_up(&empty_sqlite().await.store).await;
}

#[tokio::test]
async fn a_schema_that_is_not_ours_is_known_for_it() {
    for change in [FROM_THE_FUTURE, ALTERED, HALF_DONE] {
        let (home, small) = (postgres().await, sqlite().await);
        for (url, store) in [(&home.url, &home.store), (&small.url, &small.store)] {
            assert_eq!(store.schema_state().await.unwrap(), SchemaState::Current);
            run(url, change).await;
            assert_eq!(store.schema_state().await.unwrap(), SchemaState::Unknown, "{change}");
            assert!(store.migrate().await.is_err(), "{change}");
        }
    }
}

#[tokio::test]
async fn a_sqlite_file_is_its_owner_s_alone() {
    let home = sqlite().await;
    live_a_little(&home.store).await;
    let mut files = 0;
    for file in std::fs::read_dir(home.place.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600, "{file:?}");
        files += 1;
    }
    assert_eq!(files, 3);
    let nowhere = format!("sqlite:{}", home.place.path().join("no/such/folder/senid.db").display());
    let refused = Store::connect(&nowhere, &Options::default()).await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused:?}");
}

#[tokio::test]
async fn a_url_of_another_kind_is_refused() {
    for url in ["", "mysql://localhost/senid", "sqlite::memory:", "senid.db"] {
        let error = Store::connect(url, &Options::default()).await.expect_err(url);
        assert!(error.to_string().contains("neither postgres://… nor sqlite:…"), "{url}: {error}");
    }
}

/// However many citizens there are, no statement of a request reads a table from end to end. Postgres is told to avoid
/// that wherever there is another way, and counts where there was none.
#[tokio::test]
async fn every_look_up_has_an_index() {
    let home = postgres().await;
    run(
        &home.url,
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_seqscan = off', current_database()); END $$",
    )
    .await;
    let store = home.again().await;
    store.unlock(super::people::vault(1));
    live_a_little(&store).await;
    store.close().await;
    home.store.close().await;

    // A server process hands in its counts when it ends.
    let mut connection = PgConnection::connect(&home.url).await.unwrap();
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while sqlx::query_scalar::<_, i64>(others).fetch_one(&mut connection).await.unwrap() > 0 {
        tokio::task::yield_now().await;
    }
    let counted: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT relname::text, seq_scan, COALESCE(idx_scan, 0) FROM pg_stat_user_tables ORDER BY relname",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    // These have a handful of rows and are only ever loaded whole.
    let whole = ["_sqlx_migrations", "sealed_keys", "key_pairs", "key_changes"];
    let scanned: Vec<_> = counted.iter().filter(|(table, ..)| !whole.contains(&table.as_str())).collect();
    assert!(scanned.iter().any(|(table, _, by_index)| table == "grants" && *by_index > 0), "nothing was counted");
    let slow: Vec<_> = scanned.iter().filter(|(_, from_end_to_end, _)| *from_end_to_end > 0).collect();
    assert!(slow.is_empty(), "{slow:?}");
}
