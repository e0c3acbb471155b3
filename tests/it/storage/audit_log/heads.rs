//! What heads are for: proofs of what is in the log and that it only grew, copies outside the database, and a new key beside the old one.

use super::*;

on_every_database! {
    async fn whoever_has_a_head_is_shown_that_an_event_is_in_the_log_and_that_it_grew(store: Store) {
        let heads = written(&store).await;
        let root = |head: &StoredHead| -> [u8; 32] { head.root.clone().try_into().unwrap() };
        for place in [0, 255, 256, 299, PLACE, 1_023, 1_024, EVENTS - 1] {
            let event = event_of(&store, place).await;
            let shown = prove::inclusion(&store, event).await.unwrap();
            assert_eq!((shown.place, &shown.head), (place, &heads[3]));
            let leaf = leaf_hash(&shown.record.canonical());
            assert!(verify_inclusion(place, EVENTS, &leaf, &shown.proof, &root(&heads[3])), "{place}");
        }
        for (first, second) in [(1, 2), (1, 4), (2, 3), (3, 4), (4, 4)] {
            let shown = prove::consistency(&store, first, second).await.unwrap();
            let (old, new) = (&heads[first as usize - 1], &heads[second as usize - 1]);
            assert!(verify_consistency(old.size, new.size, &shown.proof, &root(old), &root(new)), "{first} {second}");
        }
        // What is left is proven after the beginning is gone, too.
        let clock = ManualClock::at(NOW + 9 * DAY);
        assert_eq!(retire(&store, NOW + 2 * DAY, &Actor::System, &clock, &SystemRandom::new()).await.unwrap(), 600);
        for place in [600, 767, 768, EVENTS - 1] {
            let shown = prove::inclusion(&store, event_of(&store, place).await).await.unwrap();
            let leaf = leaf_hash(&shown.record.canonical());
            assert!(verify_inclusion(place, EVENTS, &leaf, &shown.proof, &root(&heads[3])), "{place}");
        }
        let shown = prove::consistency(&store, 2, 4).await.unwrap();
        assert!(verify_consistency(600, EVENTS, &shown.proof, &root(&heads[1]), &root(&heads[3])));
        assert!(prove::inclusion(&store, Uuid::max()).await.is_err());
        let waits = record(&store, 1, NOW).await[0];
        assert!(prove::inclusion(&store, waits).await.unwrap_err().to_string().contains("yet"));
    }

    async fn heads_are_added_to_a_file_that_shows_what_was_removed(store: Store) {
        let heads = written(&store).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads.jsonl");
        assert_eq!(HeadsFile::open(&path).unwrap().add(&store).await.unwrap(), 4);
        assert_eq!(HeadsFile::open(&path).unwrap().add(&store).await.unwrap(), 0);
        let kept = kept_heads(std::fs::read(&path).unwrap().as_slice(), "heads.jsonl").unwrap();
        assert_eq!(kept.iter().map(|head| head.note.as_str()).collect::<Vec<_>>(), heads.iter().map(|head| head.note.as_str()).collect::<Vec<_>>());
        // As a witness shows them: notes alone.
        let notes = format!("{}\n{}", heads[0].note, heads[1].note);
        let kept = kept_heads(notes.as_bytes(), "witness").unwrap();
        assert_eq!(kept.len(), 2);
        assert_eq!(kept[1].note, heads[1].note);
        std::fs::write(&path, "something else\n").unwrap();
        assert!(HeadsFile::open(&path).is_err());
    }

    async fn a_new_key_signs_beside_the_one_before_it(store: Store) {
        written(&store).await;
        let old = keys(&store).await.verifiers();
        let mut tx = store.begin().await.unwrap();
        tx.sealed_keys().insert(&sealed_key(SealedKeyKind::AuditLog, 2)).await.unwrap();
        tx.commit().await.unwrap();
        record(&store, 3, NOW).await;
        assert_eq!(sequence(&store).await, 3);
        let head = SignedNote::parse(&sign(&store).await.unwrap().note).unwrap();
        let now = keys(&store).await.verifiers();
        assert_eq!((now.len(), head.signatures.len()), (2, 2));
        assert!(now.iter().all(|key| key.signed(&head).is_some()) && old[0].signed(&head).is_some());
        assert_eq!(verified(&store, &[]).await.finding, None);
        let mut tx = store.begin().await.unwrap();
        tx.sealed_keys().insert(&sealed_key(SealedKeyKind::AuditLog, 3)).await.unwrap();
        tx.sealed_keys().retire(SealedKeyKind::AuditLog, 2, NOW).await.unwrap();
        tx.commit().await.unwrap();
        record(&store, 3, NOW).await;
        sequence(&store).await;
        let head = SignedNote::parse(&sign(&store).await.unwrap().note).unwrap();
        assert!(old[0].signed(&head).is_none(), "it was retired");
        assert_eq!(verified(&store, &[]).await.finding, None, "and what it signed and sealed still verifies");
    }
}
