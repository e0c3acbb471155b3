//! A certificate and its issuer, as far as revocation is about them.

use std::fmt;

use url::Url;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};

use crate::crypto::certificate::parse;
use crate::crypto::hash::sha256;
use crate::domain::revocation::{CertificateId, SerialNumber};

/// Of each kind, those that a certificate may name: more is no address, it is a way to keep us busy.
const MOST_ADDRESSES: usize = 4;

/// Whose certificate it is, which says which lists it may be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Citizen,
    Authority,
}

/// A certificate that may be revoked.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    pub id: CertificateId,
    pub role: Role,
    pub issuer: Issuer,
    /// The contents of the INTEGER.
    pub(super) serial: Vec<u8>,
    /// What names its lists (RFC 5280 §4.2.1.13), as it stands there.
    pub(super) list_points: Vec<String>,
    responders: Vec<Url>,
}

/// Who issued a certificate, and signs what is said of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Its `Name`, DER.
    pub name: Vec<u8>,
    /// Its `SubjectPublicKeyInfo`, DER.
    pub key: Vec<u8>,
    /// The bits of its key, which OCSP names issuers by.
    pub key_bits: Vec<u8>,
    /// Whether its certificate lets it sign lists: `cRLSign`, or no key usage at all (RFC 5280 §6.3.3 (f)).
    pub signs_lists: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableSubject {
    #[error("it, or its issuer, is no certificate")]
    Malformed,
    #[error("its serial number has more than 20 octets, which no issuer may give (RFC 5280 §4.1.2.2)")]
    SerialNumber,
}

impl Subject {
    /// The caller knows that `issuer` issued `certificate`, and that both are trusted.
    pub(super) fn read(certificate: &[u8], issuer: &[u8], role: Role) -> Result<Self, UnreadableSubject> {
        let certificate = parse(certificate).map_err(|_| UnreadableSubject::Malformed)?;
        let issuer = Issuer::read(&parse(issuer).map_err(|_| UnreadableSubject::Malformed)?);
        let serial = certificate.raw_serial().to_vec();
        let number = SerialNumber::from_integer(&serial).map_err(|_| UnreadableSubject::SerialNumber)?;
        Ok(Self {
            id: CertificateId { issuer_key: issuer.key_hash(), serial: number },
            role,
            issuer,
            serial,
            list_points: list_points(&certificate),
            responders: responders(&certificate),
        })
    }

    /// The responders that it names itself (RFC 5280 §4.2.2.1).
    pub fn responders(&self) -> &[Url] {
        &self.responders
    }

    /// The addresses of the lists that it names itself.
    pub fn lists(&self) -> Vec<Url> {
        self.list_points.iter().filter_map(|point| address(point)).take(MOST_ADDRESSES).collect()
    }
}

impl Issuer {
    pub(super) fn read(certificate: &X509Certificate<'_>) -> Self {
        let key = certificate.public_key();
        Self {
            name: certificate.subject().as_raw().to_vec(),
            key: key.raw.to_vec(),
            key_bits: key.subject_public_key.as_ref().to_vec(),
            signs_lists: match certificate.key_usage() {
                Ok(None) => true,
                Ok(Some(usage)) => usage.value.crl_sign(),
                Err(_) => false,
            },
        }
    }

    /// What it is known by here: two issuers of the same name have different keys.
    pub fn key_hash(&self) -> [u8; 32] {
        sha256(&self.key)
    }
}

fn list_points(certificate: &X509Certificate<'_>) -> Vec<String> {
    let points = certificate.extensions().iter().filter_map(|extension| match extension.parsed_extension() {
        ParsedExtension::CRLDistributionPoints(points) => Some(points),
        _ => None,
    });
    // A point whose list somebody else signs, or holds some reasons only, says nothing that is asked for here.
    let own =
        points.flat_map(|points| points.iter()).filter(|point| point.reasons.is_none() && point.crl_issuer.is_none());
    let names = own.filter_map(|point| match &point.distribution_point {
        Some(DistributionPointName::FullName(names)) => Some(names),
        _ => None,
    });
    let uris = names.flatten().filter_map(|name| match name {
        GeneralName::URI(uri) => Some((*uri).to_owned()),
        _ => None,
    });
    uris.collect()
}

fn responders(certificate: &X509Certificate<'_>) -> Vec<Url> {
    let accesses = certificate.extensions().iter().filter_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => Some(access),
        _ => None,
    });
    let descriptions = accesses.flat_map(|access| access.accessdescs.iter());
    let named = descriptions.filter(|description| description.access_method.to_id_string() == AD_OCSP);
    let addresses = named.filter_map(|description| match &description.access_location {
        GeneralName::URI(uri) => address(uri),
        _ => None,
    });
    addresses.take(MOST_ADDRESSES).collect()
}

/// `id-ad-ocsp` (RFC 5280 §4.2.2.1).
const AD_OCSP: &str = "1.3.6.1.5.5.7.48.1";

/// Directories (LDAP) are not asked: https and http are.
fn address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"))
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({:?}, {:?})", self.role, self.id.serial)
    }
}
