//! Ended sessions in the identity store.

use senid::crypto::random::SystemRandom;
use senid::domain::ids::SessionId;
use senid::storage::{EndedSession, SessionsCut, Store};

use super::on_every_database;
use super::people::{AN, BINH, DAY, NOW, enrol};

async fn ended_since(store: &Store, day: u32) -> Vec<EndedSession> {
    let mut reading = store.read().await.unwrap();
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = reading.ended_sessions().since(NOW + day * DAY, after, 2).await.unwrap();
        assert!(page.items.len() <= 2);
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

on_every_database! {
    async fn sessions_that_ended_since_are_listed_the_oldest_first(store: Store) {
        let an = enrol(&store, AN).await.id;
        let mut ended = Vec::new();
        for day in [0_u32, 1, 1, 1, 2] {
            let session = SessionId::new(NOW, &SystemRandom::new());
            ended.push(EndedSession { session, citizen: an, ended_at: NOW + day * DAY });
        }
        let mut writing = store.write().await.unwrap();
        for session in ended.iter().rev() {
            writing.ended_sessions().end(*session, session.ended_at + DAY).await.unwrap();
        }
        // It ended once.
        let again = EndedSession { ended_at: NOW + 9 * DAY, ..ended[0] };
        writing.ended_sessions().end(again, NOW + 9 * DAY).await.unwrap();
        drop(writing);

        ended.sort_by_key(|ended| (ended.ended_at, ended.session));
        assert_eq!(ended_since(&store, 0).await, ended);
        assert_eq!(ended_since(&store, 1).await, ended[1..]);
        assert_eq!(ended_since(&store, 3).await, []);

        let mut writing = store.write().await.unwrap();
        let now = NOW + 3 * DAY;
        assert_eq!(writing.ended_sessions().forget(now, 3).await.unwrap(), 3);
        assert_eq!(writing.ended_sessions().forget(now, 3).await.unwrap(), 1);
        assert_eq!(writing.ended_sessions().forget(now, 3).await.unwrap(), 0);
        drop(writing);
        assert_eq!(ended_since(&store, 0).await, ended[4..], "what would still be live is kept");
    }

    async fn citizens_whose_sessions_were_cut_are_listed(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let mut writing = store.write().await.unwrap();
        assert_eq!(writing.ended_sessions().cut_since(NOW, None, 9).await.unwrap().items, []);
        writing.citizens().end_sessions(binh, NOW + DAY).await.unwrap();
        writing.citizens().end_sessions(an, NOW + 2 * DAY).await.unwrap();

        let cut = [
            SessionsCut { citizen: binh, valid_from: NOW + DAY },
            SessionsCut { citizen: an, valid_from: NOW + 2 * DAY },
        ];
        let first = writing.ended_sessions().cut_since(NOW, None, 1).await.unwrap();
        assert_eq!(first.items, cut[..1]);
        let second = writing.ended_sessions().cut_since(NOW, first.next, 1).await.unwrap();
        assert_eq!((second.items.as_slice(), second.next), (&cut[1..], None));
        assert_eq!(writing.ended_sessions().cut_since(NOW + 2 * DAY, None, 9).await.unwrap().items, cut[1..]);
    }
}
