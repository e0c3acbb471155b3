//! What is counted, in the names that `/metrics` shows: a file for every subject, and docs/metrics.md for whoever reads them.
//!
//! A label is one of few words that this program knows: a pattern of the router, a kind of client, an outcome. Nobody's id, name or address
//! is one, and nobody can make up another.

mod audit;
mod deliveries;
mod hardware;
mod house;
mod keys;
mod requests;
mod sign_ins;
mod tokens;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::{Metric, Registry};

use crate::credentials::certificate::Standing;
use crate::outbound::Fetches;

use super::certificate::revocation::RevocationChecks;

pub use house::HouseLoad;
pub use requests::{Caller, note_caller, with_caller};

/// Everything that is counted by one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    names: Vec<Named>,
    sign_ins: sign_ins::SignIns,
    tokens: tokens::Tokens,
    requests: requests::Requests,
    deliveries: deliveries::Deliveries,
    audit: audit::AuditLog,
    keys: keys::Keys,
    hardware: hardware::HardwareModule,
    house: house::House,
}

/// A metric, as it is registered: without the prefix, and without the suffix that counters get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub name: &'static str,
    pub help: &'static str,
}

/// Registers, and remembers what was.
struct Recorder {
    registry: Registry,
    names: Vec<Named>,
}

impl Recorder {
    fn register<M: Metric + Clone>(&mut self, name: &'static str, help: &'static str, metric: M) -> M {
        self.names.push(Named { name, help });
        self.registry.register(name, help, metric.clone());
        metric
    }

    /// One that begins empty.
    fn begin<M: Metric + Clone + Default>(&mut self, name: &'static str, help: &'static str) -> M {
        self.register(name, help, M::default())
    }
}

/// The one label of what ends in several ways.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

impl Metrics {
    /// With what other floors count themselves.
    pub fn new(fetches: &Fetches, revocation_checks: &RevocationChecks, trusted: &[Standing]) -> Self {
        let mut recorder = Recorder { registry: Registry::with_prefix("senid"), names: Vec::new() };
        recorder.register("fetches", "Fetches by purpose and outcome", fetches.clone());
        recorder.register(
            "revocation_checks",
            "Certificates asked about, by source and outcome",
            revocation_checks.clone(),
        );
        let sign_ins = sign_ins::SignIns::new(&mut recorder);
        let tokens = tokens::Tokens::new(&mut recorder);
        let requests = requests::Requests::new(&mut recorder);
        let deliveries = deliveries::Deliveries::new(&mut recorder);
        let audit = audit::AuditLog::new(&mut recorder);
        let keys = keys::Keys::new(&mut recorder, trusted);
        let house = house::House::new(&mut recorder);
        let Recorder { registry, names } = recorder;
        let hardware = hardware::HardwareModule::default();
        Self { registry, names, sign_ins, tokens, requests, deliveries, audit, keys, hardware, house }
    }

    /// Everything that is registered.
    pub fn names(&self) -> &[Named] {
        &self.names
    }

    /// The whole of it in the OpenMetrics text format.
    ///
    /// # Errors
    /// None that a text in memory has.
    pub fn encode(&self, hash_queue: usize) -> Result<String, std::fmt::Error> {
        self.house.hash_queue(hash_queue);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A count as a gauge takes it.
fn gauged(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::flows::hardware::Measures;

    #[test]
    fn every_metric_is_documented_and_no_other_is() {
        let metrics = Metrics::new(&Fetches::default(), &RevocationChecks::default(), &[]);
        let metrics = metrics.of_a_module(&Measures::default());
        let own: BTreeSet<&str> = metrics.names().iter().map(|named| named.name).collect();
        assert_eq!(own.len(), metrics.names().len(), "a name is given twice");
        let page = include_str!("../../../docs/metrics.md");
        let name = |line: &'static str| {
            let (name, rest) = line.strip_prefix("| `senid_")?.split_once('`')?;
            // A counter's name ends in `_total` where it is read.
            if rest.starts_with(" | counter |") { name.strip_suffix("_total") } else { Some(name) }
        };
        let told: BTreeSet<&str> = page.lines().filter_map(name).collect();
        assert_eq!(told, own);
    }
}
