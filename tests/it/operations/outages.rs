//! A store goes away and comes back: nobody is let through, nothing is half-written, everyone is told.

use std::time::{Duration, Instant};

use senid::flows::readiness::PATIENCE;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

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

/// The operator is told of that part alone, and whoever asks on the public listener that there is something.
async fn is_missing(world: &World, part: &str) {
    let (status, told) = ready(world).await;
    assert_eq!((status, &told["status"], &told["missing"]), (503, &"not ready".into(), &json!([part])), "{told}");
    assert_eq!((&told["parts"][part]["state"], &told["parts"][part]["needed"]), (&"away".into(), &true.into()));
    assert!(told["parts"][part]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{told}");
    assert_eq!(told["parts"]["signing_keys"]["state"], "up");
    let public = world.get("/health/ready").await;
    assert_eq!((public.status.as_u16(), public.json()), (503, json!({ "status": "not ready" })));
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
    is_missing(&world, "identity_store").await;
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
    is_missing(&world, "short_lived_store").await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "measures how long the answer takes")]
async fn each_part_is_told_with_since_when_and_what_hangs_keeps_no_answer_back() {
    let (postgres, redis) = (Postgres::start_private(), Redis::start_private(Memory::Forgets));
    let database = Backend::prepare(&postgres).await;
    let backend = Backend::on(database.url(), quick_redis(&redis.database()));
    let world = World::start(backend, |_| {}).await;
    let (_, told) = ready(&world).await;
    let began = told["parts"]["short_lived_store"]["since"].clone();
    assert_eq!(told["missing"], json!([]));
    for part in ["identity_store", "schema", "signing_keys", "audit_writer", "audit_sequencer", "password_hashing"] {
        assert_eq!((&told["parts"][part]["state"], &told["parts"][part]["since"]), (&"up".into(), &began), "{part}");
    }

    world.clock.advance(Duration::from_secs(100));
    redis.stop();
    eventually("the server notices", async || ready(&world).await.0 == 503).await;
    let since = ready(&world).await.1["parts"]["short_lived_store"]["since"].clone();
    assert_ne!(since, began);
    world.clock.advance(Duration::from_secs(100));
    let (_, told) = ready(&world).await;
    assert_eq!(told["parts"]["short_lived_store"]["since"], since, "it has been away since then");
    assert_eq!(told["parts"]["identity_store"]["since"], began, "and the other part has not");
    redis.start_again();
    becomes_ready(&world).await;
    assert_ne!(ready(&world).await.1["parts"]["short_lived_store"]["since"], since);

    // Somebody holds the schema's table: the database answers, and what is asked of that table does not.
    let mut other = PgConnection::connect(database.url()).await.unwrap();
    let mut held = other.begin().await.unwrap();
    held.execute("LOCK TABLE _sqlx_migrations IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let asked = Instant::now();
    let (status, told) = ready(&world).await;
    assert!(asked.elapsed() < 3 * PATIENCE, "{:?}", asked.elapsed());
    assert_eq!((status, &told["missing"]), (503, &json!(["schema"])), "{told}");
    assert_eq!(
        (&told["parts"]["schema"]["state"], &told["parts"]["identity_store"]["state"]),
        (&"hanging".into(), &"up".into())
    );
    held.rollback().await.unwrap();
    becomes_ready(&world).await;

    // A newer version's schema, as while servers are replaced one by one, keeps nobody away; an older one's does.
    let mut other = PgConnection::connect(database.url()).await.unwrap();
    other.execute("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99999, 'x', true, 'x', 0)").await.unwrap();
    let (status, told) = ready(&world).await;
    assert_eq!((status, &told["parts"]["schema"]["state"]), (200, &"behind".into()), "{told}");
    other.execute("DELETE FROM _sqlx_migrations WHERE version = 99999 OR version = (SELECT max(version) FROM _sqlx_migrations WHERE version < 99999)").await.unwrap();
    let (status, told) = ready(&world).await;
    assert_eq!((status, &told["missing"]), (503, &json!(["schema"])), "{told}");
    drop(other);
    world.stop().await;
    std::mem::forget(database);
}
