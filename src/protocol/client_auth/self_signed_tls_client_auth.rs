//! A certificate that the client publishes itself, in its key set: RFC 8705 §2.2.

use super::by_certificate::Unproven;
use crate::crypto::certificate::check_dates;
use crate::crypto::jwk_set::JwkSet;
use crate::domain::certificate::ClientCertificate;
use crate::domain::time::Timestamp;

/// Proves the client whose key set holds the certificate, as the first of an `x5c`. The whole certificate is compared; who issued
/// it and to whom says nothing. `None` where it is not there: the set may be an old one.
///
/// # Errors
/// Where it is there and is out of date, which its own owner decided.
pub fn verify(certificate: &ClientCertificate, keys: &JwkSet, now: Timestamp) -> Result<Option<()>, Unproven> {
    if !keys.certificates().any(|own| own == certificate.leaf) {
        return Ok(None);
    }
    check_dates(certificate, now)?;
    Ok(Some(()))
}
