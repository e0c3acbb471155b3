//! A store goes away and comes back: nobody is let through, nothing is half-written, everyone is told.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::redis::Memory;
use crate::support::world::web::{self, Reply};
use crate::support::world::{AN, Backend, Page, eventually, quick_redis};
use crate::support::{Postgres, Redis, World};

const INTERRUPTED: [&str; 2] = ["The service is interrupted", "Dịch vụ tạm gián đoạn"];

/// A production world on servers of its own, which notices soon that they are gone.
async fn fragile(postgres: &Postgres, redis: &Redis) -> World {
    let database = Backend::prepare(postgres).await;
    let backend = Backend::on(database.url(), quick_redis(&redis.database()));
    // Dropping the database would drop it in the server too.
    std::mem::forget(database);
    World::start(backend, |settings| settings.database.acquire_timeout = Duration::from_millis(500)).await
}

async fn ready(world: &World) -> (u16, Value) {
    let reply = web::get(&format!("http://{}/health/ready", world.operations(0)), &[]).await;
    (reply.status.as_u16(), reply.json())
}

async fn becomes_ready(world: &World) {
    eventually("the server is ready again", async || ready(world).await.0 == 200).await;
}

fn is_interrupted(page: &Page, heading: &str) {
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (503, heading), "{}", page.text());
    assert_eq!(page.reply.header("retry-after"), "5");
}

fn is_unavailable(status: u16, retry_after: &str, body: &Value, sentence: &str) {
    assert_eq!((status, retry_after), (503, "5"), "{body}");
    assert_eq!(*body, json!({ "error": "temporarily_unavailable", "error_description": sentence }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_postgres_nobody_signs_in_and_what_was_sent_may_be_sent_again() {
    let (postgres, redis) = (Postgres::start_private(), Redis::start_private(Memory::Forgets));
    let world = fragile(&postgres, &redis).await;
    assert_eq!(ready(&world).await.0, 200);
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    let started = portal.start();
    let code = browser.open(&started.url()).await.code();
    let mut second = world.browser();
    let page = second.open(&portal.start().url()).await;
    let page = AN.identifies(&mut second, &page).await;

    postgres.stop();
    let away = json!({
        "status": "not ready", "identity_store": "away", "short_lived_store": "up", "draining": false,
        "revocation_sources_away": [], "trust_ending": [],
    });
    assert_eq!(ready(&world).await, (503, away));
    is_interrupted(&AN.enters(&mut second, &page, AN.password).await, INTERRUPTED[0]);
    second.accept_language = "vi".to_owned();
    is_interrupted(&AN.enters(&mut second, &page, AN.password).await, INTERRUPTED[1]);
    assert!(!second.cookies.contains_key("senid-session"));
    let sentence = "the identity store is away; try again later";
    for answer in [portal.exchange(&started, &code).await, portal.refresh(&tokens.refresh_token()).await] {
        is_unavailable(
            answer.status.as_u16(),
            answer.headers["retry-after"].to_str().unwrap(),
            &answer.json(),
            sentence,
        );
    }
    let reply: Reply = portal.userinfo(&tokens.access_token()).await;
    is_unavailable(reply.status.as_u16(), reply.header("retry-after"), &reply.json(), sentence);

    postgres.start_again();
    becomes_ready(&world).await;
    assert_eq!(portal.exchange(&started, &code).await.status, 200, "the code was not lost");
    assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 200);
    assert!(AN.enters(&mut second, &page, AN.password).await.answer().contains_key("code"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_nobody_signs_in_and_whoever_comes_later_does() {
    let (postgres, redis) = (Postgres::start_private(), Redis::start_private(Memory::Remembers));
    let world = fragile(&postgres, &redis).await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    let started = portal.start();
    let code = browser.open(&started.url()).await.code();
    let mut second = world.browser();
    let page = second.open(&portal.start().url()).await;

    redis.stop();
    eventually("the server notices", async || ready(&world).await.0 == 503).await;
    let away = json!({
        "status": "not ready", "identity_store": "up", "short_lived_store": "away", "draining": false,
        "revocation_sources_away": [], "trust_ending": [],
    });
    assert_eq!(ready(&world).await, (503, away));
    is_interrupted(&AN.identifies(&mut second, &page).await, INTERRUPTED[0]);
    is_interrupted(&browser.open(&portal.start().with("prompt", "none").url()).await, INTERRUPTED[0]);
    browser.accept_language = "vi".to_owned();
    is_interrupted(&browser.open(&portal.start().url()).await, INTERRUPTED[1]);
    let answer = portal.exchange(&started, &code).await;
    let sentence = "the session store is away; try again later";
    is_unavailable(answer.status.as_u16(), answer.headers["retry-after"].to_str().unwrap(), &answer.json(), sentence);
    // What needs no session goes on.
    assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 200);

    redis.start_again();
    becomes_ready(&world).await;
    // A code of the store's last life may have been spent in what it lost.
    assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
    let silent = portal.start().with("prompt", "none");
    let code = browser.open(&silent.url()).await.code();
    assert_eq!(portal.exchange(&silent, &code).await.status, 200, "the session outlived it");
    world.stop().await;
}
