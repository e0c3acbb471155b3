//! `[webauthn.attestation]` and `[webauthn.metadata]`: what authenticators have to prove of their model, and who knows the models.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use toml::Value;
use url::Url;

use super::certificate;
use super::reader::Reader;
use super::value::{Setting, words};
use crate::domain::attestation::{Aaguid, AttestationPolicy, Unattested};
use crate::domain::time::Timestamp;

const POLICY: &str = "webauthn.attestation.policy";
const ROOT_FILE: &str = "webauthn.metadata.root_file";
const AN_HOUR: Duration = Duration::from_secs(3600);
const A_DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attestation {
    pub policy: AttestationPolicy,
    pub unattested: Unattested,
    /// The models that the operator knows.
    pub models: Vec<Aaguid>,
    /// Authorities of makers whose word the operator takes for those models.
    pub roots: Vec<CertificateDer<'static>>,
    pub metadata: MetadataSource,
}

/// Where the FIDO Metadata Service's BLOB comes from, and whose signature it has.
#[derive(Clone, PartialEq, Eq)]
pub struct MetadataSource {
    pub file: Option<PathBuf>,
    pub url: Option<Url>,
    pub roots: Vec<CertificateDer<'static>>,
    /// The common name of its signer's certificate.
    pub signer: String,
    /// Between two looks at `url`.
    pub refresh: Duration,
    /// For how long metadata that is overdue still vouches for what is new.
    pub grace: Duration,
}

impl Default for MetadataSource {
    fn default() -> Self {
        Self {
            file: None,
            url: None,
            roots: Vec::new(),
            signer: "mds.fidoalliance.org".to_owned(),
            refresh: A_DAY,
            grace: 30 * A_DAY,
        }
    }
}

impl MetadataSource {
    /// Whether there is any.
    pub const fn is_configured(&self) -> bool {
        self.file.is_some() || self.url.is_some()
    }
}

impl Attestation {
    pub(super) fn read(from: &mut Reader, now: Timestamp) -> Self {
        let default = Self::default();
        let attestation = Self {
            policy: from.value(POLICY, default.policy),
            unattested: from.value("webauthn.attestation.unattested", default.unattested),
            models: from.list("webauthn.attestation.models", Vec::new()),
            roots: authorities(from, "webauthn.attestation.roots_file", now),
            metadata: MetadataSource::read(from, now),
        };
        attestation.hold_together(from);
        attestation
    }

    fn hold_together(&self, from: &mut Reader) {
        let vouched = self.metadata.is_configured();
        match self.policy {
            AttestationPolicy::None if self.unattested == Unattested::Refused => from.refuse(
                "webauthn.attestation.unattested",
                format!("expected {POLICY} beside it: where nothing is asked for, nothing is attested"),
            ),
            AttestationPolicy::KnownModels if self.models.is_empty() => {
                from.refuse(POLICY, "expected webauthn.attestation.models beside it: the models that are known");
            }
            AttestationPolicy::KnownModels if self.roots.is_empty() && !vouched => from.refuse(
                POLICY,
                "expected webauthn.attestation.roots_file or webauthn.metadata beside it: by itself a model is what anybody \
                 can claim to be",
            ),
            AttestationPolicy::Metadata if !vouched => {
                from.refuse(POLICY, "expected webauthn.metadata.file or webauthn.metadata.url beside it");
            }
            _ => {}
        }
        if vouched && self.metadata.roots.is_empty() && !from.has_fault_at(ROOT_FILE) {
            from.refuse_unseen(
                ROOT_FILE,
                "expected a PEM file with the authority that issues the certificate of the metadata's signer",
            );
        }
    }
}

impl MetadataSource {
    fn read(from: &mut Reader, now: Timestamp) -> Self {
        let default = Self::default();
        Self {
            file: from.optional("webauthn.metadata.file"),
            url: from.optional("webauthn.metadata.url"),
            roots: authorities(from, ROOT_FILE, now),
            signer: from.value("webauthn.metadata.signer", default.signer),
            refresh: from.within("webauthn.metadata.refresh", default.refresh, AN_HOUR..=30 * A_DAY),
            grace: from.within("webauthn.metadata.grace", default.grace, Duration::ZERO..=365 * A_DAY),
        }
    }
}

fn authorities(from: &mut Reader, key: &str, now: Timestamp) -> Vec<CertificateDer<'static>> {
    match from.optional::<PathBuf>(key) {
        Some(path) => certificate::read_authorities(from, key, &path, now),
        None => Vec::new(),
    }
}

words!(
    AttestationPolicy,
    "\"none\", \"known_models\" or \"metadata\"",
    None = "none",
    KnownModels = "known_models",
    Metadata = "metadata"
);
words!(Unattested, "\"enrolled\" or \"refused\"", Enrolled = "enrolled", Refused = "refused");

impl Setting for Aaguid {
    const EXPECTED: &'static str = "an AAGUID, such as \"ee882879-721c-4913-9775-3dfcce97072a\"";

    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.trim().parse().ok()
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl fmt::Debug for Attestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attestation")
            .field("policy", &self.policy)
            .field("unattested", &self.unattested)
            .field("models", &self.models)
            .field("roots", &self.roots.len())
            .field("metadata", &self.metadata)
            .finish()
    }
}

impl fmt::Debug for MetadataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataSource")
            .field("file", &self.file)
            .field("url", &self.url)
            .field("roots", &self.roots.len())
            .field("signer", &self.signer)
            .field("refresh", &self.refresh)
            .field("grace", &self.grace)
            .finish()
    }
}
