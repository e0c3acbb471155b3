//! What a certificate of a chain says of itself, each extension once and understood: RFC 5280 §4.2.

use x509_parser::asn1_rs::Oid;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{BasicConstraints, ExtendedKeyUsage, KeyUsage, ParsedExtension, PolicyConstraints};

use super::refusal::{Place, Refusal};
use crate::crypto::certificate::{self, KeyKind};
use crate::domain::time::Timestamp;
use crate::domain::trust::ObjectIdentifier;

/// On one chain, the anchor among them. A country has a root, its agency's authority and the one that signs cards.
pub(super) const MOST_AUTHORITIES: usize = 6;

const ANY_POLICY: &str = "2.5.29.32.0";
/// ETSI EN 319 412-5.
const QC_STATEMENTS: &str = "1.3.6.1.5.5.7.1.3";
const NAME_CONSTRAINTS: &str = "2.5.29.30";

/// A certificate that parses, whose extensions are all understood as far as they must be.
pub(super) struct Certificate<'a> {
    pub der: &'a [u8],
    pub parsed: X509Certificate<'a>,
    pub place: Place,
    pub extensions: Extensions<'a>,
}

#[derive(Default)]
pub(super) struct Extensions<'a> {
    pub basic_constraints: Option<BasicConstraints>,
    pub key_usage: Option<KeyUsage>,
    pub extended_key_usage: Option<ExtendedKeyUsage<'a>>,
    pub policies: Option<Policies>,
    pub policy_constraints: Option<PolicyConstraints>,
    pub inhibit_any_policy: Option<u32>,
    /// The extension's value, DER.
    pub name_constraints: Option<&'a [u8]>,
    /// The extension's value, DER.
    pub qualified_statements: Option<&'a [u8]>,
}

/// The certificate policies that a certificate names.
#[derive(Clone, Debug, Default)]
pub(super) struct Policies {
    pub named: Vec<ObjectIdentifier>,
    pub any: bool,
}

impl<'a> Certificate<'a> {
    pub(super) fn read(der: &'a [u8], kind: Kind) -> Result<Self, Refusal> {
        let provisional = match kind {
            Kind::Leaf => Place::Leaf,
            Kind::Authority => Place::Authority("unreadable".to_owned()),
        };
        if der.len() > certificate::LONGEST {
            return Err(Refusal::TooLong);
        }
        let parsed = certificate::parse(der).map_err(|_| Refusal::Malformed(provisional.clone()))?;
        let place = match kind {
            Kind::Leaf => Place::Leaf,
            Kind::Authority => Place::Authority(parsed.subject().to_string()),
        };
        // Version 3 is written as 2; what is signed says by which algorithm, and so does what is beside it.
        if parsed.version().0 != 2 || parsed.tbs_certificate.signature != parsed.signature_algorithm {
            return Err(Refusal::Malformed(place));
        }
        let mut extensions = Extensions::default();
        let mut seen: Vec<String> = Vec::new();
        for extension in parsed.extensions() {
            let name = extension.oid.to_id_string();
            let known = extensions.take(&name, extension.value, extension.parsed_extension());
            if seen.contains(&name) || known == Understood::Broken {
                return Err(Refusal::BrokenExtension(place, oid(&extension.oid)));
            }
            if extension.critical && known == Understood::No {
                return Err(Refusal::CriticalExtension(place, oid(&extension.oid)));
            }
            seen.push(name);
        }
        Ok(Self { der, parsed, place, extensions })
    }

    pub(super) fn subject(&self) -> &[u8] {
        self.parsed.tbs_certificate.subject.as_raw()
    }

    pub(super) fn issuer(&self) -> &[u8] {
        self.parsed.tbs_certificate.issuer.as_raw()
    }

    /// A `SubjectPublicKeyInfo`, DER.
    pub(super) fn key(&self) -> &[u8] {
        self.parsed.tbs_certificate.subject_pki.raw
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.subject() == self.issuer()
    }

    pub(super) fn not_before(&self) -> Timestamp {
        Timestamp::from_seconds(self.parsed.validity().not_before.timestamp())
    }

    pub(super) fn not_after(&self) -> Timestamp {
        Timestamp::from_seconds(self.parsed.validity().not_after.timestamp())
    }

    /// # Errors
    /// Where the key is too weak or of no kind that is verified here.
    pub(super) fn check_key(&self) -> Result<KeyKind, Refusal> {
        KeyKind::of(&self.parsed.tbs_certificate.subject_pki)
            .map_err(|fault| Refusal::of_key(fault, self.place.clone()))
    }

    /// Both ends are within (RFC 5280 §4.1.2.5), to the second.
    pub(super) fn check_dates(&self, now: Timestamp) -> Result<(), Refusal> {
        if now.seconds() < self.not_before().seconds() {
            Err(Refusal::NotYetValid(self.place.clone(), self.not_before()))
        } else if now.seconds() > self.not_after().seconds() {
            Err(Refusal::Expired(self.place.clone(), self.not_after()))
        } else {
            Ok(())
        }
    }

    /// What every citizen's certificate must be, whoever issued it.
    pub(super) fn check_leaf(&self) -> Result<(), Refusal> {
        if self.extensions.basic_constraints.as_ref().is_some_and(|constraints| constraints.ca) {
            return Err(Refusal::LeafIsAuthority);
        }
        // Critical or not: whoever wrote it meant it (CVE-2024-10039).
        let usage = self.extensions.key_usage.as_ref().ok_or(Refusal::NoKeyUsage)?;
        if !usage.digital_signature() {
            return Err(Refusal::KeyUsage);
        }
        match &self.extensions.extended_key_usage {
            Some(usage) if !usage.client_auth => Err(Refusal::Purpose),
            _ => Ok(()),
        }
    }

    /// What every authority of a chain must be; `below` of them are between it and the citizen, not counting self-issued ones.
    pub(super) fn check_authority(&self, below: usize) -> Result<(), Refusal> {
        let constraints = self.extensions.basic_constraints.as_ref().filter(|constraints| constraints.ca);
        let Some(constraints) = constraints else { return Err(Refusal::NoAuthorityInBetween(self.place.clone())) };
        if self.extensions.key_usage.as_ref().is_some_and(|usage| !usage.key_cert_sign()) {
            return Err(Refusal::AuthorityKeyUsage(self.place.clone()));
        }
        let allows = constraints.path_len_constraint.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
        if allows.is_some_and(|most| below > most) {
            return Err(Refusal::PathLength(self.place.clone()));
        }
        match &self.extensions.extended_key_usage {
            Some(usage) if !(usage.client_auth || usage.any) => Err(Refusal::AuthorityPurpose(self.place.clone())),
            _ => Ok(()),
        }
    }
}

impl<'a> Extensions<'a> {
    fn take(&mut self, name: &str, value: &'a [u8], parsed: &ParsedExtension<'a>) -> Understood {
        match (name, parsed) {
            // Read whole by whoever judges names.
            (NAME_CONSTRAINTS, _) => self.name_constraints = Some(value),
            (QC_STATEMENTS, _) => self.qualified_statements = Some(value),
            (_, ParsedExtension::ParseError { .. }) => return Understood::Broken,
            (_, ParsedExtension::BasicConstraints(constraints)) => self.basic_constraints = Some(constraints.clone()),
            (_, ParsedExtension::KeyUsage(usage)) => self.key_usage = Some(*usage),
            (_, ParsedExtension::ExtendedKeyUsage(usage)) => self.extended_key_usage = Some(usage.clone()),
            (_, ParsedExtension::CertificatePolicies(policies)) => {
                let mut read = Policies::default();
                for policy in policies.iter() {
                    match policy.policy_id.to_id_string() {
                        any if any == ANY_POLICY => read.any = true,
                        _ => read.named.push(oid(&policy.policy_id)),
                    }
                }
                self.policies = Some(read);
            }
            (_, ParsedExtension::PolicyConstraints(constraints)) => self.policy_constraints = Some(constraints.clone()),
            (_, ParsedExtension::InhibitAnyPolicy(skip)) => self.inhibit_any_policy = Some(skip.skip_certs),
            // Said to whoever asks for names: nothing here does, and name constraints read them again.
            (_, ParsedExtension::SubjectAlternativeName(_)) => {}
            _ => return Understood::No,
        }
        Understood::Yes
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Leaf,
    Authority,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Understood {
    Yes,
    No,
    Broken,
}

pub(super) fn oid(oid: &Oid<'_>) -> ObjectIdentifier {
    ObjectIdentifier::from_arcs(oid.to_id_string())
}
