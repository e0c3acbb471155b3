//! A detached signature over a challenge: Cryptographic Message Syntax, RFC 5652 §5, as PKCS #7 signers write it.
//!
//! Less than the syntax allows is accepted, because each freedom is one to take somebody else's signature for this one: one
//! signer, signed attributes with a message digest and a content type, no content but the challenge itself, and DER throughout.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Decode, Encode};
use x509_cert::Certificate;
use x509_cert::attr::Attributes;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::challenge::Challenge;
use crate::crypto::certificate::{self, CertificateFault, Hash, PossessionFault, Scheme};
use crate::crypto::hash::constant_time_eq;
use crate::domain::certificate::ClientCertificate;

/// Of the text that is pasted; a chain of five certificates and a signature have less than half of it.
const LONGEST: usize = 64 * 1024;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");

/// Why a signature proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CmsFault {
    #[error("a signature is PEM or base64 of at most 64 KiB")]
    NotText,
    #[error("it is no CMS SignedData in DER")]
    NotSignedData,
    #[error("its content is of another type than data")]
    ContentKind,
    #[error("it holds another content than what was to be signed")]
    OtherContent,
    #[error("it must have exactly one signer")]
    Signers,
    #[error("the digest must be SHA-256, SHA-384 or SHA-512")]
    Digest,
    #[error("the signer signed no attributes")]
    NoSignedAttributes,
    #[error("the signed attribute contentType must be there once, and say data")]
    ContentType,
    #[error("the signed attribute messageDigest must be there once, and be the digest of what was to be signed")]
    MessageDigest,
    #[error("the signer's certificate must be among the certificates, once")]
    SignerCertificate,
    #[error("the signature's algorithm must be RSA, ECDSA or Ed25519 with the signer's digest")]
    Algorithm,
    #[error("the signer's certificate: {0}")]
    Certificate(#[from] CertificateFault),
    #[error(transparent)]
    Signature(#[from] PossessionFault),
}

/// The certificate whose key signed `challenge`, and the others that came with it. `text` is PEM, or the base64 alone.
///
/// # Errors
/// [`CmsFault`].
pub fn verify(text: &str, challenge: &Challenge) -> Result<ClientCertificate, CmsFault> {
    verify_der(&decoded(text)?, challenge)
}

/// As [`verify`], of the DER itself.
///
/// # Errors
/// [`CmsFault`].
pub fn verify_der(der: &[u8], challenge: &Challenge) -> Result<ClientCertificate, CmsFault> {
    let signed = signed_data(der)?;
    if signed.encap_content_info.econtent_type != DATA {
        return Err(CmsFault::ContentKind);
    }
    if let Some(content) = &signed.encap_content_info.econtent {
        let content = content.decode_as::<OctetString>().map_err(|_| CmsFault::NotSignedData)?;
        if content.as_bytes() != challenge.as_str().as_bytes() {
            return Err(CmsFault::OtherContent);
        }
    }
    let [signer] = signed.signer_infos.0.as_slice() else { return Err(CmsFault::Signers) };
    let hash = digest(&signer.digest_alg)?;
    let attributes = signer.signed_attrs.as_ref().ok_or(CmsFault::NoSignedAttributes)?;
    check_attributes(attributes, hash, challenge)?;
    let (scheme, over) = algorithm(&signer.signature_algorithm, hash)?;
    let certificate = signer_certificate(&signed, signer)?;
    // What is signed has the tag of a set, whatever it is called in the signer's part (RFC 5652 §5.4).
    let message = attributes.to_der().map_err(|_| CmsFault::NotSignedData)?;
    certificate::verify_possession(&certificate.leaf, scheme, over, &message, signer.signature.as_bytes())?;
    Ok(certificate)
}

fn decoded(text: &str) -> Result<Vec<u8>, CmsFault> {
    if text.len() > LONGEST {
        return Err(CmsFault::NotText);
    }
    let armour = |line: &&str| !line.starts_with("-----");
    let base64: String = text.lines().map(str::trim).filter(armour).flat_map(str::split_whitespace).collect();
    match STANDARD.decode(base64) {
        Ok(der) if !der.is_empty() => Ok(der),
        _ => Err(CmsFault::NotText),
    }
}

fn signed_data(der: &[u8]) -> Result<SignedData, CmsFault> {
    let content = ContentInfo::from_der(der).map_err(|_| CmsFault::NotSignedData)?;
    if content.content_type != SIGNED_DATA {
        return Err(CmsFault::NotSignedData);
    }
    content.content.decode_as::<SignedData>().map_err(|_| CmsFault::NotSignedData)
}

/// Each of the two once, with one value, and whatever else the signer's program signs beside.
fn check_attributes(attributes: &Attributes, hash: Hash, challenge: &Challenge) -> Result<(), CmsFault> {
    let kind = the_only_value(attributes, CONTENT_TYPE).and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
    if kind != Some(DATA) {
        return Err(CmsFault::ContentType);
    }
    let digest = the_only_value(attributes, MESSAGE_DIGEST).and_then(|value| value.decode_as::<OctetString>().ok());
    let expected = hash.of(challenge.as_str().as_bytes());
    match digest.is_some_and(|digest| constant_time_eq(digest.as_bytes(), &expected)) {
        true => Ok(()),
        false => Err(CmsFault::MessageDigest),
    }
}

fn the_only_value(attributes: &Attributes, wanted: ObjectIdentifier) -> Option<&Any> {
    let mut of_kind = attributes.iter().filter(|attribute| attribute.oid == wanted);
    match (of_kind.next(), of_kind.next()) {
        (Some(attribute), None) if attribute.values.len() == 1 => attribute.values.get(0),
        _ => None,
    }
}

/// The one certificate that the signer means, and the others to find its authority by.
fn signer_certificate(signed: &SignedData, signer: &SignerInfo) -> Result<ClientCertificate, CmsFault> {
    let all = signed.certificates.as_ref().ok_or(CmsFault::SignerCertificate)?;
    let (mut meant, mut others) = (Vec::new(), Vec::new());
    for choice in all.0.iter() {
        let CertificateChoices::Certificate(certificate) = choice else { continue };
        let der = certificate.to_der().map_err(|_| CmsFault::NotSignedData)?;
        if is_meant(certificate, &signer.sid) { meant.push(der) } else { others.push(der) }
    }
    match <[Vec<u8>; 1]>::try_from(meant) {
        Ok([leaf]) => Ok(certificate::read(leaf, others)?),
        Err(_) => Err(CmsFault::SignerCertificate),
    }
}

fn is_meant(certificate: &Certificate, signer: &SignerIdentifier) -> bool {
    let subject = &certificate.tbs_certificate;
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            (&named.issuer, &named.serial_number) == (&subject.issuer, &subject.serial_number)
        }
        SignerIdentifier::SubjectKeyIdentifier(named) => {
            matches!(subject.get::<SubjectKeyIdentifier>(), Ok(Some((_, own))) if own == *named)
        }
    }
}

fn digest(algorithm: &AlgorithmIdentifierOwned) -> Result<Hash, CmsFault> {
    let plain = algorithm.parameters.as_ref().is_none_or(Any::is_null);
    hash_named(algorithm.oid).filter(|_| plain).ok_or(CmsFault::Digest)
}

fn hash_named(oid: ObjectIdentifier) -> Option<Hash> {
    match oid.to_string().as_str() {
        "2.16.840.1.101.3.4.2.1" => Some(Hash::Sha256),
        "2.16.840.1.101.3.4.2.2" => Some(Hash::Sha384),
        "2.16.840.1.101.3.4.2.3" => Some(Hash::Sha512),
        _ => None,
    }
}

/// How the signer signed. A hash that the algorithm names is the signer's digest: two of them are one too many.
fn algorithm(algorithm: &AlgorithmIdentifierOwned, digest: Hash) -> Result<(Scheme, Hash), CmsFault> {
    let (scheme, named) = match algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => (Scheme::RsaPkcs1, digest),
        "1.2.840.113549.1.1.11" => (Scheme::RsaPkcs1, Hash::Sha256),
        "1.2.840.113549.1.1.12" => (Scheme::RsaPkcs1, Hash::Sha384),
        "1.2.840.113549.1.1.13" => (Scheme::RsaPkcs1, Hash::Sha512),
        "1.2.840.113549.1.1.10" => (Scheme::RsaPss, pss(algorithm).ok_or(CmsFault::Algorithm)?),
        "1.2.840.10045.4.3.2" => (Scheme::EcdsaDer, Hash::Sha256),
        "1.2.840.10045.4.3.3" => (Scheme::EcdsaDer, Hash::Sha384),
        "1.2.840.10045.4.3.4" => (Scheme::EcdsaDer, Hash::Sha512),
        // RFC 8419 §3: with signed attributes, the digest beside Ed25519 is SHA-512.
        "1.3.101.112" => (Scheme::Ed25519, Hash::Sha512),
        _ => return Err(CmsFault::Algorithm),
    };
    if named == digest { Ok((scheme, named)) } else { Err(CmsFault::Algorithm) }
}

/// RFC 4055 §3.1: one hash for all, and a salt as long as it.
fn pss(algorithm: &AlgorithmIdentifierOwned) -> Option<Hash> {
    let parameters = algorithm.parameters.as_ref()?.decode_as::<PssParameters>().ok()?;
    let hash = hash_named(parameters.hash?.oid)?;
    let mask = parameters.mask?;
    let mask_hash = mask.parameters.as_ref()?.decode_as::<AlgorithmIdentifierOwned>().ok()?;
    let sound = mask.oid == MGF1 && hash_named(mask_hash.oid) == Some(hash);
    (sound && parameters.salt.map(usize::from) == Some(hash.length()) && parameters.trailer.is_none_or(|one| one == 1))
        .then_some(hash)
}

/// What is not said means SHA-1, or a salt for it, which nobody may use here.
#[derive(der::Sequence)]
struct PssParameters {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt: Option<u8>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer: Option<u8>,
}

#[cfg(test)]
#[path = "cms_tests.rs"]
mod tests;
