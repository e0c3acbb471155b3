//! An event whose id was changed is named as the one that it was, where the rest of it says which.

use super::*;

tampered! {
    the_id_of_an_event_was_altered(log, store, _heads) {
        let event = event_of(store, PLACE).await;
        let other = log.id(Uuid::from_u128(event.as_u128() ^ 1));
        log.run(&[&format!("UPDATE audit_events SET id = {other} WHERE id = {}", log.id(event))]).await;
        assert_eq!(finding(store, &[]).await, Finding::Altered { place: PLACE, event });
        // With anything else of it altered, too, nobody can say which it was.
        log.run(&[&format!("UPDATE audit_events SET actor = 'other' WHERE id = {other}")]).await;
        assert_eq!(finding(store, &[]).await, Finding::Removed { place: PLACE, event: Some(event) });
    }

    the_id_at_a_place_was_altered(log, store, _heads) {
        let event = event_of(store, PLACE).await;
        let other = log.id(Uuid::from_u128(event.as_u128() ^ 1));
        log.run(&[&format!("UPDATE audit_leaves SET event_id = {other} WHERE place = {PLACE}")]).await;
        assert_eq!(finding(store, &[]).await, Finding::Altered { place: PLACE, event });
    }

    another_event_is_no_renamed_one(log, store, _heads) {
        let event = event_of(store, PLACE).await;
        // Gone, and somebody put one of their own beside the log.
        let own = format!(
            "INSERT INTO audit_events (id, at, kind, outcome, actor, details) VALUES ({}, 1, 'keys.rotated', 'success', 'system', '{{}}')",
            log.id(Uuid::from_u128(event.as_u128() ^ 1)),
        );
        log.run(&[&format!("DELETE FROM audit_events WHERE id = {}", log.id(event)), &own]).await;
        assert_eq!(finding(store, &[]).await, Finding::Removed { place: PLACE, event: Some(event) });
    }
}
