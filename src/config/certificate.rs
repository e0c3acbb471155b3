//! Looks at a listener's certificate before anyone connects: it parses, its key fits, it is in date, it names the issuer.

use std::net::IpAddr;
use std::path::Path;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::listeners::Tls;
use super::reader::Reader;
use crate::domain::issuer::Issuer;
use crate::domain::time::Timestamp;

/// From how long before its end a certificate is worth a warning.
const SOON_DAYS: i64 = 14;
const SECONDS_A_DAY: i64 = 86_400;

/// A file that does not parse or a key that does not fit is a fault; a certificate out of date or with another name
/// is a warning, because a renewal may be on its way and is read without a restart.
pub(super) fn inspect(from: &mut Reader, group: &str, tls: &Tls, known_as: Option<KnownAs<'_>>, now: Timestamp) {
    let certificate_key = format!("{group}.certificate");
    let key_key = format!("{group}.key");
    let chain = read_all(&tls.certificate);
    let key = PrivateKeyDer::from_pem_file(&tls.key);
    if let Err(error) = &chain {
        from.refuse(&certificate_key, format!("expected a PEM file with a certificate: {error}"));
    }
    if let Err(error) = &key {
        from.refuse(&key_key, format!("expected a PEM file with a private key: {error}"));
    }
    let Ok(chain) = chain else { return };
    let Some((_, leaf)) = chain.first().and_then(|first| X509Certificate::from_der(first).ok()) else {
        from.refuse(&certificate_key, "expected an X.509 certificate first in the file");
        return;
    };
    if let Ok(key) = key {
        match rustls::crypto::ring::sign::any_supported_type(&key) {
            Err(_) => from.refuse(&key_key, "expected an RSA, P-256, P-384 or Ed25519 private key"),
            Ok(key) if key.public_key().is_some_and(|public| public.as_ref() != leaf.public_key().raw) => {
                from.refuse(&key_key, format!("expected the private key of the certificate in {certificate_key}"));
            }
            Ok(_) => {}
        }
    }
    warn_of_dates(from, &certificate_key, &leaf, now);
    if let Some(KnownAs { url, by }) = known_as
        && !names(&leaf, url.host())
    {
        from.warn(&certificate_key, format!("the certificate does not name {}, {by}", url.host()));
    }
}

/// What whoever connects to the listener knows it as.
pub(super) struct KnownAs<'a> {
    pub url: &'a Issuer,
    /// What its host is, in words.
    pub by: &'static str,
}

/// The certificates in a PEM file, of which there is at least one.
pub(super) fn read_all(path: &Path) -> Result<Vec<CertificateDer<'static>>, rustls_pki_types::pem::Error> {
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)?.collect::<Result<_, _>>()?;
    if chain.is_empty() { Err(rustls_pki_types::pem::Error::NoItemsFound) } else { Ok(chain) }
}

/// The certificates of authorities in a PEM file, of which there is at least one; a fault at `key` where there is none, or one
/// is no authority's.
pub(super) fn read_authorities(
    from: &mut Reader,
    key: &str,
    path: &Path,
    now: Timestamp,
) -> Vec<CertificateDer<'static>> {
    let read = read_all(path).unwrap_or_else(|error| {
        from.refuse(key, format!("expected a PEM file with certificates: {error}"));
        Vec::new()
    });
    for (at, certificate) in read.iter().enumerate() {
        match X509Certificate::from_der(certificate) {
            Ok((_, authority)) if authority.is_ca() => {
                if authority.validity().not_after.timestamp() < now.seconds() {
                    from.warn(key, format!("certificate {} has expired: {}", at + 1, authority.subject()));
                }
            }
            _ => from.refuse(key, format!("expected certificates of authorities: number {} is none", at + 1)),
        }
    }
    read
}

fn warn_of_dates(from: &mut Reader, key: &str, leaf: &X509Certificate<'_>, now: Timestamp) {
    let validity = leaf.validity();
    let left = validity.not_after.timestamp() - now.seconds();
    if left < 0 {
        from.warn(key, format!("the certificate expired on {}", date(validity.not_after.timestamp())));
    } else if left < SOON_DAYS * SECONDS_A_DAY {
        from.warn(key, format!("the certificate expires on {}", date(validity.not_after.timestamp())));
    }
    if validity.not_before.timestamp() > now.seconds() {
        from.warn(key, format!("the certificate is not valid before {}", date(validity.not_before.timestamp())));
    }
}

pub(super) fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| "an impossible date".to_owned(), |instant| instant.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// Whether the certificate's alternative names hold `host` (RFC 6125: a wildcard stands for one whole label; the
/// subject's common name counts for nothing).
fn names(leaf: &X509Certificate<'_>, host: &str) -> bool {
    let Ok(Some(alternatives)) = leaf.subject_alternative_name() else { return false };
    let address = host.parse::<IpAddr>().ok();
    alternatives.value.general_names.iter().any(|name| match (name, address) {
        (GeneralName::DNSName(pattern), None) => matches(&pattern.to_ascii_lowercase(), host),
        (GeneralName::IPAddress(bytes), Some(IpAddr::V4(address))) => **bytes == address.octets(),
        (GeneralName::IPAddress(bytes), Some(IpAddr::V6(address))) => **bytes == address.octets(),
        _ => false,
    })
}

fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest == parent),
        None => pattern == host,
    }
}
