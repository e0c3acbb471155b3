//! Keys that are changed, certificates that end, and what kind of deployment this is.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use super::{Metrics, Recorder, gauged};
use crate::credentials::certificate::Standing;
use crate::storage::KeyChange;

#[derive(Debug)]
pub(super) struct Keys {
    seen: Family<KeyChangeLabels, Gauge>,
    total: Family<KeyChangeLabels, Gauge>,
    running: Family<KeyChangeLabels, Gauge>,
    break_glass: Gauge,
    sandbox: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KeyChangeLabels {
    change: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TrustLabels {
    authority: String,
    role: &'static str,
    serial: String,
}

/// When they end does not change while the server runs; how far off that is, whoever watches works out.
fn ends_of(trusted: &[Standing]) -> Family<TrustLabels, Gauge> {
    let ends = Family::<TrustLabels, Gauge>::default();
    for Standing { authority, role, serial, not_after, .. } in trusted {
        let labels = TrustLabels { authority: authority.clone(), role: role.as_str(), serial: serial.clone() };
        ends.get_or_create(&labels).set(not_after.seconds());
    }
    ends
}

impl Keys {
    pub(super) fn new(recorder: &mut Recorder, trusted: &[Standing]) -> Self {
        recorder.register(
            "trust_certificate_not_after_seconds",
            "When a certificate of the trust folder ends, in seconds since the epoch",
            ends_of(trusted),
        );
        Self {
            seen: recorder.begin(
                "key_change_seen",
                "Citizens or organisations that the present pass of a change of keys has dealt with",
            ),
            total: recorder.begin("key_change_total", "How many there were when a change of keys was begun"),
            running: recorder.begin(
                "key_change_running",
                "Whether a change of keys is under way: 1, or 0 once it has reached everybody",
            ),
            break_glass: recorder.begin("break_glass_open", "Whether the break-glass account is open: 1, or 0"),
            sandbox: recorder.begin("sandbox", "Whether this is a sandbox: 1, or 0"),
        }
    }
}

impl Metrics {
    /// That nothing of what is counted is real.
    pub fn of_a_sandbox(self) -> Self {
        self.keys.sandbox.set(1);
        self
    }

    /// Whether the break-glass account is open.
    pub fn break_glass(&self, is_open: bool) {
        self.keys.break_glass.set(i64::from(is_open));
    }

    pub(in crate::flows) fn key_change(&self, change: &KeyChange) {
        let labels = KeyChangeLabels { change: change.kind.as_str() };
        self.keys.seen.get_or_create(&labels).set(gauged(change.seen));
        self.keys.total.get_or_create(&labels).set(gauged(change.total));
        self.keys.running.get_or_create(&labels).set(i64::from(change.finished_at.is_none()));
    }
}
