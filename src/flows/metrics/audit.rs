//! The audit log: what waits for its place in the tree, and what collectors are still to be sent.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use super::{Metrics, Recorder, gauged};

#[derive(Debug)]
pub(super) struct AuditLog {
    backlog: Family<CollectorLabels, Gauge>,
    rejected: Family<CollectorLabels, Counter>,
    waiting: Gauge,
    lag: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CollectorLabels {
    collector: &'static str,
}

impl AuditLog {
    pub(super) fn new(recorder: &mut Recorder) -> Self {
        Self {
            backlog: recorder
                .begin("audit_stream_backlog", "Events of the audit log that a collector is still to be sent"),
            rejected: recorder
                .begin("audit_stream_rejected", "Events of the audit log that a collector refuses for good"),
            waiting: recorder.begin("audit_sequencer_waiting", "Events that have no place in the audit log's tree yet"),
            lag: recorder.begin(
                "audit_sequencer_lag_seconds",
                "For how long the event waits that has waited longest for its place",
            ),
        }
    }
}

impl Metrics {
    pub(in crate::flows) fn audit_backlog(&self, collector: &'static str, events: u64) {
        self.audit.backlog.get_or_create(&CollectorLabels { collector }).set(gauged(events));
    }

    pub(in crate::flows) fn audit_events_rejected(&self, collector: &'static str, events: u64) {
        self.audit.rejected.get_or_create(&CollectorLabels { collector }).inc_by(events);
    }

    pub(in crate::flows) fn audit_sequencer(&self, waiting: u64, lag: Duration) {
        self.audit.waiting.set(gauged(waiting));
        self.audit.lag.set(gauged(lag.as_secs()));
    }
}
