//! The attributes of a subject: RFC 5280 §4.1.2.6.

use x509_parser::asn1_rs::FromDer;
use x509_parser::x509::X509Name;

use super::Refusal;
use crate::crypto::certificate::directory_string::text;

/// An attribute that rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub oid: &'static str,
    pub name: &'static str,
}

pub(super) const SERIAL_NUMBER: Kind = Kind { oid: "2.5.4.5", name: "serialNumber" };
pub(super) const ORGANISATION_IDENTIFIER: Kind = Kind { oid: "2.5.4.97", name: "organizationIdentifier" };
pub(super) const UID: Kind = Kind { oid: "0.9.2342.19200300.100.1.1", name: "UID" };
pub(super) const SNILS: Kind = Kind { oid: "1.2.643.100.3", name: "SNILS" };
pub(super) const OGRN: Kind = Kind { oid: "1.2.643.100.1", name: "OGRN" };

/// All that a subject says, in its order.
pub(super) struct Attributes(Vec<(String, Option<String>)>);

impl Attributes {
    /// # Errors
    /// Where it is no name, or something stands after it.
    pub(super) fn read(subject: &[u8]) -> Result<Self, Refusal> {
        let Ok(([], name)) = X509Name::from_der(subject) else { return Err(Refusal::UnreadableSubject("subject")) };
        let each = name.iter_attributes().map(|one| (one.attr_type().to_id_string(), text(one.attr_value())));
        Ok(Self(each.collect()))
    }

    /// Every value of `kind`, without the spaces around it.
    ///
    /// # Errors
    /// Where one is no text, or holds what nobody sees: then nobody could tell what it says.
    pub(super) fn all(&self, kind: Kind) -> Result<Vec<&str>, Refusal> {
        let values = self.0.iter().filter(|(oid, _)| oid == kind.oid);
        values
            .map(|(_, value)| match value {
                Some(value) if !value.chars().any(char::is_control) => Ok(value.trim_matches(' ')),
                _ => Err(Refusal::UnreadableSubject(kind.name)),
            })
            .collect()
    }

    pub(super) fn has(&self, kind: Kind) -> bool {
        self.0.iter().any(|(oid, _)| oid == kind.oid)
    }
}

/// Digits, and nothing between them that would make one number of two.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
