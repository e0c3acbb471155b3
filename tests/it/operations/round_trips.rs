//! How often a request waits for a store: a silent sign-on three times for Redis (five times, where it was pushed) and
//! never for SQL; introspection once for either at most.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use senid::domain::resource::AccessTokenFormat;
use senid::sessions::RedisSettings;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::support::world::resources::{HEALTH, HEALTH_SCOPE, for_itself, health, registered_for};
use crate::support::world::{AN, Backend, quick_redis};
use crate::support::{Postgres, Redis, Wiretap, World};

/// Stands between the server and Redis and counts how often the server speaks once Redis has answered.
struct Tap {
    url: String,
    round_trips: Arc<AtomicU32>,
}

impl Tap {
    async fn on(url: &str) -> Self {
        let mut url = Url::parse(url).unwrap();
        let redis = (url.host_str().unwrap().to_owned(), url.port().unwrap());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let round_trips = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&round_trips);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (from_client, to_client) = client.into_split();
                let (from_redis, to_redis) = TcpStream::connect(&redis).await.unwrap().into_split();
                let answered = Arc::new(AtomicBool::new(true));
                let (asks, answers) = (Arc::clone(&answered), answered);
                let counter = Arc::clone(&counter);
                tokio::spawn(pass(from_client, to_redis, move || {
                    // However many segments a question has, it is one.
                    if asks.swap(false, Ordering::SeqCst) {
                        counter.fetch_add(1, Ordering::SeqCst);
                    }
                }));
                tokio::spawn(pass(from_redis, to_client, move || answers.store(true, Ordering::SeqCst)));
            }
        });
        Self { url: url.to_string(), round_trips }
    }

    fn round_trips(&self) -> u32 {
        self.round_trips.load(Ordering::SeqCst)
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, noted: impl Fn()) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        noted();
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_sign_on_waits_three_times_for_redis_and_never_for_sql() {
    let database = Backend::prepare(Postgres::start()).await;
    let (sql, redis) = (Wiretap::on(database.url()).await, Tap::on(&Redis::start().database()).await);
    // The primary is asked whether it still is one, which no request waits for: not while this counts.
    let unwatched = RedisSettings { watch_interval: Duration::from_secs(3600), ..quick_redis(&redis.url) };
    let world = World::start(Backend::on(sql.url(), unwatched), |_| {}).await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let silent = portal.start().with("prompt", "none");
    browser.open(&silent.url()).await.code();
    world.app(0).background.idle().await;
    world.app(0).audit.flush().await;

    let (mut waited, mut code) = (Vec::new(), String::new());
    for _ in 0..3 {
        let before = (redis.round_trips(), sql.round_trips());
        code = browser.open(&silent.url()).await.code();
        waited.push((redis.round_trips() - before.0, sql.round_trips() - before.1));
    }
    // A job of the server's own may come in between, though hardly three times.
    assert_eq!(waited.iter().min(), Some(&(3, 0)), "the session, the consent, the code; no SQL: {waited:?}");
    assert_eq!(portal.exchange(&silent, &code).await.status, 200);

    // Of a request that was pushed, what was pushed (with the mark that it was answered) and the mark itself besides.
    waited.clear();
    for _ in 0..3 {
        let pushed = portal.pushed(&silent).await;
        let before = (redis.round_trips(), sql.round_trips());
        browser.open(&pushed.url()).await.code();
        waited.push((redis.round_trips() - before.0, sql.round_trips() - before.1));
    }
    assert_eq!(waited.iter().min(), Some(&(5, 0)), "{waited:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn introspection_waits_once_for_each_store_that_knows_something_of_the_token() {
    let database = Backend::prepare(Postgres::start()).await;
    let (sql, redis) = (Wiretap::on(database.url()).await, Tap::on(&Redis::start().database()).await);
    let unwatched = RedisSettings { watch_interval: Duration::from_secs(3600), ..quick_redis(&redis.url) };
    let world = World::start(Backend::on(sql.url(), unwatched), |_| {}).await;
    let operator = world.operator();
    operator.opens(&health("tax-office")).await;
    operator.changes("tax-office", registered_for(HEALTH, HEALTH_SCOPE)).await;
    operator.changes("tax-office", for_itself).await;
    let portal = world.portal("tax-office");
    for (format, own, granted) in [
        (AccessTokenFormat::Opaque, (1, 0), (1, 1)),
        // Whether a client's own was revoked stands in Redis; what a citizen granted is where the grant is.
        (AccessTokenFormat::Jwt, (1, 0), (0, 1)),
    ] {
        operator.changes("tax-office", |client| client.policy.access_token_format = Some(format)).await;
        let own_token = portal.token(&[("grant_type", "client_credentials")]).await.access_token();
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        world.app(0).background.idle().await;
        world.app(0).audit.flush().await;
        for (token, expected) in [(own_token, own), (tokens.access_token(), granted)] {
            let mut waited = Vec::new();
            // Each connection of the pool prepares the statement once, which waits once more; jobs that begin together leave
            // many of them.
            for _ in 0..40 {
                let before = (redis.round_trips(), sql.round_trips());
                assert_eq!(portal.introspection(&token).await["active"], true);
                waited.push((redis.round_trips() - before.0, sql.round_trips() - before.1));
            }
            assert_eq!(waited.iter().min(), Some(&expected), "{format:?}: {waited:?}");
        }
    }
}
