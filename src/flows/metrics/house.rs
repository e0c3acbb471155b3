//! Queues and pools of this server, and whether what it needs is there: read when they are asked for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use super::{Metrics, Recorder, gauged};
use crate::credentials::password::Load;
use crate::flows::App;
use crate::flows::readiness::{Found, State};
use crate::storage::PoolLoad;

#[derive(Debug)]
pub(super) struct House {
    hash_queue: Gauge,
    hash_running: Gauge,
    hashes: Counter,
    hash_refusals: Counter,
    hash_wait: Counter<f64, AtomicU64>,
    hash_time: Counter<f64, AtomicU64>,
    pool: Family<PoolLabels, Gauge>,
    pool_most: Gauge,
    pool_waiting: Gauge,
    audit_queue: Gauge,
    fetcher_busy: Gauge,
    fetcher_turns: Gauge,
    unreadable: Counter,
    parts: Family<PartLabels, Gauge>,
    spans: Counter,
    spans_dropped: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PoolLabels {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PartLabels {
    part: &'static str,
}

/// How busy a server is at this moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct HouseLoad {
    pub hashing: Load,
    pub pool: PoolLoad,
    /// Audit events that wait to be written.
    pub audit_queue: usize,
    /// Fetches under way, and as many as there may be.
    pub fetches: (usize, usize),
    /// Records of the short-lived store that could not be read, ever.
    pub unreadable: u64,
}

impl HouseLoad {
    pub fn of(app: &App) -> Self {
        Self {
            hashing: app.hasher.load(),
            pool: app.store.pool(),
            audit_queue: app.audit.waiting(),
            fetches: app.outbound.turns(),
            unreadable: app.sessions.unreadable_records(),
        }
    }
}

impl House {
    pub(super) fn new(recorder: &mut Recorder) -> Self {
        Self {
            hash_queue: recorder.begin("password_hash_queue", "Passwords that wait to be hashed"),
            hash_running: recorder.begin("password_hash_running", "Passwords that are being hashed"),
            hashes: recorder.begin("password_hashes", "Passwords hashed"),
            hash_refusals: recorder
                .begin("password_hash_refusals", "Passwords turned away because they would have waited too long"),
            hash_wait: recorder.begin("password_hash_wait_seconds", "Time that passwords waited to be hashed, in sum"),
            hash_time: recorder.begin("password_hash_seconds", "Time that hashing passwords took, in sum"),
            pool: recorder.begin("database_connections", "Connections to the database, in use and idle"),
            pool_most: recorder.begin("database_connections_most", "As many connections as this server may hold"),
            pool_waiting: recorder.begin("database_connections_waiting", "Who waits for a connection to the database"),
            audit_queue: recorder.begin("audit_queue", "Audit events that wait to be written"),
            fetcher_busy: recorder.begin("fetches_under_way", "Fetches that have their turn"),
            fetcher_turns: recorder.begin("fetches_at_once", "As many fetches as may have one"),
            unreadable: recorder
                .begin("short_lived_unreadable", "Records of the short-lived store that could not be read"),
            spans: recorder.begin("trace_spans", "Spans that the collector of traces has taken"),
            spans_dropped: recorder
                .begin("trace_spans_dropped", "Spans that were dropped: the queue was full, or the collector away"),
            parts: recorder.begin("part_up", "Whether a part of the deployment serves this server: 1, or 0"),
        }
    }

    pub(super) fn hash_queue(&self, waiting: usize) {
        self.hash_queue.set(gauged(waiting as u64));
    }
}

/// Whoever counts them only adds, and so may the counter.
fn set(counter: &Counter, sum: u64) {
    counter.inner().store(sum, Ordering::Relaxed);
}

fn set_time(counter: &Counter<f64, AtomicU64>, sum: Duration) {
    counter.inner().store(sum.as_secs_f64().to_bits(), Ordering::Relaxed);
}

impl Metrics {
    /// How busy this server is.
    pub fn load(&self, load: &HouseLoad) {
        let house = &self.house;
        house.hash_running.set(gauged(load.hashing.running as u64));
        set(&house.hashes, load.hashing.computed);
        set(&house.hash_refusals, load.hashing.refused);
        set_time(&house.hash_wait, load.hashing.waited);
        set_time(&house.hash_time, load.hashing.hashed);
        let PoolLoad { open, idle, most, waiting } = load.pool;
        house.pool.get_or_create(&PoolLabels { state: "idle" }).set(i64::from(idle));
        house.pool.get_or_create(&PoolLabels { state: "used" }).set(i64::from(open.saturating_sub(idle)));
        house.pool_most.set(i64::from(most));
        house.pool_waiting.set(i64::from(waiting));
        house.audit_queue.set(gauged(load.audit_queue as u64));
        house.fetcher_busy.set(gauged(load.fetches.0 as u64));
        house.fetcher_turns.set(gauged(load.fetches.1 as u64));
        set(&house.unreadable, load.unreadable);
    }

    pub(in crate::flows) fn spans_sent(&self, count: u64) {
        self.house.spans.inc_by(count);
    }

    pub(in crate::flows) fn spans_dropped(&self, sum: u64) {
        set(&self.house.spans_dropped, sum);
    }

    /// Whether each part serves.
    pub fn parts(&self, found: &[Found]) {
        for one in found {
            let up = i64::from(one.state == State::Up);
            self.house.parts.get_or_create(&PartLabels { part: one.part.as_str() }).set(up);
        }
    }
}
