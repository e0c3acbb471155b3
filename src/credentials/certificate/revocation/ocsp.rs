//! One question to an OCSP responder, and what its answer says: RFC 6960, RFC 9654 (nonces).

use der::asn1::{AnyRef, Null, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Reader, SliceReader, Tag, Tagged};
use x509_cert::ext::Extension;
use x509_cert::serial_number::SerialNumber as EncodedSerial;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_ocsp::{
    CertId, CertStatus, OcspGeneralizedTime, OcspRequest, OcspResponse, OcspResponseStatus, Request, ResponseData,
    SingleResponse, TbsRequest, Version,
};

use super::dates::{self, AHEAD, DatesFault};
use super::responder::{self, DelegateFault, SignedBy};
use super::subject::Subject;
use crate::crypto::certificate::{SignatureFault, Signed};
use crate::crypto::hash::{sha1_identifier, sha256};
use crate::domain::revocation::{Reason, Revoked, SerialNumber, Status};
use crate::domain::time::Timestamp;
use crate::domain::trust::NonceDemand;

pub const REQUEST_TYPE: &str = "application/ocsp-request";

/// The hash that names the certificate's issuer. Nothing is proven by it, so the old one does no harm, and many responders know no
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdHash {
    Sha256,
    Sha1,
}

/// What was asked.
#[derive(Clone, Debug)]
pub struct Question<'s> {
    subject: &'s Subject,
    nonce: [u8; 32],
    demand: NonceDemand,
    /// The request, DER.
    pub request: Vec<u8>,
}

/// What a responder said of the one certificate that it was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: Status,
    pub produced_at: Timestamp,
    pub this_update: Timestamp,
    pub next_update: Option<Timestamp>,
    pub signed_by: SignedBy,
}

/// What a responder says instead of an answer (RFC 6960 §2.3). None of it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    MalformedRequest,
    InternalError,
    TryLater,
    SigRequired,
    Unauthorized,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OcspFault {
    #[error("is no OCSP answer")]
    Malformed,
    #[error("says {}, and nothing about the certificate", .0.as_str())]
    Refused(Refused),
    #[error("is signed by whom it should not be: {0}")]
    Responder(#[from] DelegateFault),
    #[error("has a signature that proves nothing: {0}")]
    Signature(#[from] SignatureFault),
    #[error("has a critical extension that nobody knows")]
    CriticalExtension,
    #[error("is about other certificates")]
    OtherCertificate,
    #[error("speaks about the certificate more than once")]
    Twice,
    #[error("does not repeat the nonce of the question")]
    NoNonce,
    #[error("repeats the nonce of another question")]
    OtherNonce,
    #[error("{0}")]
    Dates(#[from] DatesFault),
}

impl Refused {
    /// As RFC 6960 spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformedRequest",
            Self::InternalError => "internalError",
            Self::TryLater => "tryLater",
            Self::SigRequired => "sigRequired",
            Self::Unauthorized => "unauthorized",
        }
    }
}

impl<'s> Question<'s> {
    /// # Errors
    /// Where the subject's serial number cannot be written.
    pub fn new(subject: &'s Subject, hash: IdHash, nonce: [u8; 32], demand: NonceDemand) -> Result<Self, der::Error> {
        let nonce_value = OctetString::new(OctetString::new(nonce)?.to_der()?)?;
        let request = OcspRequest {
            tbs_request: TbsRequest {
                version: Version::V1,
                requestor_name: None,
                request_list: vec![Request { req_cert: cert_id(subject, hash)?, single_request_extensions: None }],
                request_extensions: Some(vec![Extension { extn_id: NONCE, critical: false, extn_value: nonce_value }]),
            },
            optional_signature: None,
        };
        Ok(Self { subject, nonce, demand, request: request.to_der()? })
    }

    /// What `answer` says of the certificate at `now`.
    ///
    /// That it is revoked for good is believed of every answer that its issuer signed, however old and to whomever it was given:
    /// nothing that comes later takes it back. Everything else must be said now, and to us.
    ///
    /// # Errors
    /// Why it says nothing that counts.
    pub fn judge(&self, answer: &[u8], now: Timestamp) -> Result<Answer, OcspFault> {
        let response = OcspResponse::from_der(answer).map_err(malformed)?;
        if let Some(refused) = refused(response.response_status) {
            return Err(OcspFault::Refused(refused));
        }
        let bytes = response.response_bytes.filter(|bytes| bytes.response_type == BASIC).ok_or(OcspFault::Malformed)?;
        let basic = Basic::read(bytes.response.as_bytes()).map_err(malformed)?;
        let data = ResponseData::from_der(basic.signed.message).map_err(malformed)?;
        if data.version != Version::V1 {
            return Err(OcspFault::Malformed);
        }
        let (key, signed_by) = responder::find(&data.responder_id, &self.subject.issuer, &basic.certificates, now)?;
        basic.signed.verify(&key)?;
        // From here on it is known who speaks.
        let nonce = nonce(&data)?;
        let said = self.find(&data.responses)?;
        let status = status(&said.cert_status);
        let answer = Answer {
            status,
            produced_at: timestamp(data.produced_at),
            this_update: timestamp(said.this_update),
            next_update: said.next_update.map(timestamp),
            signed_by,
        };
        if matches!(status, Status::Revoked(revoked) if revoked.is_final()) {
            return Ok(answer);
        }
        self.check_nonce(nonce.as_deref())?;
        if answer.produced_at > now + AHEAD {
            return Err(DatesFault::Future.into());
        }
        dates::check(answer.this_update, answer.next_update, now)?;
        Ok(answer)
    }

    /// The one thing that is said of our certificate.
    fn find<'r>(&self, responses: &'r [SingleResponse]) -> Result<&'r SingleResponse, OcspFault> {
        let mut ours = responses.iter().filter(|one| is_about(&one.cert_id, self.subject));
        let said = ours.next().ok_or(OcspFault::OtherCertificate)?;
        if ours.next().is_some() {
            return Err(OcspFault::Twice);
        }
        let critical = |extension: &Extension| extension.critical;
        if said.single_extensions.iter().flatten().any(critical) {
            return Err(OcspFault::CriticalExtension);
        }
        Ok(said)
    }

    fn check_nonce(&self, echoed: Option<&[u8]>) -> Result<(), OcspFault> {
        match (echoed, self.demand) {
            (Some(echoed), _) if echoed == self.nonce => Ok(()),
            (Some(_), _) => Err(OcspFault::OtherNonce),
            (None, NonceDemand::Optional) => Ok(()),
            (None, NonceDemand::Demanded) => Err(OcspFault::NoNonce),
        }
    }
}

fn malformed(_: der::Error) -> OcspFault {
    OcspFault::Malformed
}

fn refused(status: OcspResponseStatus) -> Option<Refused> {
    Some(match status {
        OcspResponseStatus::Successful => return None,
        OcspResponseStatus::MalformedRequest => Refused::MalformedRequest,
        OcspResponseStatus::InternalError => Refused::InternalError,
        OcspResponseStatus::TryLater => Refused::TryLater,
        OcspResponseStatus::SigRequired => Refused::SigRequired,
        OcspResponseStatus::Unauthorized => Refused::Unauthorized,
    })
}

/// A `BasicOCSPResponse`, of which what is signed stays as it was signed.
struct Basic<'a> {
    signed: Signed<'a>,
    /// DER each.
    certificates: Vec<&'a [u8]>,
}

/// More than any responder sends: itself, and what leads to it.
const MOST_CERTIFICATES: usize = 8;

impl<'a> Basic<'a> {
    fn read(der: &'a [u8]) -> Result<Self, der::Error> {
        let mut parts = sequence(der)?;
        let message = parts.tlv_bytes()?;
        let algorithm = AnyRef::decode(&mut parts)?;
        let signature = der::asn1::BitStringRef::decode(&mut parts)?;
        let mut certificates = Vec::new();
        if !parts.is_finished() {
            let tagged = AnyRef::decode(&mut parts)?;
            if tagged.tag() != FIRST {
                return Err(tagged.tag().value_error());
            }
            let mut list = sequence(tagged.value())?;
            while !list.is_finished() {
                certificates.push(list.tlv_bytes()?);
                if certificates.len() > MOST_CERTIFICATES {
                    return Err(Tag::Sequence.length_error());
                }
            }
        }
        let whole = signature.as_bytes().filter(|_| algorithm.tag() == Tag::Sequence);
        let signature = whole.ok_or_else(|| Tag::BitString.value_error())?;
        let signed = Signed { message, algorithm: algorithm.value(), signature };
        parts.finish(Self { signed, certificates })
    }
}

/// `[0] EXPLICIT`.
const FIRST: Tag = Tag::ContextSpecific { constructed: true, number: der::TagNumber::N0 };

/// What is in the SEQUENCE that `der` is, from the first to the last.
pub(super) fn sequence(der: &[u8]) -> Result<SliceReader<'_>, der::Error> {
    let any = AnyRef::from_der(der)?;
    any.tag().assert_eq(Tag::Sequence)?;
    SliceReader::new(any.value())
}

fn cert_id(subject: &Subject, hash: IdHash) -> Result<CertId, der::Error> {
    let digest = |data: &[u8]| match hash {
        IdHash::Sha256 => OctetString::new(sha256(data)),
        IdHash::Sha1 => OctetString::new(sha1_identifier(data)),
    };
    let oid = match hash {
        IdHash::Sha256 => SHA_256,
        IdHash::Sha1 => SHA_1,
    };
    let integer = AnyRef::new(Tag::Integer, &subject.serial)?.to_der()?;
    Ok(CertId {
        hash_algorithm: AlgorithmIdentifierOwned { oid, parameters: Some(Null.into()) },
        issuer_name_hash: digest(&subject.issuer.name)?,
        issuer_key_hash: digest(&subject.issuer.key_bits)?,
        serial_number: EncodedSerial::from_der(&integer)?,
    })
}

/// A responder may name the certificate by another hash than we did.
fn is_about(id: &CertId, subject: &Subject) -> bool {
    let hash = match id.hash_algorithm.oid {
        SHA_256 => IdHash::Sha256,
        SHA_1 => IdHash::Sha1,
        _ => return false,
    };
    let Ok(ours) = cert_id(subject, hash) else { return false };
    let serial = SerialNumber::from_integer(id.serial_number.as_bytes());
    id.issuer_name_hash == ours.issuer_name_hash
        && id.issuer_key_hash == ours.issuer_key_hash
        && serial == Ok(subject.id.serial)
}

/// The nonce that the answer has, if any. Critical or not, no other extension of an answer changes what it says.
fn nonce(data: &ResponseData) -> Result<Option<Vec<u8>>, OcspFault> {
    let mut found = None;
    for extension in data.response_extensions.iter().flatten() {
        if extension.extn_id == NONCE {
            let value = OctetString::from_der(extension.extn_value.as_bytes()).map_err(malformed)?;
            if found.replace(value.into_bytes()).is_some() {
                return Err(OcspFault::OtherNonce);
            }
        } else if extension.critical {
            return Err(OcspFault::CriticalExtension);
        }
    }
    Ok(found)
}

fn status(status: &CertStatus) -> Status {
    match status {
        CertStatus::Good(_) => Status::Good,
        CertStatus::Unknown(_) => Status::Unknown,
        CertStatus::Revoked(info) => {
            let code = info.revocation_reason.map(|reason| reason as u8);
            let reason = code.and_then(Reason::from_code).unwrap_or(Reason::Unspecified);
            Status::Revoked(Revoked { at: timestamp(info.revocation_time), reason })
        }
    }
}

fn timestamp(time: OcspGeneralizedTime) -> Timestamp {
    super::crl::seconds(time.0.to_unix_duration())
}

const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
