//! Which letters went out about what of a client ends soon: each once, whoever comes first.

use std::time::Duration;

use senid::domain::expiry::{Expiring, Expiry};
use senid::domain::ids::ClientId;
use senid::storage::Store;

use super::people::{DAY, NOW};

/// For the tests that look at every table.
pub async fn go_out(store: &Store, client: &ClientId) {
    let expiry = Expiry { what: Expiring::ClientSecret, ends_at: NOW + DAY * 30 };
    let note = async |days: u32, told: u32| {
        store.write().await.unwrap().expiry_letters().note(client, expiry, days, told).await.unwrap()
    };
    assert!(note(30, 0).await);
    assert!(!note(30, 1).await, "it went out");
    assert!(note(7, 0).await, "the next one is another");
    let untold = store.read().await.unwrap().expiry_letters().untold(NOW, 9).await.unwrap();
    assert_eq!(untold, [(client.clone(), expiry)], "once, however many letters there were");
    let over = expiry.ends_at + Duration::from_secs(1);
    assert!(store.read().await.unwrap().expiry_letters().untold(over, 9).await.unwrap().is_empty());
    assert_eq!(store.write().await.unwrap().expiry_letters().forget(NOW).await.unwrap(), 0);
}
