//! The newest FIDO metadata that was accepted.

use senid::storage::{AcceptedAt, StoredMetadata};

use super::on_every_database;
use super::people::{DAY, MINUTE, NOW};

const SIGNER: &str = "mds.example";

on_every_database! {
    async fn metadata_only_goes_forward(store: Store) {
        let mut writing = store.write().await.unwrap();
        assert_eq!(writing.authenticator_metadata().number(SIGNER).await.unwrap(), 0);
        assert_eq!(writing.authenticator_metadata().find(SIGNER).await.unwrap(), None);
        assert!(writing.authenticator_metadata().advance(SIGNER, 7, b"seven", NOW).await.unwrap());
        for not_newer in [7, 6, 0, -1] {
            assert!(!writing.authenticator_metadata().advance(SIGNER, not_newer, b"other", NOW + DAY).await.unwrap());
        }
        assert!(writing.authenticator_metadata().advance(SIGNER, 9, b"nine", NOW + DAY).await.unwrap());
        let nine = StoredMetadata { number: 9, document: b"nine".to_vec(), accepted_at: AcceptedAt(NOW + DAY) };
        assert_eq!(writing.authenticator_metadata().find(SIGNER).await.unwrap(), Some(nine));
        // Another signer counts by itself.
        assert!(writing.authenticator_metadata().advance("other.example", 1, b"one", NOW).await.unwrap());
    }

    async fn of_several_servers_one_asks(store: Store) {
        let mut writing = store.write().await.unwrap();
        assert!(writing.authenticator_metadata().ask(SIGNER, NOW - DAY, NOW).await.unwrap());
        assert!(!writing.authenticator_metadata().ask(SIGNER, NOW + MINUTE - DAY, NOW + MINUTE).await.unwrap());
        assert!(writing.authenticator_metadata().ask(SIGNER, NOW, NOW + DAY).await.unwrap());
        // Having asked is not having got.
        assert_eq!(writing.authenticator_metadata().number(SIGNER).await.unwrap(), 0);
        assert_eq!(writing.authenticator_metadata().find(SIGNER).await.unwrap(), None);
        assert!(writing.authenticator_metadata().advance(SIGNER, 1, b"one", NOW).await.unwrap());
        assert!(!writing.authenticator_metadata().ask(SIGNER, NOW + MINUTE, NOW + DAY).await.unwrap());
    }
}
