//! What the audit log costs whoever waits for an event, how far behind the sequencer is, and that nothing is lost: 2,000 events a second
//! for a minute, on a Postgres whose commits are on the disk. `make bench-audit`

#![allow(clippy::disallowed_methods, reason = "measures how long something takes, at a pace of its own")]

/// The Postgres that the tests start for themselves.
#[path = "../tests/it/support"]
#[allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "shared with the tests")]
mod support {
    pub mod postgres;
    pub mod supervisor;
}

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use senid::app::SystemClock;
use senid::crypto::master_key::MasterKeys;
use senid::crypto::random::SystemRandom;
use senid::crypto::seal::{KeyEncryptionKeys, Purpose};
use senid::domain::audit::{Actor, Event, EventKind, Outcome};
use senid::domain::ids::EventId;
use senid::domain::time::Clock;
use senid::flows::audit_log::{LogKeys, Sequencer, sign_head};
use senid::storage::{Options, SealedKey, SealedKeyKind, Store};
use tokio::task::JoinSet;

use support::postgres::Postgres;

type Failure = Box<dyn Error + Send + Sync>;

const ORIGIN: &str = "bench.example/audit-log";
const A_SECOND: u64 = 2_000;
/// Events of one transaction, as the servers' grouped writer makes them under such a load.
const GROUP: u64 = 10;
/// Transactions under way at once at most, as a server has connections.
const CONNECTIONS: u32 = 16;
/// As the server's job.
const TURN: Duration = Duration::from_millis(100);
const HEADS: Duration = Duration::from_secs(5);

/// What was measured at a time, in the order in which it ended.
#[derive(Default)]
struct Waits(Vec<Duration>);

impl Waits {
    /// In milliseconds.
    fn quantile(&mut self, of: f64) -> f64 {
        self.0.sort_unstable();
        let place = (self.0.len() as f64 * of) as usize;
        self.0.get(place.min(self.0.len().saturating_sub(1))).map_or(0.0, |wait| wait.as_secs_f64() * 1_000.0)
    }
}

fn event() -> Event {
    let (now, random) = (SystemClock.now(), SystemRandom::new());
    Event {
        id: EventId::new(now, &random),
        at: now,
        kind: EventKind::TokensIssued,
        outcome: Outcome::Success,
        actor: Actor::System,
        citizen: None,
        client: None,
        request: Some("7K2M-QX4T-9FHB".to_owned()),
        address: Some("192.0.x.x".to_owned()),
        details: BTreeMap::from([("scope", "openid profile".to_owned()), ("grant", "authorization_code".to_owned())]),
    }
}

/// Records events for `seconds`, each group when its time has come whether or not those before it are done: how long each was waited
/// for from then on.
async fn record(store: &Store, seconds: u64) -> Result<Waits, Failure> {
    let groups = A_SECOND * seconds / GROUP;
    let pause = Duration::from_secs(1) / u32::try_from(A_SECOND / GROUP)?;
    let begin = Instant::now();
    let mut under_way = JoinSet::new();
    let mut waits = Waits::default();
    for number in 0..groups {
        let due = begin + pause * u32::try_from(number)?;
        tokio::time::sleep_until(due.into()).await;
        let store = store.clone();
        under_way.spawn(async move {
            let events: Vec<Event> = (0..GROUP).map(|_| event()).collect();
            let mut tx = store.begin().await?;
            tx.audit().record_all(&events).await?;
            tx.commit().await?;
            Ok::<_, senid::storage::Error>(due.elapsed())
        });
        while let Some(done) = under_way.try_join_next() {
            waits.0.push(done??);
        }
    }
    while let Some(done) = under_way.join_next().await {
        waits.0.push(done??);
    }
    Ok(waits)
}

/// Sequences and signs as a server does until told to stop, and then what is left: how long after each turn's oldest event it had its place.
async fn sequence(store: Store, sealing: Arc<KeyEncryptionKeys>, stop: Arc<AtomicBool>) -> Result<Waits, Failure> {
    let mut sequencer = Sequencer::new(ORIGIN.to_owned());
    let stored = store.read().await?.sealed_keys().load().await?;
    let keys = LogKeys::open(ORIGIN.to_owned(), &stored, &sealing)?;
    let mut lags = Waits::default();
    let mut signed = Instant::now();
    loop {
        let begin = Instant::now();
        let ending = stop.load(Ordering::SeqCst);
        let before = store.read().await?.audit_log().tree().await?.size();
        let placed = sequencer.turn(&store, &sealing, &SystemClock).await?;
        if placed > 0 {
            let first = store.read().await?.audit_log().leaves(before, 1).await?;
            if let Some(millis) = first.first().and_then(|leaf| leaf.event.get_timestamp()) {
                let (seconds, nanos) = millis.to_unix();
                let at = Duration::new(seconds, nanos);
                let now = Duration::from_micros(u64::try_from(SystemClock.now().micros())?);
                lags.0.push(now.saturating_sub(at));
            }
        }
        if signed.elapsed() >= HEADS || (ending && placed == 0) {
            sign_head(&store, &keys, SystemClock.now()).await?;
            signed = Instant::now();
        }
        if ending && placed == 0 {
            return Ok(lags);
        }
        tokio::time::sleep(TURN.saturating_sub(begin.elapsed())).await;
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let seconds: u64 = std::env::var("SENID_BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let profile = if cfg!(debug_assertions) { "unoptimised" } else { "optimised" };
    let postgres = Postgres::start_to_measure();
    println!("{A_SECOND} events a second for {seconds} s, in transactions of {GROUP}, fsync on, {profile}");
    for sequenced in [false, true] {
        let database = postgres.database().await;
        let options =
            Options { max_connections: CONNECTIONS, acquire_timeout: Duration::from_secs(30), listen_url: None };
        let store = Store::connect(database.url(), &options).await?;
        store.migrate().await?;
        let masters = MasterKeys::parse(&format!("1:{}", "A".repeat(43) + "="))?;
        let sealing = Arc::new(KeyEncryptionKeys::derive(&masters, Purpose::ServerKeys)?);
        let key = SealedKey::generate(SealedKeyKind::AuditLog, 1, &sealing, &SystemRandom::new(), SystemClock.now())?;
        let mut tx = store.begin().await?;
        tx.sealed_keys().insert(&key).await?;
        tx.commit().await?;
        let stop = Arc::new(AtomicBool::new(false));
        let sequencer = sequenced.then(|| tokio::spawn(sequence(store.clone(), sealing.clone(), stop.clone())));
        let begin = Instant::now();
        let mut waits = record(&store, seconds).await?;
        let rate = (waits.0.len() as u64 * GROUP) as f64 / begin.elapsed().as_secs_f64();
        let which = if sequenced { "with the sequencer   " } else { "without the sequencer" };
        println!("{which}  {rate:.0}/s  wait p50 {:.1} ms, p99 {:.1} ms", waits.quantile(0.5), waits.quantile(0.99));
        stop.store(true, Ordering::SeqCst);
        if let Some(sequencer) = sequencer {
            let mut lags = sequencer.await??;
            let mut reading = store.read().await?;
            let size = reading.audit_log().tree().await?.size();
            let waiting = reading.audit_log().count_waiting().await?;
            let recorded = waits.0.len() as u64 * GROUP;
            println!(
                "sequencer's lag        p50 {:.0} ms, p99 {:.0} ms, most {:.0} ms (of each turn's oldest event)",
                lags.quantile(0.5),
                lags.quantile(0.99),
                lags.quantile(1.0)
            );
            println!(
                "recorded {recorded}, in the tree {size}, waiting {waiting}, lost {}",
                recorded.saturating_sub(size + waiting)
            );
        }
        store.close().await;
    }
    Ok(())
}
