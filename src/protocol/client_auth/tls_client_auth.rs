//! A certificate that an authority issued to the client: RFC 8705 §2.1.

use super::by_certificate::Unproven;
use crate::crypto::certificate::{CertificateName, TrustAnchors};
use crate::domain::certificate::ClientCertificate;
use crate::domain::client::CertificateSubject;
use crate::domain::time::Timestamp;

/// Proves the client whose certificates are issued to `subject`. Who issued it is asked first: a name says nothing before that.
///
/// # Errors
/// Why it is not proven, for the log: whoever asked is told no more than anybody.
pub fn verify(
    certificate: &ClientCertificate,
    subject: &CertificateSubject,
    authorities: &TrustAnchors,
    now: Timestamp,
) -> Result<(), Unproven> {
    authorities.verify(certificate, now)?;
    let name = CertificateName::new(subject).map_err(|_| Unproven::Registration)?;
    if name.is_of(certificate) { Ok(()) } else { Err(Unproven::AnotherSubject) }
}
