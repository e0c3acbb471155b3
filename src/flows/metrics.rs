//! What is counted, in the names that `/metrics` shows.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::credentials::certificate::Standing;
use crate::domain::authorization::ResponseType;
use crate::domain::time::Timestamp;
use crate::outbound::Fetches;
use crate::protocol::ErrorCode;
use crate::protocol::token::GrantType;
use crate::storage::KeyChange;

use super::certificate::revocation::RevocationChecks;
use super::hardware::{Hardware, ModuleStanding};

#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    sign_ins: Family<SignInLabels, Counter>,
    self_registrations: Family<SignInLabels, Counter>,
    registry_checks: Family<SignInLabels, Counter>,
    pushed_requests: Counter,
    codes: Counter,
    front_channel_access_tokens: Family<ResponseTypeLabels, Counter>,
    authorization_refusals: Family<RefusalLabels, Counter>,
    tokens: Family<GrantLabels, Counter>,
    token_refusals: Family<TokenRefusalLabels, Counter>,
    client_refusals: Counter,
    device_authorizations: Family<DeviceLabels, Counter>,
    requests: Family<RequestLabels, Histogram, fn() -> Histogram>,
    hash_queue: Gauge,
    hardware_queue: Gauge,
    hardware_up: Gauge,
    logout_attempts: Family<LogoutLabels, Counter>,
    ping_attempts: Family<PingLabels, Counter>,
    security_events: Family<PingLabels, Counter>,
    security_events_pending: Gauge,
    security_events_oldest: Gauge,
    message_attempts: Family<MessageLabels, Counter>,
    messages_pending: Gauge,
    messages_oldest: Gauge,
    audit_backlog: Family<CollectorLabels, Gauge>,
    audit_rejected: Family<CollectorLabels, Counter>,
    logouts_pending: Gauge,
    logouts_oldest: Gauge,
    key_change_seen: Family<KeyChangeLabels, Gauge>,
    key_change_total: Family<KeyChangeLabels, Gauge>,
    key_change_running: Family<KeyChangeLabels, Gauge>,
    break_glass: Gauge,
    sandbox: Gauge,
    metadata_number: Gauge,
    metadata_next_update: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignInLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResponseTypeLabels {
    response_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    error: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GrantLabels {
    grant_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TokenRefusalLabels {
    grant_type: &'static str,
    error: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeviceLabels {
    step: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LogoutLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PingLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CollectorLabels {
    collector: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MessageLabels {
    channel: &'static str,
    outcome: &'static str,
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

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    /// A pattern of the router, so that nobody can make up labels.
    route: String,
    status: u16,
}

fn request_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.000_5, 2.0, 14))
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

impl Metrics {
    /// With what other floors count themselves.
    pub fn new(fetches: &Fetches, revocation_checks: &RevocationChecks, trusted: &[Standing]) -> Self {
        let mut registry = Registry::with_prefix("senid");
        let metrics = Self {
            sign_ins: Family::default(),
            self_registrations: Family::default(),
            registry_checks: Family::default(),
            pushed_requests: Counter::default(),
            codes: Counter::default(),
            front_channel_access_tokens: Family::default(),
            authorization_refusals: Family::default(),
            tokens: Family::default(),
            token_refusals: Family::default(),
            client_refusals: Counter::default(),
            device_authorizations: Family::default(),
            requests: Family::new_with_constructor(request_histogram),
            hash_queue: Gauge::default(),
            hardware_queue: Gauge::default(),
            hardware_up: Gauge::default(),
            logout_attempts: Family::default(),
            ping_attempts: Family::default(),
            security_events: Family::default(),
            security_events_pending: Gauge::default(),
            security_events_oldest: Gauge::default(),
            message_attempts: Family::default(),
            messages_pending: Gauge::default(),
            messages_oldest: Gauge::default(),
            audit_backlog: Family::default(),
            audit_rejected: Family::default(),
            logouts_pending: Gauge::default(),
            logouts_oldest: Gauge::default(),
            key_change_seen: Family::default(),
            key_change_total: Family::default(),
            key_change_running: Family::default(),
            break_glass: Gauge::default(),
            sandbox: Gauge::default(),
            metadata_number: Gauge::default(),
            metadata_next_update: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("sign_ins", "Sign-in attempts by outcome", metrics.sign_ins.clone());
        registry.register(
            "self_registrations",
            "Attempts to open an account, by what became of them",
            metrics.self_registrations.clone(),
        );
        registry.register(
            "registry_checks",
            "Citizens that the population registry was asked about again, by what it said",
            metrics.registry_checks.clone(),
        );
        registry.register(
            "pushed_requests",
            "Authorization requests that clients pushed",
            metrics.pushed_requests.clone(),
        );
        registry.register("codes_issued", "Authorization codes issued", metrics.codes.clone());
        registry.register(
            "front_channel_access_tokens",
            "Access tokens handed out through the browser, by response type",
            metrics.front_channel_access_tokens.clone(),
        );
        registry.register(
            "authorization_refusals",
            "Authorization requests refused, by error",
            metrics.authorization_refusals.clone(),
        );
        registry.register("tokens_issued", "Token answers by grant type", metrics.tokens.clone());
        registry.register("token_refusals", "Token requests refused", metrics.token_refusals.clone());
        registry.register("client_refusals", "Failed client authentications", metrics.client_refusals.clone());
        registry.register(
            "device_authorizations",
            "Device authorizations, by what became of them",
            metrics.device_authorizations.clone(),
        );
        registry.register("fetches", "Fetches by purpose and outcome", fetches.clone());
        registry.register(
            "revocation_checks",
            "Certificates asked about, by source and outcome",
            revocation_checks.clone(),
        );
        registry.register(
            "trust_certificate_not_after_seconds",
            "When a certificate of the trust folder ends, in seconds since the epoch",
            ends_of(trusted),
        );
        registry.register("http_request_duration_seconds", "Requests by route and status", metrics.requests.clone());
        registry.register("password_hash_queue", "Passwords that wait to be hashed", metrics.hash_queue.clone());
        registry.register(
            "logout_attempts",
            "Attempts to tell clients that a session ended, by outcome",
            metrics.logout_attempts.clone(),
        );
        registry.register(
            "backchannel_pings",
            "Attempts to tell clients that there is an answer, by outcome",
            metrics.ping_attempts.clone(),
        );
        registry.register(
            "security_events",
            "Attempts to tell clients of security events, by outcome",
            metrics.security_events.clone(),
        );
        registry.register(
            "security_events_pending",
            "Security events that clients are still to be told",
            metrics.security_events_pending.clone(),
        );
        registry.register(
            "security_events_oldest_seconds",
            "Since when the one that has waited longest waits",
            metrics.security_events_oldest.clone(),
        );
        registry.register(
            "message_attempts",
            "Attempts to send citizens mail and text messages, by channel and outcome",
            metrics.message_attempts.clone(),
        );
        registry.register("messages_pending", "Messages still to be sent", metrics.messages_pending.clone());
        registry.register(
            "messages_oldest_seconds",
            "Since when the message that has waited longest waits",
            metrics.messages_oldest.clone(),
        );
        registry.register("logouts_pending", "Clients still to be told of a sign-out", metrics.logouts_pending.clone());
        registry.register(
            "logouts_oldest_seconds",
            "Since when the one that has waited longest waits",
            metrics.logouts_oldest.clone(),
        );
        registry.register(
            "audit_stream_backlog",
            "Events of the audit log that a collector is still to be sent",
            metrics.audit_backlog.clone(),
        );
        registry.register(
            "audit_stream_rejected",
            "Events of the audit log that a collector refuses for good",
            metrics.audit_rejected.clone(),
        );
        registry.register(
            "key_change_seen",
            "Citizens or organisations that the present pass of a change of keys has dealt with",
            metrics.key_change_seen.clone(),
        );
        registry.register(
            "key_change_total",
            "How many there were when a change of keys was begun",
            metrics.key_change_total.clone(),
        );
        registry.register(
            "key_change_running",
            "Whether a change of keys is under way: 1, or 0 once it has reached everybody",
            metrics.key_change_running.clone(),
        );
        registry.register("sandbox", "Whether this is a sandbox: 1, or 0", metrics.sandbox.clone());
        registry.register(
            "break_glass_open",
            "Whether the break-glass account is open: 1, or 0",
            metrics.break_glass.clone(),
        );
        registry.register(
            "authenticator_metadata_number",
            "The number of the FIDO metadata in force; 0 where there is none",
            metrics.metadata_number.clone(),
        );
        registry.register(
            "authenticator_metadata_next_update_seconds",
            "Until when there is newer FIDO metadata, in seconds of the Unix epoch",
            metrics.metadata_next_update.clone(),
        );
        Self { registry, ..metrics }
    }

    /// With what a hardware module counts.
    pub fn of_a_module(mut self, hardware: &Hardware) -> Self {
        let measures = hardware.measures();
        self.registry.register(
            "hardware_signature_duration_seconds",
            "Signatures of the hardware module, from the wish to the verified signature",
            measures.signatures.clone(),
        );
        self.registry.register(
            "hardware_signature_failures",
            "Signatures that the hardware module did not make, by reason",
            measures.failures.clone(),
        );
        self.registry.register("hardware_queue", "What waits for the hardware module", self.hardware_queue.clone());
        self.registry.register(
            "hardware_up",
            "Whether the hardware module can be used: 1, or 0",
            self.hardware_up.clone(),
        );
        self
    }

    /// How the hardware module stands at this moment.
    pub fn hardware(&self, waiting: usize, standing: ModuleStanding) {
        self.hardware_queue.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        self.hardware_up.set(i64::from(matches!(standing, ModuleStanding::Up | ModuleStanding::Late)));
    }

    /// That nothing of what is counted is real.
    pub fn of_a_sandbox(self) -> Self {
        self.sandbox.set(1);
        self
    }

    /// Whether the break-glass account is open.
    pub fn break_glass(&self, is_open: bool) {
        self.break_glass.set(i64::from(is_open));
    }

    /// The whole of it in the OpenMetrics text format.
    pub fn encode(&self, hash_queue: usize) -> Result<String, std::fmt::Error> {
        self.hash_queue.set(i64::try_from(hash_queue).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    pub fn request(&self, route: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { route: route.to_owned(), status }).observe(took.as_secs_f64());
    }

    /// A client was to be told that there is an answer (CIBA).
    pub(super) fn ping_attempted(&self, outcome: &'static str) {
        self.ping_attempts.get_or_create(&PingLabels { outcome }).inc();
    }

    /// A client was to be told of a security event.
    pub(super) fn security_event_attempted(&self, outcome: &'static str) {
        self.security_events.get_or_create(&PingLabels { outcome }).inc();
    }

    pub(super) fn security_events_pending(&self, pending: u64, oldest: Duration) {
        self.security_events_pending.set(i64::try_from(pending).unwrap_or(i64::MAX));
        self.security_events_oldest.set(i64::try_from(oldest.as_secs()).unwrap_or(i64::MAX));
    }

    pub(super) fn message_attempted(&self, channel: &'static str, outcome: &'static str) {
        self.message_attempts.get_or_create(&MessageLabels { channel, outcome }).inc();
    }

    pub(super) fn messages_pending(&self, pending: u64, oldest: Duration) {
        self.messages_pending.set(i64::try_from(pending).unwrap_or(i64::MAX));
        self.messages_oldest.set(i64::try_from(oldest.as_secs()).unwrap_or(i64::MAX));
    }

    pub(super) fn logout_attempted(&self, outcome: &'static str) {
        self.logout_attempts.get_or_create(&LogoutLabels { outcome }).inc();
    }

    pub(super) fn logouts_pending(&self, pending: u64, oldest: Duration) {
        self.logouts_pending.set(i64::try_from(pending).unwrap_or(i64::MAX));
        self.logouts_oldest.set(i64::try_from(oldest.as_secs()).unwrap_or(i64::MAX));
    }

    pub(super) fn audit_backlog(&self, collector: &'static str, events: u64) {
        self.audit_backlog.get_or_create(&CollectorLabels { collector }).set(i64::try_from(events).unwrap_or(i64::MAX));
    }

    pub(super) fn audit_events_rejected(&self, collector: &'static str, events: u64) {
        self.audit_rejected.get_or_create(&CollectorLabels { collector }).inc_by(events);
    }

    pub(super) fn key_change(&self, change: &KeyChange) {
        let labels = KeyChangeLabels { change: change.kind.as_str() };
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.key_change_seen.get_or_create(&labels).set(count(change.seen));
        self.key_change_total.get_or_create(&labels).set(count(change.total));
        self.key_change_running.get_or_create(&labels).set(i64::from(change.finished_at.is_none()));
    }

    pub(super) fn authenticator_metadata(&self, number: u32, next_update: Timestamp) {
        self.metadata_number.set(i64::from(number));
        self.metadata_next_update.set(next_update.seconds());
    }

    pub(super) fn signed_in(&self) {
        self.sign_ins.get_or_create(&SignInLabels { outcome: "success" }).inc();
    }

    pub(super) fn sign_in_refused(&self, why: &'static str) {
        self.sign_ins.get_or_create(&SignInLabels { outcome: why }).inc();
    }

    pub(super) fn self_registration(&self, outcome: &'static str) {
        self.self_registrations.get_or_create(&SignInLabels { outcome }).inc();
    }

    pub(super) fn registry_checked(&self, outcome: &'static str) {
        self.registry_checks.get_or_create(&SignInLabels { outcome }).inc();
    }

    pub(super) fn request_pushed(&self) {
        self.pushed_requests.inc();
    }

    pub(super) fn code_issued(&self) {
        self.codes.inc();
    }

    pub(super) fn front_channel_access_token(&self, response_type: ResponseType) {
        let labels = ResponseTypeLabels { response_type: response_type.as_str() };
        self.front_channel_access_tokens.get_or_create(&labels).inc();
    }

    pub(super) fn authorization_refused(&self, error: ErrorCode) {
        self.authorization_refusals.get_or_create(&RefusalLabels { error: error.as_str() }).inc();
    }

    pub(super) fn tokens_issued(&self, grant_type: GrantType) {
        self.tokens.get_or_create(&GrantLabels { grant_type: grant_type.as_str() }).inc();
    }

    pub(super) fn token_refused(&self, grant_type: GrantType, error: ErrorCode) {
        self.token_refusals
            .get_or_create(&TokenRefusalLabels { grant_type: grant_type.as_str(), error: error.as_str() })
            .inc();
    }

    pub(super) fn device_authorization(&self, step: &'static str) {
        self.device_authorizations.get_or_create(&DeviceLabels { step }).inc();
    }

    pub(super) fn client_refused(&self) {
        self.client_refusals.inc();
    }
}
