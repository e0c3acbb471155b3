//! Clients that registered themselves: their tokens, who let them, and their logos.

use std::time::Duration;

use senid::crypto::hash::hash_secret;
use senid::crypto::random::SystemRandom;
use senid::domain::ids::{ClientId, InitialTokenId};
use senid::domain::registration::{ClientRegistration, InitialAccessToken, LastUpdate, RegistrationTerms};
use senid::storage::{Store, StoredLogo, TokenHolds, TokenUse};

use super::on_every_database;
use super::people::{DAY, NOW, register};

/// A client that someone with an initial access token registered, with a logo.
pub async fn registers_itself(store: &Store, client: &ClientId) {
    let made = token(1, "initial");
    let registration = ClientRegistration {
        client: client.clone(),
        token: hash_secret(b"registration"),
        last_update: None,
        initial_token: Some(made.id),
        terms: made.terms.clone(),
        created_at: NOW,
    };
    let logo = StoredLogo { media_type: "image/png".to_owned(), picture: b"picture".to_vec() };
    let mut tx = store.begin().await.unwrap();
    tx.initial_access_tokens().insert(&made).await.unwrap();
    tx.client_registrations().insert(&registration).await.unwrap();
    tx.client_logos().put(client, "hash", &logo).await.unwrap();
    tx.commit().await.unwrap();
}

fn token(uses_left: u32, secret: &str) -> InitialAccessToken {
    let terms = RegistrationTerms { scopes: Some("openid profile".parse().unwrap()), ..RegistrationTerms::default() };
    InitialAccessToken {
        id: InitialTokenId::new(NOW, &SystemRandom::new()),
        hash: hash_secret(secret.as_bytes()),
        note: "Sở Tư pháp".to_owned(),
        terms,
        uses_left,
        created_at: NOW,
        expires_at: NOW + DAY,
        revoked_at: None,
    }
}

on_every_database! {
    async fn an_initial_access_token_is_found_as_it_was_made(store: Store) {
        let made = token(3, "one");
        store.write().await.unwrap().initial_access_tokens().insert(&made).await.unwrap();
        let mut reading = store.read().await.unwrap();
        assert_eq!(reading.initial_access_tokens().find(made.hash).await.unwrap(), Some(made.clone()));
        assert_eq!(reading.initial_access_tokens().find(hash_secret(b"two")).await.unwrap(), None);
        assert!(reading.initial_access_tokens().exists(made.id).await.unwrap());
        let other = InitialTokenId::new(NOW, &SystemRandom::new());
        assert!(!reading.initial_access_tokens().exists(other).await.unwrap());
    }

    async fn a_token_is_spent_as_often_as_it_says(store: Store) {
        let made = token(2, "one");
        store.write().await.unwrap().initial_access_tokens().insert(&made).await.unwrap();
        let mut attempts = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (store, id) = (store.clone(), made.id);
            attempts.spawn(async move {
                let mut tx = store.begin().await.unwrap();
                let spent = tx.initial_access_tokens().spend(id, NOW).await.unwrap();
                tx.commit().await.unwrap();
                spent
            });
        }
        let spent = attempts.join_all().await;
        assert_eq!(spent.iter().filter(|spent| **spent == TokenUse::Counted).count(), 2);
        let left = store.read().await.unwrap().initial_access_tokens().find(made.hash).await.unwrap().unwrap();
        assert_eq!(left.uses_left, 0);
    }

    async fn what_is_not_committed_costs_no_use(store: Store) {
        let made = token(1, "one");
        store.write().await.unwrap().initial_access_tokens().insert(&made).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.initial_access_tokens().spend(made.id, NOW).await.unwrap(), TokenUse::Counted);
        drop(tx);
        let left = store.read().await.unwrap().initial_access_tokens().find(made.hash).await.unwrap().unwrap();
        assert_eq!(left.uses_left, 1);
    }

    async fn an_expired_or_revoked_token_is_not_spent(store: Store) {
        let made = token(5, "one");
        store.write().await.unwrap().initial_access_tokens().insert(&made).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.initial_access_tokens().spend(made.id, NOW + DAY).await.unwrap(), TokenUse::Refused);
        assert!(tx.initial_access_tokens().revoke(made.id, NOW).await.unwrap());
        assert!(!tx.initial_access_tokens().revoke(made.id, NOW).await.unwrap(), "once");
        assert_eq!(tx.initial_access_tokens().spend(made.id, NOW).await.unwrap(), TokenUse::Refused);
        tx.commit().await.unwrap();
        let found = store.read().await.unwrap().initial_access_tokens().find(made.hash).await.unwrap().unwrap();
        assert_eq!((found.uses_left, found.revoked_at), (5, Some(NOW)));
    }

    async fn tokens_are_listed_page_by_page(store: Store) {
        for number in 0..5 {
            let made = token(1, &format!("{number}"));
            store.write().await.unwrap().initial_access_tokens().insert(&made).await.unwrap();
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store.read().await.unwrap().initial_access_tokens().list(after, 2).await.unwrap();
            seen.extend(page.items.iter().map(|token| token.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 5);
        assert!(seen.is_sorted());
    }

    async fn a_registration_s_token_is_replaced_by_whoever_has_the_live_one(store: Store) {
        let client = register(&store, "portal").await;
        let hash = |text: &str| hash_secret(text.as_bytes());
        let registration = ClientRegistration {
            client: client.id.clone(),
            token: hash("first"),
            last_update: None,
            initial_token: Some(InitialTokenId::new(NOW, &SystemRandom::new())),
            terms: token(1, "x").terms,
            created_at: NOW,
        };
        let mut tx = store.begin().await.unwrap();
        tx.client_registrations().insert(&registration).await.unwrap();
        tx.commit().await.unwrap();
        let find = async || store.read().await.unwrap().client_registrations().find(&client.id).await.unwrap();
        assert_eq!(find().await, Some(registration.clone()));

        let update = LastUpdate { token: hash("first"), body: hash("body"), key_version: 1, at: NOW + Duration::from_secs(1) };
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.client_registrations().rotate(&client.id, &update, hash("second")).await.unwrap(), TokenHolds::Yes);
        assert_eq!(tx.client_registrations().rotate(&client.id, &update, hash("third")).await.unwrap(), TokenHolds::No);
        tx.commit().await.unwrap();
        let rotated = find().await.unwrap();
        assert_eq!((rotated.token, rotated.last_update), (hash("second"), Some(update)));

        let mut writing = store.write().await.unwrap();
        writing.client_registrations().answer_arrived(&client.id, hash("first")).await.unwrap();
        assert!(find().await.unwrap().last_update.is_some(), "the dead token tells nothing");
        writing.client_registrations().answer_arrived(&client.id, hash("second")).await.unwrap();
        drop(writing);
        assert_eq!(find().await.unwrap().last_update, None);

        let mut tx = store.begin().await.unwrap();
        assert!(tx.client_registrations().replace_token(&client.id, hash("fourth")).await.unwrap());
        assert!(!tx.client_registrations().replace_token(&"nobody".parse().unwrap(), hash("x")).await.unwrap());
        assert_eq!(tx.client_registrations().remove(&client.id, hash("second")).await.unwrap(), TokenHolds::No);
        assert_eq!(tx.client_registrations().remove(&client.id, hash("fourth")).await.unwrap(), TokenHolds::Yes);
        tx.commit().await.unwrap();
        assert_eq!(find().await, None);
    }

    async fn a_logo_is_found_by_its_content_for_as_long_as_a_client_has_it(store: Store) {
        let (one, two) = (register(&store, "one").await, register(&store, "two").await);
        let logo = |picture: &[u8]| StoredLogo { media_type: "image/png".to_owned(), picture: picture.to_vec() };
        let mut tx = store.begin().await.unwrap();
        tx.client_logos().put(&one.id, "hash", &logo(b"picture")).await.unwrap();
        tx.client_logos().put(&two.id, "hash", &logo(b"picture")).await.unwrap();
        tx.client_logos().put(&one.id, "other", &logo(b"another")).await.unwrap();
        tx.commit().await.unwrap();
        let find = async |hash: &str| store.read().await.unwrap().client_logos().find(hash).await.unwrap();
        assert_eq!(find("hash").await, Some(logo(b"picture")));
        assert_eq!(find("other").await, Some(logo(b"another")));
        let mut tx = store.begin().await.unwrap();
        tx.client_logos().remove(&two.id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(find("hash").await, None);
    }
}
