//! The signed BLOB: FIDO Metadata Service §3.1.7 and §3.2, a JWS whose header brings its signer's certificates along.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::str::FromStr;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use serde::Deserialize;
use serde_json::Value;

use super::Metadata;
use super::entry::{self, Read};
use crate::crypto::certificate::{CertificateFault, TrustAnchors, common_name, is_in_date, public_key};
use crate::crypto::jwk::VerifyingKey;
use crate::crypto::jws::{JwsError, Typ, Unverified};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::time::Timestamp;

/// Two and a half times what FIDO's has.
pub const LONGEST: usize = 16 * 1024 * 1024;
const A_DAY: Duration = Duration::from_secs(86_400);

/// Whose signature counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signers {
    /// The authorities that issue the signer's certificate.
    pub roots: Vec<CertificateDer<'static>>,
    /// Whom they issue it to: the subject's common name. Authorities of the whole web issue to others, too.
    pub name: String,
}

/// A BLOB as it came.
#[derive(Clone, Copy, Debug)]
pub struct Blob<'b>(&'b str);

/// The sentence says what is wrong with a BLOB.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    #[error("it is not UTF-8")]
    NotText,
    #[error("it is not a signed document that is accepted here: {0}")]
    Jws(#[from] JwsError),
    #[error("it brings no certificates along (x5c)")]
    NoCertificates,
    #[error("none of the configured roots is in date")]
    NoRoot,
    #[error("its signer's certificate does not count: {0}")]
    Chain(#[from] CertificateFault),
    #[error("its signer's certificate was issued to {found}, not to {expected}")]
    Signer { expected: String, found: String },
    #[error("its signer's key is of another type than its algorithm")]
    Key,
    #[error("it lacks no, nextUpdate or entries, or one of them is of another type")]
    Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    no: u32,
    next_update: String,
    entries: Vec<Value>,
}

impl<'b> Blob<'b> {
    /// # Errors
    /// `NotText`.
    pub fn new(bytes: &'b [u8]) -> Result<Self, BlobError> {
        let text = std::str::from_utf8(bytes).map_err(|_| BlobError::NotText)?;
        // A file ends with a line break.
        Ok(Self(text.trim_ascii_end()))
    }

    /// What the BLOB says, where one of the signers signed it and all their certificates are in date at `now`. Whether there
    /// was a younger one already is the caller's to know. It takes some hundred milliseconds for FIDO's.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn verify(self, signers: &Signers, now: Timestamp) -> Result<Metadata, BlobError> {
        let token = Unverified::parse_within(self.0, LONGEST)?;
        let certificates = token.certificates().ok_or(BlobError::NoCertificates)?;
        let (leaf, intermediates) = certificates.split_first().ok_or(BlobError::NoCertificates)?;
        let key = key_of_signer(leaf, intermediates, signers, token.algorithm(), now)?;
        let payload = token.verify(Typ::MetadataBlob, &SignatureAlgorithm::ALL, &key)?;
        payload.claims::<Payload>().map_err(|_| BlobError::Payload).and_then(Metadata::read)
    }
}

/// The key of a certificate that one of the roots issued to the signer.
fn key_of_signer(
    leaf: &[u8],
    intermediates: &[Vec<u8>],
    signers: &Signers,
    algorithm: SignatureAlgorithm,
    now: Timestamp,
) -> Result<VerifyingKey, BlobError> {
    // A chain's reader takes an anchor's dates for granted.
    let roots: Vec<_> = signers.roots.iter().filter(|root| is_in_date(root, now)).cloned().collect();
    let anchors = TrustAnchors::new(&roots).map_err(|_| BlobError::NoRoot)?;
    if anchors.is_empty() {
        return Err(BlobError::NoRoot);
    }
    let intermediates: Vec<&[u8]> = intermediates.iter().map(Vec::as_slice).collect();
    anchors.issued(leaf, &intermediates, now)?;
    let found = common_name(leaf).unwrap_or_default();
    if found != signers.name {
        return Err(BlobError::Signer { expected: signers.name.clone(), found });
    }
    let key = public_key(leaf).ok_or(BlobError::Key)?;
    VerifyingKey::new(key, algorithm).map_err(|_| BlobError::Key)
}

impl Metadata {
    fn read(payload: Payload) -> Result<Self, BlobError> {
        let (mut models, mut others, mut unreadable) = (HashMap::new(), 0, 0);
        let mut doubtful = Vec::new();
        for entry in payload.entries {
            match entry::read(entry) {
                Read::Other => others += 1,
                Read::Unreadable(aaguid) => {
                    unreadable += 1;
                    doubtful.extend(aaguid);
                }
                Read::Model(model) => match models.entry(model.aaguid) {
                    Slot::Vacant(slot) => drop(slot.insert(model)),
                    // Of two entries one may say what the other keeps silent.
                    Slot::Occupied(_) => {
                        unreadable += 1;
                        doubtful.push(model.aaguid);
                    }
                },
            }
        }
        for aaguid in doubtful {
            if models.remove(&aaguid).is_some() {
                unreadable += 1;
            }
        }
        let next_update = end_of_day(&payload.next_update).ok_or(BlobError::Payload)?;
        Ok(Self { number: payload.no, next_update, models, others, unreadable })
    }
}

/// The first instant after a day, written as 2026-11-22 (UTC).
fn end_of_day(date: &str) -> Option<Timestamp> {
    let date = jiff::civil::Date::from_str(date).ok().filter(|_| date.len() == 10)?;
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from_seconds(midnight.timestamp().as_second()) + A_DAY)
}
