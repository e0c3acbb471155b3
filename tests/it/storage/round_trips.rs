//! How often the statements of a request wait for Postgres.

use senid::domain::grant::Grant;
use senid::storage::{NewGrant, Options, RefreshRotation, Rotation, Store, Successor};

use super::people::{
    AN, DAY, MINUTE, NOW, citizen, enrol, exchange, grant, hash, holding_the_key, name, portal, register, vault,
};
use super::{options, postgres};
use crate::support::Wiretap;

/// Does the same thing twice, since a statement is prepared the first time, and counts the second.
async fn count(wiretap: &Wiretap, mut request: impl AsyncFnMut()) -> u32 {
    request().await;
    let before = wiretap.round_trips();
    request().await;
    wiretap.round_trips() - before
}

#[tokio::test]
async fn what_every_request_waits_for_is_one_round_trip() {
    let home = postgres().await;
    let wiretap = Wiretap::on(&home.url).await;
    let store = Store::connect(wiretap.url(), &options()).await.unwrap();
    store.unlock(vault(1));
    let client = register(&store, "portal").await;
    let an = enrol(&store, AN).await;
    let grant = grant(an.id, &client, NOW);
    let _ = exchange(&store, &grant).await;

    let mut connection = store.write().await.unwrap();
    let sign_in = count(&wiretap, async || {
        assert!(connection.citizens().find_by_name(&name(AN)).await.unwrap().is_some());
    });
    assert_eq!(sign_in.await, 1, "a sign-in");
    let userinfo = count(&wiretap, async || {
        assert!(connection.grants().find_live(grant.id).await.unwrap().is_some());
    });
    assert_eq!(userinfo.await, 1, "userinfo");
    let mut token = 0;
    let refresh = count(&wiretap, async || {
        token += 1;
        let rotation = RefreshRotation {
            grant: grant.id,
            client: &client.id,
            presented: hash(&format!("token {token}")),
            successor: Successor::Next { hash: hash(&format!("token {}", token + 1)), key_version: 1 },
            proven: holding_the_key(),
            idle_expires_at: NOW + DAY,
            grace: MINUTE,
            now: NOW,
        };
        let rotated = connection.grants().rotate_refresh(&rotation).await.unwrap();
        assert!(matches!(rotated, Rotation::Rotated(_)), "{rotated:?}");
    });
    assert_eq!(refresh.await, 1, "a refresh");
}

#[tokio::test]
async fn an_exchange_of_a_code_is_four_round_trips() {
    let home = postgres().await;
    let wiretap = Wiretap::on(&home.url).await;
    // With another connection there were other statements to prepare.
    let one_connection = Options { max_connections: 1, ..options() };
    let store = Store::connect(wiretap.url(), &one_connection).await.unwrap();
    let exchanged = count(&wiretap, async || {
        let grant: Grant = grant(citizen(AN).citizen.id, &portal("portal"), NOW);
        let new = NewGrant { grant: &grant, code_hash: hash(&grant.id.to_string()), forget_after: NOW + DAY };
        let mut transaction = store.begin().await.unwrap();
        let _ = transaction.grants().create(&new).await.unwrap();
        transaction.commit().await.unwrap();
    });
    assert_eq!(exchanged.await, 4, "begin, the directory, the grant, commit");
}
