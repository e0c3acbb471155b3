//! What every short-lived store does, written once and run on both.

use std::sync::Arc;
use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::domain::time::ManualClock;
use senid::sessions::{Batch, Claim, CounterKind, Error, InProcess, Kind, MAX_RECORD_BYTES, SetKind, Store};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{CODE, Empty, MINUTE, NOW, SESSION, tag, text};

const MARK: Kind<()> = Kind::strict("mark", 1);
const PORTALS: SetKind<u32> = SetKind::new("portals", 1);
const FAILURES: CounterKind = CounterKind::new("failures");

macro_rules! on_every_store {
    ($(async fn $name:ident($empty:pat_param in Empty) $body:block)*) => {
        $(async fn $name($empty: Empty) $body)*

        mod in_process {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(super::Empty::in_process()).await;
            })*
        }

        mod redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(super::Empty::redis().await).await;
            })*
        }
    };
}

on_every_store! {
    async fn what_was_put_is_got(Empty { store, .. } in Empty) {
        let key = SESSION.key(tag("a"));
        assert_eq!(store.get(&key).await, Ok(None));
        store.put(&key, &text("first"), MINUTE).await.unwrap();
        store.put(&key, &text("second"), MINUTE).await.unwrap();
        assert_eq!(store.get(&key).await, Ok(Some(text("second"))));
        store.delete(&key).await.unwrap();
        assert_eq!(store.get(&key).await, Ok(None));
    }

    async fn a_record_expires_by_our_clock(Empty { store, clock } in Empty) {
        let key = SESSION.key(tag("a"));
        store.put(&key, &text("short"), MINUTE).await.unwrap();
        clock.advance(MINUTE - Duration::from_micros(1));
        assert_eq!(store.get(&key).await, Ok(Some(text("short"))));
        clock.advance(Duration::from_micros(1));
        assert_eq!(store.get(&key).await, Ok(None));
        assert_eq!(store.take(&key).await, Ok(None));
    }

    async fn a_record_is_taken_once(Empty { store, .. } in Empty) {
        let key = CODE.key(tag("a"));
        store.put(&key, &text("once"), MINUTE).await.unwrap();
        assert_eq!(store.take(&key).await, Ok(Some(text("once"))));
        assert_eq!(store.take(&key).await, Ok(None));
    }

    async fn a_swap_returns_what_stood_there(Empty { store, .. } in Empty) {
        let key = CODE.key(tag("a"));
        store.put(&key, &text("fresh"), MINUTE).await.unwrap();
        assert_eq!(store.swap(&key, &text("spent"), MINUTE).await, Ok(Some(text("fresh"))));
        assert_eq!(store.swap(&key, &text("spent"), MINUTE).await, Ok(Some(text("spent"))));
    }

    async fn a_swap_prolongs_what_it_leaves(Empty { store, clock } in Empty) {
        let key = CODE.key(tag("a"));
        store.put(&key, &text("fresh"), MINUTE).await.unwrap();
        store.swap(&key, &text("spent"), MINUTE * 10).await.unwrap();
        clock.advance(MINUTE * 9);
        assert_eq!(store.get(&key).await, Ok(Some(text("spent"))));
    }

    async fn a_swap_leaves_an_absent_record_absent(Empty { store, clock } in Empty) {
        let key = CODE.key(tag("a"));
        assert_eq!(store.swap(&key, &text("spent"), MINUTE).await, Ok(None));
        assert_eq!(store.get(&key).await, Ok(None));

        store.put(&key, &text("fresh"), MINUTE).await.unwrap();
        clock.advance(MINUTE);
        assert_eq!(store.swap(&key, &text("spent"), MINUTE).await, Ok(None));
        assert_eq!(store.get(&key).await, Ok(None), "an expired record came back as a spent one");
    }

    async fn a_claim_is_won_once_until_it_expires(Empty { store, clock } in Empty) {
        let key = CODE.key(tag("a"));
        assert_eq!(store.claim(&key, &text("one"), MINUTE).await, Ok(Claim::Won));
        assert_eq!(store.claim(&key, &text("two"), MINUTE).await, Ok(Claim::Taken));
        assert_eq!(store.get(&key).await, Ok(Some(text("one"))));
        clock.advance(MINUTE);
        assert_eq!(store.claim(&key, &text("three"), MINUTE).await, Ok(Claim::Won));
        assert_eq!(store.claim(&key, &text("four"), MINUTE).await, Ok(Claim::Taken));
        assert_eq!(store.get(&key).await, Ok(Some(text("three"))));
    }

    async fn of_a_hundred_takers_one_gets_it(Empty { store, .. } in Empty) {
        store.put(&CODE.key(tag("a")), &text("once"), MINUTE).await.unwrap();
        let taken = a_hundred_times(&store, async |store, _| store.take(&CODE.key(tag("a"))).await.unwrap()).await;
        assert_eq!(taken.into_iter().flatten().count(), 1);
    }

    async fn of_a_hundred_swappers_one_gets_the_first_record(Empty { store, .. } in Empty) {
        store.put(&CODE.key(tag("a")), &text("fresh"), MINUTE).await.unwrap();
        let stood = a_hundred_times(&store, async |store, _| {
            store.swap(&CODE.key(tag("a")), &text("spent"), MINUTE).await.unwrap().unwrap()
        })
        .await;
        assert_eq!(stood.iter().filter(|record| *record == "fresh").count(), 1);
        assert_eq!(stood.iter().filter(|record| *record == "spent").count(), 99);
    }

    async fn of_a_hundred_claims_one_wins(Empty { store, clock } in Empty) {
        let claim = async |store: Store, _| store.claim(&MARK.key(tag("a")), &(), MINUTE).await.unwrap();
        for _ in ["on nothing", "on an expired claim"] {
            let claims = a_hundred_times(&store, claim).await;
            assert_eq!(claims.into_iter().filter(|claim| *claim == Claim::Won).count(), 1);
            clock.advance(MINUTE);
        }
    }

    async fn a_counter_counts_in_its_window(Empty { store, clock } in Empty) {
        let key = FAILURES.key(tag("a"));
        assert_eq!(store.peek_count(&key, MINUTE).await, Ok(0));
        assert_eq!(store.count(&key, MINUTE).await, Ok(1));
        assert_eq!(store.count(&key, MINUTE).await, Ok(2));
        assert_eq!(store.peek_count(&key, MINUTE).await, Ok(2));
        assert_eq!(store.count(&key, MINUTE * 5).await, Ok(1), "windows of another length are other counters");
        clock.advance(MINUTE);
        assert_eq!(store.peek_count(&key, MINUTE).await, Ok(0));
        assert_eq!(store.count(&key, MINUTE).await, Ok(1));
        store.reset_count(&key, MINUTE).await.unwrap();
        assert_eq!(store.count(&key, MINUTE).await, Ok(1));
    }

    async fn what_is_discounted_never_falls_below_zero(Empty { store, clock } in Empty) {
        let key = FAILURES.key(tag("a"));
        store.discount(&key, MINUTE).await.unwrap();
        assert_eq!(store.peek_count(&key, MINUTE).await, Ok(0));
        assert_eq!(store.count(&key, MINUTE).await, Ok(1));
        assert_eq!(store.count(&key, MINUTE).await, Ok(2));
        store.discount(&key, MINUTE).await.unwrap();
        assert_eq!(store.peek_count(&key, MINUTE).await, Ok(1));
        clock.advance(MINUTE);
        store.discount(&key, MINUTE).await.unwrap();
        assert_eq!(store.count(&key, MINUTE).await, Ok(1), "what was counted in another window was discounted in this");
    }

    async fn a_hundred_counts_are_a_hundred(Empty { store, .. } in Empty) {
        let mut sums = a_hundred_times(&store, async |store, _| {
            store.count(&FAILURES.key(tag("a")), MINUTE).await.unwrap()
        })
        .await;
        sums.sort_unstable();
        assert_eq!(sums, (1..=100).collect::<Vec<_>>());
    }

    async fn a_set_holds_each_member_once(Empty { store, .. } in Empty) {
        let key = PORTALS.key(tag("a"));
        assert_eq!(store.members(&key).await, Ok(vec![]));
        store.insert(&key, &1, MINUTE).await.unwrap();
        store.insert(&key, &2, MINUTE * 2).await.unwrap();
        store.insert(&key, &1, MINUTE).await.unwrap();
        assert_eq!(store.members(&key).await, Ok(vec![1, 2]));
        store.remove(&key, &1).await.unwrap();
        store.remove(&key, &7).await.unwrap();
        assert_eq!(store.members(&key).await, Ok(vec![2]));
        store.delete_set(&key).await.unwrap();
        assert_eq!(store.members(&key).await, Ok(vec![]));
    }

    async fn members_expire_one_by_one_and_are_never_shortened(Empty { store, clock } in Empty) {
        let key = PORTALS.key(tag("a"));
        store.insert(&key, &1, MINUTE).await.unwrap();
        store.insert(&key, &1, MINUTE * 3).await.unwrap();
        store.insert(&key, &2, MINUTE).await.unwrap();
        store.insert(&key, &1, MINUTE).await.unwrap();
        assert_eq!(store.members(&key).await, Ok(vec![2, 1]), "the soonest to expire stands first");
        clock.advance(MINUTE);
        assert_eq!(store.members(&key).await, Ok(vec![1]));
        clock.advance(MINUTE * 2);
        assert_eq!(store.members(&key).await, Ok(vec![]));
    }

    async fn a_hundred_portals_join_a_session_at_once(Empty { store, .. } in Empty) {
        a_hundred_times(&store, async |store, n| store.insert(&PORTALS.key(tag("a")), &n, MINUTE).await.unwrap()).await;
        let mut members = store.members(&PORTALS.key(tag("a"))).await.unwrap();
        members.sort_unstable();
        assert_eq!(members, (0..100).collect::<Vec<_>>());

        a_hundred_times(&store, async |store, n| match n % 2 {
            0 => store.remove(&PORTALS.key(tag("a")), &n).await.unwrap(),
            _ => store.insert(&PORTALS.key(tag("a")), &(n + 100), MINUTE).await.unwrap(),
        })
        .await;
        assert_eq!(store.members(&PORTALS.key(tag("a"))).await.unwrap().len(), 100);
    }

    async fn a_large_set_is_worked_off_in_portions(Empty { store, .. } in Empty) {
        let key = PORTALS.key(tag("a"));
        let mut batch = Batch::new();
        for n in 0..1500 {
            batch = batch.insert(&key, &n, MINUTE).unwrap();
        }
        store.apply(batch).await.unwrap();
        let first = store.members(&key).await.unwrap();
        assert_eq!(first.len(), Store::MEMBERS_AT_ONCE);
        let mut batch = Batch::new();
        for member in &first {
            batch = batch.remove(&key, member).unwrap();
        }
        store.apply(batch).await.unwrap();
        assert_eq!(store.members(&key).await.unwrap().len(), 500);
    }

    async fn a_batch_makes_all_its_writes(Empty { store, .. } in Empty) {
        let (kept, gone) = (SESSION.key(tag("kept")), SESSION.key(tag("gone")));
        let (set, old_set) = (PORTALS.key(tag("kept")), PORTALS.key(tag("gone")));
        store.put(&gone, &text("old"), MINUTE).await.unwrap();
        store.insert(&old_set, &1, MINUTE).await.unwrap();
        store.insert(&set, &1, MINUTE).await.unwrap();

        let batch = Batch::new().put(&kept, &text("new"), MINUTE).unwrap().delete(&gone).delete_set(&old_set);
        store.apply(batch.insert(&set, &2, MINUTE).unwrap().remove(&set, &1).unwrap()).await.unwrap();

        assert_eq!(store.get_both(&kept, &gone).await, Ok((Some(text("new")), None)));
        assert_eq!(store.members(&set).await, Ok(vec![2]));
        assert_eq!(store.members(&old_set).await, Ok(vec![]));
        assert_eq!(store.apply(Batch::new()).await, Ok(()));
    }

    async fn several_are_read_at_once_in_their_order(Empty { store, .. } in Empty) {
        let keys = ["a", "b", "c"].map(|name| SESSION.key(tag(name)));
        store.put(&keys[0], &text("first"), MINUTE).await.unwrap();
        store.put(&keys[2], &text("third"), MINUTE).await.unwrap();
        assert_eq!(store.get_many(&keys).await, Ok(vec![Some(text("first")), None, Some(text("third"))]));
        assert_eq!(store.get_many::<String>(&[]).await, Ok(vec![]));
    }

    async fn two_kinds_never_meet_under_one_tag(Empty { store, .. } in Empty) {
        store.put(&SESSION.key(tag("a")), &text("session"), MINUTE).await.unwrap();
        assert_eq!(store.get(&CODE.key(tag("a"))).await, Ok(None));
        assert_eq!(store.get(&SESSION.key_under(tag("a"), "more")).await, Ok(None));
    }

    async fn a_record_of_another_version_is_absent_and_counted(Empty { store, .. } in Empty) {
        const NEXT: Kind<(u64, String)> = Kind::surviving("session", 2);
        store.put(&SESSION.key(tag("a")), &text("as it was"), MINUTE).await.unwrap();
        assert_eq!(store.get(&NEXT.key(tag("a"))).await, Ok(None));
        assert_eq!(store.unreadable_records(), 1);
        assert_eq!(store.get(&SESSION.key(tag("a"))).await, Ok(Some(text("as it was"))));
        assert_eq!(store.unreadable_records(), 1);
    }

    async fn an_oversize_record_is_refused(Empty { store, .. } in Empty) {
        let key = SESSION.key(tag("a"));
        let fits = "x".repeat(MAX_RECORD_BYTES - 4);
        let too_large = "x".repeat(MAX_RECORD_BYTES);
        store.put(&key, &fits, MINUTE).await.unwrap();
        let refusal = Error::TooLarge { kind: "session", bytes: MAX_RECORD_BYTES + 4 };
        assert_eq!(store.put(&key, &too_large, MINUTE).await, Err(refusal.clone()));
        assert_eq!(store.swap(&key, &too_large, MINUTE).await, Err(refusal.clone()));
        assert_eq!(store.claim(&key, &too_large, MINUTE).await, Err(refusal));
        assert_eq!(store.get(&key).await, Ok(Some(fits)));
    }

    async fn a_store_in_use_is_healthy(Empty { store, .. } in Empty) {
        assert_eq!(store.health().await, Ok(()));
    }
}

/// Runs `act` in a hundred tasks that start together.
async fn a_hundred_times<T, F>(store: &Store, act: impl Fn(Store, u32) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(100));
    let mut tasks = JoinSet::new();
    for n in 0..100 {
        let (act, start) = (act(store.clone(), n), start.clone());
        tasks.spawn(async move {
            start.wait().await;
            act.await
        });
    }
    tasks.join_all().await
}

#[tokio::test]
async fn a_full_in_process_store_refuses_to_grow_and_forgets_nothing() {
    let clock = Arc::new(ManualClock::at(NOW));
    let store = Store::new(Arc::new(InProcess::with_capacity(640, clock.clone(), &SystemRandom::new())));
    let mut held = Vec::new();
    let mut refused = 0;
    for n in 0..2000 {
        match store.claim(&MARK.key(tag(&n.to_string())), &(), MINUTE).await {
            Ok(Claim::Won) => held.push(n),
            Err(Error::Unavailable(_)) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(held.len() <= 640 && refused > 0, "{} held", held.len());
    for n in &held {
        assert_eq!(store.get(&MARK.key(tag(&n.to_string()))).await, Ok(Some(())));
    }

    clock.advance(MINUTE);
    for n in 0..64 {
        assert_eq!(store.claim(&MARK.key(tag(&format!("later {n}"))), &(), MINUTE).await, Ok(Claim::Won));
    }
}
