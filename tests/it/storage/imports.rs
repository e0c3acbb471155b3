//! How far the import of a file has come.

use senid::crypto::random::SystemRandom;
use senid::domain::ids::EventId;
use senid::storage::{Conflict, Error, ImportState, Transaction};

use super::on_every_database;
use super::people::NOW;

const FILE: [u8; 32] = [7; 32];

fn id() -> EventId {
    EventId::new(NOW, &SystemRandom::new())
}

fn at(id: EventId, line: u64) -> ImportState {
    ImportState { id, last_line: line, lines: line, added: line, rejected: 0, warned: 0 }
}

pub async fn are_begun(transaction: &mut Transaction) {
    let begun = transaction.imports().begin(&FILE, id(), NOW).await.unwrap();
    transaction.imports().advance(&FILE, 0, &at(begun.id, 5), NOW).await.unwrap();
    transaction.imports().finish(&FILE, NOW).await.unwrap();
}

on_every_database! {
    async fn an_import_goes_on_where_it_was_and_begins_anew_once_it_has_ended(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let first = tx.imports().begin(&FILE, id(), NOW).await.unwrap();
        assert_eq!(first.last_line, 0);
        tx.imports().advance(&FILE, 0, &at(first.id, 40), NOW).await.unwrap();
        let again = tx.imports().begin(&FILE, id(), NOW).await.unwrap();
        assert_eq!(again, at(first.id, 40), "its events stay joined");
        assert_eq!(tx.imports().begin(&[8; 32], id(), NOW).await.unwrap().last_line, 0, "another file");
        tx.imports().finish(&FILE, NOW).await.unwrap();
        let anew = tx.imports().begin(&FILE, id(), NOW).await.unwrap();
        assert_eq!(anew.last_line, 0);
        assert_ne!(anew.id, first.id);
    }

    async fn of_two_that_import_one_file_one_goes_on(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let begun = tx.imports().begin(&FILE, id(), NOW).await.unwrap();
        tx.imports().advance(&FILE, 0, &at(begun.id, 40), NOW).await.unwrap();
        let second = tx.imports().advance(&FILE, 0, &at(begun.id, 40), NOW).await;
        assert!(matches!(second, Err(Error::Conflict(Conflict::Import))), "{second:?}");
    }
}
