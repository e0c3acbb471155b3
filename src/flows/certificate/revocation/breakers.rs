//! Which sources answer. One that does not is left alone for a while, so that nobody who signs in waits for it in vain; then one
//! question finds out whether it is back.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use crate::credentials::certificate::revocation::ocsp::IdHash;
use crate::domain::time::Timestamp;

/// Failures in a row after which a source is left alone.
const FAILURES: u32 = 3;
/// For how long.
const PAUSE: Duration = Duration::from_secs(30);
/// Sources that are remembered; beyond that, those that answer are forgotten.
const MOST: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Breakers(Mutex<HashMap<Url, Source>>);

#[derive(Clone, Copy, Debug, Default)]
struct Source {
    failures: u32,
    closed_until: Option<Timestamp>,
    probing: bool,
    /// It knows certificates by the SHA-1 hash of their issuer alone.
    old_hash: bool,
}

/// Leave to ask a source. What came of it is told by [`Attempt::succeeded`] and [`Attempt::failed`]; whoever goes away without a word
/// has learned nothing of it.
#[derive(Debug)]
pub(super) struct Attempt<'b> {
    breakers: &'b Breakers,
    url: &'b Url,
}

impl Breakers {
    /// Leave to ask `url` at `now`, unless it is to be left alone.
    pub(super) fn enter<'b>(&'b self, url: &'b Url, now: Timestamp) -> Option<Attempt<'b>> {
        let mut sources = self.sources();
        if sources.len() >= MOST {
            sources.retain(|_, source| source.failures > 0);
        }
        let source = sources.entry(url.clone()).or_default();
        if let Some(until) = source.closed_until {
            if now < until || source.probing {
                return None;
            }
            source.probing = true;
        }
        Some(Attempt { breakers: self, url })
    }

    /// The hash to name certificates by.
    pub(super) fn hash_for(&self, url: &Url) -> IdHash {
        let old = self.sources().get(url).is_some_and(|source| source.old_hash);
        if old { IdHash::Sha1 } else { IdHash::Sha256 }
    }

    pub(super) fn knows_old_hash_alone(&self, url: &Url) {
        self.sources().entry(url.clone()).or_default().old_hash = true;
    }

    /// The hosts of those that are left alone, each once and in order.
    pub(super) fn away(&self) -> Vec<String> {
        let sources = self.sources();
        let away = sources.iter().filter(|(_, source)| source.closed_until.is_some());
        let mut hosts: Vec<String> = away.map(|(url, _)| host(url)).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    fn sources(&self) -> MutexGuard<'_, HashMap<Url, Source>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    pub(super) fn succeeded(self) {
        if let Some(source) = self.breakers.sources().get_mut(self.url) {
            *source = Source { old_hash: source.old_hash, ..Source::default() };
        }
    }

    pub(super) fn failed(self, now: Timestamp) {
        let mut sources = self.breakers.sources();
        let Some(source) = sources.get_mut(self.url) else { return };
        source.failures = source.failures.saturating_add(1);
        if source.failures >= FAILURES {
            source.closed_until = Some(now + PAUSE);
            let host = host(self.url);
            tracing::warn!(
                host,
                failures = source.failures,
                "a source of revocations does not answer and is left alone"
            );
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if let Some(source) = self.breakers.sources().get_mut(self.url) {
            source.probing = false;
        }
    }
}

/// A source as logs and pages show it: a path may hold what is nobody's business.
pub(super) fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    #[test]
    fn a_source_that_fails_is_left_alone_and_then_asked_once() {
        let (breakers, url) = (Breakers::default(), Url::parse("http://ocsp.example:8080/secret").unwrap());
        for _ in 0..FAILURES {
            breakers.enter(&url, NOW).unwrap().failed(NOW);
        }
        assert_eq!(breakers.away(), ["ocsp.example:8080"]);
        assert!(breakers.enter(&url, NOW).is_none());
        assert!(breakers.enter(&url, NOW + PAUSE - Duration::from_micros(1)).is_none());
        let later = NOW + PAUSE;
        let probe = breakers.enter(&url, later).unwrap();
        assert!(breakers.enter(&url, later).is_none(), "one asks, and no more");
        probe.failed(later);
        assert!(breakers.enter(&url, later).is_none());
        let later = later + PAUSE;
        drop(breakers.enter(&url, later).unwrap());
        let probe = breakers.enter(&url, later).expect("whoever went away keeps nobody from asking");
        probe.succeeded();
        assert_eq!(breakers.away(), Vec::<String>::new());
        assert!(breakers.enter(&url, later).is_some() && breakers.enter(&url, later).is_some());
    }

    #[test]
    fn only_failures_in_a_row_count() {
        let (breakers, url) = (Breakers::default(), Url::parse("http://ocsp.example/").unwrap());
        for _ in 0..2 * FAILURES {
            breakers.enter(&url, NOW).unwrap().failed(NOW);
            breakers.enter(&url, NOW).unwrap().succeeded();
        }
        assert!(breakers.away().is_empty());
    }
}
