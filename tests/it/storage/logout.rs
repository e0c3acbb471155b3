//! Who took part in a session, and the outbox of what they are told.

use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::domain::grant::Authentication;
use senid::domain::ids::{CitizenId, ClientId, SessionId};
use senid::domain::logout::{Delivery, DeliveryState, Participant, Settlement};
use senid::domain::time::Timestamp;
use senid::storage::{EndedSession, SignInStanding, Store};

use super::on_every_database;
use super::people::{AN, BINH, DAY, MINUTE, NOW, enrol, grant, participant, portal};

fn session() -> SessionId {
    SessionId::new(NOW, &SystemRandom::new())
}

async fn join(store: &Store, participant: &Participant, forget_after: Timestamp) {
    let mut tx = store.begin().await.unwrap();
    tx.session_clients().join(participant, forget_after).await.unwrap();
    tx.commit().await.unwrap();
}

async fn enqueue(store: &Store, client: &str, due_at: Timestamp) -> Delivery {
    let citizen = CitizenId::new(NOW, &SystemRandom::new());
    let delivery = Delivery::new(&participant(citizen, session(), client), NOW, &SystemRandom::new());
    let delivery = Delivery { due_at, ..delivery };
    let mut tx = store.begin().await.unwrap();
    tx.logout_outbox().enqueue(&delivery).await.unwrap();
    tx.commit().await.unwrap();
    delivery
}

async fn claim(store: &Store, client: &str, now: Timestamp, limit: u32) -> Vec<Delivery> {
    let client: ClientId = client.parse().unwrap();
    store.write().await.unwrap().logout_outbox().claim(&client, now, now + MINUTE, limit).await.unwrap()
}

async fn settle(store: &Store, tried: &Delivery, how: Settlement, now: Timestamp) -> bool {
    store.write().await.unwrap().logout_outbox().settle(tried, &how, now).await.unwrap()
}

async fn due(store: &Store, now: Timestamp) -> Vec<String> {
    let clients = store.read().await.unwrap().logout_outbox().due_clients(now).await.unwrap();
    clients.iter().map(ToString::to_string).collect()
}

async fn standing(store: &Store, authentication: &Authentication) -> SignInStanding {
    store.read().await.unwrap().citizens().sign_in_standing(authentication).await.unwrap()
}

on_every_database! {
    async fn who_took_part_in_a_session_leaves_with_it_once(store: Store) {
        let (an, binh) = (CitizenId::new(NOW, &SystemRandom::new()), CitizenId::new(NOW, &SystemRandom::new()));
        let (first, second) = (session(), session());
        let joined = [
            participant(an, first, "library"),
            participant(an, first, "tax"),
            participant(an, second, "tax"),
            participant(binh, session(), "tax"),
        ];
        for participant in &joined {
            join(&store, participant, NOW + DAY).await;
        }
        // Again, with another name for the person: the last that was said is what it knows.
        let renamed = Participant { subject: "another".to_owned(), ..joined[1].clone() };
        join(&store, &renamed, NOW + DAY).await;
        let listed = store.read().await.unwrap().session_clients().list(an, first).await.unwrap();
        assert_eq!(listed, ["library".parse().unwrap(), "tax".parse().unwrap()]);

        let mut tx = store.begin().await.unwrap();
        tx.session_clients().close(an).await.unwrap();
        let mut left = tx.session_clients().leave_session(an, first).await.unwrap();
        left.sort_by_key(|participant| participant.client.clone());
        assert_eq!(left, [joined[0].clone(), renamed]);
        assert_eq!(tx.session_clients().leave_session(an, first).await.unwrap(), []);
        assert_eq!(tx.session_clients().leave_client(an, &"library".parse().unwrap()).await.unwrap(), []);
        assert_eq!(tx.session_clients().leave_client(an, &"tax".parse().unwrap()).await.unwrap(), joined[2..3]);
        assert_eq!(tx.session_clients().leave_all(an).await.unwrap(), []);
        assert_eq!(tx.session_clients().leave_all(binh).await.unwrap(), joined[3..]);
        tx.commit().await.unwrap();
    }

    async fn what_is_left_of_sessions_that_are_over_is_removed(store: Store) {
        let an = CitizenId::new(NOW, &SystemRandom::new());
        let (over, prolonged) = (session(), session());
        for (session, client) in [(over, "a"), (over, "b"), (prolonged, "a")] {
            join(&store, &participant(an, session, client), NOW + DAY).await;
        }
        let mut writing = store.write().await.unwrap();
        writing.session_clients().prolong(an, prolonged, NOW + 2 * DAY).await.unwrap();
        let now = NOW + DAY + MINUTE;
        assert_eq!(writing.session_clients().forget(NOW, 9).await.unwrap(), 0);
        assert_eq!(writing.session_clients().forget(now, 1).await.unwrap(), 1);
        assert_eq!(writing.session_clients().forget(now, 9).await.unwrap(), 1);
        assert_eq!(writing.session_clients().list(an, prolonged).await.unwrap().len(), 1);
    }

    async fn a_sign_in_stands_until_its_session_or_all_of_them_have_ended(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let of = |citizen| grant(citizen, &portal("portal"), NOW).authentication;
        let (mut ended, mut lives, cut) = (of(an), of(an), of(binh));
        ended.session = session();
        lives.session = session();
        let mut writing = store.write().await.unwrap();
        let end = EndedSession { session: ended.session, citizen: an, ended_at: NOW };
        writing.ended_sessions().end(end, NOW + DAY).await.unwrap();
        writing.citizens().end_sessions(binh, NOW + DAY).await.unwrap();
        drop(writing);
        assert_eq!(standing(&store, &ended).await, SignInStanding::SessionEnded);
        assert_eq!(standing(&store, &lives).await, SignInStanding::Honoured);
        assert_eq!(standing(&store, &cut).await, SignInStanding::Withdrawn);
        lives.citizen = CitizenId::new(NOW, &SystemRandom::new());
        assert_eq!(standing(&store, &lives).await, SignInStanding::Withdrawn, "nobody");
    }

    async fn a_delivery_is_claimed_by_one_until_its_lease_ends(store: Store) {
        let delivery = enqueue(&store, "tax", NOW).await;
        enqueue(&store, "library", NOW + DAY).await;
        assert_eq!(due(&store, NOW).await, ["tax"]);
        assert_eq!(claim(&store, "library", NOW, 9).await, []);
        let claimed = claim(&store, "tax", NOW, 9).await;
        assert_eq!(claimed, [Delivery { attempts: 1, due_at: NOW + MINUTE, ..delivery }]);
        assert_eq!(claim(&store, "tax", NOW, 9).await, [], "nobody else has it");
        assert_eq!(due(&store, NOW).await, Vec::<String>::new());
        // Its server was killed.
        let later = NOW + MINUTE;
        let again = claim(&store, "tax", later, 9).await;
        assert_eq!(again[0].attempts, 2);
        // Or it was only slow: what it says now does not count any more.
        assert!(!settle(&store, &claimed[0], Settlement::Delivered, later).await);
        assert!(settle(&store, &again[0], Settlement::Delivered, later).await);
        assert!(!settle(&store, &again[0], Settlement::Refused { fault: "late".to_owned() }, later).await);
    }

    async fn each_client_has_its_turn_however_much_waits_for_another(store: Store) {
        for at in 0..5 {
            enqueue(&store, "busy", NOW - Duration::from_secs(at)).await;
        }
        enqueue(&store, "quiet", NOW).await;
        assert_eq!(due(&store, NOW).await, ["busy", "quiet"]);
        let claimed = claim(&store, "busy", NOW, 2).await;


        assert_eq!(claimed.len(), 2);
        assert_eq!(claim(&store, "busy", NOW, 9).await.len(), 3);
        assert_eq!(due(&store, NOW).await, ["quiet"]);
    }

    async fn what_became_of_a_delivery_can_be_seen_retried_and_forgotten(store: Store) {
        let backlog = store.read().await.unwrap().logout_outbox().backlog().await.unwrap();
        assert_eq!((backlog.pending, backlog.oldest), (0, None));
        for _ in 0..4 {
            enqueue(&store, "tax", NOW).await;
        }
        enqueue(&store, "library", NOW).await;
        let claimed = claim(&store, "tax", NOW, 9).await;
        let fault = || "unreachable".to_owned();
        let ends = [
            Settlement::Delivered,
            Settlement::Refused { fault: fault() },
            Settlement::Undelivered { fault: fault() },
            Settlement::Postponed { due_at: NOW + 2 * MINUTE, fault: fault() },
        ];
        for (delivery, how) in claimed.iter().zip(ends) {
            assert!(settle(&store, delivery, how, NOW + MINUTE).await);
        }
        let tax: ClientId = "tax".parse().unwrap();
        let mut writing = store.write().await.unwrap();
        let backlog = writing.logout_outbox().backlog().await.unwrap();
        assert_eq!((backlog.pending, backlog.oldest), (2, Some(NOW)));
        for (state, attempts) in DeliveryState::ALL.into_iter().zip([1; 4]) {
            let listed = writing.logout_outbox().list(Some(&tax), Some(state), None, 9).await.unwrap().items;
            assert_eq!((listed.len(), listed[0].attempts), (1, attempts), "{state:?}");
            assert_eq!(listed[0].settled_at, (state != DeliveryState::Pending).then_some(NOW + MINUTE));
            assert_eq!(listed[0].fault.is_some(), state != DeliveryState::Delivered);
        }
        // A page at a time, the latest first.
        let first = writing.logout_outbox().list(None, None, None, 3).await.unwrap();
        let second = writing.logout_outbox().list(None, None, first.next, 3).await.unwrap();
        let all: Vec<_> = first.items.iter().chain(&second.items).map(|delivery| delivery.id).collect();
        assert!(all.len() == 5 && all.is_sorted_by(|a, b| a > b) && second.next.is_none());

        // What has been delivered is not told twice.
        let delivered = claimed[0].id;
        let (now, give_up_at) = (NOW + DAY, NOW + 2 * DAY);
        assert_eq!(writing.logout_outbox().retry(delivered, now, give_up_at).await.unwrap(), 0);
        assert_eq!(writing.logout_outbox().retry(claimed[2].id, now, give_up_at).await.unwrap(), 1);
        assert_eq!(writing.logout_outbox().retry_all(&tax, now, give_up_at).await.unwrap(), 3);
        drop(writing);
        assert_eq!(claim(&store, "tax", now, 9).await.len(), 3);

        let mut writing = store.write().await.unwrap();
        assert_eq!(writing.logout_outbox().forget(NOW + MINUTE, 9).await.unwrap(), 0);
        assert_eq!(writing.logout_outbox().forget(NOW + DAY, 9).await.unwrap(), 1, "only what is settled");
    }
}

#[tokio::test]
async fn whoever_ends_a_session_waits_for_those_who_are_joining_it() {
    let home = super::postgres().await;
    let store = &home.store;
    let an = enrol(store, AN).await.id;
    let mut authentication = grant(an, &portal("portal"), NOW).authentication;
    authentication.session = session();
    let late = participant(an, authentication.session, "late");

    let mut joining = store.begin().await.unwrap();
    joining.session_clients().join(&late, NOW + DAY).await.unwrap();
    assert_eq!(joining.citizens().sign_in_standing(&authentication).await.unwrap(), SignInStanding::Honoured);
    let ending = {
        let (store, session) = (store.clone(), authentication.session);
        tokio::spawn(async move {
            let mut tx = store.begin().await.unwrap();
            tx.session_clients().close(an).await.unwrap();
            tx.ended_sessions().end(EndedSession { session, citizen: an, ended_at: NOW }, NOW + DAY).await.unwrap();
            let left = tx.session_clients().leave_session(an, session).await.unwrap();
            tx.commit().await.unwrap();
            left
        })
    };
    // It stands at the door.
    let mut watching = sqlx::PgPool::connect(&home.url).await.unwrap().acquire().await.unwrap();
    crate::support::world::eventually("the ending waits", async || {
        let waiting: i64 =
            sqlx::query_scalar("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                .fetch_one(&mut *watching)
                .await
                .unwrap();
        waiting == 1
    })
    .await;
    joining.commit().await.unwrap();
    assert_eq!(ending.await.unwrap(), *std::slice::from_ref(&late), "nobody is forgotten");

    let mut joining = store.begin().await.unwrap();
    joining.session_clients().join(&late, NOW + DAY).await.unwrap();
    assert_eq!(joining.citizens().sign_in_standing(&authentication).await.unwrap(), SignInStanding::SessionEnded);
}
