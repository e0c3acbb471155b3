//! Clients in the identity store.

use senid::domain::client::{ClientAuthentication, ClientStatus};
use senid::storage::{Conflict, Error};

use super::on_every_database;
use super::people::{DAY, NOW, portal, register};

on_every_database! {
    async fn a_client_is_found_as_it_was_registered(store: Store) {
        let client = register(&store, "portal").await;

        let found = store.read().await.unwrap().clients().find(&client.id).await.unwrap().unwrap();

        assert_eq!(found.version, 1);
        assert_eq!(format!("{:?}", found.client), format!("{client:?}"));
        let ClientAuthentication::ClientSecretBasic { secret } = found.client.authentication else {
            panic!("another method came back");
        };
        assert_eq!(ClientAuthentication::ClientSecretBasic { secret }, client.authentication);
        let unknown = "nobody".parse().unwrap();
        assert!(store.read().await.unwrap().clients().find(&unknown).await.unwrap().is_none());
    }

    async fn an_id_is_registered_once(store: Store) {
        register(&store, "portal").await;
        let mut transaction = store.begin().await.unwrap();
        let again = transaction.clients().insert(&portal("portal")).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::Client))), "{again:?}");
    }

    async fn of_two_changes_to_one_version_the_second_is_refused(store: Store) {
        let mut client = register(&store, "portal").await;
        client.status = ClientStatus::Disabled;
        client.updated_at = NOW + DAY;

        let mut transaction = store.begin().await.unwrap();
        transaction.clients().replace(&client, 1).await.unwrap();
        transaction.commit().await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        let second = transaction.clients().replace(&client, 1).await;
        assert!(matches!(second, Err(Error::Conflict(Conflict::ClientVersion))), "{second:?}");
        drop(transaction);

        let found = store.read().await.unwrap().clients().find(&client.id).await.unwrap().unwrap();
        assert_eq!((found.version, found.client.status), (2, ClientStatus::Disabled));
        assert_eq!(found.client.updated_at, NOW + DAY);
    }

    async fn clients_are_listed_page_by_page(store: Store) {
        for id in ["b", "a", "C", "d-1", "d.2"] {
            register(&store, id).await;
        }
        let mut reading = store.read().await.unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = reading.clients().list(after.as_ref(), 2).await.unwrap();
            seen.push(page.items.iter().map(|stored| stored.client.id.to_string()).collect::<Vec<_>>());
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [vec!["C", "a"], vec!["b", "d-1"], vec!["d.2"]]);
    }

    async fn a_transaction_that_is_dropped_leaves_nothing(store: Store) {
        let mut transaction = store.begin().await.unwrap();
        transaction.clients().insert(&portal("portal")).await.unwrap();
        drop(transaction);
        let found = store.read().await.unwrap().clients().find(&"portal".parse().unwrap()).await.unwrap();
        assert!(found.is_none());
        register(&store, "portal").await;
    }
}
