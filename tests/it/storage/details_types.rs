//! Types of authorization details in the identity store.

use senid::domain::authorization_details::{DetailsType, DetailsTypeStatus};
use senid::domain::client::Localised;
use senid::storage::{Conflict, Error, Store};

use super::on_every_database;
use super::people::{DAY, NOW};

fn details_type(name: &str) -> DetailsType {
    DetailsType {
        name: name.to_owned(),
        status: DetailsTypeStatus::Active,
        title: Localised::plain("Payment"),
        schema: "{}".to_owned(),
        template: Localised::plain("Pay"),
        without_person: false,
        created_at: NOW,
        updated_at: NOW,
    }
}

/// Registers a type, changes it and reads it back by every way there is.
pub async fn is_registered(store: &Store, name: &str) {
    let mut transaction = store.begin().await.unwrap();
    transaction.details_types().insert(&details_type(name)).await.unwrap();
    transaction.details_types().replace(&details_type(name), 1).await.unwrap();
    transaction.commit().await.unwrap();
    let mut reading = store.read().await.unwrap();
    assert_eq!(reading.details_types().find(name).await.unwrap().unwrap().version, 2);
    assert!(reading.details_types().list().await.unwrap().iter().any(|stored| stored.details_type.name == name));
}

on_every_database! {
    async fn a_type_is_found_as_it_was_registered_and_all_are_listed_by_name(store: Store) {
        for name in ["b", "https://pay.example/payment", "C"] {
            is_registered(&store, name).await;
        }
        let mut reading = store.read().await.unwrap();
        assert_eq!(reading.details_types().find("b").await.unwrap().unwrap().details_type, details_type("b"));
        assert!(reading.details_types().find("nothing").await.unwrap().is_none());
        let all = reading.details_types().list().await.unwrap();
        let names: Vec<_> = all.iter().map(|stored| stored.details_type.name.as_str()).collect();
        assert_eq!(names, ["C", "b", "https://pay.example/payment"]);
    }

    async fn a_name_is_registered_once(store: Store) {
        is_registered(&store, "payment").await;
        let mut transaction = store.begin().await.unwrap();
        let again = transaction.details_types().insert(&details_type("payment")).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::DetailsType))), "{again:?}");
    }

    async fn of_two_changes_to_one_version_the_second_is_refused(store: Store) {
        is_registered(&store, "payment").await;
        let changed = DetailsType { status: DetailsTypeStatus::Disabled, updated_at: NOW + DAY, ..details_type("payment") };
        let mut transaction = store.begin().await.unwrap();
        transaction.details_types().replace(&changed, 2).await.unwrap();
        transaction.commit().await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        let second = transaction.details_types().replace(&details_type("payment"), 2).await;
        assert!(matches!(second, Err(Error::Conflict(Conflict::DetailsTypeVersion))), "{second:?}");
        drop(transaction);
        assert_eq!(store.read().await.unwrap().details_types().find("payment").await.unwrap().unwrap().details_type, changed);
    }
}
