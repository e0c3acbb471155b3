//! What a changed key demands for every citizen, some at a time.

use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::domain::audit::Actor;
use senid::domain::citizen::Verifiable;
use senid::domain::time::{Clock, Timestamp};
use senid::flows::key_changes::{Turned, Worker};
use senid::storage::{
    Conflict, Dealt, Error, Going, KeyChange, KeyChangeKind, SealedKeyKind, Store, Transaction, Turn,
};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::identifier_aliases::CARD;
use super::on_every_database;
use super::people::{
    AN, BINH, MINUTE, NOW, both_masters, citizen, enrol, name, sealed_key, second_master, vault, vault_of, vault_under,
};
use crate::support::world::eventually;

/// The first is the oldest.
const NUMBERS: [&str; 5] = [AN, BINH, "001090000003", "001090000004", "001090000005"];

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

async fn begin(store: &Store, kind: KeyChangeKind, version: u16) {
    let mut tx = store.begin().await.unwrap();
    tx.key_changes().begin(kind, version, 5, NOW, NOW).await.unwrap();
    tx.commit().await.unwrap();
}

async fn turn(store: &Store) -> Turned {
    let random = SystemRandom::new();
    let (pause, ahead) = (Duration::ZERO, Duration::ZERO);
    let worker = Worker { store, clock: &Still, random: &random, actor: Actor::System, pause, ahead };
    worker.turn().await.unwrap()
}

/// Until nothing is to be done; how many turns it took.
async fn run(store: &Store) -> usize {
    let mut turns = 0;
    while turn(store).await != Turned::Idle {
        turns += 1;
        assert!(turns < 50, "it has no end");
    }
    turns
}

async fn progress(store: &Store, kind: KeyChangeKind) -> KeyChange {
    let changes = store.read().await.unwrap().key_changes().list().await.unwrap();
    changes.into_iter().find(|change| change.kind == kind).unwrap()
}

async fn is_found(store: &Store, typed: &str) -> bool {
    store.read().await.unwrap().citizens().find_by_name(&name(typed)).await.unwrap().is_some()
}

async fn names_under(store: &Store, version: u16) -> u64 {
    store.read().await.unwrap().citizens().names_under(version).await.unwrap()
}

/// Every statement of a change, once.
pub async fn take_a_turn(tx: &mut Transaction) {
    for kind in KeyChangeKind::ALL {
        tx.key_changes().begin(kind, 1, 1, NOW, NOW).await.unwrap();
        tx.key_changes().hasten(kind, NOW).await.unwrap();
        let turn: Turn = tx.key_changes().take(kind, 1, NOW, NOW).await.unwrap().unwrap();
        let dealt: Dealt = match kind {
            KeyChangeKind::Master => tx.citizens().rewrap(turn.after, 9).await.unwrap(),
            KeyChangeKind::Index => tx.citizens().index_names(turn.after, 9).await.unwrap(),
            KeyChangeKind::IndexRemoval => tx.citizens().remove_older_names(1, turn.after, 9).await.unwrap(),
            KeyChangeKind::OrganisationMaster => tx.organisations().rewrap(turn.after, 9).await.unwrap(),
            KeyChangeKind::OrganisationIndex => tx.organisations().index_codes(turn.after, 9).await.unwrap(),
            KeyChangeKind::OrganisationIndexRemoval => {
                tx.organisations().remove_older_codes(1, turn.after, 9).await.unwrap()
            }
        };
        assert_eq!(dealt.changed, 0);
        if dealt.last.is_some() {
            assert_eq!(tx.key_changes().advance(&turn, &dealt, NOW).await.unwrap(), Going::On);
        }
        assert_eq!(tx.key_changes().advance(&turn, &Dealt::default(), NOW).await.unwrap(), Going::Finished);
    }
}

on_every_database! {
    async fn every_name_is_found_during_and_after_a_change_of_the_index_key(store: Store) {
        for number in NUMBERS {
            enrol(&store, number).await;
        }
        store.unlock(vault(2));
        assert!(is_found(&store, AN).await, "before anything was done, by the old key");
        begin(&store, KeyChangeKind::Index, 2).await;
        // A pass that writes, its end, a pass that finds nothing, and its end.
        assert_eq!(run(&store).await, 4);
        let ended = progress(&store, KeyChangeKind::Index).await;
        assert_eq!((ended.pass, ended.seen, ended.changed, ended.finished_at), (2, 5, 0, Some(NOW)));
        assert_eq!((names_under(&store, 1).await, names_under(&store, 2).await), (15, 15));
        assert_eq!(store.read().await.unwrap().citizens().names_lacking(2, 1).await.unwrap(), 0);

        store.unlock(vault_of(&[2]));
        for number in NUMBERS {
            assert!(is_found(&store, number).await, "{number} by the new key alone");
            assert!(is_found(&store, &format!("+8490{}", &number[5..])).await);
            assert!(is_found(&store, &format!("an.{number}@example.vn")).await);
        }
        begin(&store, KeyChangeKind::IndexRemoval, 2).await;
        run(&store).await;
        assert_eq!((names_under(&store, 1).await, names_under(&store, 2).await), (0, 15));
        assert!(is_found(&store, BINH).await);
    }

    async fn the_numbers_beside_a_number_are_found_by_the_new_key_too(store: Store) {
        let an = enrol(&store, AN).await;
        super::identifier_aliases::are_had(&store, an.id).await;
        store.unlock(vault(2));
        begin(&store, KeyChangeKind::Index, 2).await;
        run(&store).await;
        assert_eq!(store.read().await.unwrap().citizens().names_lacking(2, 1).await.unwrap(), 0);
        store.unlock(vault_of(&[2]));
        begin(&store, KeyChangeKind::IndexRemoval, 2).await;
        run(&store).await;
        for number in [CARD, "001090999999"] {
            assert!(is_found(&store, number).await, "{number}");
        }
        assert!(!is_found(&store, "8012345677").await, "it signs in no longer");
    }

    async fn what_is_interrupted_goes_on_where_it_was(store: Store) {
        for number in NUMBERS {
            enrol(&store, number).await;
        }
        store.unlock(vault(2));
        begin(&store, KeyChangeKind::Index, 2).await;
        let mut tx = store.begin().await.unwrap();
        let turn = tx.key_changes().take(KeyChangeKind::Index, 2, NOW, NOW).await.unwrap().unwrap();
        let dealt = tx.citizens().index_names(turn.after, 2).await.unwrap();
        assert_eq!((dealt.seen, dealt.changed), (2, 2));
        assert_eq!(tx.key_changes().advance(&turn, &dealt, NOW).await.unwrap(), Going::On);
        tx.commit().await.unwrap();
        // A server that is killed here has done nothing.
        let mut tx = store.begin().await.unwrap();
        let turn = tx.key_changes().take(KeyChangeKind::Index, 2, NOW, NOW).await.unwrap().unwrap();
        assert_eq!(tx.citizens().index_names(turn.after, 2).await.unwrap().changed, 2);
        drop(tx);

        assert_eq!((progress(&store, KeyChangeKind::Index).await.seen, names_under(&store, 2).await), (2, 6));
        run(&store).await;
        assert_eq!(names_under(&store, 2).await, 15);
    }

    async fn sealing_anew_that_is_interrupted_goes_on_where_it_was(store: Store) {
        for number in NUMBERS {
            enrol(&store, number).await;
        }
        let left = async || store.read().await.unwrap().citizens().wrapped_before(2).await.unwrap();
        store.unlock(vault_under(&both_masters(), 1));
        begin(&store, KeyChangeKind::Master, 2).await;
        let two = async |tx: &mut Transaction| {
            let turn = tx.key_changes().take(KeyChangeKind::Master, 2, NOW, NOW).await.unwrap().unwrap();
            let dealt = tx.citizens().rewrap(turn.after, 2).await.unwrap();
            assert_eq!((dealt.seen, dealt.changed), (2, 2));
            assert_eq!(tx.key_changes().advance(&turn, &dealt, NOW).await.unwrap(), Going::On);
        };
        let mut tx = store.begin().await.unwrap();
        two(&mut tx).await;
        tx.commit().await.unwrap();
        // A server that is killed here has done nothing.
        let mut tx = store.begin().await.unwrap();
        two(&mut tx).await;
        drop(tx);

        let on_the_way = progress(&store, KeyChangeKind::Master).await;
        assert_eq!((on_the_way.seen, on_the_way.total, left().await), (2, 5, 3));
        assert!(is_found(&store, AN).await && is_found(&store, NUMBERS[4]).await, "by whichever key");
        run(&store).await;
        assert_eq!((progress(&store, KeyChangeKind::Master).await.finished_at, left().await), (Some(NOW), 0));
        store.unlock(vault_under(&second_master(), 1));
        for number in NUMBERS {
            assert!(is_found(&store, number).await, "{number} by the new key alone");
        }
    }

    async fn a_turn_is_taken_once_and_only_by_who_knows_the_key(store: Store) {
        enrol(&store, AN).await;
        begin(&store, KeyChangeKind::Index, 2).await;
        assert_eq!(turn(&store).await, Turned::Idle, "a server that has not heard of version 2");
        let mut tx = store.begin().await.unwrap();
        assert!(tx.key_changes().take(KeyChangeKind::Index, 2, NOW, NOW + MINUTE).await.unwrap().is_some());
        tx.commit().await.unwrap();
        store.unlock(vault(2));
        assert_eq!(turn(&store).await, Turned::Idle, "another server is at it");
        // Names are removed by nobody who still finds by them.
        begin(&store, KeyChangeKind::IndexRemoval, 2).await;
        assert_eq!(turn(&store).await, Turned::Idle);
    }

    async fn a_name_belongs_to_one_citizen_whichever_keys_are_known(store: Store) {
        enrol(&store, AN).await;
        store.unlock(vault(2));
        let twice = |error: Result<(), Error>| matches!(error, Err(Error::Conflict(Conflict::Name(_))));
        let mut tx = store.begin().await.unwrap();
        assert!(twice(tx.citizens().insert(&citizen(AN)).await), "An stands under the old key alone");
        tx.citizens().insert(&citizen(BINH)).await.unwrap();
        tx.commit().await.unwrap();
        store.unlock(vault(1));
        let mut tx = store.begin().await.unwrap();
        assert!(twice(tx.citizens().insert(&citizen(BINH)).await), "a server that knows the old key alone");
        drop(tx);
        store.unlock(vault_of(&[2]));
        let mut tx = store.begin().await.unwrap();
        assert!(twice(tx.citizens().insert(&citizen(BINH)).await), "one that uses the new key alone");
    }

    async fn a_name_that_somebody_gave_up_does_not_come_back(store: Store) {
        let an = enrol(&store, AN).await;
        store.unlock(vault(2));
        let mut tx = store.begin().await.unwrap();
        tx.citizens().update_profile(an.id, &an.profile, &[], NOW).await.unwrap();
        tx.commit().await.unwrap();
        begin(&store, KeyChangeKind::Index, 2).await;
        run(&store).await;
        // The phone still stands in the profile, and is no name to sign in with.
        assert_eq!((names_under(&store, 1).await, names_under(&store, 2).await), (1, 1));
        assert!(!is_found(&store, "+8490123456").await);
    }

    async fn an_old_key_is_erased_with_what_stood_under_it(store: Store) {
        enrol(&store, AN).await;
        store.unlock(vault(2));
        let mut tx = store.begin().await.unwrap();
        for version in [1, 2] {
            tx.sealed_keys().insert(&sealed_key(SealedKeyKind::BlindIndex, version)).await.unwrap();
        }
        tx.sealed_keys().retire(SealedKeyKind::BlindIndex, 2, NOW).await.unwrap();
        tx.commit().await.unwrap();
        let versions = async || {
            let stored = store.read().await.unwrap().sealed_keys().load().await.unwrap();
            stored.iter().map(|key| (key.version, key.retired_at.is_some())).collect::<Vec<_>>()
        };
        assert_eq!(versions().await, [(1, true), (2, false)]);
        begin(&store, KeyChangeKind::Index, 2).await;
        run(&store).await;
        store.unlock(vault_of(&[2]));
        begin(&store, KeyChangeKind::IndexRemoval, 2).await;
        run(&store).await;
        assert_eq!(versions().await.len(), 2, "organisations may still stand under it");
        begin(&store, KeyChangeKind::OrganisationIndexRemoval, 2).await;
        run(&store).await;
        assert_eq!(versions().await, [(2, false)]);
    }

    async fn a_name_that_is_not_sealed_stops_a_change_before_it_is_lost(store: Store) {
        let an = enrol(&store, AN).await;
        let mut tx = store.begin().await.unwrap();
        tx.citizens().update_profile(an.id, &an.profile, &[name("+84912000000")], NOW).await.unwrap();
        tx.commit().await.unwrap();
        store.unlock(vault(2));
        let mut tx = store.begin().await.unwrap();
        let refused = tx.citizens().index_names(Uuid::nil(), 9).await;
        assert!(matches!(refused, Err(Error::Corrupt("a citizen's name"))), "{refused:?}");
    }
}

/// A server that has not heard of the new key changes a citizen's telephone while a turn is taken: whichever of the two was first, the
/// new one is found once the old key is gone, and the former finds nobody.
async fn a_change_of_names_meanwhile_is_not_lost(first: First) {
    let home = super::postgres().await;
    let (store, unaware) = (&home.store, home.again().await);
    unaware.unlock(vault(1));
    let an = enrol(store, AN).await;
    let former = an.profile.phone_number.as_ref().unwrap().value.clone();
    let (email, phone) = (format!("an.{AN}@example.vn"), "+84912000000");
    let mut profile = an.profile.clone();
    profile.phone_number = Some(Verifiable::known(phone.to_owned(), true));
    let names = [name(phone), name(&email)];
    store.unlock(vault(2));
    begin(store, KeyChangeKind::Index, 2).await;

    let waits = async || {
        let mut watching = PgConnection::connect(&home.url).await.unwrap();
        eventually("one of them waits for the other", async || {
            let waiting = "SELECT count(*) FROM pg_locks WHERE locktype IN ('tuple', 'transactionid') AND NOT granted
                AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())";
            sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut watching).await.unwrap() == 1
        })
        .await;
    };
    match first {
        First::Change => {
            let mut changing = unaware.begin().await.unwrap();
            changing.citizens().update_profile(an.id, &profile, &names, NOW).await.unwrap();
            let taking = tokio::spawn({
                let store = store.clone();
                async move { turn(&store).await }
            });
            waits().await;
            changing.commit().await.unwrap();
            assert_eq!(taking.await.unwrap(), Turned::Worked);
        }
        First::Turn => {
            let mut tx = store.begin().await.unwrap();
            let turn = tx.key_changes().take(KeyChangeKind::Index, 2, NOW, NOW).await.unwrap().unwrap();
            let dealt = tx.citizens().index_names(turn.after, 9).await.unwrap();
            let changing = tokio::spawn({
                let unaware = unaware.clone();
                async move {
                    let mut changing = unaware.begin().await.unwrap();
                    changing.citizens().update_profile(an.id, &profile, &names, NOW).await.unwrap();
                    changing.commit().await.unwrap();
                }
            });
            waits().await;
            assert_eq!(tx.key_changes().advance(&turn, &dealt, NOW).await.unwrap(), Going::On);
            tx.commit().await.unwrap();
            changing.await.unwrap();
        }
    }
    run(store).await;
    store.unlock(vault_of(&[2]));
    begin(store, KeyChangeKind::IndexRemoval, 2).await;
    run(store).await;
    assert_eq!((names_under(store, 1).await, names_under(store, 2).await), (0, 3));
    for (typed, finds) in [(AN, true), (phone, true), (&email, true), (&former, false)] {
        assert_eq!(is_found(store, typed).await, finds, "{typed}");
    }
}

#[derive(Clone, Copy)]
enum First {
    Change,
    Turn,
}

#[tokio::test]
async fn a_turn_waits_for_a_change_of_names_and_sees_it() {
    a_change_of_names_meanwhile_is_not_lost(First::Change).await;
}

#[tokio::test]
async fn a_change_of_names_waits_for_a_turn_and_is_seen_by_the_next_pass() {
    a_change_of_names_meanwhile_is_not_lost(First::Turn).await;
}
