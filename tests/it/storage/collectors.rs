//! How far the audit log has been sent on, and by whom.

use std::time::Duration;

use senid::storage::Store;

use super::on_every_database;
use super::people::NOW;

const HELD: Duration = Duration::from_secs(30);

/// One collector was sent something.
pub async fn are_sent_to(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.collectors().claim("otlp", "one", NOW, NOW + HELD).await.unwrap(), Some(0));
    assert!(tx.collectors().advance("otlp", "one", 3).await.unwrap());
    tx.commit().await.unwrap();
}

on_every_database! {
    async fn one_server_sends_at_a_time_and_the_next_goes_on_from_where_it_was(store: Store) {
        let claim = async |holder: &str, now| {
            let mut tx = store.begin().await.unwrap();
            let from = tx.collectors().claim("syslog", holder, now, now + HELD).await.unwrap();
            tx.commit().await.unwrap();
            from
        };
        let advance = async |holder: &str, place| {
            let mut tx = store.begin().await.unwrap();
            let moved = tx.collectors().advance("syslog", holder, place).await.unwrap();
            tx.commit().await.unwrap();
            moved
        };
        assert_eq!(store.read().await.unwrap().collectors().cursor("syslog").await.unwrap(), None);
        assert_eq!(claim("one", NOW).await, Some(0));
        assert_eq!(claim("two", NOW + Duration::from_secs(29)).await, None, "the first is at it");
        assert!(advance("one", 500).await);
        assert_eq!(claim("one", NOW + Duration::from_secs(1)).await, Some(500), "and goes on");
        assert!(!advance("two", 900).await, "whoever does not hold it moves nothing");
        let later = NOW + Duration::from_secs(31);
        assert_eq!(claim("two", later).await, Some(500), "it was killed: the next one takes over");
        // The first one was only slow.
        assert!(!advance("one", 600).await);
        assert!(advance("two", 600).await);
        assert!(!advance("two", 550).await, "it never goes back");
        let cursor = store.read().await.unwrap().collectors().cursor("syslog").await.unwrap().unwrap();
        assert_eq!((cursor.place, cursor.holder.as_str(), cursor.held_until), (600, "two", later + HELD));
    }
}
