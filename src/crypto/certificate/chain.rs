//! Whether an authority that is trusted for clients issued a certificate: RFC 5280 §6, RFC 8705 §2.1.

use std::fmt;
use std::time::Duration;

use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, KeyUsage,
    anchor_from_trusted_cert,
};

use super::{CertificateFault, MOST_INTERMEDIATES, parse};
use crate::domain::certificate::ClientCertificate;
use crate::domain::time::Timestamp;

/// The authorities whose certificates clients may prove themselves with.
#[derive(Clone, Default)]
pub struct TrustAnchors(Vec<TrustAnchor<'static>>);

/// A certificate that is no authority's; it is the one at this place of those given, from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("certificate {0} is no authority's")]
pub struct UnusableAuthority(pub usize);

impl TrustAnchors {
    /// # Errors
    /// Where one of them is not the certificate of an authority.
    pub fn new(authorities: &[CertificateDer<'static>]) -> Result<Self, UnusableAuthority> {
        let anchors = authorities.iter().enumerate().map(|(at, authority)| {
            let anchor = anchor_from_trusted_cert(authority).map_err(|_| UnusableAuthority(at + 1))?;
            Ok(anchor.to_owned())
        });
        anchors.collect::<Result<_, _>>().map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Proves that one of these authorities issued the certificate, for a client's authentication, and that every certificate
    /// on the way is in date at `now`. Of revocation nothing is asked: a client that lost its key gets another registration.
    ///
    /// # Errors
    /// `OutOfDate`, `KeyUsage`, or `Untrusted` for everything else.
    pub fn verify(&self, certificate: &ClientCertificate, now: Timestamp) -> Result<(), CertificateFault> {
        let intermediates: Vec<&[u8]> = certificate.intermediates.iter().map(Vec::as_slice).collect();
        self.follow(&certificate.leaf, &intermediates, now, KeyUsage::client_auth())
    }

    /// Proves that one of these authorities issued `leaf`, in DER, whose key signs, whatever it signs; otherwise as
    /// [`verify`](Self::verify). What the certificate may be used for is the caller's to ask.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and `TooManyIntermediates`.
    pub fn issued(&self, leaf: &[u8], intermediates: &[&[u8]], now: Timestamp) -> Result<(), CertificateFault> {
        if intermediates.len() > MOST_INTERMEDIATES {
            return Err(CertificateFault::TooManyIntermediates);
        }
        self.follow(leaf, intermediates, now, WhateverFor)
    }

    fn follow(
        &self,
        leaf_der: &[u8],
        intermediates: &[&[u8]],
        now: Timestamp,
        usage: impl ExtendedKeyUsageValidator,
    ) -> Result<(), CertificateFault> {
        let leaf = CertificateDer::from(leaf_der);
        let intermediates: Vec<_> = intermediates.iter().map(|one| CertificateDer::from(*one)).collect();
        let seconds = u64::try_from(now.seconds()).map_err(|_| CertificateFault::OutOfDate)?;
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let leaf = EndEntityCert::try_from(&leaf).map_err(|_| CertificateFault::Malformed)?;
        leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &self.0, &intermediates, now, usage, None, None).map_err(
            |error| match error {
                Error::CertExpired { .. } | Error::CertNotValidYet { .. } => CertificateFault::OutOfDate,
                _ => CertificateFault::Untrusted,
            },
        )?;
        // The reader of chains does not ask what the key is for.
        let parsed = parse(leaf_der)?;
        match parsed.key_usage() {
            Ok(None) => Ok(()),
            Ok(Some(usage)) if usage.value.digital_signature() => Ok(()),
            Ok(Some(_)) | Err(_) => Err(CertificateFault::KeyUsage),
        }
    }
}

/// Extended key usages are not looked at.
struct WhateverFor;

impl ExtendedKeyUsageValidator for WhateverFor {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

impl fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TrustAnchors").field(&self.0.len()).finish()
    }
}
