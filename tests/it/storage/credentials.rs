//! Credentials beside passwords: sealed, found by what they present, counted forward once.

use senid::crypto::random::SystemRandom;
use senid::domain::assurance::AuthenticationLevel;
use senid::domain::credential::{Credential, CredentialKind, CredentialTraits};
use senid::domain::ids::{CitizenId, CredentialId};
use senid::storage::{Advance, Enrolled, Fact, MOST_OF_A_CITIZEN, Material, Store, StoredCredential};

use super::on_every_database;
use super::people::{AN, BINH, DAY, NOW, enrol, hash};

pub fn passkey(citizen: CitizenId) -> StoredCredential {
    StoredCredential {
        citizen,
        credential: Credential {
            id: CredentialId::new(NOW, &SystemRandom::new()),
            kind: CredentialKind::WebAuthn,
            name: "Điện thoại của An".parse().unwrap(),
            binding: AuthenticationLevel::OneFactor,
            traits: CredentialTraits { unlocked: true, synced: true, ..CredentialTraits::default() },
            created_at: NOW,
            last_used_at: None,
        },
        material: Material::new(b"a public key".to_vec()),
        counter: 7,
    }
}

pub async fn enrolled(store: &Store, new: &StoredCredential, presents: &str) -> Enrolled {
    let mut transaction = store.begin().await.unwrap();
    let enrolled = transaction.credentials().enrol(new, Some(hash(presents))).await.unwrap();
    transaction.commit().await.unwrap();
    enrolled
}

on_every_database! {
    async fn a_credential_is_found_by_what_it_presents_and_by_its_owner(store: Store) {
        let an = enrol(&store, AN).await;
        let new = passkey(an.id);
        assert_eq!(enrolled(&store, &new, "raw id").await, Enrolled::New);
        let mut reading = store.read().await.unwrap();
        let found = reading.credentials().find_presented(CredentialKind::WebAuthn, hash("raw id")).await.unwrap().unwrap();
        assert_eq!((found.citizen, &found.credential, found.counter), (an.id, &new.credential, 7));
        assert_eq!(found.material.expose(), b"a public key");
        assert!(reading.credentials().find_presented(CredentialKind::Certificate, hash("raw id")).await.unwrap().is_none());
        assert_eq!(reading.credentials().list(an.id).await.unwrap().len(), 1);
        assert!(reading.credentials().find(an.id, new.credential.id).await.unwrap().is_some());
    }

    async fn what_presents_the_same_is_enrolled_once_whoever_comes(store: Store) {
        let (an, binh) = (enrol(&store, AN).await, enrol(&store, BINH).await);
        assert_eq!(enrolled(&store, &passkey(an.id), "raw id").await, Enrolled::New);
        assert_eq!(enrolled(&store, &passkey(an.id), "raw id").await, Enrolled::Taken);
        assert_eq!(enrolled(&store, &passkey(binh.id), "raw id").await, Enrolled::Taken);
        let mut reading = store.read().await.unwrap();
        assert_eq!(reading.credentials().list(binh.id).await.unwrap().len(), 0);
        assert_eq!(reading.credentials().list(an.id).await.unwrap().len(), 1);
    }

    async fn a_counter_goes_forward_and_of_two_uses_of_a_step_one_is_the_first(store: Store) {
        let an = enrol(&store, AN).await;
        let new = passkey(an.id);
        assert_eq!(enrolled(&store, &new, "raw id").await, Enrolled::New);
        let mut writing = store.write().await.unwrap();
        let mut advance = async |to| writing.credentials().advance(an.id, new.credential.id, to, NOW + DAY).await.unwrap();
        assert_eq!(advance(8).await, Advance::Forward);
        assert_eq!(advance(8).await, Advance::NotForward);
        assert_eq!(advance(7).await, Advance::NotForward);
        writing.credentials().used(an.id, new.credential.id, 3, NOW + 2 * DAY).await.unwrap();
        let found = writing.credentials().find(an.id, new.credential.id).await.unwrap().unwrap();
        assert_eq!((found.counter, found.credential.last_used_at), (8, Some(NOW + 2 * DAY)));
    }

    async fn what_is_removed_is_gone_and_may_be_enrolled_again(store: Store) {
        let (an, binh) = (enrol(&store, AN).await, enrol(&store, BINH).await);
        let new = passkey(an.id);
        assert_eq!(enrolled(&store, &new, "raw id").await, Enrolled::New);
        let mut transaction = store.begin().await.unwrap();
        assert!(!transaction.credentials().remove(binh.id, new.credential.id).await.unwrap(), "nobody else's");
        assert!(transaction.credentials().remove(an.id, new.credential.id).await.unwrap());
        assert!(!transaction.credentials().remove(an.id, new.credential.id).await.unwrap());
        transaction.commit().await.unwrap();
        assert_eq!(enrolled(&store, &passkey(binh.id), "raw id").await, Enrolled::New);
    }

    async fn what_changed_is_written_anew_and_sealed_in_its_own_row(store: Store) {
        let an = enrol(&store, AN).await;
        let new = passkey(an.id);
        assert_eq!(enrolled(&store, &new, "raw id").await, Enrolled::New);
        let mut changed = new.clone();
        changed.credential.name = "Khóa USB".parse().unwrap();
        changed.credential.binding = AuthenticationLevel::TwoFactors;
        changed.material = Material::new(b"another".to_vec());
        let mut transaction = store.begin().await.unwrap();
        transaction.credentials().replace(&changed).await.unwrap();
        transaction.commit().await.unwrap();
        let found = store.read().await.unwrap().credentials().find(an.id, new.credential.id).await.unwrap().unwrap();
        assert_eq!((&found.credential, found.material.expose()), (&changed.credential, b"another".as_slice()));
    }

    async fn a_citizen_has_only_so_many(store: Store) {
        let an = enrol(&store, AN).await;
        for number in 0..MOST_OF_A_CITIZEN {
            assert_eq!(enrolled(&store, &passkey(an.id), &number.to_string()).await, Enrolled::New);
        }
        assert_eq!(enrolled(&store, &passkey(an.id), "one more").await, Enrolled::TooMany);
    }

    async fn what_is_settled_stays(store: Store) {
        let mut writing = store.write().await.unwrap();
        assert_eq!(writing.settled().find(Fact::RelyingPartyId).await.unwrap(), None);
        assert_eq!(writing.settled().settle(Fact::RelyingPartyId, "id.example", NOW).await.unwrap(), "id.example");
        assert_eq!(writing.settled().settle(Fact::RelyingPartyId, "other.example", NOW).await.unwrap(), "id.example");
    }
}
