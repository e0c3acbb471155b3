//! Signatures are put together here piece by piece, so that each piece can be wrong; `tests/it/certificates` lets OpenSSL make
//! them.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{CertificateSet, EncapsulatedContentInfo, SignerInfos};
use der::Tag;
use der::asn1::{BitString, SetOfVec};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, SigningKey};
use x509_cert::attr::Attribute;

use super::*;
use crate::crypto::hash::{sha256, sha512};
use crate::crypto::random::SystemRandom;
use crate::domain::time::Timestamp;

const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");

fn challenge() -> Challenge {
    let random = SystemRandom::new();
    Challenge::new("https://id.example", "Cổng thuế", Timestamp::from_seconds(1_800_000_000), &random)
}

/// A signer that says what it is told to.
struct Signer {
    key: KeyPair,
    certificate: Certificate,
    attributes: Option<Vec<Attribute>>,
    digest: ObjectIdentifier,
    algorithm: ObjectIdentifier,
}

impl Signer {
    fn of(challenge: &Challenge) -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let certificate = CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
        let attributes = Some(vec![content_type(DATA), message_digest(challenge.as_str().as_bytes())]);
        let certificate = Certificate::from_der(certificate.der()).unwrap();
        Self { key, certificate, attributes, digest: SHA256, algorithm: ECDSA_SHA256 }
    }

    /// OpenSSL 3.0 makes none of these.
    fn with_ed25519(digest: ObjectIdentifier, of: Vec<u8>) -> Self {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let certificate = CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
        let certificate = Certificate::from_der(certificate.der()).unwrap();
        let of = attribute(MESSAGE_DIGEST, vec![Any::new(Tag::OctetString, of).unwrap()]);
        let attributes = Some(vec![content_type(DATA), of]);
        Self { key, certificate, attributes, digest, algorithm: ED25519 }
    }

    fn with(self, attributes: Vec<Attribute>) -> Self {
        Self { attributes: Some(attributes), ..self }
    }

    fn info(&self) -> SignerInfo {
        let signed_attrs = self.attributes.clone().map(|attributes| SetOfVec::try_from(attributes).unwrap());
        let message = signed_attrs.as_ref().map_or_else(Vec::new, |attributes| attributes.to_der().unwrap());
        let signature = self.key.sign(&message).unwrap();
        let subject = &self.certificate.tbs_certificate;
        SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: subject.issuer.clone(),
                serial_number: subject.serial_number.clone(),
            }),
            digest_alg: plain(self.digest),
            signed_attrs,
            signature_algorithm: plain(self.algorithm),
            signature: OctetString::new(signature).unwrap(),
            unsigned_attrs: None,
        }
    }
}

fn plain(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: None }
}

fn attribute(oid: ObjectIdentifier, values: Vec<Any>) -> Attribute {
    Attribute { oid, values: SetOfVec::try_from(values).unwrap() }
}

fn content_type(of: ObjectIdentifier) -> Attribute {
    attribute(CONTENT_TYPE, vec![Any::encode_from(&of).unwrap()])
}

fn message_digest(message: &[u8]) -> Attribute {
    attribute(MESSAGE_DIGEST, vec![Any::new(Tag::OctetString, sha256(message)).unwrap()])
}

struct Document {
    kind: ObjectIdentifier,
    content: Option<Vec<u8>>,
    certificates: Vec<Certificate>,
    signers: Vec<SignerInfo>,
}

impl Document {
    fn of(signer: &Signer) -> Self {
        let certificates = vec![signer.certificate.clone()];
        Self { kind: DATA, content: None, certificates, signers: vec![signer.info()] }
    }

    fn der(self) -> Vec<u8> {
        let content = |bytes: Vec<u8>| Any::new(Tag::OctetString, bytes).unwrap();
        let certificates: Vec<_> = self.certificates.into_iter().map(CertificateChoices::Certificate).collect();
        let signed = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from(vec![plain(SHA256)]).unwrap(),
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: self.kind,
                econtent: self.content.map(content),
            },
            certificates: Some(CertificateSet::try_from(certificates).unwrap()),
            crls: None,
            signer_infos: SignerInfos::try_from(self.signers).unwrap(),
        };
        let content = Any::encode_from(&signed).unwrap();
        ContentInfo { content_type: SIGNED_DATA, content }.to_der().unwrap()
    }
}

fn key_of(leaf: &[u8]) -> Vec<u8> {
    Certificate::from_der(leaf).unwrap().tbs_certificate.subject_public_key_info.to_der().unwrap()
}

fn fault(document: Document, challenge: &Challenge) -> CmsFault {
    verify_der(&document.der(), challenge).unwrap_err()
}

#[test]
fn a_signature_over_the_challenge_proves_its_signer_s_certificate() {
    let challenge = challenge();
    let signer = Signer::of(&challenge);
    let leaf = signer.certificate.to_der().unwrap();
    let der = Document::of(&signer).der();
    assert_eq!(verify_der(&der, &challenge).unwrap().leaf, leaf);
    let base64 = STANDARD.encode(&der);
    assert_eq!(verify(&base64, &challenge).unwrap().leaf, leaf);
    let pem = format!("-----BEGIN PKCS7-----\r\n{}\r\n{}\r\n-----END PKCS7-----\r\n", &base64[..64], &base64[64..]);
    assert_eq!(verify(&pem, &challenge).unwrap().leaf, leaf);
    let with_content = Document { content: Some(challenge.as_str().into()), ..Document::of(&signer) };
    assert!(verify_der(&with_content.der(), &challenge).is_ok(), "the same content, embedded");
}

#[test]
fn an_edwards_key_signs_with_sha_512() {
    let challenge = challenge();
    let text = challenge.as_str().as_bytes();
    let signer = Signer::with_ed25519(SHA512, sha512(text).to_vec());
    assert_eq!(
        verify_der(&Document::of(&signer).der(), &challenge).unwrap().leaf,
        signer.certificate.to_der().unwrap()
    );
    let signer = Signer::with_ed25519(SHA256, sha256(text).to_vec());
    assert_eq!(fault(Document::of(&signer), &challenge), CmsFault::Algorithm);
}

#[test]
fn certificates_beside_the_signer_s_lead_to_its_authority_and_sign_nothing() {
    let challenge = challenge();
    let (signer, other) = (Signer::of(&challenge), Signer::of(&challenge));
    let certificates = vec![other.certificate.clone(), signer.certificate.clone()];
    let document = Document { certificates, ..Document::of(&signer) };
    let proven = verify_der(&document.der(), &challenge).unwrap();
    assert_eq!(proven.leaf, signer.certificate.to_der().unwrap());
    assert_eq!(proven.intermediates, [other.certificate.to_der().unwrap()]);
    let without = Document { certificates: vec![other.certificate.clone()], ..Document::of(&signer) };
    assert_eq!(fault(without, &challenge), CmsFault::SignerCertificate);
    // The same issuer and number, and another signature: of two, nobody could say which is meant.
    let mut double = signer.certificate.clone();
    double.signature = BitString::from_bytes(&[0; 64]).unwrap();
    let twice = Document { certificates: vec![signer.certificate.clone(), double], ..Document::of(&signer) };
    assert_eq!(fault(twice, &challenge), CmsFault::SignerCertificate);
}

#[test]
fn one_signer_and_no_more() {
    let challenge = challenge();
    let (one, other) = (Signer::of(&challenge), Signer::of(&challenge));
    let two = Document {
        certificates: vec![one.certificate.clone(), other.certificate.clone()],
        signers: vec![one.info(), other.info()],
        ..Document::of(&one)
    };
    assert_eq!(fault(two, &challenge), CmsFault::Signers);
    assert_eq!(fault(Document { signers: Vec::new(), ..Document::of(&one) }, &challenge), CmsFault::Signers);
}

#[test]
fn what_was_signed_is_the_challenge() {
    let wanted = challenge();
    let for_another = Signer::of(&challenge());
    assert_eq!(fault(Document::of(&for_another), &wanted), CmsFault::MessageDigest);
    let signer = Signer::of(&wanted);
    let contract = Document { content: Some(b"I owe you a house".to_vec()), ..Document::of(&signer) };
    assert_eq!(fault(contract, &wanted), CmsFault::OtherContent);
    let signed_data = Document { kind: SIGNED_DATA, ..Document::of(&signer) };
    assert_eq!(fault(signed_data, &wanted), CmsFault::ContentKind);
}

#[test]
fn the_signed_attributes_are_there_once_each_with_one_value() {
    let challenge = challenge();
    let of = |attributes| Signer::of(&challenge).with(attributes);
    let (kind, digest) = (content_type(DATA), message_digest(challenge.as_str().as_bytes()));
    let value = |attribute: &Attribute| attribute.values.get(0).unwrap().clone();
    let none = Signer { attributes: None, ..Signer::of(&challenge) };
    assert_eq!(fault(Document::of(&none), &challenge), CmsFault::NoSignedAttributes);
    let other = message_digest(b"another");
    let both = attribute(MESSAGE_DIGEST, vec![value(&digest), value(&other)]);
    for (attributes, expected) in [
        (vec![digest.clone()], CmsFault::ContentType),
        (vec![content_type(SIGNED_DATA), digest.clone()], CmsFault::ContentType),
        (vec![kind.clone(), content_type(SIGNED_DATA), digest.clone()], CmsFault::ContentType),
        (vec![kind.clone()], CmsFault::MessageDigest),
        (vec![kind.clone(), other.clone()], CmsFault::MessageDigest),
        (vec![kind.clone(), digest.clone(), other], CmsFault::MessageDigest),
        (vec![kind, both], CmsFault::MessageDigest),
    ] {
        assert_eq!(fault(Document::of(&of(attributes)), &challenge), expected);
    }
}

#[test]
fn digest_and_algorithm_are_of_today_and_agree() {
    let challenge = challenge();
    let sha1 = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
    let with = |digest, algorithm| Document::of(&Signer { digest, algorithm, ..Signer::of(&challenge) });
    assert_eq!(fault(with(sha1, ECDSA_SHA256), &challenge), CmsFault::Digest);
    assert_eq!(fault(with(SHA384, ECDSA_SHA384), &challenge), CmsFault::MessageDigest);
    assert_eq!(fault(with(SHA256, ECDSA_SHA384), &challenge), CmsFault::Algorithm);
    let rsa = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
    assert_eq!(fault(with(SHA256, rsa), &challenge), PossessionFault::OtherKey.into());
    for unknown in ["1.2.840.10045.4.1", "1.2.840.113549.1.1.5", "1.2.643.7.1.1.3.2", "1.2.840.113549.1.1.10"] {
        let unknown = ObjectIdentifier::new_unwrap(unknown);
        assert_eq!(fault(with(SHA256, unknown), &challenge), CmsFault::Algorithm, "{unknown}");
    }
}

#[test]
fn a_signature_of_another_key_or_over_other_attributes_is_refused() {
    let challenge = challenge();
    let (signer, other) = (Signer::of(&challenge), Signer::of(&challenge));
    let stranger = Signer { key: other.key, ..Signer::of(&challenge) };
    assert_eq!(fault(Document::of(&stranger), &challenge), PossessionFault::NotTheKeys.into());
    let mut info = signer.info();
    info.signed_attrs = Signer::of(&challenge)
        .with(vec![
            content_type(DATA),
            message_digest(challenge.as_str().as_bytes()),
            attribute(ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5"), vec![Any::encode_from(&DATA).unwrap()]),
        ])
        .info()
        .signed_attrs;
    let changed = Document { signers: vec![info], ..Document::of(&signer) };
    assert_eq!(fault(changed, &challenge), PossessionFault::NotTheKeys.into());
}

#[test]
fn what_is_no_signature_is_said_to_be_none() {
    let challenge = challenge();
    let signer = Signer::of(&challenge);
    let der = Document::of(&signer).der();
    for text in ["", "   ", "not base64!", "-----BEGIN CMS-----\n-----END CMS-----"] {
        assert_eq!(verify(text, &challenge), Err(CmsFault::NotText), "{text}");
    }
    assert_eq!(verify(&"A".repeat(LONGEST + 4), &challenge), Err(CmsFault::NotText));
    let data = ContentInfo { content_type: DATA, content: Any::new(Tag::OctetString, b"x".to_vec()).unwrap() };
    for bytes in [
        b"\x30\x80".to_vec(),
        vec![0],
        der[..der.len() - 1].to_vec(),
        [&der[..], b"\0"].concat(),
        data.to_der().unwrap(),
    ] {
        assert_eq!(verify_der(&bytes, &challenge), Err(CmsFault::NotSignedData));
    }
    for at in 0..der.len() {
        let mut changed = der.clone();
        changed[at] ^= 1;
        if let Ok(proven) = verify_der(&changed, &challenge) {
            // What its authority signed is the authority's to prove. Here it is the key, and what it signed.
            assert_eq!(key_of(&proven.leaf), key_of(&signer.certificate.to_der().unwrap()), "byte {at}");
        }
    }
}
