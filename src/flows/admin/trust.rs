//! What becomes of one certificate here, step by step, and until when the authorities of the trust folder hold.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::AdminError;
use crate::config::Settings;
use crate::credentials::certificate::{Holder, Named, Presented, Refusal, TrustStore, TrustedChain, UnusableAuthority};
use crate::domain::time::Timestamp;
use crate::flows::certificate::revocation::Revocation;

pub use crate::credentials::certificate::{Role, Source, Standing, Step};
pub use crate::flows::certificate::revocation::{Checked, Verdict};

/// What every step but revocation says of a certificate.
#[derive(Debug)]
pub struct Examination {
    /// As the certificates name their issuers.
    pub way: Vec<Named>,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    /// No authority of the folder vouches for it.
    Untrusted { refusal: Refusal, step: Step },
    /// One does; whose it is may be another question.
    Trusted { chain: Box<TrustedChain>, holder: Result<Holder, Refusal> },
}

/// The authorities of the trust folder.
///
/// # Errors
/// Where a certificate of one cannot be read.
pub fn store(settings: &Settings) -> Result<TrustStore, UnusableAuthority> {
    TrustStore::new(settings.certificates.authorities.clone())
}

/// The certificates of a file, PEM or one in DER. The first is the citizen's.
///
/// # Errors
/// Where there is none in it.
pub fn read(file: &[u8]) -> Result<Presented, rustls_pki_types::pem::Error> {
    // A SEQUENCE: what begins a certificate, and no text.
    if file.first() == Some(&0x30) {
        return Ok(Presented { leaf: file.to_vec(), intermediates: Vec::new() });
    }
    let mut certificates = CertificateDer::pem_slice_iter(file)
        .map(|certificate| certificate.map(|certificate| certificate.to_vec()))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter();
    let leaf = certificates.next().ok_or(rustls_pki_types::pem::Error::NoItemsFound)?;
    Ok(Presented { leaf, intermediates: certificates.collect() })
}

/// What a sign-in would decide on it, but for revocation.
pub fn examine(trust: &TrustStore, settings: &Settings, presented: &Presented, now: Timestamp) -> Examination {
    let outcome = match trust.prove(presented, now) {
        Err(refusal) => Outcome::Untrusted { step: refusal.step(), refusal },
        Ok(chain) => Outcome::Trusted { holder: chain.holder(&settings.national_id), chain: Box::new(chain) },
    };
    Examination { way: trust.named_way(presented), outcome }
}

/// Asks whether a trusted certificate was revoked. What is said of it is remembered, as at a sign-in.
///
/// # Errors
/// Where the identity store cannot be asked.
pub async fn ask(revocation: &Revocation, chain: &TrustedChain) -> Result<Checked, AdminError> {
    Ok(revocation.check(chain).await?)
}
