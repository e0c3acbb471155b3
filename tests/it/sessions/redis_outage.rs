//! Redis away, slow, full, or not what it should be: every verb says so, and the store recovers by itself.

use std::sync::Arc;
use std::time::Duration;

use senid::domain::time::ManualClock;
use senid::sessions::{Batch, Claim, CounterKind, Error, Redis, RedisSettings, SetKind, Store};

use super::{CODE, MINUTE, NOW, NothingEnded, SESSION, eventually, quick, raw, tag, text};
use crate::support::redis::Memory;

const SET: SetKind<u8> = SetKind::new("set", 1);
const COUNTER: CounterKind = CounterKind::new("counter");

fn open(settings: RedisSettings) -> Store {
    let clock = Arc::new(ManualClock::at(NOW));
    Store::new(Arc::new(Redis::open(settings, clock, Arc::new(NothingEnded)).unwrap()))
}

fn is_unavailable<T>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Unavailable(_)))
}

async fn reason(store: &Store) -> String {
    store.health().await.err().map(|error| error.to_string()).unwrap_or_default()
}

async fn is_ready(store: &Store) -> bool {
    store.health().await.is_ok()
}

async fn order(url: &str, command: &[&str]) {
    let (name, arguments) = command.split_first().unwrap();
    redis::cmd(name).arg(arguments).exec_async(&mut raw(url).await).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_verb_answers_while_redis_is_away_and_all_do_once_it_is_back() {
    let server = crate::support::Redis::start_private(Memory::Forgets);
    // The failing command itself must be noticed, not only the next look at the server.
    let store = open(RedisSettings { watch_interval: MINUTE * 10, ..quick(&server.database()) });
    let key = SESSION.key(tag("a"));
    store.put(&key, &text("here"), MINUTE).await.unwrap();

    server.stop();
    eventually("the loss is noticed", async || !is_ready(&store).await).await;
    // Prompt: all of it takes less than one connection attempt may.
    let verbs = async {
        assert!(is_unavailable(&store.put(&key, &text("x"), MINUTE).await));
        assert!(is_unavailable(&store.get(&key).await));
        assert!(is_unavailable(&store.get_many(std::slice::from_ref(&key)).await));
        assert!(is_unavailable(&store.take(&key).await));
        assert!(is_unavailable(&store.swap(&key, &text("x"), MINUTE).await));
        assert!(is_unavailable(&store.claim(&key, &text("x"), MINUTE).await));
        assert!(is_unavailable(&store.delete(&key).await));
        assert!(is_unavailable(&store.count(&COUNTER.key(tag("a")), MINUTE).await));
        assert!(is_unavailable(&store.peek_count(&COUNTER.key(tag("a")), MINUTE).await));
        assert!(is_unavailable(&store.reset_count(&COUNTER.key(tag("a")), MINUTE).await));
        assert!(is_unavailable(&store.insert(&SET.key(tag("a")), &1, MINUTE).await));
        assert!(is_unavailable(&store.remove(&SET.key(tag("a")), &1).await));
        assert!(is_unavailable(&store.members(&SET.key(tag("a"))).await));
        assert!(is_unavailable(&store.apply(Batch::new().delete(&key)).await));
    };
    assert!(tokio::time::timeout(Duration::from_secs(5), verbs).await.is_ok(), "a refusal was slow");

    server.start_again();
    eventually("the store is back", async || is_ready(&store).await).await;
    store.put(&key, &text("again"), MINUTE).await.unwrap();
    assert_eq!(store.get(&key).await, Ok(Some(text("again"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_opened_before_redis_is_there_becomes_ready_by_itself() {
    let server = crate::support::Redis::start_private(Memory::Forgets);
    let url = server.database();
    server.stop();
    let store = open(quick(&url));
    assert!(is_unavailable(&store.health().await));
    server.start_again();
    eventually("the store is ready", async || is_ready(&store).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_hangs_is_unavailable_and_forgiven() {
    let server = crate::support::Redis::start_private(Memory::Forgets);
    let url = server.database();
    let store = open(RedisSettings {
        connect_timeout: Duration::from_millis(250),
        response_timeout: Duration::from_millis(250),
        watch_interval: MINUTE,
        ..quick(&url)
    });
    eventually("the store is ready", async || is_ready(&store).await).await;
    order(&url, &["CLIENT", "PAUSE", "2000", "ALL"]).await;
    let answer = tokio::time::timeout(Duration::from_secs(5), store.get(&SESSION.key(tag("a")))).await;
    assert!(is_unavailable(&answer.unwrap()));
    eventually("the pause is over", async || is_ready(&store).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_redis_refuses_writes_and_serves_reads() {
    let server = crate::support::Redis::start_private(Memory::Forgets);
    let url = server.database();
    let store = open(quick(&url));
    store.put(&SESSION.key(tag("a")), &text("kept"), MINUTE).await.unwrap();
    order(&url, &["CONFIG", "SET", "maxmemory", "1"]).await;
    assert!(is_unavailable(&store.put(&SESSION.key(tag("b")), &text("more"), MINUTE).await));
    assert!(is_unavailable(&store.claim(&CODE.key(tag("b")), &text("more"), MINUTE).await));
    assert!(is_unavailable(&store.count(&COUNTER.key(tag("b")), MINUTE).await));
    assert!(is_unavailable(&store.insert(&SET.key(tag("b")), &1, MINUTE).await));
    assert_eq!(store.get(&SESSION.key(tag("a"))).await, Ok(Some(text("kept"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_evicts_is_refused_until_it_does_not() {
    let server = crate::support::Redis::start_private(Memory::Forgets);
    let url = server.database();
    order(&url, &["CONFIG", "SET", "maxmemory", "100mb", "maxmemory-policy", "allkeys-lru"]).await;
    let store = open(quick(&url));
    let why = "the short-lived store is unavailable: \
               Redis would evict records (maxmemory-policy allkeys-lru): it must be noeviction";
    assert_eq!(reason(&store).await, why);
    order(&url, &["CONFIG", "SET", "maxmemory-policy", "noeviction"]).await;
    eventually("the store is ready", async || is_ready(&store).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_keeps_its_settings_to_itself_is_served() {
    let server = crate::support::Redis::start_private(Memory::Forgets);
    let url = server.database();
    order(&url, &["ACL", "SETUSER", "senid", "on", ">secret", "~senid:*", "+@all", "-@admin"]).await;
    let own = url.replace(&url[8..url.find('@').unwrap()], "senid:secret");
    let store = open(quick(&own));
    assert_eq!(store.health().await, Ok(()));
    assert_eq!(store.claim(&CODE.key(tag("a")), &text("x"), MINUTE).await, Ok(Claim::Won));
    let foreign = open(RedisSettings { prefix: "other:".into(), ..quick(&own) });
    assert!(is_unavailable(&foreign.get(&CODE.key(tag("a"))).await), "its user may touch its own keys alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_named_without_being_shown() {
    let url = crate::support::Redis::start().database();
    let own = url.replace(&url[8..url.find('@').unwrap()], ":hunter2");
    let reason = reason(&open(quick(&own))).await;
    assert!(reason.contains("Password authentication failed"), "{reason}");
    assert!(!reason.contains("hunter2"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn installations_with_prefixes_of_their_own_share_a_server() {
    let url = crate::support::Redis::start().database();
    let [north, south] =
        ["north:", "south:"].map(|prefix| open(RedisSettings { prefix: prefix.into(), ..quick(&url) }));
    north.put(&SESSION.key(tag("a")), &text("north"), MINUTE).await.unwrap();
    north.insert(&SET.key(tag("a")), &1, MINUTE).await.unwrap();
    north.count(&COUNTER.key(tag("a")), MINUTE).await.unwrap();
    assert_eq!(south.get(&SESSION.key(tag("a"))).await, Ok(None));
    assert_eq!(south.claim(&SESSION.key(tag("a")), &text("south"), MINUTE).await, Ok(Claim::Won));
    assert_eq!(south.members(&SET.key(tag("a"))).await, Ok(vec![]));
    assert_eq!(south.peek_count(&COUNTER.key(tag("a")), MINUTE).await, Ok(0));
    assert_eq!(north.get(&SESSION.key(tag("a"))).await, Ok(Some(text("north"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_written_has_an_end() {
    let url = crate::support::Redis::start().database();
    let store = open(quick(&url));
    store.put(&SESSION.key(tag("put")), &text("x"), MINUTE).await.unwrap();
    store.swap(&SESSION.key(tag("put")), &text("y"), MINUTE).await.unwrap();
    assert_eq!(store.claim(&SESSION.key(tag("claim")), &text("x"), MINUTE).await, Ok(Claim::Won));
    store.count(&COUNTER.key(tag("count")), MINUTE).await.unwrap();
    store.insert(&SET.key(tag("insert")), &1, MINUTE).await.unwrap();
    let batch = Batch::new().put(&SESSION.key(tag("batch")), &text("x"), MINUTE).unwrap();
    store.apply(batch.insert(&SET.key(tag("batch")), &1, MINUTE).unwrap()).await.unwrap();

    let mut server = raw(&url).await;
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut server).await.unwrap();
    assert_eq!(keys.len(), 6, "{keys:?}");
    for key in keys {
        let lifetime: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut server).await.unwrap();
        assert!((1..=120_000).contains(&lifetime), "{key} lives for {lifetime} ms");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_someone_else_wrote_is_absent_and_still_blocks_a_claim() {
    let url = crate::support::Redis::start().database();
    let store = open(quick(&url));
    for rubbish in [&b""[..], b"\x00", b"\x01", b"\x01short", b"\xff of a format to come, long enough for a header"] {
        redis::cmd("SET").arg("senid:code:{a}").arg(rubbish).exec_async(&mut raw(&url).await).await.unwrap();
        assert_eq!(store.get(&CODE.key(tag("a"))).await, Ok(None));
        assert_eq!(store.claim(&CODE.key(tag("a")), &text("mine"), MINUTE).await, Ok(Claim::Taken));
        assert_eq!(store.swap(&CODE.key(tag("a")), &text("spent"), MINUTE).await, Ok(None));
        assert_eq!(store.take(&CODE.key(tag("a"))).await, Ok(None), "rubbish came back as a spent code");
    }
    assert_eq!(store.unreadable_records(), 10, "each was met twice: by get and by swap");
}
