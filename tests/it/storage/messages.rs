//! The outbox of what citizens are told, the codes that they were sent, and their lists of recovery codes.

use std::sync::Arc;

use senid::crypto::random::SystemRandom;
use senid::domain::credential::{CredentialKind, CredentialTraits};
use senid::domain::ids::{CitizenId, CredentialId, SentCodeId};
use senid::domain::logout::{DeliveryState, Settlement};
use senid::domain::message::{Channel, CodePurpose, Content, LEASE, Letter, Message, Notice};
use senid::domain::secret::SecretString;
use senid::domain::time::Timestamp;
use senid::storage::{Advance, Enrolled, Material, Said, SentCode, Spent, Store, StoredCredential, TRIES_A_CODE};
use uuid::Uuid;

use super::on_every_database;
use super::people::{AN, BINH, DAY, MINUTE, NOW, enrol, hash};

const SESSION: Uuid = Uuid::from_u128(1);
const ANOTHER: Uuid = Uuid::from_u128(2);

fn notice(citizen: CitizenId, channel: Channel) -> Message {
    let content = Content::Notice { notice: Notice::PasswordChanged, at: NOW };
    let letter = Letter { to: "an@example.vn".to_owned(), language: "vi".to_owned(), content };
    Message::new(citizen, channel, letter, NOW, &SystemRandom::new())
}

fn code(citizen: CitizenId, bound_to: Uuid) -> SentCode {
    SentCode {
        id: SentCodeId::new(NOW, &SystemRandom::new()),
        citizen,
        purpose: CodePurpose::Confirm,
        bound_to,
        said: Said { code: SecretString::new("271828"), channel: Channel::Sms, to: "+84912345678".to_owned() },
        expires_at: NOW + 10 * MINUTE,
    }
}

fn list(citizen: CitizenId) -> StoredCredential {
    let passkey = super::credentials::passkey(citizen);
    let id = CredentialId::new(NOW, &SystemRandom::new());
    let traits = CredentialTraits::default();
    StoredCredential {
        credential: senid::domain::credential::Credential {
            id,
            kind: CredentialKind::RecoveryCodes,
            traits,
            ..passkey.credential
        },
        material: Material::new(Vec::new()),
        counter: 0,
        ..passkey
    }
}

async fn put_in(store: &Store, message: &Message) {
    let mut tx = store.begin().await.unwrap();
    tx.messages().enqueue(message).await.unwrap();
    tx.commit().await.unwrap();
}

async fn sent(store: &Store, code: &SentCode) {
    let mut tx = store.begin().await.unwrap();
    tx.sent_codes().replace(code).await.unwrap();
    tx.commit().await.unwrap();
}

async fn listed(store: &Store, list: &StoredCredential, codes: &[&str]) {
    let hashes: Vec<_> = codes.iter().map(|code| hash(code)).collect();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.credentials().enrol(list, None).await.unwrap(), Enrolled::New);
    tx.recovery_codes().fill(list, &hashes).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claimed(store: &Store, channel: Channel, at: Timestamp) -> Vec<Message> {
    store.write().await.unwrap().messages().claim(channel, at, at + LEASE, 9).await.unwrap()
}

/// Every statement there is.
pub async fn are_put_in_and_taken_out(store: &Store, citizen: CitizenId) {
    put_in(store, &notice(citizen, Channel::Email)).await;
    assert_eq!(store.read().await.unwrap().messages().due_channels(NOW).await.unwrap(), [Channel::Email]);
    let taken = claimed(store, Channel::Email, NOW).await;
    let mut writing = store.write().await.unwrap();
    assert!(writing.messages().settle(&taken[0], &Settlement::Delivered, NOW).await.unwrap());
    assert_eq!(writing.messages().forget(NOW, 9).await.unwrap(), 0);
    assert_eq!(writing.messages().list(None, None, 9).await.unwrap().items.len(), 1);
    assert_eq!(writing.messages().backlog().await.unwrap().pending, 0);
    drop(writing);
    let code = code(citizen, SESSION);
    sent(store, &code).await;
    let mut writing = store.write().await.unwrap();
    assert!(writing.sent_codes().live(citizen, code.purpose, SESSION, NOW).await.unwrap().is_some());
    assert!(writing.sent_codes().attempt(citizen, code.purpose, SESSION, NOW).await.unwrap().is_some());
    writing.sent_codes().forget(NOW).await.unwrap();
    drop(writing);
    let list = list(citizen);
    listed(store, &list, &["one"]).await;
    let mut writing = store.write().await.unwrap();
    writing.credentials().record_failure(citizen, list.credential.id).await.unwrap();
    assert_eq!(writing.credentials().failures_in_a_row(citizen, list.credential.id).await.unwrap(), 1);
    assert_eq!(writing.recovery_codes().left(citizen, list.credential.id).await.unwrap(), 1);
    assert_eq!(writing.recovery_codes().list_of(citizen, hash("one")).await.unwrap(), Some(list.credential.id));
}

on_every_database! {
    async fn a_message_is_taken_once_and_again_when_its_lease_ran_out(store: Store) {
        let an = enrol(&store, AN).await;
        let message = notice(an.id, Channel::Email);
        put_in(&store, &message).await;
        assert_eq!(claimed(&store, Channel::Sms, NOW).await, []);
        let first = claimed(&store, Channel::Email, NOW).await;
        assert_eq!(first, [Message { attempts: 1, ..message.clone() }]);
        assert_eq!(claimed(&store, Channel::Email, NOW).await, []);
        let second = claimed(&store, Channel::Email, NOW + LEASE).await;
        assert_eq!(second, [Message { attempts: 2, ..message }]);
        let mut writing = store.write().await.unwrap();
        assert!(!writing.messages().settle(&first[0], &Settlement::Delivered, NOW).await.unwrap(), "its lease ran out");
        assert!(writing.messages().settle(&second[0], &Settlement::Delivered, NOW).await.unwrap());
        assert!(!writing.messages().settle(&second[0], &Settlement::Delivered, NOW).await.unwrap());
    }

    async fn a_message_that_failed_waits_and_one_that_was_given_up_is_seen(store: Store) {
        let an = enrol(&store, AN).await;
        put_in(&store, &notice(an.id, Channel::Sms)).await;
        let taken = claimed(&store, Channel::Sms, NOW).await;
        let later = Settlement::Postponed { due_at: NOW + MINUTE, fault: "unreachable".to_owned() };
        store.write().await.unwrap().messages().settle(&taken[0], &later, NOW).await.unwrap();
        assert_eq!(claimed(&store, Channel::Sms, NOW).await, []);
        assert_eq!(store.read().await.unwrap().messages().backlog().await.unwrap().pending, 1);
        let taken = claimed(&store, Channel::Sms, NOW + MINUTE).await;
        let given_up = Settlement::Undelivered { fault: "unreachable".to_owned() };
        let mut writing = store.write().await.unwrap();
        writing.messages().settle(&taken[0], &given_up, NOW + MINUTE).await.unwrap();
        let shown = writing.messages().list(Some(DeliveryState::Undelivered), None, 9).await.unwrap().items;
        assert_eq!((shown[0].fault.as_deref(), shown[0].attempts, shown[0].citizen), (Some("unreachable"), 2, an.id));
        assert_eq!(writing.messages().list(Some(DeliveryState::Delivered), None, 9).await.unwrap().items, []);
        assert_eq!(writing.messages().forget(NOW + DAY, 9).await.unwrap(), 1);
    }

    async fn a_new_code_ends_the_one_before_and_counts_for_its_own_sign_in_alone(store: Store) {
        let (an, binh) = (enrol(&store, AN).await, enrol(&store, BINH).await);
        let first = code(an.id, SESSION);
        sent(&store, &first).await;
        let second = code(an.id, SESSION);
        sent(&store, &second).await;
        let mut writing = store.write().await.unwrap();
        let confirm = CodePurpose::Confirm;
        let found = writing.sent_codes().attempt(an.id, confirm, SESSION, NOW).await.unwrap().unwrap();
        assert_eq!((found.id, found.said.code.expose()), (second.id, "271828"));
        for (citizen, purpose, bound_to, at) in [
            (binh.id, confirm, SESSION, NOW),
            (an.id, CodePurpose::SecondFactor, SESSION, NOW),
            (an.id, confirm, ANOTHER, NOW),
            (an.id, confirm, SESSION, second.expires_at),
        ] {
            assert!(writing.sent_codes().attempt(citizen, purpose, bound_to, at).await.unwrap().is_none());
        }
        assert_eq!(writing.sent_codes().spend(&first).await.unwrap(), Spent::Gone);
        assert_eq!(writing.sent_codes().spend(&second).await.unwrap(), Spent::Now);
        assert_eq!(writing.sent_codes().spend(&second).await.unwrap(), Spent::Gone);
    }

    async fn of_many_tries_at_once_five_are_looked_at_and_one_spends_the_code(store: Store) {
        let an = enrol(&store, AN).await;
        sent(&store, &code(an.id, SESSION)).await;
        let store = Arc::new(store);
        let tries = (0..100).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut writing = store.write().await.unwrap();
                let found = writing.sent_codes().attempt(an.id, CodePurpose::Confirm, SESSION, NOW).await.unwrap();
                match found {
                    Some(code) => (1, u32::from(writing.sent_codes().spend(&code).await.unwrap() == Spent::Now)),
                    None => (0, 0),
                }
            })
        });
        let (mut looked_at, mut spent) = (0, 0);
        for tried in tries.collect::<Vec<_>>() {
            let (one, other) = tried.await.unwrap();
            looked_at += one;
            spent += other;
        }
        assert!((1..=TRIES_A_CODE).contains(&looked_at), "{looked_at}");
        assert_eq!(spent, 1);
    }

    async fn a_recovery_code_is_spent_once_whoever_comes_at_the_same_time(store: Store) {
        let an = enrol(&store, AN).await;
        let list = list(an.id);
        listed(&store, &list, &["one", "two"]).await;
        let store = Arc::new(store);
        let id = list.credential.id;
        let tries = (0..100).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                store.write().await.unwrap().recovery_codes().spend(an.id, id, hash("one"), NOW).await.unwrap()
            })
        });
        let mut spent = 0;
        for tried in tries.collect::<Vec<_>>() {
            spent += u32::from(tried.await.unwrap() == Advance::Forward);
        }
        assert_eq!(spent, 1);
        let mut writing = store.write().await.unwrap();
        assert_eq!(writing.recovery_codes().left(an.id, id).await.unwrap(), 1);
        assert_eq!(writing.recovery_codes().list_of(an.id, hash("one")).await.unwrap(), None);
        assert_eq!(writing.recovery_codes().spend(an.id, id, hash("three"), NOW).await.unwrap(), Advance::NotForward);
    }

    async fn a_list_that_is_removed_takes_its_codes_along(store: Store) {
        let an = enrol(&store, AN).await;
        let list = list(an.id);
        listed(&store, &list, &["one"]).await;
        let mut tx = store.begin().await.unwrap();
        assert!(tx.credentials().remove(an.id, list.credential.id).await.unwrap());
        tx.commit().await.unwrap();
        let mut reading = store.read().await.unwrap();
        assert_eq!(reading.recovery_codes().left(an.id, list.credential.id).await.unwrap(), 0);
    }

    async fn a_right_code_forgives_the_wrong_ones_before_it(store: Store) {
        let an = enrol(&store, AN).await;
        let new = super::credentials::passkey(an.id);
        assert_eq!(super::credentials::enrolled(&store, &new, "raw").await, Enrolled::New);
        let id = new.credential.id;
        let mut writing = store.write().await.unwrap();
        for _ in 0..3 {
            writing.credentials().record_failure(an.id, id).await.unwrap();
        }
        assert_eq!(writing.credentials().failures_in_a_row(an.id, id).await.unwrap(), 3);
        assert_eq!(writing.credentials().advance(an.id, id, 7, NOW).await.unwrap(), Advance::NotForward);
        assert_eq!(writing.credentials().failures_in_a_row(an.id, id).await.unwrap(), 3, "a replay forgives nothing");
        assert_eq!(writing.credentials().advance(an.id, id, 8, NOW).await.unwrap(), Advance::Forward);
        assert_eq!(writing.credentials().failures_in_a_row(an.id, id).await.unwrap(), 0);
    }
}
