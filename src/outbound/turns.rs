//! Who may fetch now. A host that answers slowly, and visitors who make us ask one, keep no turn from anybody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use url::Url;

use super::Purpose;

/// The share of the turns that one host has at most.
const OF_ONE_HOST: usize = 8;
/// As [`OF_ONE_HOST`], of an authority that is asked about certificates: one answers for a whole country's.
const OF_ONE_AUTHORITY: usize = 2;
/// The share of those that are taken because a stranger sent a request.
const OF_STRANGERS: usize = 2;
/// Hosts that are remembered before those at which nothing is under way are forgotten.
const HOSTS: usize = 256;

#[derive(Debug)]
pub(super) struct Turns {
    all: Semaphore,
    strangers: Semaphore,
    at_once: usize,
    hosts: Mutex<HashMap<Own, Weak<Semaphore>>>,
}

/// A host, and for whom it is asked: however many wait to have a portal's request objects fetched, its keys are fetched meanwhile.
type Own = (String, Asker);

/// For whom something is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Asker {
    /// Anyone can make us fetch it, as often as they like: a fragment of their own makes a new address of every `request_uri`.
    Stranger,
    /// A client's keys, telling clients of a sign-out, and what the settings name.
    Operator,
    /// Somebody who has proven the key of a certificate that a trusted authority issued.
    Citizen,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'t> {
    _all: SemaphorePermit<'t>,
    _strangers: Option<SemaphorePermit<'t>>,
    _host: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            all: Semaphore::new(at_once),
            strangers: Semaphore::new((at_once / OF_STRANGERS).max(1)),
            at_once,
            hosts: Mutex::default(),
        }
    }

    /// Waits for a turn. Whoever waits for a host holds none of the others back.
    ///
    /// # Errors
    /// None: nothing here is ever closed.
    pub(super) async fn take(&self, url: &Url, purpose: Purpose) -> Result<Turn<'_>, AcquireError> {
        let asker = asker(purpose);
        let host = (url.host_str().unwrap_or_default().to_owned(), asker);
        let host = self.of_host(host).acquire_owned().await?;
        let strangers = match asker {
            Asker::Stranger => Some(self.strangers.acquire().await?),
            Asker::Operator | Asker::Citizen => None,
        };
        Ok(Turn { _all: self.all.acquire().await?, _strangers: strangers, _host: host })
    }

    /// Turns that are taken, and all there are.
    pub(super) fn busy(&self) -> (usize, usize) {
        (self.at_once.saturating_sub(self.all.available_permits()), self.at_once)
    }

    fn of_host(&self, host: Own) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = hosts.get(&host).and_then(Weak::upgrade) {
            return known;
        }
        if hosts.len() >= HOSTS {
            hosts.retain(|_, turns| turns.strong_count() > 0);
        }
        let share = match host.1 {
            Asker::Stranger | Asker::Operator => OF_ONE_HOST,
            Asker::Citizen => OF_ONE_AUTHORITY,
        };
        let turns = Arc::new(Semaphore::new((self.at_once / share).max(1)));
        hosts.insert(host, Arc::downgrade(&turns));
        turns
    }
}

const fn asker(purpose: Purpose) -> Asker {
    match purpose {
        // Whoever types a number has somebody's telephone asked, or the registry.
        Purpose::RequestUri
        | Purpose::SectorIdentifierUri
        | Purpose::LogoUri
        | Purpose::RemoteSigning
        | Purpose::PopulationRegistry
        | Purpose::AuditWitness => Asker::Stranger,
        Purpose::JwksUri
        | Purpose::BackchannelLogoutUri
        | Purpose::ClientNotificationEndpoint
        | Purpose::SecurityEventEndpoint
        | Purpose::SmsGateway
        | Purpose::AuthenticatorMetadata
        | Purpose::AuditCollector
        | Purpose::TraceCollector => Asker::Operator,
        Purpose::Ocsp | Purpose::Crl => Asker::Citizen,
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// The turn, if there is one now.
    fn now<'t>(turns: &'t Turns, host: &str, purpose: Purpose) -> Option<Turn<'t>> {
        let url = Url::parse(&format!("https://{host}/x")).unwrap();
        let taking = pin!(turns.take(&url, purpose));
        match taking.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn.unwrap()),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_slow_host_keeps_nobody_else_waiting() {
        let turns = Turns::new(64);
        let mut held: Vec<_> =
            (0..100).map_while(|_| now(&turns, "slow.example", Purpose::BackchannelLogoutUri)).collect();
        assert_eq!(held.len(), 8);
        assert!(now(&turns, "portal.example", Purpose::JwksUri).is_some());
        held.pop();
        assert!(now(&turns, "slow.example", Purpose::JwksUri).is_some(), "it has a turn again");
    }

    #[test]
    fn strangers_leave_turns_for_keys_and_sign_outs_however_many_hosts_they_name() {
        let turns = Turns::new(64);
        let host = |number: usize| format!("h{number}.evil.example");
        let held: Vec<_> = (0..100).map_while(|number| now(&turns, &host(number), Purpose::RequestUri)).collect();
        assert_eq!(held.len(), 32);
        assert!(now(&turns, "portal.example", Purpose::LogoUri).is_none());
        assert!(now(&turns, "portal.example", Purpose::JwksUri).is_some());
        assert!(now(&turns, "portal.example", Purpose::BackchannelLogoutUri).is_some());
    }

    #[test]
    fn an_authority_that_answers_for_a_country_has_more_turns_and_leaves_some() {
        let turns = Turns::new(64);
        let held: Vec<_> = (0..100).map_while(|_| now(&turns, "ocsp.example", Purpose::Ocsp)).collect();
        assert_eq!(held.len(), 32);
        assert!(now(&turns, "portal.example", Purpose::JwksUri).is_some());
        assert!(now(&turns, "ocsp.elsewhere.example", Purpose::Ocsp).is_some());
    }

    #[test]
    fn a_portal_s_keys_do_not_wait_for_its_request_objects() {
        let turns = Turns::new(64);
        let held: Vec<_> = (0..100).map_while(|_| now(&turns, "portal.example", Purpose::RequestUri)).collect();
        assert_eq!(held.len(), 8);
        assert!(now(&turns, "portal.example", Purpose::JwksUri).is_some());
        assert!(now(&turns, "portal.example", Purpose::BackchannelLogoutUri).is_some());
    }

    #[test]
    fn hosts_at_which_nothing_is_under_way_are_forgotten() {
        let turns = Turns::new(64);
        for number in 0..10 * HOSTS {
            drop(now(&turns, &format!("h{number}.example"), Purpose::JwksUri));
        }
        assert!(turns.hosts.lock().unwrap().len() <= HOSTS);
    }
}
