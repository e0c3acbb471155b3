//! What the two methods with a certificate have in common: RFC 8705 §2.

use crate::crypto::certificate::CertificateFault;

/// Why a certificate does not prove the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    #[error("the connection came without a certificate")]
    NoCertificate,
    #[error("the certificate cannot be used: {0}")]
    Fault(#[from] CertificateFault),
    #[error("the certificate was issued to somebody else")]
    AnotherSubject,
    #[error("the certificate is in none of the client's keys (x5c)")]
    NotPublished,
    #[error("what the client registered is no name that a certificate could have")]
    Registration,
}
