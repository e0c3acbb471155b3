//! Codes that registrars handed over, and recoveries: each is used once, ends once, and is nobody else's.

use senid::crypto::random::SystemRandom;
use senid::domain::citizen::SecondStep;
use senid::domain::ids::{CitizenId, CredentialId, RecoveryId};
use senid::domain::issued_code::{CodeUse, IssuedCode};
use senid::domain::recovery::{Kept, Means, Recovery};
use senid::domain::secret::SecretString;
use senid::domain::time::Timestamp;
use senid::storage::{MayHave, RecoveryEnd, Spent, Store};

use super::on_every_database;
use super::people::{AN, BINH, DAY, MINUTE, NOW, enrol, hash};

fn code(citizen: CitizenId, text: &str, purpose: CodeUse) -> IssuedCode {
    IssuedCode { hash: hash(text), citizen, purpose, issued_at: NOW, expires_at: NOW + DAY }
}

fn recovery(citizen: CitizenId, stop: &str) -> Recovery {
    let random = SystemRandom::new();
    Recovery {
        id: RecoveryId::new(NOW, &random),
        citizen,
        stop: hash(stop),
        means: Means::RecoveryCode,
        phc: Some(SecretString::new("$argon2id$a-new-one")),
        kept: Kept::Only(vec![CredentialId::new(NOW, &random)]),
        begun_at: NOW,
        takes_effect_at: NOW + DAY,
    }
}

async fn issue(store: &Store, new: &IssuedCode) {
    let mut tx = store.begin().await.unwrap();
    tx.issued_codes().issue(new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn spend(store: &Store, text: &str, citizen: CitizenId, purpose: CodeUse, now: Timestamp) -> Spent {
    let mut tx = store.begin().await.unwrap();
    let spent = tx.issued_codes().spend(hash(text), citizen, purpose, now).await.unwrap();
    tx.commit().await.unwrap();
    spent
}

async fn begin(store: &Store, new: &Recovery) {
    let mut tx = store.begin().await.unwrap();
    tx.recoveries().begin(new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn settle(store: &Store, recovery: &Recovery, how: RecoveryEnd) -> bool {
    let mut tx = store.begin().await.unwrap();
    let settled = tx.recoveries().settle(recovery, how, NOW).await.unwrap();
    tx.commit().await.unwrap();
    settled
}

/// For the tests that look at every table.
pub async fn wait(store: &Store, citizen: CitizenId) {
    issue(store, &code(citizen, "a code on paper", CodeUse::Raise)).await;
    begin(store, &recovery(citizen, "a secret that stops it")).await;
}

on_every_database! {
    async fn a_code_is_good_once_for_one_citizen_and_one_thing(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        issue(&store, &code(an, "one", CodeUse::Recover)).await;
        let mut reading = store.read().await.unwrap();
        for (text, citizen, purpose, now, good) in [
            ("one", an, CodeUse::Recover, NOW, true),
            ("two", an, CodeUse::Recover, NOW, false),
            ("one", binh, CodeUse::Recover, NOW, false),
            ("one", an, CodeUse::Raise, NOW, false),
            ("one", an, CodeUse::Counter, NOW, false),
            ("one", an, CodeUse::Recover, NOW + DAY, false),
        ] {
            let found = reading.issued_codes().is_good(hash(text), citizen, purpose, now).await.unwrap();
            assert_eq!(found, good, "{text} {purpose} {now:?}");
        }
        assert_eq!(spend(&store, "one", binh, CodeUse::Recover, NOW).await, Spent::Gone);
        assert_eq!(spend(&store, "one", an, CodeUse::Counter, NOW).await, Spent::Gone);
        assert_eq!(spend(&store, "one", an, CodeUse::Recover, NOW + DAY).await, Spent::Gone);
        assert_eq!(spend(&store, "one", an, CodeUse::Recover, NOW).await, Spent::Now);
        assert_eq!(spend(&store, "one", an, CodeUse::Recover, NOW).await, Spent::Gone);
    }

    async fn a_new_code_ends_the_one_before_of_the_same_purpose(store: Store) {
        let an = enrol(&store, AN).await.id;
        issue(&store, &code(an, "one", CodeUse::Recover)).await;
        issue(&store, &code(an, "other", CodeUse::Raise)).await;
        issue(&store, &code(an, "two", CodeUse::Recover)).await;
        assert_eq!(spend(&store, "one", an, CodeUse::Recover, NOW).await, Spent::Gone);
        assert_eq!(spend(&store, "two", an, CodeUse::Recover, NOW).await, Spent::Now);
        assert_eq!(spend(&store, "other", an, CodeUse::Raise, NOW).await, Spent::Now);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.issued_codes().forget(NOW + MINUTE).await.unwrap(), 0);
        assert_eq!(tx.issued_codes().forget(NOW + DAY).await.unwrap(), 2);
    }

    async fn a_recovery_ends_once_and_another_one_stops_it(store: Store) {
        let an = enrol(&store, AN).await.id;
        let (first, second) = (recovery(an, "stops the first"), recovery(an, "stops the second"));
        begin(&store, &first).await;
        begin(&store, &second).await;
        let mut reading = store.read().await.unwrap();
        assert!(reading.recoveries().stopped_by(hash("stops the first")).await.unwrap().is_none());
        let found = reading.recoveries().stopped_by(hash("stops the second")).await.unwrap().expect("it waits");
        assert_eq!((found.id, &found.kept, found.means), (second.id, &second.kept, Means::RecoveryCode));
        assert_eq!(found.phc.map(|phc| phc.expose().to_owned()).as_deref(), Some("$argon2id$a-new-one"));
        assert_eq!(reading.recoveries().waiting(an).await.unwrap().map(|waiting| waiting.id), Some(second.id));
        assert!(reading.recoveries().due(NOW + DAY - MINUTE, 9).await.unwrap().is_empty());
        assert_eq!(reading.recoveries().due(NOW + DAY, 9).await.unwrap().len(), 1);
        drop(reading);
        assert!(!settle(&store, &first, RecoveryEnd::Finished).await);
        assert!(settle(&store, &second, RecoveryEnd::Finished).await);
        assert!(!settle(&store, &second, RecoveryEnd::Stopped).await);
        assert!(store.read().await.unwrap().recoveries().waiting(an).await.unwrap().is_none());
    }

    async fn a_second_step_is_asked_for_until_its_owner_says_otherwise(store: Store) {
        let an = enrol(&store, AN).await.id;
        let wish = async || store.read().await.unwrap().citizens().second_step(an).await.unwrap().unwrap();
        assert_eq!(wish().await, (SecondStep::Always, MayHave::No));
        let enrolled = super::credentials::enrolled(&store, &super::credentials::passkey(an), "raw id").await;
        assert_eq!(enrolled, senid::storage::Enrolled::New);
        assert_eq!(wish().await, (SecondStep::Always, MayHave::Yes));
        let mut writing = store.write().await.unwrap();
        writing.citizens().set_second_step(an, SecondStep::WhereAsked, NOW).await.unwrap();
        drop(writing);
        assert_eq!(wish().await, (SecondStep::WhereAsked, MayHave::Yes));
    }
}
