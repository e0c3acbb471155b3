//! Name constraints: RFC 5280 §4.2.1.10.
//!
//! What an authority may issue for is compared strictly, and what it may not in doubt's favour: two spellings that may be the
//! same name are the same where that name is excluded, and different ones where it is permitted.

use std::net::IpAddr;

use der::{Decode, Encode};
use unicode_normalization::UnicodeNormalization;
use url::Url;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{NameConstraints, SubjectAltName};
use x509_parser::asn1_rs::FromDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::x509::X509Name;

use super::directory_string::text;
use super::distinguished_name::comparable;

const SUBJECT_ALTERNATIVE_NAME: &str = "2.5.29.17";
const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";

/// Why a certificate is not what its authority may issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintFault {
    #[error("its authority may not issue certificates for the name it carries (name constraints)")]
    Outside,
    #[error("its authority's name constraints cannot be understood, so nobody can say what it may issue")]
    NotUnderstood,
}

/// Whether every name of the certificate is one that the constraints (the extension's value, DER) leave its authority.
///
/// # Errors
/// Where one is not, or where nobody could tell.
pub fn permit(constraints: &[u8], certificate: &X509Certificate<'_>) -> Result<(), ConstraintFault> {
    let constraints = NameConstraints::from_der(constraints).map_err(|_| ConstraintFault::NotUnderstood)?;
    let subtrees = |list: Option<Vec<_>>| list.unwrap_or_default();
    let (permitted, excluded) = (subtrees(constraints.permitted_subtrees), subtrees(constraints.excluded_subtrees));
    if permitted.iter().chain(&excluded).any(|subtree| subtree.minimum != 0 || subtree.maximum.is_some()) {
        return Err(ConstraintFault::NotUnderstood);
    }
    let permitted = read(permitted.into_iter().map(|subtree| subtree.base))?;
    let excluded = read(excluded.into_iter().map(|subtree| subtree.base))?;
    for name in names(certificate)? {
        let of_its_form = |subtree: &&Name| subtree.form() == name.form();
        for subtree in excluded.iter().filter(of_its_form) {
            if name.is_within(subtree, Doubt::Matches)? {
                return Err(ConstraintFault::Outside);
            }
        }
        let mut possible = permitted.iter().filter(of_its_form).peekable();
        if possible.peek().is_none() {
            continue;
        }
        let mut is_permitted = false;
        for subtree in possible {
            is_permitted |= name.is_within(subtree, Doubt::Differs)?;
        }
        if !is_permitted {
            return Err(ConstraintFault::Outside);
        }
    }
    Ok(())
}

/// What two names are that may be the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubt {
    Matches,
    Differs,
}

enum Name {
    Directory(Vec<Step>),
    Email(String),
    Dns(String),
    Uri(String),
    Ip(Vec<u8>),
    /// Of a form that nothing here compares.
    Other(u8),
}

type Step = Vec<Attribute>;

struct Attribute {
    kind: String,
    /// Its tag and its octets.
    raw: (u32, Vec<u8>),
    text: Option<String>,
}

/// Every name that the certificate claims: its subject, the mailbox in it, and its alternative names.
fn names(certificate: &X509Certificate<'_>) -> Result<Vec<Name>, ConstraintFault> {
    let alternatives =
        certificate.extensions().iter().find(|extension| extension.oid.to_id_string() == SUBJECT_ALTERNATIVE_NAME);
    let mut names = match alternatives {
        Some(extension) => {
            read(SubjectAltName::from_der(extension.value).map_err(|_| ConstraintFault::NotUnderstood)?.0.into_iter())?
        }
        None => Vec::new(),
    };
    let subject = steps(certificate.subject());
    for mailbox in subject.iter().flatten().filter(|attribute| attribute.kind == EMAIL_ADDRESS) {
        names.push(Name::Email(mailbox.text.clone().ok_or(ConstraintFault::NotUnderstood)?));
    }
    if !subject.is_empty() {
        names.push(Name::Directory(subject));
    }
    Ok(names)
}

fn read(names: impl Iterator<Item = GeneralName>) -> Result<Vec<Name>, ConstraintFault> {
    let directory = |name: &x509_cert::name::Name| {
        let der = name.to_der().map_err(|_| ConstraintFault::NotUnderstood)?;
        let (_, parsed) = X509Name::from_der(&der).map_err(|_| ConstraintFault::NotUnderstood)?;
        Ok(Name::Directory(steps(&parsed)))
    };
    names
        .map(|name| match name {
            GeneralName::DirectoryName(name) => directory(&name),
            GeneralName::Rfc822Name(text) => Ok(Name::Email(text.to_string())),
            GeneralName::DnsName(text) => Ok(Name::Dns(text.to_string())),
            GeneralName::UniformResourceIdentifier(text) => Ok(Name::Uri(text.to_string())),
            GeneralName::IpAddress(octets) => Ok(Name::Ip(octets.into_bytes())),
            GeneralName::OtherName(_) => Ok(Name::Other(0)),
            GeneralName::EdiPartyName(_) => Ok(Name::Other(5)),
            GeneralName::RegisteredId(_) => Ok(Name::Other(8)),
        })
        .collect()
}

fn steps(name: &X509Name<'_>) -> Vec<Step> {
    let attribute = |attribute: &x509_parser::x509::AttributeTypeAndValue<'_>| {
        let value = attribute.attr_value();
        Attribute {
            kind: attribute.attr_type().to_id_string(),
            raw: (value.tag().0, value.data.to_vec()),
            text: text(value),
        }
    };
    name.iter_rdn().map(|step| step.iter().map(attribute).collect()).collect()
}

impl Name {
    const fn form(&self) -> u8 {
        match self {
            Self::Email(_) => 1,
            Self::Dns(_) => 2,
            Self::Directory(_) => 4,
            Self::Uri(_) => 6,
            Self::Ip(_) => 7,
            Self::Other(form) => *form,
        }
    }

    fn is_within(&self, subtree: &Self, doubt: Doubt) -> Result<bool, ConstraintFault> {
        match (self, subtree) {
            (Self::Directory(name), Self::Directory(base)) => {
                Ok(name.len() >= base.len() && base.iter().zip(name).all(|(base, step)| same_step(base, step, doubt)))
            }
            (Self::Email(mailbox), Self::Email(base)) => email(mailbox, base, doubt),
            (Self::Dns(host), Self::Dns(base)) => {
                // A dot in front leaves out the domain itself, wherever it is written.
                Ok(base.is_empty() || is_host(host, base) || is_below(host, base.trim_start_matches('.')))
            }
            (Self::Uri(uri), Self::Uri(base)) => {
                let url = Url::parse(uri).map_err(|_| ConstraintFault::NotUnderstood)?;
                // RFC 5280 §4.2.1.10: a URI without a host's name is never acceptable where URIs are constrained.
                let host = url.domain().ok_or(ConstraintFault::Outside)?;
                Ok(base.strip_prefix('.').map_or_else(|| is_host(host, base), |parent| is_below(host, parent)))
            }
            (Self::Ip(octets), Self::Ip(base)) => ip(octets, base),
            _ => Err(ConstraintFault::NotUnderstood),
        }
    }
}

fn same_step(base: &Step, step: &Step, doubt: Doubt) -> bool {
    let found = |attribute: &Attribute| step.iter().any(|own| same(attribute, own, doubt));
    base.len() == step.len() && base.iter().all(found)
}

fn same(one: &Attribute, other: &Attribute, doubt: Doubt) -> bool {
    if one.kind != other.kind {
        return false;
    }
    let (Some(first), Some(second)) = (&one.text, &other.text) else {
        return one.raw == other.raw || doubt == Doubt::Matches;
    };
    one.raw == other.raw
        || match doubt {
            Doubt::Differs => comparable(first).is_some_and(|first| comparable(second) == Some(first)),
            Doubt::Matches => folded(first) == folded(second),
        }
}

/// What a name looks like, whoever wrote it: without spaces and invisible characters, compatible characters and cases alike.
fn folded(text: &str) -> String {
    let visible = |character: &char| !character.is_whitespace() && !character.is_control();
    text.nfkc().flat_map(char::to_lowercase).filter(visible).nfkc().collect()
}

fn email(mailbox: &str, base: &str, doubt: Doubt) -> Result<bool, ConstraintFault> {
    let (local, host) = mailbox.rsplit_once('@').ok_or(ConstraintFault::NotUnderstood)?;
    Ok(match base.rsplit_once('@') {
        Some((own, its)) if doubt == Doubt::Matches => own.eq_ignore_ascii_case(local) && is_host(host, its),
        Some((own, its)) => own == local && is_host(host, its),
        None => base.strip_prefix('.').map_or_else(|| is_host(host, base), |parent| is_below(host, parent)),
    })
}

fn is_host(host: &str, name: &str) -> bool {
    host.trim_end_matches('.').eq_ignore_ascii_case(name)
}

fn is_below(host: &str, parent: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.strip_suffix(&parent.to_ascii_lowercase()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

/// An address, and the constraint's address and mask, of the same family.
fn ip(octets: &[u8], base: &[u8]) -> Result<bool, ConstraintFault> {
    let address = |octets: &[u8]| match octets.len() {
        4 => <[u8; 4]>::try_from(octets).ok().map(IpAddr::from),
        _ => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
    };
    if address(octets).is_none() || !matches!(base.len(), 8 | 32) {
        return Err(ConstraintFault::NotUnderstood);
    }
    let (network, mask) = base.split_at(base.len() / 2);
    let masked = |(octet, mask): (&u8, &u8)| octet & mask;
    Ok(octets.len() == network.len() && octets.iter().zip(mask).map(masked).eq(network.iter().zip(mask).map(masked)))
}
