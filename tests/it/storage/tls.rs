//! Postgres behind TLS: with `sslmode=verify-full` only a server that the settings vouch for is spoken to.

use std::path::Path;
use std::time::Duration;

use senid::storage::{Error, Options, Store};
use sqlx::{Connection, PgConnection};

use crate::support::Postgres;

async fn connect(url: &str, host: &str, root: &Path) -> Result<Store, Error> {
    let mut url = url::Url::parse(url).unwrap();
    url.set_host(Some(host)).unwrap();
    url.set_query(Some(&format!("sslmode=verify-full&sslrootcert={}", root.display())));
    let options = Options { acquire_timeout: Duration::from_secs(5), ..Options::default() };
    Store::connect(url.as_str(), &options).await
}

#[tokio::test]
async fn a_server_is_trusted_by_its_own_authority_and_name_alone() {
    let (postgres, certificate) = Postgres::start_with_tls();
    let database = postgres.database().await;
    let store = connect(database.url(), "localhost", &certificate).await.unwrap();
    store.migrate().await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let encrypted: Vec<bool> = sqlx::query_scalar(
        "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'senid'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(encrypted, [true]);

    let (_other, other_certificate) = Postgres::start_with_tls();
    let stranger = connect(database.url(), "localhost", &other_certificate).await.unwrap_err();
    assert!(stranger.is_unavailable(), "{stranger:?}");
    let other_name = connect(database.url(), "127.0.0.1", &certificate).await.unwrap_err();
    assert!(other_name.is_unavailable(), "{other_name:?}");
}
