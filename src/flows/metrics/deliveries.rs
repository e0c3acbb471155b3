//! What is sent to portals and citizens, and how much of it waits.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use super::{Metrics, OutcomeLabels, Recorder, gauged};

#[derive(Debug)]
pub(super) struct Deliveries {
    logout_attempts: Family<OutcomeLabels, Counter>,
    logouts: Backlog,
    ping_attempts: Family<OutcomeLabels, Counter>,
    security_events: Family<OutcomeLabels, Counter>,
    security_backlog: Backlog,
    message_attempts: Family<MessageLabels, Counter>,
    messages: Backlog,
}

/// How many wait, and for how long the first of them does.
#[derive(Debug)]
struct Backlog {
    pending: Gauge,
    oldest: Gauge,
}

impl Backlog {
    fn note(&self, pending: u64, oldest: Duration) {
        self.pending.set(gauged(pending));
        self.oldest.set(gauged(oldest.as_secs()));
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MessageLabels {
    channel: &'static str,
    outcome: &'static str,
}

impl Deliveries {
    pub(super) fn new(recorder: &mut Recorder) -> Self {
        Self {
            logout_attempts: recorder
                .begin("logout_attempts", "Attempts to tell clients that a session ended, by outcome"),
            logouts: Backlog {
                pending: recorder.begin("logouts_pending", "Clients still to be told of a sign-out"),
                oldest: recorder.begin("logouts_oldest_seconds", "Since when the one that has waited longest waits"),
            },
            ping_attempts: recorder
                .begin("backchannel_pings", "Attempts to tell clients that there is an answer, by outcome"),
            security_events: recorder
                .begin("security_events", "Attempts to tell clients of security events, by outcome"),
            security_backlog: Backlog {
                pending: recorder.begin("security_events_pending", "Security events that clients are still to be told"),
                oldest: recorder
                    .begin("security_events_oldest_seconds", "Since when the one that has waited longest waits"),
            },
            message_attempts: recorder
                .begin("message_attempts", "Attempts to send citizens mail and text messages, by channel and outcome"),
            messages: Backlog {
                pending: recorder.begin("messages_pending", "Messages still to be sent"),
                oldest: recorder
                    .begin("messages_oldest_seconds", "Since when the message that has waited longest waits"),
            },
        }
    }
}

impl Metrics {
    /// A client was to be told that there is an answer (CIBA).
    pub(in crate::flows) fn ping_attempted(&self, outcome: &'static str) {
        self.deliveries.ping_attempts.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// A client was to be told of a security event.
    pub(in crate::flows) fn security_event_attempted(&self, outcome: &'static str) {
        self.deliveries.security_events.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(in crate::flows) fn security_events_pending(&self, pending: u64, oldest: Duration) {
        self.deliveries.security_backlog.note(pending, oldest);
    }

    pub(in crate::flows) fn message_attempted(&self, channel: &'static str, outcome: &'static str) {
        self.deliveries.message_attempts.get_or_create(&MessageLabels { channel, outcome }).inc();
    }

    pub(in crate::flows) fn messages_pending(&self, pending: u64, oldest: Duration) {
        self.deliveries.messages.note(pending, oldest);
    }

    pub(in crate::flows) fn logout_attempted(&self, outcome: &'static str) {
        self.deliveries.logout_attempts.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(in crate::flows) fn logouts_pending(&self, pending: u64, oldest: Duration) {
        self.deliveries.logouts.note(pending, oldest);
    }
}
