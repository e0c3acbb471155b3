//! Citizens in the identity store.

use senid::domain::citizen::{Citizen, CitizenStatus, Profile};
use senid::domain::ids::CitizenId;
use senid::domain::sign_in_name::NameKind;
use senid::storage::{Conflict, Error, FoundByName, NewCitizen, Rejected, Store};

use super::on_every_database;
use super::people::{AN, BINH, DAY, NOW, PHC, both_masters, citizen, enrol, name, second_master, vault, vault_under};

async fn find(store: &Store, id: CitizenId) -> Result<Option<Citizen>, Error> {
    store.read().await.unwrap().citizens().find(id).await
}

async fn find_by_name(store: &Store, typed: &str) -> Option<FoundByName> {
    store.read().await.unwrap().citizens().find_by_name(&name(typed)).await.unwrap()
}

fn assert_same(found: &Citizen, expected: &Citizen) {
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    assert_eq!(found.national_id.expose(), expected.national_id.expose());
    assert!(found.profile == expected.profile, "another profile");
}

on_every_database! {
    async fn a_citizen_is_found_by_id_and_by_every_name(store: Store) {
        let an = enrol(&store, AN).await;
        assert_same(&find(&store, an.id).await.unwrap().unwrap(), &an);
        for typed in [AN, "+84 900 123 456", "AN.001090123456@example.vn"] {
            let found = find_by_name(&store, typed).await.expect(typed);
            assert_same(&found.citizen, &an);
            let password = found.password.unwrap();
            assert_eq!((password.phc.expose(), password.failures_in_a_row, password.changed_at), (PHC, 0, NOW));
        }
        assert!(find_by_name(&store, BINH).await.is_none());
        assert!(find(&store, citizen(BINH).citizen.id).await.unwrap().is_none());
    }

    async fn a_citizen_may_have_no_password(store: Store) {
        let mut transaction = store.begin().await.unwrap();
        transaction.citizens().insert(&NewCitizen { password: None, ..citizen(AN) }).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(find_by_name(&store, AN).await.unwrap().password.is_none());
    }

    async fn a_name_belongs_to_one_citizen(store: Store) {
        let an = enrol(&store, AN).await;
        for (taken, kind) in [(0, NameKind::NationalId), (1, NameKind::Phone), (2, NameKind::Email)] {
            let mut second = citizen(BINH);
            second.names[taken] = citizen(AN).names[taken].clone();
            let mut transaction = store.begin().await.unwrap();
            let refused = transaction.citizens().insert(&second).await;
            assert!(matches!(refused, Err(Error::Conflict(Conflict::Name(k))) if k == kind), "{refused:?}");
            // Even where the transaction goes on, nothing of the refused one is left in it.
            transaction.commit().await.unwrap();
            assert!(find(&store, second.citizen.id).await.unwrap().is_none());
            assert!(find_by_name(&store, "an.079192000123@example.vn").await.is_none());
        }
        assert_same(&find_by_name(&store, AN).await.unwrap().citizen, &an);
        let mut transaction = store.begin().await.unwrap();
        let again = transaction.citizens().insert(&NewCitizen { citizen: an, ..citizen(BINH) }).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::Citizen))), "{again:?}");
    }

    async fn a_batch_enters_all_that_it_can_and_names_the_rest(store: Store) {
        enrol(&store, AN).await;
        let mut batch: Vec<_> = (0..1_203).map(|number| citizen(&format!("0790{number:08}"))).collect();
        batch[7].names[1] = citizen(AN).names[1].clone();
        batch[1_100].names[0] = name(AN);
        batch[1_202] = citizen("079000000003");
        let mut transaction = store.begin().await.unwrap();
        let rejected = transaction.citizens().insert_many(&batch).await.unwrap();
        transaction.commit().await.unwrap();
        let expected = [(7, NameKind::Phone), (1_100, NameKind::NationalId)];
        let expected = expected.map(|(position, kind)| Rejected { position, conflict: Conflict::Name(kind) });
        assert_eq!(rejected[..2], expected);
        assert_eq!((rejected.len(), rejected[2].position), (3, 1_202));
        for (position, new) in batch.iter().enumerate() {
            let entered = find(&store, new.citizen.id).await.unwrap().is_some();
            assert_eq!(entered, ![7, 1_100, 1_202].contains(&position), "{position}");
        }
        assert!(find_by_name(&store, "079000001201").await.unwrap().password.is_some());
    }

    async fn a_batch_that_is_not_committed_leaves_nothing(store: Store) {
        let batch: Vec<_> = (0..20).map(|number| citizen(&format!("0790{number:08}"))).collect();
        let mut transaction = store.begin().await.unwrap();
        assert!(transaction.citizens().insert_many(&batch).await.unwrap().is_empty());
        drop(transaction);
        for new in &batch {
            assert!(find(&store, new.citizen.id).await.unwrap().is_none());
            assert!(find_by_name(&store, new.citizen.national_id.expose()).await.is_none());
        }
    }

    async fn a_new_profile_brings_its_names_and_loses_the_old(store: Store) {
        let an = enrol(&store, AN).await;
        enrol(&store, BINH).await;
        let profile = Profile { name: "Nguyễn Văn An Bình".to_owned(), ..an.profile.clone() };
        let update = async |contacts: &[&str]| {
            let contacts: Vec<_> = contacts.iter().map(|typed| name(typed)).collect();
            let mut transaction = store.begin().await.unwrap();
            transaction.citizens().update_profile(an.id, &profile, &contacts, NOW + DAY).await?;
            transaction.commit().await
        };
        let taken = update(&["an.079192000123@example.vn"]).await;
        assert!(matches!(taken, Err(Error::Conflict(Conflict::Name(NameKind::Email)))), "{taken:?}");
        assert_same(&find(&store, an.id).await.unwrap().unwrap(), &an);

        update(&["0912 345 678"]).await.unwrap();
        let found = find_by_name(&store, "+84912345678").await.unwrap().citizen;
        assert_same(&found, &Citizen { profile: profile.clone(), updated_at: NOW + DAY, ..an.clone() });
        assert!(find_by_name(&store, "an.001090123456@example.vn").await.is_none());
        assert!(find_by_name(&store, AN).await.is_some());
    }

    async fn a_status_is_changed_from_what_it_is_and_from_nothing_else(store: Store) {
        let an = enrol(&store, AN).await;
        let set = async |from, to| {
            let mut writing = store.write().await.unwrap();
            writing.citizens().set_status(an.id, (from, to), NOW + DAY).await.unwrap()
        };
        assert!(!set(CitizenStatus::Locked, CitizenStatus::Active).await, "it is not locked");
        assert!(set(CitizenStatus::Active, CitizenStatus::Suspended).await);
        assert!(!set(CitizenStatus::Active, CitizenStatus::Locked).await, "somebody was faster");
        let found = find(&store, an.id).await.unwrap().unwrap();
        assert_eq!((found.status, found.updated_at), (CitizenStatus::Suspended, NOW + DAY));
    }

    async fn what_ended_sessions_never_moves_back(store: Store) {
        let an = enrol(&store, AN).await;
        for (at, expected) in [(5, 5), (1, 5)] {
            store.write().await.unwrap().citizens().end_sessions(an.id, NOW + at * DAY).await.unwrap();
            let valid_from = find(&store, an.id).await.unwrap().unwrap().sessions_valid_from;
            assert_eq!(valid_from, NOW + expected * DAY);
        }
    }

    async fn names_stay_unique_while_the_index_key_changes(store: Store) {
        let an = enrol(&store, AN).await;
        store.unlock(vault(2));
        assert_same(&find_by_name(&store, AN).await.unwrap().citizen, &an);
        let mut transaction = store.begin().await.unwrap();
        let second = transaction.citizens().insert(&citizen(AN)).await;
        assert!(matches!(second, Err(Error::Conflict(Conflict::Name(_)))), "{second:?}");
        drop(transaction);

        let binh = enrol(&store, BINH).await;
        store.unlock(vault(1));
        assert_same(&find_by_name(&store, BINH).await.unwrap().citizen, &binh);
        // However many versions are live: An's name has been entered under the first alone.
        for versions in 1..=6 {
            store.unlock(vault(versions));
            assert_same(&find_by_name(&store, AN).await.unwrap().citizen, &an);
        }
    }

    async fn a_new_master_key_takes_over_page_by_page(store: Store) {
        let mut people = Vec::new();
        for number in 0..5 {
            people.push(enrol(&store, &format!("00109000000{number}")).await);
        }
        store.unlock(vault_under(&second_master(), 1));
        assert!(matches!(find(&store, people[0].id).await, Err(Error::Corrupt(_))));

        store.unlock(vault_under(&both_masters(), 1));
        let (mut after, mut pages) = (uuid::Uuid::nil(), 0);
        loop {
            let mut transaction = store.begin().await.unwrap();
            let dealt = transaction.citizens().rewrap(after, 2).await.unwrap();
            transaction.commit().await.unwrap();
            let Some(last) = dealt.last else { break };
            assert_eq!(dealt.changed, dealt.seen);
            (after, pages) = (last, pages + 1);
        }
        assert_eq!(pages, 3);
        let mut reading = store.read().await.unwrap();
        assert_eq!(reading.citizens().wrapped_before(2).await.unwrap(), 0);
        assert_eq!(reading.citizens().wrapped_before(3).await.unwrap(), people.len() as u64);
        drop(reading);
        store.unlock(vault_under(&second_master(), 1));
        for person in &people {
            assert_same(&find(&store, person.id).await.unwrap().unwrap(), person);
        }
    }
}

#[tokio::test]
async fn nobody_is_found_before_the_store_has_its_keys() {
    let home = super::sqlite().await;
    let an = enrol(&home.store, AN).await;
    let locked = home.again().await;
    assert!(matches!(find(&locked, an.id).await, Err(Error::Locked)));
    locked.unlock(vault(1));
    assert!(find(&locked, an.id).await.unwrap().is_some());
}
