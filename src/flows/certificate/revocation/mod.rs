//! Whether the certificates of a trusted chain were revoked: OCSP, then lists, as their authority's settings say.
//!
//! ```text
//! what is remembered ─▶ what was answered just now ─▶ responders, in order ─▶ lists, in order ─▶ the authority's on_unavailable
//!      (for ever)            (keep_answers)              each behind its breaker
//! ```
//!
//! Only a [`TrustedChain`] is asked about, and only someone who has proven its key has one: nobody makes SenID ask about what they
//! merely know of. `revoked` is remembered and nothing takes it back; a certificate on hold is refused while its authority says so.

mod breakers;
mod evidence;
mod fault;
mod flights;
mod lists;
mod responder;
mod tally;

use std::sync::Arc;

use quick_cache::sync::Cache;
use url::Url;

use crate::config;
use crate::credentials::certificate::TrustedChain;
use crate::credentials::certificate::revocation::{Role, SignedBy, Subject, UNDATED, UnreadableSubject};
use crate::domain::assurance::AuthenticationLevel;
use crate::domain::random::Random;
use crate::domain::revocation::{CertificateId, Revoked, Status};
use crate::domain::time::{Clock, Timestamp};
use crate::domain::trust::{OnUnavailable, RevocationSources};
use crate::outbound::Fetcher;
use crate::storage::Store;

use super::super::FlowError;
use super::super::audit::EventBuilder;
use breakers::{Breakers, host};
use fault::Fault;
use flights::Flights;
use lists::Lists;

pub use evidence::{Finding, Origin, Said, Standing};
pub use tally::RevocationChecks;

/// Answers that a certificate is good which are kept: of those who sign in within a few minutes.
const MOST_ANSWERS: usize = 50_000;

/// Asks authorities about certificates. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Revocation(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    outbound: Fetcher,
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    limits: config::Revocation,
    answers: Cache<CertificateId, (Finding, Timestamp)>,
    flights: Flights<CertificateId, Finding>,
    breakers: Breakers,
    lists: Lists,
    checks: RevocationChecks,
}

/// What revocation says of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub verdict: Verdict,
    /// Of each certificate that was looked at: the citizen's first.
    pub findings: Vec<Finding>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// Nobody answered, and the authority's settings let it count for no more than this.
    AtMost(AuthenticationLevel),
    Refused(Refusal),
}

/// Why a certificate proves nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the certificate was revoked by its authority")]
    Revoked(Revoked),
    #[error("the certificate's authority does not know it")]
    Unknown,
    #[error("an authority on the certificate's way to its anchor was revoked, or is not known")]
    Authority,
    #[error("nobody could be asked whether the certificate was revoked")]
    Unavailable,
    #[error("it cannot be asked about: {0}")]
    Unreadable(#[from] UnreadableSubject),
}

impl Refusal {
    /// The word that events have for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked(revoked) if revoked.is_final() => "revoked",
            Self::Revoked(_) => "on_hold",
            Self::Unknown => "unknown",
            Self::Authority => "authority_revoked",
            Self::Unavailable => "revocation_unavailable",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl Checked {
    /// What the event of a sign-in says of it: all of the citizen's own certificate, and a line of each authority's.
    #[must_use]
    pub fn attach(&self, event: EventBuilder) -> EventBuilder {
        let event = match self.verdict {
            Verdict::Good => event,
            Verdict::AtMost(level) => event.with("revocation_lowered_to", level.acr()),
            Verdict::Refused(refusal) => event.with("reason", refusal.as_str()),
        };
        let mut findings = self.findings.iter();
        let event = match findings.next() {
            Some(own) => own.attach(event),
            None => event,
        };
        let authorities: Vec<String> = findings.map(Finding::line).collect();
        if authorities.is_empty() { event } else { event.with("revocation_authorities", authorities.join("; ")) }
    }
}

impl Revocation {
    pub fn new(
        outbound: Fetcher,
        store: Store,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        limits: config::Revocation,
    ) -> Self {
        Self(Arc::new(Inner {
            outbound,
            store,
            clock,
            random,
            limits,
            answers: Cache::new(MOST_ANSWERS),
            flights: Flights::default(),
            breakers: Breakers::default(),
            lists: Lists::default(),
            checks: RevocationChecks::default(),
        }))
    }

    /// The counter of what came of asking.
    pub fn checks(&self) -> &RevocationChecks {
        &self.0.checks
    }

    /// The hosts of sources that do not answer and are left alone.
    pub fn away(&self) -> Vec<String> {
        self.0.breakers.away()
    }

    /// Fetches again the lists that will need it.
    pub async fn refresh_lists(&self) {
        Lists::refresh(&self.0).await;
    }

    /// Asks about every certificate of the chain but its anchor, from the top down: what a revoked authority's responder says of those
    /// below it is worth nothing.
    ///
    /// # Errors
    /// Where the identity store cannot be asked what it remembers. What no authority answers is a verdict.
    pub async fn check(&self, chain: &TrustedChain) -> Result<Checked, FlowError> {
        let sources = &chain.authority().policy.revocation;
        let subjects = match chain.subjects() {
            Ok(subjects) => subjects,
            Err(fault) => return Ok(Checked { verdict: Verdict::Refused(fault.into()), findings: Vec::new() }),
        };
        let mut verdict = Verdict::Good;
        let mut findings = Vec::with_capacity(subjects.len());
        for subject in subjects.iter().rev() {
            let finding = self.0.find(subject, sources).await?;
            verdict = judge(verdict, finding.standing, subject.role, sources.on_unavailable);
            findings.insert(0, finding);
            if matches!(verdict, Verdict::Refused(_)) {
                break;
            }
        }
        Ok(Checked { verdict, findings })
    }
}

fn judge(so_far: Verdict, standing: Standing, role: Role, on_unavailable: OnUnavailable) -> Verdict {
    match (standing, role, on_unavailable) {
        (Standing::Good, ..) => so_far,
        (Standing::Revoked(_) | Standing::Unknown, Role::Authority, _) => Verdict::Refused(Refusal::Authority),
        (Standing::Revoked(revoked), Role::Citizen, _) => Verdict::Refused(Refusal::Revoked(revoked)),
        (Standing::Unknown, Role::Citizen, _) => Verdict::Refused(Refusal::Unknown),
        (Standing::Unavailable, _, OnUnavailable::Refuse) => Verdict::Refused(Refusal::Unavailable),
        (Standing::Unavailable, _, OnUnavailable::Level(level)) => Verdict::AtMost(level),
    }
}

impl Inner {
    async fn find(self: &Arc<Self>, subject: &Subject, sources: &RevocationSources) -> Result<Finding, FlowError> {
        let remembered = self.store.read().await?.revocations().find(&subject.id).await?;
        let finding = match remembered {
            Some(revoked) => Finding::of(subject, Standing::Revoked(revoked), Origin::Memory),
            None => match self.kept(&subject.id) {
                Some(kept) => Finding { kept: true, ..kept },
                None => self.flights.join(subject.id, self.ask(subject, sources)).await,
            },
        };
        tally::found(&self.checks, finding.origin, finding.kept, finding.standing);
        Ok(finding)
    }

    fn kept(&self, certificate: &CertificateId) -> Option<Finding> {
        let now = self.clock.now();
        self.answers.get(certificate).filter(|(_, until)| now < *until).map(|(finding, _)| finding)
    }

    /// Asks each source in its order until one says something that counts.
    async fn ask(self: &Arc<Self>, subject: &Subject, sources: &RevocationSources) -> Finding {
        // Somebody may have asked while we waited for our turn.
        if let Some(kept) = self.kept(&subject.id) {
            return kept;
        }
        let mut tried = Vec::new();
        for url in responders(subject, sources) {
            match responder::ask(self, url, subject, sources.nonce).await {
                Ok((status, said)) => return self.settle(subject, status, Origin::Ocsp, said, tried).await,
                Err(fault) => self.note(&mut tried, url, Origin::Ocsp, &fault),
            }
        }
        for url in lists(subject, sources) {
            match self.look_up(&url, subject).await {
                Ok((status, said)) => return self.settle(subject, status, Origin::List, said, tried).await,
                Err(fault) => self.note(&mut tried, &url, Origin::List, &fault),
            }
        }
        Finding { tried, ..Finding::of(subject, Standing::Unavailable, Origin::Nowhere) }
    }

    async fn look_up(self: &Arc<Self>, url: &Url, subject: &Subject) -> Result<(Status, Said), Fault> {
        let list = Lists::get(self, url, &subject.issuer).await?;
        let status = list.status(subject, self.clock.now())?;
        let said = Said {
            host: host(url),
            hash: list.hash,
            produced_at: list.edition.issued_at,
            this_update: list.edition.issued_at,
            next_update: Some(list.next_update),
            signed_by: SignedBy::Issuer,
        };
        Ok((status, said))
    }

    /// Keeps what was said: a revocation for ever, that it is good for a while.
    async fn settle(
        &self,
        subject: &Subject,
        status: Status,
        origin: Origin,
        said: Said,
        tried: Vec<String>,
    ) -> Finding {
        let now = self.clock.now();
        let standing = match status {
            Status::Good => Standing::Good,
            Status::Unknown => Standing::Unknown,
            Status::Revoked(revoked) => Standing::Revoked(revoked),
        };
        let until = said.next_update.unwrap_or(said.this_update + UNDATED).min(now + self.limits.keep_answers);
        let finding = Finding { said: Some(said), tried, ..Finding::of(subject, standing, origin) };
        match status {
            Status::Good => self.answers.insert(subject.id, (finding.clone(), until)),
            Status::Revoked(revoked) if revoked.is_final() => self.remember(subject, revoked, now).await,
            Status::Revoked(_) | Status::Unknown => {}
        }
        finding
    }

    async fn remember(&self, subject: &Subject, revoked: Revoked, now: Timestamp) {
        let written = match self.store.write().await {
            Ok(mut writing) => writing.revocations().remember(&subject.id, revoked, now).await,
            Err(error) => Err(error),
        };
        // It is refused now all the same, and its authority says so again.
        if let Err(error) = written {
            tracing::error!(%error, "a revoked certificate could not be remembered");
        }
    }

    fn note(&self, tried: &mut Vec<String>, url: &Url, origin: Origin, fault: &Fault) {
        let host = host(url);
        tracing::info!(source = origin.as_str(), host, %fault, "a source of revocations said nothing that counts");
        tally::fruitless(&self.checks, origin, fault.label());
        tried.push(format!("{} {host}: {fault}", origin.as_str()));
    }
}

impl Finding {
    fn of(subject: &Subject, standing: Standing, origin: Origin) -> Self {
        Self { certificate: subject.id, standing, origin, kept: false, said: None, tried: Vec::new() }
    }
}

/// The operator's, and then the certificate's own where the operator says so.
fn responders<'a>(subject: &'a Subject, sources: &'a RevocationSources) -> Vec<&'a Url> {
    let own = subject.responders().iter().filter(|_| sources.of_certificate);
    let mut all: Vec<&Url> = Vec::new();
    for url in sources.responders.iter().chain(own) {
        if !all.contains(&url) {
            all.push(url);
        }
    }
    all
}

fn lists(subject: &Subject, sources: &RevocationSources) -> Vec<Url> {
    let own = if sources.of_certificate { subject.lists() } else { Vec::new() };
    let mut all: Vec<Url> = Vec::new();
    for url in sources.lists.iter().cloned().chain(own) {
        if !all.contains(&url) {
            all.push(url);
        }
    }
    all
}
