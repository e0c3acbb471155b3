//! People: who signs in, who opens an account, who is looked up in the population registry.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use super::{Metrics, OutcomeLabels, Recorder};
use crate::domain::time::Timestamp;

#[derive(Debug)]
pub(super) struct SignIns {
    sign_ins: Family<OutcomeLabels, Counter>,
    self_registrations: Family<OutcomeLabels, Counter>,
    registry_checks: Family<OutcomeLabels, Counter>,
    metadata_number: Gauge,
    metadata_next_update: Gauge,
}

impl SignIns {
    pub(super) fn new(recorder: &mut Recorder) -> Self {
        Self {
            sign_ins: recorder.begin("sign_ins", "Sign-in attempts by outcome"),
            self_registrations: recorder
                .begin("self_registrations", "Attempts to open an account, by what became of them"),
            registry_checks: recorder.begin(
                "registry_checks",
                "Citizens that the population registry was asked about again, by what it said",
            ),
            metadata_number: recorder.begin(
                "authenticator_metadata_number",
                "The number of the FIDO metadata in force; 0 where there is none",
            ),
            metadata_next_update: recorder.begin(
                "authenticator_metadata_next_update_seconds",
                "Until when there is newer FIDO metadata, in seconds of the Unix epoch",
            ),
        }
    }
}

impl Metrics {
    pub(in crate::flows) fn signed_in(&self) {
        self.sign_ins.sign_ins.get_or_create(&OutcomeLabels { outcome: "success" }).inc();
    }

    pub(in crate::flows) fn sign_in_refused(&self, why: &'static str) {
        self.sign_ins.sign_ins.get_or_create(&OutcomeLabels { outcome: why }).inc();
    }

    pub(in crate::flows) fn self_registration(&self, outcome: &'static str) {
        self.sign_ins.self_registrations.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(in crate::flows) fn registry_checked(&self, outcome: &'static str) {
        self.sign_ins.registry_checks.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(in crate::flows) fn authenticator_metadata(&self, number: u32, next_update: Timestamp) {
        self.sign_ins.metadata_number.set(i64::from(number));
        self.sign_ins.metadata_next_update.set(next_update.seconds());
    }
}
