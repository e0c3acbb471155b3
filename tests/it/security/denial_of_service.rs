//! Denial of service (CVE-2025-2559): nothing that a stranger sends grows without bound, waits without end or costs without limit.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Method;
use senid::config::Size;
use senid::crypto::random::SystemRandom;
use senid::domain::time::ManualClock;
use senid::sessions::{Error, InProcess, Kind, Store, Tag};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::web;
use crate::support::world::{AN, NOW, eventually};

use super::{up_to_code, up_to_password};

#[tokio::test]
async fn a_body_larger_than_is_read_is_refused_everywhere() {
    let world = World::embedded_with(|settings| settings.limits.body = Size::kib(8)).await;
    let body = format!("grant_type={}", "x".repeat(9 * 1024));
    for path in
        ["/token", "/revoke", "/userinfo", "/authorize", "/logout", "/logout/confirm", "/language", "/account/sign-in"]
    {
        let reply = web::send(Method::POST, &world.at(path), &[], Some(body.clone()), [127, 0, 0, 1].into()).await;
        assert!((400..=413).contains(&reply.status.as_u16()), "{path}: {}", reply.status);
    }
}

#[tokio::test]
async fn more_parameters_or_longer_ones_than_any_request_has_are_refused() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let many: Vec<_> = (0..65).map(|number| (format!("p{number}"), "x".to_owned())).collect();
    let form: Vec<_> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(portal.token(&form).await.refused(400), "invalid_request");
    let page = world.browser().open(&format!("/authorize?{}", web::encode(&form))).await;
    assert_eq!(page.status, 400);
    for (name, length) in [("state", 2049), ("nonce", 513)] {
        let page = world.browser().open(&portal.start().with(name, &"x".repeat(length)).url()).await;
        assert_eq!(page.refusal().0, "invalid_request", "{name}");
    }
    // What only fills a field is left out instead.
    let page = world.browser().open(&portal.start().with("login_hint", &"x".repeat(300)).url()).await;
    assert_eq!(page.field("username"), "");
}

#[tokio::test]
async fn an_endless_password_costs_what_any_other_costs() {
    let world = World::embedded().await;
    let mut browser = world.browser();
    let page = up_to_password(&mut browser, &world.portal("tax-office"), &AN).await;
    let before = world.app(0).hasher.load().work;
    AN.enters(&mut browser, &page, "a wrong password").await;
    let usual = world.app(0).hasher.load().work - before;
    assert_eq!(AN.enters(&mut browser, &page, &"x".repeat(50_000)).await.status, 401);
    assert_eq!(world.app(0).hasher.load().work - before, 2 * usual);
}

#[tokio::test]
async fn more_than_one_server_can_do_at_once_is_told_to_come_again() {
    let world = World::embedded_with(|settings| settings.limits.concurrent_requests = 16).await;
    let portal = world.portal("tax-office");
    let (_, started, code) = up_to_code(&world, &portal, &AN).await;
    // Sixteen requests wait for the one connection that writes, which the test holds. One that has waited too long is told so,
    // and another takes its place: on a busy machine the last may come after the first has given up.
    let writer = world.app(0).store.write().await.unwrap();
    let enough = Arc::new(AtomicBool::new(false));
    let mut waiting = JoinSet::new();
    for _ in 0..16 {
        let (portal, started, code, enough) = (portal.clone(), started.clone(), code.clone(), enough.clone());
        waiting.spawn(async move {
            while !enough.load(Ordering::Relaxed) {
                portal.exchange(&started, &code).await;
            }
        });
    }
    eventually("every place is taken", async || {
        let reply = world.get("/.well-known/openid-configuration").await;
        reply.status == 503 && reply.header("retry-after") == "2"
    })
    .await;
    // Who watches over the server is answered all the same.
    assert_eq!(world.get("/health/live").await.status, 200);
    enough.store(true, Ordering::Relaxed);
    drop(writer);
    waiting.join_all().await;
    assert_eq!(world.get("/.well-known/openid-configuration").await.status, 200);
}

#[tokio::test]
async fn who_sends_a_body_slowly_takes_nobody_s_place() {
    let world = World::embedded_with(|settings| settings.limits.concurrent_requests = 16).await;
    let mut slow = Vec::new();
    for _ in 0..64 {
        let mut connection = connect(&world).await;
        let head = "POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\na=";
        connection.write_all(head.as_bytes()).await.unwrap();
        slow.push(connection);
    }
    // Each of them has been taken in by the time that a later connection has been answered, again and again.
    for _ in 0..20 {
        assert_eq!(world.get("/.well-known/openid-configuration").await.status, 200);
    }
}

async fn connect(world: &World) -> TcpStream {
    let address = world.issuer.strip_prefix("http://").unwrap();
    TcpStream::connect(address).await.unwrap()
}

#[tokio::test]
async fn an_endless_head_is_refused() {
    let world = World::embedded().await;
    let mut connection = connect(&world).await;
    connection.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let line = format!("x-filler: {}\r\n", "x".repeat(4000));
    // The server stops reading long before this is through.
    for _ in 0..1000 {
        if let Err(error) = connection.write_all(line.as_bytes()).await {
            assert!(matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{error}");
            break;
        }
    }
    let mut answer = Vec::new();
    let ended = connection.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(ended.is_err() || answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 400"), "{answer}");
}

const SIGN_IN: Kind<String> = Kind::strict("sign-in", 1);

#[tokio::test]
async fn the_short_lived_store_in_memory_is_bounded_by_its_bytes() {
    let clock = Arc::new(ManualClock::at(NOW));
    let store = Store::new(Arc::new(InProcess::with_capacity(6400, clock.clone(), &SystemRandom::new())));
    let record = "x".repeat(16 * 1024);
    let mut held = 0;
    while store.put(&SIGN_IN.key(Tag::text(&held.to_string())), &record, Duration::from_secs(60)).await.is_ok() {
        held += 1;
        assert!(held * 16 < 2 * 6400, "{held} records of 16 KiB are more than the bound");
    }
    // Full, it refuses to grow; it forgets nothing that still counts, and everything that has expired.
    let full = store.put(&SIGN_IN.key(Tag::text("one more")), &record, Duration::from_secs(60)).await;
    assert!(matches!(full, Err(Error::Unavailable(_)) | Ok(())), "{full:?}");
    clock.advance(Duration::from_secs(60));
    for number in 0..64 {
        store.put(&SIGN_IN.key(Tag::text(&format!("later {number}"))), &record, Duration::from_secs(60)).await.unwrap();
    }
}

#[tokio::test]
async fn paths_and_methods_that_strangers_make_up_are_one_line_of_the_metrics() {
    let world = World::embedded().await;
    for number in 0..20 {
        world.get(&format!("/made-up-{number}?x={number}")).await;
        world.get(&format!("/sign-in/made-up-{number}")).await;
        let method = Method::from_bytes(format!("MADEUP{number}").as_bytes()).unwrap();
        web::send(method, &world.at("/account"), &[], None, [127, 0, 0, 1].into()).await;
    }
    let text = world.app(0).metrics.encode(0).unwrap();
    let routes: std::collections::BTreeSet<&str> =
        text.lines().filter_map(|line| line.split_once("route=\"")?.1.split('"').next()).collect();
    assert!(routes.contains("unmatched") && routes.contains("/sign-in/{id}"), "{routes:?}");
    assert!(!text.contains("made-up") && !text.contains("MADEUP"), "{routes:?}");
    assert!(routes.len() <= 4, "{routes:?}");
}
