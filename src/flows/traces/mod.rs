//! Traces: what a request made this server do, and how long each of it took. Spans are taken from `tracing` by [`Layer`], wait in a bounded
//! queue, and are posted by [`deliver`] as OTLP over HTTP in JSON. Off, they cost what a disabled callsite of `tracing` does: one load.
//!
//! Nothing secret and nobody's name can get into a span, because what gets in is a list: the attributes of [`ATTRIBUTES`], the values of which
//! are words of this program (the pattern of a route, the name of a statement's constant, a kind of record), and times.

mod layer;
mod otlp;
mod parent;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};

use crate::flows::App;
use crate::outbound::Purpose;

pub use layer::Layer;
pub use parent::Parent;

/// The target of spans that are one call of a store, of another host or of the hashing threads.
pub const CALLS: &str = "senid::calls";

/// All that a span may say of itself.
const ATTRIBUTES: [(&str, &str); 7] = [
    ("method", "http.request.method"),
    ("route", "http.route"),
    ("statement", "db.query.summary"),
    ("store", "senid.store"),
    ("verb", "db.operation.name"),
    ("kind", "senid.record.kind"),
    ("purpose", "senid.fetch.purpose"),
];

/// Spans that wait to be sent at most: some four seconds of a busy server. More are dropped, and counted.
const QUEUE: usize = 8_192;
/// Of one request to the collector.
const AT_ONCE: usize = 512;
/// How long the first of them waits for others.
const GATHER: Duration = Duration::from_secs(1);

/// A span that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    trace: [u8; 16],
    id: [u8; 8],
    parent: Option<[u8; 8]>,
    /// Somebody's whom nothing is believed of: named, not followed.
    link: Option<([u8; 16], [u8; 8])>,
    name: &'static str,
    /// In nanoseconds since the Unix epoch.
    began: u64,
    ended: u64,
    attributes: Vec<(&'static str, String)>,
    /// Of the answer, where it is a request.
    status: Option<u16>,
}

struct Queue {
    sender: mpsc::Sender<Span>,
    receiver: Mutex<mpsc::Receiver<Span>>,
    dropped: AtomicU64,
}

/// As global as the subscriber of `tracing` is that fills it.
static SPANS: OnceLock<Queue> = OnceLock::new();

/// The queue, made when it is first asked for.
fn queue() -> &'static Queue {
    SPANS.get_or_init(|| {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Queue { sender, receiver: Mutex::new(receiver), dropped: AtomicU64::new(0) }
    })
}

fn hand_over(span: Span) {
    let queue = queue();
    if queue.sender.try_send(span).is_err() {
        queue.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// Sends spans to the collector for as long as the server runs. What it refuses or what cannot be brought there is dropped: traces are
/// for looking at what happens, and nothing waits for them.
pub async fn deliver(app: &App) {
    let Some(url) = &app.settings.tracing.otlp else { return };
    let queue = queue();
    let mut receiver = queue.receiver.lock().await;
    let mut gathered = Vec::with_capacity(AT_ONCE);
    let mut pace = tokio::time::interval(GATHER);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        while receiver.recv_many(&mut gathered, AT_ONCE).await > 0 {
            let count = gathered.len() as u64;
            let body = otlp::request(&gathered, app.settings.issuer.host()).to_string().into_bytes();
            gathered.clear();
            let sent = app.outbound.converse(url, Purpose::TraceCollector, "application/json", body).await;
            if matches!(sent, Ok((200, _))) {
                app.metrics.spans_sent(count);
            } else {
                queue.dropped.fetch_add(count, Ordering::Relaxed);
            }
            app.metrics.spans_dropped(queue.dropped.load(Ordering::Relaxed));
            if receiver.is_empty() {
                break;
            }
        }
    }
}
