//! Who may answer for an issuer: itself, or whom it delegated that to. RFC 6960 §4.2.2.2.

use x509_ocsp::ResponderId;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;

use der::Encode;

use super::subject::Issuer;
use crate::crypto::certificate::{KeyFault, KeyKind, SignatureFault, Signed, parse};
use crate::crypto::hash::sha1_identifier;
use crate::domain::revocation::SerialNumber;
use crate::domain::time::Timestamp;

/// Who signed an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    Issuer,
    Delegate {
        serial: SerialNumber,
        /// Its certificate does not say that nobody needs to ask whether it was revoked (`ocsp-nocheck`, §4.2.2.2.1).
        revocable: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DelegateFault {
    #[error("nobody whom the answer names signed it: neither the certificate's issuer nor a certificate in the answer")]
    Nobody,
    #[error("the responder's certificate was issued by another authority than the certificate")]
    OtherIssuer,
    #[error("the responder's certificate was not issued by whom it names: {0}")]
    NotIssued(SignatureFault),
    #[error("the responder's certificate is out of date")]
    OutOfDate,
    #[error("the responder's certificate is not for signing OCSP answers")]
    Purpose,
    #[error("the responder's certificate has a key that may not sign, or a critical extension that nobody knows")]
    KeyUsage,
    #[error("the responder's certificate cannot be used: {0}")]
    Key(#[from] KeyFault),
}

/// The key (a `SubjectPublicKeyInfo`) that the answer must be signed by, and whose it is. `beside` are the certificates that came
/// with the answer, DER each.
pub(super) fn find(
    named: &ResponderId,
    issuer: &Issuer,
    beside: &[&[u8]],
    now: Timestamp,
) -> Result<(Vec<u8>, SignedBy), DelegateFault> {
    if is_named(named, &issuer.name, &issuer.key_bits) {
        return Ok((issuer.key.clone(), SignedBy::Issuer));
    }
    for der in beside {
        let Ok(delegate) = parse(der) else { continue };
        let key = delegate.public_key();
        if is_named(named, delegate.subject().as_raw(), key.subject_public_key.as_ref()) {
            let by = check(der, &delegate, issuer, now)?;
            return Ok((key.raw.to_vec(), by));
        }
    }
    Err(DelegateFault::Nobody)
}

fn is_named(named: &ResponderId, name: &[u8], key_bits: &[u8]) -> bool {
    match named {
        ResponderId::ByName(by_name) => by_name.to_der().is_ok_and(|by_name| by_name == name),
        ResponderId::ByKey(by_key) => by_key.as_bytes() == sha1_identifier(key_bits),
    }
}

/// The issuer of the certificate that is asked about must itself have issued the delegate's: nobody above it, nobody beside it.
fn check(
    der: &[u8],
    delegate: &X509Certificate<'_>,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<SignedBy, DelegateFault> {
    if delegate.issuer().as_raw() != issuer.name {
        return Err(DelegateFault::OtherIssuer);
    }
    let signed = Signed::read(der).map_err(DelegateFault::NotIssued)?;
    signed.verify(&issuer.key).map_err(DelegateFault::NotIssued)?;
    let dates = delegate.validity();
    if !(dates.not_before.timestamp()..=dates.not_after.timestamp()).contains(&now.seconds()) {
        return Err(DelegateFault::OutOfDate);
    }
    KeyKind::of(delegate.public_key())?;
    // Any purpose is not this one: it must be said.
    match delegate.extended_key_usage() {
        Ok(Some(usage)) if usage.value.ocsp_signing => {}
        _ => return Err(DelegateFault::Purpose),
    }
    match delegate.key_usage() {
        Ok(None) => {}
        Ok(Some(usage)) if usage.value.digital_signature() || usage.value.non_repudiation() => {}
        _ => return Err(DelegateFault::KeyUsage),
    }
    let known = |parsed: &ParsedExtension<'_>| {
        matches!(
            parsed,
            ParsedExtension::BasicConstraints(_)
                | ParsedExtension::KeyUsage(_)
                | ParsedExtension::ExtendedKeyUsage(_)
                | ParsedExtension::CertificatePolicies(_)
                | ParsedExtension::SubjectAlternativeName(_)
        )
    };
    let mut extensions = delegate.extensions().iter();
    if extensions.clone().any(|extension| {
        extension.critical && extension.oid.to_id_string() != NO_CHECK && !known(extension.parsed_extension())
    }) {
        return Err(DelegateFault::KeyUsage);
    }
    let serial = SerialNumber::from_integer(delegate.raw_serial()).map_err(|_| DelegateFault::KeyUsage)?;
    let revocable = !extensions.any(|extension| extension.oid.to_id_string() == NO_CHECK);
    Ok(SignedBy::Delegate { serial, revocable })
}

/// `id-pkix-ocsp-nocheck`.
const NO_CHECK: &str = "1.3.6.1.5.5.7.48.1.5";
