//! One model: FIDO Metadata Service §3.1.1 (MetadataBLOBPayloadEntry), FIDO Metadata Statements §4.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use serde::Deserialize;
use serde_json::Value;

use super::status::Status;
use crate::crypto::certificate::{CertificateFault, TrustAnchors, is_in_date};
use crate::domain::attestation::Aaguid;
use crate::domain::time::Timestamp;

/// What is known of a model of authenticators.
#[derive(Debug)]
pub struct Model {
    pub aaguid: Aaguid,
    /// In English, as its maker wrote it.
    pub description: String,
    pub protection: KeyProtection,
    /// In the order in which they stand there.
    pub statuses: Vec<Status>,
    roots: Vec<CertificateDer<'static>>,
    anchors: TrustAnchors,
}

/// Where a model keeps its keys (FIDO Registry of Predefined Values §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyProtection {
    Hardware,
    /// In software, in both, or nowhere that it says.
    Other,
}

/// What is read of an entry; it has much more.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    aaguid: Option<Aaguid>,
    metadata_statement: Option<Statement>,
    status_reports: Vec<Report>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    aaguid: Option<Aaguid>,
    description: String,
    key_protection: Vec<String>,
    #[serde(default)]
    attestation_root_certificates: Vec<String>,
    /// Whether its keys may be in several devices; where it is left out they are not.
    multi_device_credential_support: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    status: String,
    effective_date: Option<String>,
}

/// What an entry turned out to be.
pub(super) enum Read {
    Model(Model),
    /// Of an authenticator that has no AAGUID.
    Other,
    /// With the model that it names, if it names one.
    Unreadable(Option<Aaguid>),
}

/// Reads an entry.
pub(super) fn read(entry: Value) -> Read {
    let named = entry.get("aaguid").and_then(Value::as_str).and_then(|aaguid| aaguid.parse().ok());
    if entry.get("aaguid").is_none() {
        return Read::Other;
    }
    match Entry::deserialize(entry).ok().and_then(Model::of) {
        Some(model) => Read::Model(model),
        None => Read::Unreadable(named),
    }
}

impl Model {
    fn of(entry: Entry) -> Option<Self> {
        let (aaguid, statement) = (entry.aaguid?, entry.metadata_statement?);
        if statement.aaguid.is_some_and(|own| own != aaguid) {
            return None;
        }
        let roots: Vec<CertificateDer<'static>> =
            statement.attestation_root_certificates.iter().filter_map(|root| certificate(root)).collect();
        // One that leads nowhere does not take the others with it.
        let usable: Vec<_> =
            roots.iter().filter(|root| TrustAnchors::new(std::slice::from_ref(*root)).is_ok()).cloned().collect();
        let says = |word: &str| statement.key_protection.iter().any(|protection| protection == word);
        let many_devices = statement.multi_device_credential_support.as_deref() == Some("implicit");
        Some(Self {
            aaguid,
            description: statement.description,
            protection: match says("hardware") && !says("software") && !many_devices {
                true => KeyProtection::Hardware,
                false => KeyProtection::Other,
            },
            statuses: entry
                .status_reports
                .into_iter()
                .map(|report| Status::new(report.status, report.effective_date))
                .collect(),
            anchors: TrustAnchors::new(&usable).ok()?,
            roots,
        })
    }

    /// The first of its statuses after which nothing that it says counts; each counts for good.
    pub fn distrusted(&self) -> Option<&Status> {
        self.statuses.iter().find(|status| status.ends_trust())
    }

    /// How many certificates vouch for it.
    pub fn roots(&self) -> usize {
        self.roots.len()
    }

    /// Whether `leaf`, in DER, is the certificate of such an authenticator: issued by one of the model's roots, or one of them
    /// itself.
    ///
    /// # Errors
    /// What is wrong with the chain.
    pub fn vouches_for(&self, leaf: &[u8], intermediates: &[&[u8]], now: Timestamp) -> Result<(), CertificateFault> {
        if self.roots.iter().any(|root| root.as_ref() == leaf) {
            return if is_in_date(leaf, now) { Ok(()) } else { Err(CertificateFault::OutOfDate) };
        }
        self.anchors.issued(leaf, intermediates, now)
    }
}

/// Base64 of DER; some entries have line breaks in it.
fn certificate(text: &str) -> Option<CertificateDer<'static>> {
    let plain: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(plain).ok().map(CertificateDer::from)
}
