//! The server's keys in the identity store.

use senid::crypto::keyring::KeyRing;
use senid::crypto::random::SystemRandom;
use senid::crypto::seal::SealError;
use senid::domain::keys::{KeyPair, SealedKeyPair, SignatureAlgorithm};
use senid::storage::{Conflict, Error, SealedKey, SealedKeyKind, Store};

use super::on_every_database;
use super::people::{DAY, NOW, both_masters, first_master, sealed_key, second_master, server_keys, signing_key};

async fn load(store: &Store) -> Vec<SealedKey> {
    store.read().await.unwrap().sealed_keys().load().await.unwrap()
}

async fn load_signing(store: &Store) -> Vec<SealedKeyPair> {
    store.read().await.unwrap().key_pairs().load().await.unwrap()
}

on_every_database! {
    async fn servers_that_start_together_agree_on_their_keys(store: Store) {
        let starts: Vec<_> = (0..20)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut standing = Vec::new();
                    let mut transaction = store.begin().await.unwrap();
                    for kind in SealedKeyKind::ALL {
                        let key = sealed_key(kind, 1);
                        standing.push(transaction.sealed_keys().insert_if_absent(&key).await.unwrap());
                    }
                    transaction.commit().await.unwrap();
                    standing
                })
            })
            .collect();
        let mut agreed = Vec::new();
        for start in starts {
            agreed.push(start.await.unwrap());
        }
        assert!(agreed.iter().all(|keys| *keys == agreed[0]), "two servers hold different keys");
        let mut expected = agreed[0].clone();
        expected.sort_by_key(|key| key.kind.as_str());
        assert_eq!(load(&store).await, expected);
    }

    async fn a_key_s_next_version_is_made_once(store: Store) {
        let mut transaction = store.begin().await.unwrap();
        for version in [1, 2] {
            transaction.sealed_keys().insert(&sealed_key(SealedKeyKind::BlindIndex, version)).await.unwrap();
        }
        let again = transaction.sealed_keys().insert(&sealed_key(SealedKeyKind::BlindIndex, 2)).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::Key))), "{again:?}");
        transaction.commit().await.unwrap();
        assert_eq!(load(&store).await.iter().map(|key| key.version).collect::<Vec<_>>(), [1, 2]);
    }

    async fn keys_move_to_a_new_master_key(store: Store) {
        let key = sealed_key(SealedKeyKind::Refresh, 1);
        let secret = key.open(&server_keys(&first_master())).unwrap();
        let mut transaction = store.begin().await.unwrap();
        transaction.sealed_keys().insert(&key).await.unwrap();
        let resealed = key.reseal(&server_keys(&both_masters()), &SystemRandom::new()).unwrap().unwrap();
        transaction.sealed_keys().replace(&resealed).await.unwrap();
        transaction.commit().await.unwrap();

        let stored = load(&store).await.remove(0);
        assert_eq!(stored.open(&server_keys(&second_master())), Ok(secret));
        assert_eq!(stored.reseal(&server_keys(&both_masters()), &SystemRandom::new()), Ok(None));
        let moved = SealedKey { kind: SealedKeyKind::Pairwise, ..stored };
        assert_eq!(moved.open(&server_keys(&second_master())), Err(SealError::Refused), "it is of its kind");
    }

    async fn a_signing_key_lives_its_life(store: Store) {
        let stored = signing_key(NOW + DAY);
        let kid = stored.key.kid.clone();
        let mut transaction = store.begin().await.unwrap();
        transaction.key_pairs().insert(&stored).await.unwrap();
        let again = transaction.key_pairs().insert(&stored).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::Key))), "{again:?}");
        transaction.commit().await.unwrap();
        assert_eq!(load_signing(&store).await, std::slice::from_ref(&stored));

        let mut transaction = store.begin().await.unwrap();
        transaction.key_pairs().activate(&kid, NOW).await.unwrap();
        transaction.key_pairs().retire(&kid, NOW + 30 * DAY, NOW + 31 * DAY).await.unwrap();
        transaction.commit().await.unwrap();
        let key = KeyPair {
            active_from: NOW,
            retired_at: Some(NOW + 30 * DAY),
            removed_at: Some(NOW + 31 * DAY),
            ..stored.key.clone()
        };
        assert_eq!(load_signing(&store).await, [SealedKeyPair { key, ..stored.clone() }]);
        let ring = KeyRing::open(load_signing(&store).await, &server_keys(&first_master()), NOW).unwrap();
        assert!(ring.signer(SignatureAlgorithm::Es256, NOW).is_some());

        let context = KeyRing::sealed_context(&stored.key);
        let sealing = server_keys(&both_masters());
        let resealed = sealing.reseal(&context, &stored.sealed, &SystemRandom::new()).unwrap().unwrap();
        let mut transaction = store.begin().await.unwrap();
        transaction.key_pairs().replace_sealed(&kid, &resealed).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(KeyRing::open(load_signing(&store).await, &server_keys(&second_master()), NOW).is_ok());

        let mut transaction = store.begin().await.unwrap();
        transaction.key_pairs().delete(&kid).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(load_signing(&store).await, []);
    }

    async fn a_rotation_is_planned_by_one_server_at_a_time(store: Store) {
        // Each server makes a key if it sees none.
        let servers: Vec<_> = (0..10)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut transaction = store.begin().await.unwrap();
                    if transaction.key_pairs().load_to_change().await.unwrap().is_empty() {
                        transaction.key_pairs().insert(&signing_key(NOW)).await.unwrap();
                    }
                    transaction.commit().await.unwrap();
                })
            })
            .collect();
        for server in servers {
            server.await.unwrap();
        }
        assert_eq!(load_signing(&store).await.len(), 1);
    }
}
