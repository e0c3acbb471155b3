//! Streams of security events, and the events in them.

use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::domain::ids::{CitizenId, ClientId, StreamId};
use senid::domain::logout::Settlement;
use senid::domain::signals::{Delivery, EventType, Facts, SecurityEvent, Stream, StreamStatus, Subject};
use senid::domain::time::Timestamp;
use senid::storage::Store;

use super::people::{MINUTE, NOW};

pub fn stream(client: &ClientId) -> Stream {
    Stream {
        id: StreamId::new(NOW, &SystemRandom::new()),
        client: client.clone(),
        status: StreamStatus::Enabled,
        reason: None,
        delivery: Delivery::Push { endpoint: "https://portal.example/e".to_owned(), authorization: Some(vec![7; 40]) },
        events_requested: Some(vec!["urn:x".to_owned()]),
        description: Some("events".to_owned()),
        verified_at: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub fn event(client: &ClientId, subject: Subject, now: Timestamp) -> SecurityEvent {
    let what = (EventType::AccountDisabled, Facts::new());
    SecurityEvent::new(client, what, subject, "txn".to_owned(), (now, &SystemRandom::new()))
}

pub async fn are_opened(store: &Store, client: &ClientId) {
    let stream = stream(client);
    let mut tx = store.begin().await.unwrap();
    assert!(tx.signal_streams().create(&stream).await.unwrap());
    assert!(!tx.signal_streams().create(&stream).await.unwrap(), "a client has one");
    assert!(tx.signal_streams().replace(&stream).await.unwrap());
    assert_eq!(tx.signal_streams().of_client(client).await.unwrap(), Some(stream.clone()));
    assert_eq!(tx.signal_streams().list(None, 9).await.unwrap().items, std::slice::from_ref(&stream));
    assert!(tx.signal_streams().claim_verification(&stream, NOW).await.unwrap());
    assert!(!tx.signal_streams().claim_verification(&stream, NOW + Duration::from_secs(29)).await.unwrap());
    let nobody: ClientId = "nobody".parse().unwrap();
    assert!(!tx.signal_streams().remove(&nobody).await.unwrap());
    tx.commit().await.unwrap();
}

pub async fn are_told(store: &Store, citizen: CitizenId, client: &ClientId) {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.signal_streams().knowing(citizen).await.unwrap().len(), 1, "they have allowed it something");
    let subject = Subject::Session { citizen, subject: "sub".to_owned(), sid: "sid".to_owned() };
    let first = event(client, subject, NOW);
    let later = event(client, Subject::Citizen(citizen), NOW + Duration::from_secs(1));
    tx.security_events().enqueue(&first).await.unwrap();
    tx.security_events().enqueue(&later).await.unwrap();
    tx.commit().await.unwrap();
    let now = NOW + MINUTE;
    let mut writing = store.write().await.unwrap();
    let mut events = writing.security_events();
    assert_eq!(events.due_clients(now).await.unwrap(), std::slice::from_ref(client));
    let claimed = events.claim_to_push(client, now, now + MINUTE, 9).await.unwrap();
    assert_eq!(claimed.iter().map(|event| event.id).collect::<Vec<_>>(), [first.id], "one after the other");
    assert!(events.claim_to_push(client, now, now + MINUTE, 9).await.unwrap().is_empty());
    assert!(
        events.claim_to_fetch(client, now, now + MINUTE, 9).await.unwrap().is_empty(),
        "the first is with somebody"
    );
    assert!(events.settle(&claimed[0], &Settlement::Delivered, now).await.unwrap());
    assert!(!events.settle(&claimed[0], &Settlement::Delivered, now).await.unwrap(), "once");
    let fetched = events.claim_to_fetch(client, now, now + MINUTE, 9).await.unwrap();
    assert_eq!(fetched.iter().map(|event| event.id).collect::<Vec<_>>(), [later.id]);
    let stranger: ClientId = "stranger".parse().unwrap();
    assert_eq!(events.answered(&stranger, later.id, None, now).await.unwrap(), None);
    assert_eq!(events.answered(client, later.id, Some("invalid_key"), now).await.unwrap(), Some(Some(citizen)));
    assert!(!events.more(client, now).await.unwrap());
    assert_eq!(events.backlog().await.unwrap().pending, 0);
    assert_eq!(events.list(Some(client), None, None, 9).await.unwrap().items.len(), 2);
    events.enqueue(&event(client, Subject::Stream, NOW)).await.unwrap();
    events.hasten(client, now).await.unwrap();
    assert_eq!(events.give_up(now, 9).await.unwrap(), 0, "a week has not passed");
    events.drop_waiting(&stranger).await.unwrap();
    assert_eq!(events.forget(NOW, 9).await.unwrap(), 0);
}
