//! A check of a whole deployment, from inside (its settings, its stores, its keys) and from outside (what a portal or a browser meets at
//! the issuer). Nothing is changed by it, and nothing secret is told.
//!
//! Each subject first gathers its facts and then judges them; the judging is pure, so that every finding is held by a test.

mod backlog;
mod certificates;
mod database;
mod issuer;
mod keys;
mod proxies;
mod reach;
mod short_lived;
mod what;

use std::sync::Arc;
use std::time::Duration;

use crate::config::Settings;
use crate::crypto::master_key::MasterKeys;
use crate::domain::time::{Clock, Timestamp};
use crate::flows::hardware::Hardware;
use crate::outbound::{Mailer, Prober};
use crate::sessions::RedisSettings;
use crate::storage::Store;

pub use what::What;

/// For everything that one subject asks, the slowest of which is a name that does not resolve.
const PATIENCE: Duration = Duration::from_secs(20);

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Ok,
    /// Worth knowing; right for some deployments.
    Note,
    /// It works today, and is not as it should be.
    Warning,
    /// It does not work, or is not safe.
    Fault,
}

impl Severity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub what: What,
    /// A sentence with the name or the number in question; nothing secret.
    pub detail: String,
}

impl Finding {
    fn new(what: What, detail: impl Into<String>) -> Self {
        Self { what, detail: detail.into() }
    }
}

/// What a deployment is checked with. Whatever could not be opened is a finding, not a reason not to look further.
#[derive(Debug)]
pub struct Doctor {
    pub settings: Arc<Settings>,
    pub clock: Arc<dyn Clock>,
    /// The identity store, or why nobody answers there.
    pub store: Result<Store, String>,
    /// Where the short-lived store is, where it is not the server's own memory.
    pub redis: Option<RedisSettings>,
    /// What reaches out as a portal or a browser does.
    pub prober: Prober,
    pub mailer: Option<Mailer>,
    /// The master key, or why there is none.
    pub masters: Result<MasterKeys, String>,
    /// The hardware module, where the settings name one; or why it cannot be asked.
    pub hardware: Result<Option<Hardware>, String>,
    /// Servers that share the database.
    pub servers: u32,
    /// Whether the issuer, and whoever takes mail and text messages, are gone to.
    pub outside: bool,
}

/// Checks everything there is, in the order in which one would look.
pub async fn examine(doctor: &Doctor) -> Vec<Finding> {
    let settings = &*doctor.settings;
    let mut findings = Vec::new();
    match &doctor.store {
        Err(why) => findings.push(Finding::new(What::DatabaseAway, why)),
        Ok(store) => {
            findings.extend(in_time(What::DatabaseAway, database::look(store, doctor)).await);
            findings.extend(in_time(What::DatabaseAway, backlog::look(store, doctor)).await);
            findings.extend(in_time(What::DatabaseAway, keys::look(store, doctor)).await);
        }
    }
    findings.extend(in_time(What::RedisAway, short_lived::look(doctor)).await);
    findings.extend(certificates::look(settings, doctor.now()));
    findings.extend(proxies::of_settings(&settings.proxies));
    if doctor.outside {
        findings.extend(in_time(What::IssuerUnreachable, issuer::look(doctor)).await);
        findings.extend(in_time(What::ReachMail, reach::look(doctor)).await);
    }
    findings
}

/// The worst of them.
pub fn worst(findings: &[Finding]) -> Severity {
    findings.iter().map(|one| one.what.severity()).max().unwrap_or(Severity::Ok)
}

impl Doctor {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What takes too long is found to be away.
async fn in_time(away: What, look: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    let late = || vec![Finding::new(away, format!("there was no answer within {} seconds", PATIENCE.as_secs()))];
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| late())
}

/// Says that a subject is sound where nothing worse than a note was found of it.
fn or_sound(mut findings: Vec<Finding>, sound: What, detail: impl Into<String>) -> Vec<Finding> {
    if findings.iter().all(|one| one.what.severity() <= Severity::Note) {
        findings.insert(0, Finding::new(sound, detail));
    }
    findings
}

/// How far two clocks are apart, in microseconds; which is ahead does not matter to whoever sets them right.
fn apart(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}

/// A span as people say it, to the second and rounded down.
fn spoken(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..120 => format!("{seconds} seconds"),
        seconds @ 120..7_200 => format!("{} minutes", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} hours", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_finding_has_a_code_of_its_own_and_says_what_to_do() {
        let codes: BTreeSet<&str> = What::ALL.iter().map(|what| what.as_str()).collect();
        assert_eq!(codes.len(), What::ALL.len());
        for what in What::ALL {
            assert_eq!(what.remedy().is_empty(), what.severity() == Severity::Ok, "{}", what.as_str());
            assert!(what.as_str().split('.').count() == 2, "{}", what.as_str());
        }
    }

    #[test]
    fn the_worst_decides_and_a_note_leaves_a_subject_sound() {
        let note = Finding::new(What::RedisAlone, "");
        let warning = Finding::new(What::RedisNotKept, "");
        assert_eq!(worst(&[]), Severity::Ok);
        assert_eq!(worst(&[note.clone(), warning.clone()]), Severity::Warning);
        assert_eq!(or_sound(vec![note], What::RedisSound, "")[0].what, What::RedisSound);
        assert_eq!(or_sound(vec![warning.clone()], What::RedisSound, ""), [warning]);
    }

    #[test]
    fn spans_are_spoken() {
        let said = [0, 119, 120, 7_199, 7_200, 172_800].map(|seconds| spoken(Duration::from_secs(seconds)));
        assert_eq!(said, ["0 seconds", "119 seconds", "2 minutes", "119 minutes", "2 hours", "2 days"]);
        let (one, other) = (Timestamp::from_seconds(5), Timestamp::from_seconds(8));
        assert_eq!((apart(one, other), apart(other, one)), (Duration::from_secs(3), Duration::from_secs(3)));
    }
}
