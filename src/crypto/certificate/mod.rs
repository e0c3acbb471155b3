//! Certificates: RFC 5280, of clients' programs as far as RFC 8705 needs it, and what citizens' ones are judged with.
//!
//! [`read`] takes a client's as it came and says no more than that it is one; [`TrustAnchors`] says who issued it, and
//! [`CertificateName`] to whom. None of them knows a client. Citizens' certificates are judged by `credentials::certificate`, by
//! its own policy: here are the signatures, keys and names that it asks about.

mod chain;
pub mod directory_string;
mod distinguished_name;
pub mod key;
mod name;
pub mod name_constraints;
mod possession;
pub mod signature;
mod vouched;

use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::domain::certificate::ClientCertificate;
use crate::domain::key_binding::Thumbprint;
use crate::domain::time::Timestamp;

pub use chain::{TrustAnchors, UnusableAuthority};
pub use distinguished_name::DistinguishedName;
pub use key::{KeyFault, KeyKind};
pub use name::{CertificateName, InvalidName};
pub use possession::{Hash, PossessionFault, Scheme, verify_possession};
pub use signature::{SignatureFault, Signed};
pub use vouched::{common_name, is_in_date, optional_extension, public_key};

/// More than any certificate of a program has; a request's head holds no more either.
pub const LONGEST: usize = 16 * 1024;
/// Between the certificate and an authority that is trusted.
pub const MOST_INTERMEDIATES: usize = 8;
/// Below that a key can be found out, and then whoever holds the certificate proves nothing.
const LEAST_RSA_BITS: usize = 2048;

/// Why nobody is known by a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    #[error("it is no X.509 certificate of version 3, or has an extension that must be understood and is not")]
    Malformed,
    #[error("it is longer than 16 KiB")]
    TooLong,
    #[error("more than 8 certificates came beside it")]
    TooManyIntermediates,
    #[error("its RSA key has fewer than 2048 bits")]
    WeakKey,
    #[error("it is not valid yet, or not any more")]
    OutOfDate,
    #[error("no authority that is trusted for clients issued it, or not for the authentication of clients")]
    Untrusted,
    #[error("its key is not for signatures")]
    KeyUsage,
}

/// Reads a certificate, and what came beside it to lead to its authority. Whether its key was proven is the caller's to know.
///
/// # Errors
/// `Malformed`, `TooLong`, `TooManyIntermediates` or `WeakKey`.
pub fn read(leaf: Vec<u8>, intermediates: Vec<Vec<u8>>) -> Result<ClientCertificate, CertificateFault> {
    if intermediates.len() > MOST_INTERMEDIATES {
        return Err(CertificateFault::TooManyIntermediates);
    }
    if leaf.len() > LONGEST || intermediates.iter().any(|certificate| certificate.len() > LONGEST) {
        return Err(CertificateFault::TooLong);
    }
    {
        let parsed = parse(&leaf)?;
        if let Ok(PublicKey::RSA(key)) = parsed.public_key().parsed()
            && key.key_size() < LEAST_RSA_BITS
        {
            return Err(CertificateFault::WeakKey);
        }
        // The reader that follows chains must take it for the same.
        EndEntityCert::try_from(&CertificateDer::from(leaf.as_slice())).map_err(|_| CertificateFault::Malformed)?;
    }
    let thumbprint = Thumbprint::from_bytes(sha256(&leaf));
    Ok(ClientCertificate { leaf, intermediates, thumbprint })
}

/// Whether `now` is within what the certificate says of itself.
///
/// # Errors
/// `OutOfDate`.
pub fn check_dates(certificate: &ClientCertificate, now: Timestamp) -> Result<(), CertificateFault> {
    let parsed = parse(&certificate.leaf)?;
    let validity = parsed.validity();
    let dates = validity.not_before.timestamp()..=validity.not_after.timestamp();
    if dates.contains(&now.seconds()) { Ok(()) } else { Err(CertificateFault::OutOfDate) }
}

/// When a certificate ends; `None` for what is none.
pub fn ends(der: &[u8]) -> Option<Timestamp> {
    parse(der).ok().map(|certificate| Timestamp::from_seconds(certificate.validity().not_after.timestamp()))
}

/// `x5t#S256` (RFC 8705 §3.1), as it stands in tokens.
pub fn thumbprint_text(thumbprint: &Thumbprint) -> String {
    base64url::encode(thumbprint.as_bytes())
}

/// The whole of `der`, and nothing after it.
///
/// # Errors
/// `Malformed`.
pub fn parse(der: &[u8]) -> Result<X509Certificate<'_>, CertificateFault> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(CertificateFault::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::domain::client::CertificateSubject;

    fn certificate() -> Vec<u8> {
        let params = CertificateParams::new(vec!["portal.example".to_owned()]).unwrap();
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn what_is_read_is_one_whole_certificate() {
        let whole = certificate();
        let read_back = read(whole.clone(), vec![whole.clone()]).unwrap();
        assert_eq!((&read_back.leaf, read_back.thumbprint.as_bytes()), (&whole, &sha256(&whole)));
        let refused = |leaf: Vec<u8>, beside: Vec<Vec<u8>>| read(leaf, beside).unwrap_err();
        assert_eq!(refused(Vec::new(), Vec::new()), CertificateFault::Malformed);
        assert_eq!(refused([&whole[..], b"\0"].concat(), Vec::new()), CertificateFault::Malformed);
        assert_eq!(refused(whole[..whole.len() - 1].to_vec(), Vec::new()), CertificateFault::Malformed);
        assert_eq!(refused([&whole[..], &whole].concat(), Vec::new()), CertificateFault::Malformed);
        assert_eq!(refused(vec![0x30; LONGEST + 1], Vec::new()), CertificateFault::TooLong);
        assert_eq!(refused(whole.clone(), vec![vec![0; LONGEST + 1]]), CertificateFault::TooLong);
        assert_eq!(refused(whole.clone(), vec![whole; 9]), CertificateFault::TooManyIntermediates);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_none_that_were_changed_are_trusted(at in any::<prop::sample::Index>(), byte: u8, cut in 0_usize..8) {
            let mut changed = certificate();
            let end = changed.len() - cut;
            changed.truncate(end);
            let at = at.index(changed.len());
            changed[at] ^= byte;
            let names = [
                CertificateSubject::Dn("CN=rcgen self signed cert".to_owned()),
                CertificateSubject::Dns("portal.example".to_owned()),
            ];
            if let Ok(read) = read(changed, Vec::new()) {
                let now = Timestamp::from_seconds(1_800_000_000);
                prop_assert!(TrustAnchors::default().verify(&read, now).is_err());
                let _ = check_dates(&read, now);
                for name in &names {
                    CertificateName::new(name).unwrap().is_of(&read);
                }
            }
        }
    }
}
