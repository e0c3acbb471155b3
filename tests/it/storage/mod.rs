//! The identity store's contract: each test is written once and runs on Postgres and on SQLite.

mod account_life;
mod administration;
mod audit;
mod audit_log;
mod authenticator_metadata;
mod away;
mod citizens;
mod clients;
mod collectors;
mod consents;
mod credentials;
mod data_protection;
mod details_types;
mod erasure;
mod expiry_letters;
mod grants;
mod identifier_aliases;
mod imports;
mod invalidations;
mod key_changes;
mod keys;
mod linked_accounts;
mod logout;
mod mandates;
mod messages;
mod moved;
mod partitions;
mod passwords;
mod people;
mod recoveries;
mod registrations;
mod registry_checks;
mod releases;
mod resource_servers;
mod revocations;
mod round_trips;
mod schema;
mod sealed;
mod sessions;
mod signals;
mod statistics;
mod tls;
mod transfer;
mod verifications;

use senid::storage::{Options, Store};

use crate::support::Postgres;
use crate::support::postgres::Database;

/// Stamps each test for every database. A test is given an empty store with the schema in it.
macro_rules! on_every_database {
    ($($(#[$attribute:meta])* async fn $name:ident($store:ident: Store) $body:block)*) => {
        $($(#[$attribute])* async fn $name($store: senid::storage::Store) $body)*

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let home = $crate::storage::postgres().await;
                super::$name(home.store.clone()).await;
            })*
        }

        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let home = $crate::storage::sqlite().await;
                super::$name(home.store.clone()).await;
            })*
        }
    };
}
pub(crate) use on_every_database;

/// A store, and what it lies in for as long as the test runs.
pub struct Home<Place> {
    pub store: Store,
    pub url: String,
    /// Gone when this is.
    pub place: Place,
}

impl<Place> Home<Place> {
    /// Another server on the same database, which has not been given its keys.
    pub async fn again(&self) -> Store {
        Store::connect(&self.url, &options()).await.unwrap()
    }
}

pub fn options() -> Options {
    // A test that starts a hundred tasks at once on two busy cores is no measure of patience.
    Options { acquire_timeout: std::time::Duration::from_secs(30), ..Options::default() }
}

pub async fn postgres() -> Home<Database> {
    let migrate = async |url: String| {
        let store = Store::connect(&url, &options()).await.unwrap();
        store.migrate().await.unwrap();
        store.close().await;
    };
    let database = Postgres::start().database_like("identity_store", migrate).await;
    let store = Store::connect(database.url(), &options()).await.unwrap();
    store.unlock(people::vault(1));
    Home { store, url: database.url().to_owned(), place: database }
}

pub async fn sqlite() -> Home<tempfile::TempDir> {
    let home = empty_sqlite().await;
    home.store.migrate().await.unwrap();
    home.store.unlock(people::vault(1));
    home
}

/// Without a schema.
pub async fn empty_postgres() -> Home<Database> {
    let database = Postgres::start().database().await;
    let store = Store::connect(database.url(), &options()).await.unwrap();
    Home { store, url: database.url().to_owned(), place: database }
}

/// Without a schema.
pub async fn empty_sqlite() -> Home<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("senid.db").display());
    let store = Store::connect(&url, &options()).await.unwrap();
    Home { store, url, place: folder }
}
