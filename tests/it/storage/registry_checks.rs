//! Who is to be held against the population registry again: everybody is entered once, and asked about by one server at a time.

use senid::domain::ids::CitizenId;
use senid::domain::time::Timestamp;
use senid::storage::{DueCheck, Overdue, Store};

use super::on_every_database;
use super::people::{AN, BINH, DAY, MINUTE, NOW, enrol};

const EVER: CitizenId = CitizenId::from_uuid(uuid::Uuid::max());

async fn enter(store: &Store, before: CitizenId, limit: u32) -> usize {
    let mut tx = store.begin().await.unwrap();
    let entered = tx.registry_checks().enter(before, limit, |_| NOW).await.unwrap();
    tx.commit().await.unwrap();
    entered
}

async fn claim(store: &Store, now: Timestamp) -> Vec<DueCheck> {
    store.write().await.unwrap().registry_checks().claim(now, now + 10 * MINUTE, 9).await.unwrap()
}

/// A citizen is entered, asked about, and asked about again.
pub(super) async fn are_made(store: &Store, citizen: CitizenId) {
    while enter(store, EVER, 100).await > 0 {}
    let due = claim(store, NOW).await;
    assert!(due.iter().any(|check| check.citizen == citizen));
    let mut store = store.write().await.unwrap();
    store.registry_checks().settle(citizen, "unchanged", NOW + DAY, NOW).await.unwrap();
    store.registry_checks().postpone(citizen, NOW + MINUTE).await.unwrap();
    store.registry_checks().hasten(citizen, NOW).await.unwrap();
    let found = store.registry_checks().find(citizen).await.unwrap().unwrap();
    assert_eq!((found.due_at, found.outcome.as_deref(), found.tries), (NOW, Some("unchanged"), 0));
    assert!(store.registry_checks().overdue(NOW).await.unwrap().citizens > 0);
    assert_eq!(store.registry_checks().answers(NOW - DAY).await.unwrap(), [("unchanged".to_owned(), 1, NOW)]);
}

on_every_database! {
    async fn everybody_is_entered_once_and_in_their_order(store: Store) {
        let (an, binh) = (enrol(&store, AN).await, enrol(&store, BINH).await);
        let first = an.id.min(binh.id);
        assert_eq!(enter(&store, first, 9).await, 0, "who is on their way in waits");
        assert_eq!(enter(&store, EVER, 1).await, 1);
        assert_eq!(claim(&store, NOW).await, [DueCheck { citizen: first, tries: 1 }]);
        assert_eq!(enter(&store, EVER, 9).await, 1);
        assert_eq!(enter(&store, EVER, 9).await, 0);
        assert_eq!(claim(&store, NOW).await, [DueCheck { citizen: an.id.max(binh.id), tries: 1 }]);
    }

    async fn whoever_is_asked_about_is_nobody_else_s_until_the_lease_ends(store: Store) {
        enrol(&store, AN).await;
        enrol(&store, BINH).await;
        enter(&store, EVER, 9).await;
        let mut at_once = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            at_once.spawn(async move { claim(&store, NOW).await });
        }
        let mut taken: Vec<CitizenId> = at_once.join_all().await.into_iter().flatten().map(|check| check.citizen).collect();
        taken.sort_unstable();
        let taken_once = taken.clone();
        taken.dedup();
        assert_eq!((taken_once.len(), taken.len()), (2, 2));
        assert_eq!(claim(&store, NOW + 9 * MINUTE).await, []);
        // A server that was killed holds nobody for longer.
        let again = claim(&store, NOW + 10 * MINUTE).await;
        assert!(again.len() == 2 && again.iter().all(|check| check.tries == 2));
        let mut writing = store.write().await.unwrap();
        writing.registry_checks().settle(taken[0], "unchanged", NOW + 30 * DAY, NOW + 10 * MINUTE).await.unwrap();
        writing.registry_checks().postpone(taken[1], NOW + 2 * DAY).await.unwrap();
        let overdue = |at| Overdue { citizens: 1, since: Some(at) };
        assert_eq!(writing.registry_checks().overdue(NOW + DAY).await.unwrap(), Overdue { citizens: 0, since: None });
        assert_eq!(writing.registry_checks().overdue(NOW + 3 * DAY).await.unwrap(), overdue(NOW + 2 * DAY));
        drop(writing);
        assert_eq!(claim(&store, NOW + 31 * DAY).await.len(), 2);
    }
}
