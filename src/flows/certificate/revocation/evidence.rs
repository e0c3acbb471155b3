//! What is kept of a revocation check, so that it can be shown years later why somebody was let in or refused.

use crate::credentials::certificate::revocation::SignedBy;
use crate::crypto::base64url;
use crate::crypto::hash::Sha256;
use crate::domain::revocation::{CertificateId, Revoked};
use crate::domain::time::Timestamp;
use crate::flows::audit::EventBuilder;

/// How a certificate stands with its authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    Revoked(Revoked),
    /// Its authority does not know it.
    Unknown,
    /// Nobody who may answer has.
    Unavailable,
}

impl Standing {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked(revoked) if revoked.is_final() => "revoked",
            Self::Revoked(_) => "on_hold",
            Self::Unknown => "unknown",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Ocsp,
    List,
    /// It was revoked before, and that is remembered.
    Memory,
    Nowhere,
}

impl Origin {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ocsp => "ocsp",
            Self::List => "crl",
            Self::Memory => "memory",
            Self::Nowhere => "none",
        }
    }
}

/// What was found out about one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub certificate: CertificateId,
    pub standing: Standing,
    pub origin: Origin,
    /// It was found out for an earlier sign-in.
    pub kept: bool,
    /// What was answered, where somebody did.
    pub said: Option<Said>,
    /// The hosts that were asked before, each with what was wrong.
    pub tried: Vec<String>,
}

/// An answer that counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub host: String,
    /// SHA-256 of the answer, or of the list.
    pub hash: [u8; 32],
    pub produced_at: Timestamp,
    pub this_update: Timestamp,
    pub next_update: Option<Timestamp>,
    pub signed_by: SignedBy,
}

impl Finding {
    /// What an event says of it. The certificate is there as a hash of its issuer's key and its number: who holds the certificate can
    /// tell that it is the one, and nobody can tell whose it is.
    #[must_use]
    pub fn attach(&self, event: EventBuilder) -> EventBuilder {
        let event = event
            .with("revocation", self.standing.as_str())
            .with("revocation_source", self.origin.as_str())
            .with("revocation_certificate", self.certificate_hash());
        let event = match self.standing {
            Standing::Revoked(revoked) => {
                event.with("revoked_at", revoked.at.seconds()).with("revocation_reason", revoked.reason.as_str())
            }
            _ => event,
        };
        let event = match &self.said {
            None => event,
            Some(said) => said.attach(event),
        };
        let event = if self.kept { event.with("revocation_kept", true) } else { event };
        if self.tried.is_empty() { event } else { event.with("revocation_tried", self.tried.join("; ")) }
    }

    /// One line, for the certificates of authorities on the way.
    pub fn line(&self) -> String {
        let hash = self.said.as_ref().map(|said| base64url::encode(&said.hash)).unwrap_or_default();
        format!("{} {} {hash}", self.standing.as_str(), self.origin.as_str())
    }

    /// For whoever looks at one certificate: who said what of it, and who did not answer before.
    pub fn described(&self) -> String {
        let by = self.said.as_ref().map(|said| format!(" at {}", said.host)).unwrap_or_default();
        let tried: String = self.tried.iter().map(|tried| format!("; before, {tried}")).collect();
        format!("{} ({}{by}){tried}", self.standing.as_str(), self.origin.as_str())
    }

    fn certificate_hash(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(&self.certificate.issuer_key);
        hash.update(self.certificate.serial.as_bytes());
        base64url::encode(&hash.finish())
    }
}

impl Said {
    fn attach(&self, event: EventBuilder) -> EventBuilder {
        let by = match self.signed_by {
            SignedBy::Issuer => "issuer".to_owned(),
            SignedBy::Delegate { serial, .. } => format!("delegate {serial:?}"),
        };
        let event = event
            .with("revocation_host", &self.host)
            .with("revocation_answer", base64url::encode(&self.hash))
            .with("revocation_signed_by", by)
            .with("revocation_produced_at", self.produced_at.seconds())
            .with("revocation_this_update", self.this_update.seconds());
        match self.next_update {
            Some(next) => event.with("revocation_next_update", next.seconds()),
            None => event,
        }
    }
}
