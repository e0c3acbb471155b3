//! Certificates that were revoked, and authorities that are away, slow, or somebody else: RFC 6960, RFC 5280 §5.
//!
//! Answers and lists are `openssl`'s, so they are of the machine's own time, and the clock of a desk begins there.

mod answers;
mod delegates;
mod lists;
mod sources;

use std::sync::Arc;
use std::time::Duration;

use senid::app::SystemClock;
use senid::config;
use senid::credentials::certificate::{Presented, TrustStore, TrustedChain};
use senid::crypto::random::SystemRandom;
use senid::domain::time::{Clock, ManualClock, Timestamp};
use senid::domain::trust::{
    AuthorityPolicy, CertificatePolicies, DeviceProtection, Identifiers, NonceDemand, OnUnavailable, RevocationSources,
    TrustedAuthority,
};
use senid::flows::certificate::revocation::{Checked, Refusal, Revocation, Verdict};
use senid::outbound::{Fetcher, Limits, Reach, SystemResolver};
use senid::storage::Store;

use crate::support::outside::{Outside, ok};
use crate::support::pki::responder::Answers;
use crate::support::pki::{Authority, Card, subjects};
use crate::support::world::Backend;

const OCSP: &str = "application/ocsp-response";
const CRL: &str = "application/pkix-crl";
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
const MOMENT: Duration = Duration::from_micros(1);

fn machine_time() -> Timestamp {
    SystemClock.now()
}

/// Where certificates are checked.
struct Desk {
    clock: Arc<ManualClock>,
    store: Store,
    revocation: Revocation,
    _backend: Option<Backend>,
}

impl Desk {
    async fn new() -> Self {
        Self::at(machine_time()).await
    }

    async fn at(now: Timestamp) -> Self {
        Self::with(now, Limits::default(), config::Revocation::default()).await
    }

    async fn with(now: Timestamp, limits: Limits, settings: config::Revocation) -> Self {
        let backend = Backend::bare_embedded().await;
        let store = backend.store().await;
        Self { _backend: Some(backend), ..Self::on(store, now, limits, settings) }
    }

    /// On a store that others use too.
    fn on(store: Store, now: Timestamp, limits: Limits, settings: config::Revocation) -> Self {
        let clock = Arc::new(ManualClock::at(now));
        let reach = Reach { loopback: true, ..Reach::default() };
        let fetcher = Fetcher::new(reach, limits, Arc::new(SystemResolver), clock.clone()).unwrap();
        let random = Arc::new(SystemRandom::new());
        let revocation = Revocation::new(fetcher, store.clone(), clock.clone(), random, settings);
        Self { clock, store, revocation, _backend: None }
    }

    /// Another server on the same store.
    fn beside(&self) -> Self {
        Self::on(self.store.clone(), self.clock.now(), Limits::default(), config::Revocation::default())
    }

    async fn check(&self, chain: &TrustedChain) -> Checked {
        self.revocation.check(chain).await.unwrap()
    }

    async fn verdict(&self, chain: &TrustedChain) -> Verdict {
        self.check(chain).await.verdict
    }
}

fn sources() -> RevocationSources {
    RevocationSources {
        responders: Vec::new(),
        lists: Vec::new(),
        of_certificate: false,
        nonce: NonceDemand::Demanded,
        on_unavailable: OnUnavailable::Refuse,
    }
}

fn responders(urls: &[&str]) -> RevocationSources {
    RevocationSources { responders: urls.iter().map(|url| url.parse().unwrap()).collect(), ..sources() }
}

fn lists(urls: &[&str]) -> RevocationSources {
    RevocationSources { lists: urls.iter().map(|url| url.parse().unwrap()).collect(), ..sources() }
}

/// The card's chain to `root`, asked about at these sources.
fn chain(root: &Authority, card: &Card, revocation: RevocationSources) -> TrustedChain {
    let policy = AuthorityPolicy {
        policies: CertificatePolicies::default(),
        device: DeviceProtection::default(),
        revocation,
        identifiers: Identifiers { rules: Vec::new(), schemes: Vec::new() },
        bind_on_first_use: false,
        proves_identity: false,
    };
    let anchor = root.der().to_vec();
    let authority = TrustedAuthority { name: "test".to_owned(), anchor, intermediates: Vec::new(), policy };
    let presented = Presented { leaf: card.der.clone(), intermediates: card.authorities.clone() };
    TrustStore::new(vec![authority]).unwrap().prove(&presented, machine_time()).unwrap()
}

/// A server that gives every request to `openssl ocsp`.
fn serves(answers: Answers) -> Outside {
    Outside::http(move |seen| ok(OCSP, answers.to(&seen.bytes)))
}

/// An authority and a citizen's certificate of it.
fn authority_and_card() -> (Authority, Card) {
    let root = Authority::root("Root");
    let card = root.issues(subjects::vietnamese());
    (root, card)
}

/// What was wrong with the only source that was asked.
fn fault_of(checked: &Checked) -> &str {
    assert_eq!(checked.verdict, Verdict::Refused(Refusal::Unavailable));
    let [finding] = &checked.findings[..] else { panic!("{:?}", checked.findings) };
    let [tried] = &finding.tried[..] else { panic!("{:?}", finding.tried) };
    tried.split_once(": ").unwrap().1
}
