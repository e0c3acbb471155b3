//! A certificate revocation list: RFC 5280 §5 and §6.3, complete lists that the certificates' own issuer signs.

use std::fmt;
use std::time::Duration;

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use x509_cert::ext::pkix::crl::CrlReason;
use x509_cert::ext::pkix::crl::dp::IssuingDistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::time::Time;

use super::dates::{self, DatesFault};
use super::ocsp::sequence;
use super::subject::{Issuer, Role, Subject};
use crate::crypto::certificate::{SignatureFault, Signed};
use crate::crypto::hash::sha256;
use crate::domain::revocation::{ListEdition, Reason, Revoked, SerialNumber, Status};
use crate::domain::time::Timestamp;

/// A list that its issuer signed. Whether it is in date, and about a certificate, is asked each time that it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct RevocationList {
    pub edition: ListEdition,
    pub next_update: Timestamp,
    /// SHA-256 of the whole list.
    pub hash: [u8; 32],
    scope: Scope,
    /// In the order of their numbers.
    entries: Vec<Entry>,
}

/// Which certificates of its issuer a list is about (RFC 5280 §5.2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Scope {
    of: Option<Role>,
    /// Only those that name one of these addresses as their list's, where there are any.
    points: Option<Vec<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    serial: SerialNumber,
    at: i64,
    reason: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    #[error("is no certificate revocation list of version 2")]
    Malformed,
    #[error("is signed by another authority than the one that issued the certificate")]
    OtherIssuer,
    #[error("is signed by an authority that may not sign lists")]
    KeyUsage,
    #[error("has a signature that proves nothing: {0}")]
    Signature(#[from] SignatureFault),
    #[error("has a critical extension that nobody knows")]
    CriticalExtension,
    #[error("is a list of changes to another one, which is not asked for")]
    Delta,
    #[error("holds certificates of other issuers, or of some reasons only")]
    Partial,
    #[error("is not about such a certificate")]
    OtherScope,
    #[error("has no number")]
    NoNumber,
    #[error("does not say when the next one comes")]
    NoNextUpdate,
    #[error("{0}")]
    Dates(#[from] DatesFault),
    #[error("is older than one that was seen before")]
    RolledBack,
}

impl RevocationList {
    /// Reads a list of `issuer`'s.
    ///
    /// # Errors
    /// Why it is none, or says nothing that counts at `now`.
    pub fn read(der: &[u8], issuer: &Issuer, now: Timestamp) -> Result<Self, ListFault> {
        let signed = Signed::read(der).map_err(|_| ListFault::Malformed)?;
        let mut parts = sequence(signed.message).map_err(malformed)?;
        let head = Head::read(&mut parts, &signed).map_err(malformed)??;
        if head.issuer != issuer.name {
            return Err(ListFault::OtherIssuer);
        }
        if !issuer.signs_lists {
            return Err(ListFault::KeyUsage);
        }
        // Before a list of megabytes is read it is known who speaks.
        signed.verify(&issuer.key)?;
        let (entries, extensions) = rest(&mut parts).map_err(malformed)?;
        let (number, scope, scope_bytes) = read_extensions(&extensions)?;
        let entries = read_entries(entries)?;
        let list = Self {
            edition: ListEdition {
                issuer_key: issuer.key_hash(),
                scope: sha256(&scope_bytes),
                number,
                issued_at: head.this_update,
            },
            next_update: head.next_update,
            hash: sha256(der),
            scope,
            entries,
        };
        list.check_dates(now)?;
        Ok(list)
    }

    /// Whether it is in date.
    ///
    /// # Errors
    /// Where it is not yet, or not any more.
    pub fn check_dates(&self, now: Timestamp) -> Result<(), ListFault> {
        Ok(dates::check(self.edition.issued_at, Some(self.next_update), now)?)
    }

    /// What it says of a certificate at `now`. One that is not on it is good.
    ///
    /// # Errors
    /// Where it is out of date, or about other certificates.
    pub fn status(&self, subject: &Subject, now: Timestamp) -> Result<Status, ListFault> {
        if self.edition.issuer_key != subject.id.issuer_key {
            return Err(ListFault::OtherIssuer);
        }
        let in_scope = self.scope.of.is_none_or(|role| role == subject.role)
            && self
                .scope
                .points
                .as_ref()
                .is_none_or(|points| points.iter().any(|point| subject.list_points.contains(point)));
        if !in_scope {
            return Err(ListFault::OtherScope);
        }
        let revoked = self.revoked(subject.id.serial);
        if let Some(revoked) = revoked.filter(|revoked| revoked.is_final()) {
            return Ok(Status::Revoked(revoked));
        }
        self.check_dates(now)?;
        Ok(revoked.map_or(Status::Good, Status::Revoked))
    }

    /// The entry of a certificate, whatever the list's date and scope: of several, the one that nothing ends.
    pub fn revoked(&self, serial: SerialNumber) -> Option<Revoked> {
        let start = self.entries.partition_point(|entry| entry.serial < serial);
        let own = self.entries.iter().skip(start).take_while(|entry| entry.serial == serial);
        own.map(Entry::revoked).max_by_key(|revoked| revoked.is_final())
    }

    /// How many certificates are on it: what it costs to keep.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Entry {
    fn revoked(&self) -> Revoked {
        let reason = Reason::from_code(self.reason).unwrap_or(Reason::Unspecified);
        Revoked { at: Timestamp::from_seconds(self.at), reason }
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevocationList({:?}, {} certificates)", self.edition.number, self.entries.len())
    }
}

struct Head<'a> {
    issuer: &'a [u8],
    this_update: Timestamp,
    next_update: Timestamp,
}

impl<'a> Head<'a> {
    fn read(parts: &mut SliceReader<'a>, signed: &Signed<'_>) -> Result<Result<Self, ListFault>, der::Error> {
        // Version 2 is written as 1; lists of version 1 have no extensions, so nothing that tells an old one from a new one.
        if !parts.peek_tag().is_ok_and(|tag| tag == Tag::Integer) || u8::decode(parts)? != 1 {
            return Ok(Err(ListFault::Malformed));
        }
        let algorithm = AnyRef::decode(parts)?;
        if algorithm.tag() != Tag::Sequence || algorithm.value() != signed.algorithm {
            return Ok(Err(ListFault::Malformed));
        }
        let issuer = parts.tlv_bytes()?;
        let this_update = seconds(Time::decode(parts)?.to_unix_duration());
        let dated = parts.peek_tag().is_ok_and(|tag| matches!(tag, Tag::UtcTime | Tag::GeneralizedTime));
        if !dated {
            return Ok(Err(ListFault::NoNextUpdate));
        }
        let next_update = seconds(Time::decode(parts)?.to_unix_duration());
        Ok(Ok(Self { issuer, this_update, next_update }))
    }
}

/// The entries, not read yet, and the list's extensions.
fn rest<'a>(parts: &mut SliceReader<'a>) -> Result<(Option<&'a [u8]>, Extensions), der::Error> {
    let entries = match parts.peek_tag() {
        Ok(Tag::Sequence) => Some(parts.tlv_bytes()?),
        _ => None,
    };
    if parts.is_finished() {
        return Ok((entries, Vec::new()));
    }
    let tagged = AnyRef::decode(parts)?;
    let expected = Tag::ContextSpecific { constructed: true, number: TagNumber::N0 };
    if tagged.tag() != expected || !parts.is_finished() {
        return Err(tagged.tag().value_error());
    }
    Ok((entries, Extensions::from_der(tagged.value())?))
}

/// The list's number, its scope, and what of the list says so.
fn read_extensions(extensions: &[Extension]) -> Result<(SerialNumber, Scope, Vec<u8>), ListFault> {
    let (mut number, mut scope) = (None, None);
    for extension in extensions {
        let value = extension.extn_value.as_bytes();
        match extension.extn_id {
            CRL_NUMBER => {
                let integer = AnyRef::from_der(value).map_err(malformed)?;
                integer.tag().assert_eq(Tag::Integer).map_err(malformed)?;
                let read = SerialNumber::from_integer(integer.value()).map_err(|_| ListFault::Malformed)?;
                if number.replace(read).is_some() {
                    return Err(ListFault::Malformed);
                }
            }
            ISSUING_DISTRIBUTION_POINT => {
                let read = Scope::read(&IssuingDistributionPoint::from_der(value).map_err(malformed)?)?;
                if scope.replace((read, value.to_vec())).is_some() {
                    return Err(ListFault::Malformed);
                }
            }
            DELTA_INDICATOR => return Err(ListFault::Delta),
            _ if extension.critical => return Err(ListFault::CriticalExtension),
            _ => {}
        }
    }
    let (scope, bytes) = scope.unwrap_or_default();
    Ok((number.ok_or(ListFault::NoNumber)?, scope, bytes))
}

impl Scope {
    fn read(point: &IssuingDistributionPoint) -> Result<Self, ListFault> {
        if point.indirect_crl || point.only_some_reasons.is_some() {
            return Err(ListFault::Partial);
        }
        let of =
            match (point.only_contains_user_certs, point.only_contains_ca_certs, point.only_contains_attribute_certs) {
                (false, false, false) => None,
                (true, false, false) => Some(Role::Citizen),
                (false, true, false) => Some(Role::Authority),
                (false, false, true) => return Err(ListFault::OtherScope),
                _ => return Err(ListFault::Malformed),
            };
        let points = match &point.distribution_point {
            None => None,
            Some(DistributionPointName::FullName(names)) => Some(names.iter().filter_map(uri).collect()),
            Some(DistributionPointName::NameRelativeToCRLIssuer(_)) => return Err(ListFault::Partial),
        };
        Ok(Self { of, points })
    }
}

fn uri(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::UniformResourceIdentifier(uri) => Some(uri.as_str().to_owned()),
        _ => None,
    }
}

fn read_entries(entries: Option<&[u8]>) -> Result<Vec<Entry>, ListFault> {
    let Some(entries) = entries else { return Ok(Vec::new()) };
    let mut reader = sequence(entries).map_err(malformed)?;
    // An entry has at least a number and a time.
    let mut read = Vec::with_capacity(entries.len() / LEAST_ENTRY);
    while !reader.is_finished() {
        let entry = reader.tlv_bytes().and_then(sequence).map_err(malformed)?;
        read.push(read_entry(entry)?);
    }
    read.shrink_to_fit();
    read.sort_unstable();
    Ok(read)
}

/// Octets: two headers, a number of 16 and a `UTCTime`.
const LEAST_ENTRY: usize = 32;

fn read_entry(mut parts: SliceReader<'_>) -> Result<Entry, ListFault> {
    let number = AnyRef::decode(&mut parts).map_err(malformed)?;
    number.tag().assert_eq(Tag::Integer).map_err(malformed)?;
    let serial = SerialNumber::from_integer(number.value()).map_err(|_| ListFault::Malformed)?;
    let at = Time::decode(&mut parts).map_err(malformed)?.to_unix_duration();
    let mut reason = Reason::Unspecified;
    if !parts.is_finished() {
        let extensions = Extensions::decode(&mut parts).map_err(malformed)?;
        for extension in &extensions {
            match extension.extn_id {
                REASON_CODE => {
                    let code = CrlReason::from_der(extension.extn_value.as_bytes()).map_err(malformed)?;
                    reason = Reason::from_code(code as u8).ok_or(ListFault::Malformed)?;
                }
                CERTIFICATE_ISSUER => return Err(ListFault::Partial),
                _ if extension.critical => return Err(ListFault::CriticalExtension),
                _ => {}
            }
        }
    }
    if !parts.is_finished() {
        return Err(ListFault::Malformed);
    }
    let at = seconds(at).seconds();
    Ok(Entry { serial, at, reason: reason.code() })
}

fn malformed(_: der::Error) -> ListFault {
    ListFault::Malformed
}

pub(super) fn seconds(since_epoch: Duration) -> Timestamp {
    Timestamp::from_seconds(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

const CRL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
const DELTA_INDICATOR: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.27");
const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");
const CERTIFICATE_ISSUER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.29");
const REASON_CODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
