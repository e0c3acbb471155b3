//! Whom a certificate was issued to: RFC 8705 §2.1.2, RFC 5280 §4.2.1.6.

use std::net::IpAddr;

use x509_parser::prelude::GeneralName;

use super::{DistinguishedName, parse};
use crate::domain::certificate::ClientCertificate;
use crate::domain::client::CertificateSubject;

/// A registered subject that certificates can be held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateName(Name);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Distinguished(DistinguishedName),
    Dns(String),
    Uri(String),
    Ip(IpAddr),
    Email { local: String, host: String },
}

/// The sentence says what is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    #[error(transparent)]
    Distinguished(#[from] super::distinguished_name::InvalidDistinguishedName),
    #[error("expected the name of a host, such as portal.example.gov, without a wildcard")]
    Dns,
    #[error("expected a URI as it stands in the certificate, such as https://portal.example.gov/client, in ASCII")]
    Uri,
    #[error("expected an e-mail address as it stands in the certificate, such as portal@example.gov, in ASCII")]
    Email,
}

impl CertificateName {
    /// # Errors
    /// Where no certificate could be issued to it.
    pub fn new(subject: &CertificateSubject) -> Result<Self, InvalidName> {
        let plain =
            |text: &str| !text.is_empty() && text.len() <= 2048 && text.bytes().all(|byte| byte.is_ascii_graphic());
        Ok(Self(match subject {
            CertificateSubject::Dn(text) => Name::Distinguished(text.parse()?),
            CertificateSubject::Dns(name) => Name::Dns(is_host(name).then(|| name.clone()).ok_or(InvalidName::Dns)?),
            CertificateSubject::Uri(uri) => {
                let is_uri = plain(uri) && uri.contains(':');
                Name::Uri(is_uri.then(|| uri.clone()).ok_or(InvalidName::Uri)?)
            }
            CertificateSubject::Ip(address) => Name::Ip(*address),
            CertificateSubject::Email(address) => {
                let parts = address.rsplit_once('@').filter(|(local, host)| plain(local) && is_host(host));
                let (local, host) = parts.ok_or(InvalidName::Email)?;
                Name::Email { local: local.to_owned(), host: host.to_owned() }
            }
        }))
    }

    /// Whether the certificate was issued to it. Its common name is part of its distinguished name and nothing else.
    pub fn is_of(&self, certificate: &ClientCertificate) -> bool {
        let Ok(parsed) = parse(&certificate.leaf) else { return false };
        if let Name::Distinguished(name) = &self.0 {
            return name.names(parsed.subject());
        }
        let Ok(Some(alternatives)) = parsed.subject_alternative_name() else { return false };
        alternatives.value.general_names.iter().any(|name| self.is_alternative(name))
    }

    fn is_alternative(&self, name: &GeneralName<'_>) -> bool {
        match (&self.0, name) {
            // A wildcard stands for hosts that are connected to, not for who connects.
            (Name::Dns(own), GeneralName::DNSName(name)) => own.eq_ignore_ascii_case(name),
            (Name::Uri(own), GeneralName::URI(uri)) => own == uri,
            (Name::Ip(IpAddr::V4(own)), GeneralName::IPAddress(bytes)) => own.octets() == **bytes,
            (Name::Ip(IpAddr::V6(own)), GeneralName::IPAddress(bytes)) => own.octets() == **bytes,
            (Name::Email { local, host }, GeneralName::RFC822Name(address)) => address
                .rsplit_once('@')
                .is_some_and(|(its_local, its_host)| its_local == local && its_host.eq_ignore_ascii_case(host)),
            _ => false,
        }
    }
}

/// Labels of letters, digits, hyphens and underscores between dots.
fn is_host(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(label)
}
