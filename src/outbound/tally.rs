//! How fetches ended, counted by purpose and outcome.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::{FetchError, Purpose};

/// A counter for `/metrics`. A clone counts into the same.
pub type Fetches = Family<FetchLabels, Counter>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct FetchLabels {
    purpose: &'static str,
    outcome: &'static str,
}

pub(super) fn count<T>(fetches: &Fetches, purpose: Purpose, ended: &Result<T, FetchError>) {
    let outcome = match ended {
        Ok(_) => "success",
        Err(error) => error.label(),
    };
    fetches.get_or_create(&FetchLabels { purpose: purpose.as_str(), outcome }).inc();
}
