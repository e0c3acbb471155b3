//! A server that is told to stop.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::redis::Memory;
use crate::support::world::{AN, Backend, eventually, quick_redis, web};
use crate::support::{Postgres, Redis, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_is_finished_and_no_other_begins() {
    let world = World::embedded().await;
    let address = world.issuer.strip_prefix("http://").unwrap().to_owned();
    let body = "grant_type=authorization_code";
    let head = format!(
        "POST /token HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let mut slow = TcpStream::connect(&address).await.unwrap();
    slow.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body: the request is under way.
    let mut asked = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    slow.read_exact(&mut asked).await.unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100"), "{asked:?}");
    slow.write_all(&body.as_bytes()[..10]).await.unwrap();

    let operations = world.operations(0);
    let stopping = tokio::spawn(world.stop());
    eventually("no connection is taken any more", async || TcpStream::connect(&address).await.is_err()).await;
    // Whoever balances the load can see why.
    let ready = web::get(&format!("http://{operations}/health/ready"), &[]).await;
    assert_eq!((ready.status.as_u16(), &ready.json()["draining"]), (503, &true.into()));
    slow.write_all(&body.as_bytes()[10..]).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("invalid_client"), "{answer}");
    stopping.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_promised_to_the_audit_log_is_written_before_the_end() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    for _ in 0..20 {
        portal.revoke("x").await;
        portal.claims(&tokens.access_token()).await;
    }
    let backend = world.stop().await;
    let again = World::start(backend, |_| {}).await;
    let events = again.operator().events_of(&AN).await;
    assert_eq!(
        events.iter().filter(|event| event.kind.is_some_and(|kind| kind.as_str() == "data.released")).count(),
        20
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_keeps_no_server_from_stopping() {
    let (postgres, redis) = (Postgres::start_private(), Redis::start_private(Memory::Forgets));
    let database = Backend::prepare(&postgres).await;
    let backend = Backend::on(database.url(), quick_redis(&redis.database()));
    let world = World::start(backend, |settings| {
        settings.database.acquire_timeout = Duration::from_millis(200);
        settings.limits.drain = Duration::from_millis(500);
    })
    .await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    postgres.stop();
    // An event that nobody waits for and that cannot be written.
    browser.press(&page, "cancel", &[]).await;
    assert!(tokio::time::timeout(Duration::from_secs(20), world.stop()).await.is_ok(), "it never stops");
    std::mem::forget(database);
}
