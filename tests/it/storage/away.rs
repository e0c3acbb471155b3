//! The database goes away and comes back.

use std::time::Duration;

use senid::storage::{Error, Options, Store};

use super::people::{AN, BINH, citizen, enrol, name, vault};
use crate::support::Postgres;

/// Whether An is found, or why not; within a time that a person at a browser still waits.
async fn look_up(store: &Store) -> Result<bool, Error> {
    let look_up = async { Ok(store.read().await?.citizens().find_by_name(&name(AN)).await?.is_some()) };
    tokio::time::timeout(Duration::from_secs(5), look_up).await.expect("the answer came too late")
}

#[tokio::test]
async fn a_database_that_is_away_is_told_promptly_and_used_again_when_it_is_back() {
    let postgres = Postgres::start_private();
    let database = postgres.database().await;
    let impatient = Options { acquire_timeout: Duration::from_millis(500), ..Options::default() };
    let store = Store::connect(database.url(), &impatient).await.unwrap();
    store.migrate().await.unwrap();
    store.unlock(vault(1));
    enrol(&store, AN).await;
    // Several connections are open when it goes away, and one is in the middle of something.
    let (first, second) = tokio::join!(look_up(&store), look_up(&store));
    assert!(first.unwrap() && second.unwrap());
    let mut transaction = store.begin().await.unwrap();
    let batch = [citizen(BINH), citizen("079192000124")];
    assert_eq!(transaction.citizens().insert_many(&batch).await.unwrap(), []);

    postgres.stop();
    let cut = transaction.commit().await;
    assert!(cut.as_ref().is_err_and(Error::is_unavailable), "{cut:?}");
    for _ in 0..4 {
        let error = look_up(&store).await.unwrap_err();
        assert!(error.is_unavailable(), "{error:?}");
        assert_eq!(error.to_string(), "the identity store cannot be reached");
    }
    assert!(store.ping().await.is_err_and(|error| error.is_unavailable()));
    let late = Store::connect(database.url(), &impatient).await.unwrap_err();
    assert!(late.is_unavailable(), "{late:?}");

    postgres.start_again();
    assert!(look_up(&store).await.unwrap());
    store.ping().await.unwrap();
    for new in &batch {
        let entered = store.read().await.unwrap().citizens().find(new.citizen.id).await.unwrap();
        assert!(entered.is_none(), "half an import was left");
    }
}
