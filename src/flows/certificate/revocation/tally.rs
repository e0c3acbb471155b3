//! What came of asking, counted by source and outcome.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::evidence::{Origin, Standing};

/// A counter for `/metrics`. A clone counts into the same.
pub type RevocationChecks = Family<CheckLabels, Counter>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CheckLabels {
    source: &'static str,
    outcome: &'static str,
}

/// What a certificate was found to be. What was kept of an earlier answer is a source of its own.
pub(super) fn found(checks: &RevocationChecks, origin: Origin, kept: bool, standing: Standing) {
    let source = if kept { "kept" } else { origin.as_str() };
    checks.get_or_create(&CheckLabels { source, outcome: standing.as_str() }).inc();
}

/// A source that said nothing that counts.
pub(super) fn fruitless(checks: &RevocationChecks, origin: Origin, why: &'static str) {
    checks.get_or_create(&CheckLabels { source: origin.as_str(), outcome: why }).inc();
}
