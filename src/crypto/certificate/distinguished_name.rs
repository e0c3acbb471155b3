//! Distinguished names in their text form (RFC 4514), held against those of certificates (RFC 5280 §7.1).
//!
//! Both are compared attribute by attribute, never as texts: what a text looks like depends on who wrote it, and a common name
//! may hold `,O=` of its own. Two values are the same where their code points are, but for the case of ASCII letters and for
//! spaces that RFC 4518 §2.6.1 calls insignificant. RFC 5280 would also take compatible characters and the case of other
//! letters for the same; nobody needs that to be recognised, and each is a way to look like somebody else.

use std::str::FromStr;

use unicode_normalization::is_nfc;
use x509_parser::asn1_rs::{Any, FromDer};
use x509_parser::x509::X509Name;

use super::directory_string::text;

/// A name of at least one attribute, from the root on, as certificates have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistinguishedName(Vec<RelativeName>);

/// One step of it: attributes whose order says nothing.
type RelativeName = Vec<Attribute>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Attribute {
    /// The dotted object identifier.
    kind: String,
    value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    /// As it is compared.
    Text(String),
    /// DER, written as `#` and hexadecimal digits.
    Encoded(Vec<u8>),
}

/// RFC 4514 §3 and RFC 4519 §2, and what authorities put into certificates beside them.
const KINDS: &[(&str, &str)] = &[
    ("CN", "2.5.4.3"),
    ("SN", "2.5.4.4"),
    ("serialNumber", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("title", "2.5.4.12"),
    ("businessCategory", "2.5.4.15"),
    ("postalCode", "2.5.4.17"),
    ("givenName", "2.5.4.42"),
    ("GN", "2.5.4.42"),
    ("initials", "2.5.4.43"),
    ("generationQualifier", "2.5.4.44"),
    ("dnQualifier", "2.5.4.46"),
    ("pseudonym", "2.5.4.65"),
    ("organizationIdentifier", "2.5.4.97"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("emailAddress", "1.2.840.113549.1.9.1"),
    ("jurisdictionL", "1.3.6.1.4.1.311.60.2.1.1"),
    ("jurisdictionST", "1.3.6.1.4.1.311.60.2.1.2"),
    ("jurisdictionC", "1.3.6.1.4.1.311.60.2.1.3"),
];

/// What is no name, or none that a certificate can be recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a distinguished name in the form of RFC 4514, such as CN=portal,O=Department of Taxation,C=VN: the nearest \
     attribute first, no spaces around commas, plus signs and equals signs, well-known attribute names or object identifiers"
)]
pub struct InvalidDistinguishedName;

impl DistinguishedName {
    /// Whether this is the name in the certificate: every step in its place, with the same attributes.
    pub fn names(&self, subject: &X509Name<'_>) -> bool {
        let steps: Option<Vec<RelativeName>> = subject
            .iter_rdn()
            .map(|step| {
                let attributes = step.iter().map(|attribute| {
                    let kind = attribute.attr_type().to_id_string();
                    Some((kind, attribute.attr_value()))
                });
                self.step_like(attributes.collect::<Option<Vec<_>>>()?)
            })
            .collect();
        steps.is_some_and(|steps| steps == self.0)
    }

    /// The step of a certificate, its values in the form that ours have, whichever that is.
    fn step_like(&self, attributes: Vec<(String, &Any<'_>)>) -> Option<RelativeName> {
        let encoded = |kind: &str, value: &Any<'_>| {
            self.0.iter().flatten().find_map(|own| match &own.value {
                Value::Encoded(der) if own.kind == kind && is_encoding_of(der, value) => Some(der.clone()),
                _ => None,
            })
        };
        let read = attributes.into_iter().map(|(kind, value)| {
            let value = match encoded(&kind, value) {
                Some(der) => Value::Encoded(der),
                None => Value::Text(comparable(&text(value)?)?),
            };
            Some(Attribute { kind, value })
        });
        let mut step = read.collect::<Option<RelativeName>>()?;
        step.sort();
        Some(step)
    }
}

/// RFC 4514 §3, without the spaces that older forms allow.
impl FromStr for DistinguishedName {
    type Err = InvalidDistinguishedName;

    fn from_str(text: &str) -> Result<Self, InvalidDistinguishedName> {
        let mut steps = Vec::new();
        let mut step = RelativeName::new();
        let mut rest = text;
        loop {
            let (kind, after) = rest.split_once('=').ok_or(InvalidDistinguishedName)?;
            let kind = kind_of(kind).ok_or(InvalidDistinguishedName)?;
            let (value, after) = value(after).ok_or(InvalidDistinguishedName)?;
            step.push(Attribute { kind, value });
            let mut after = after.chars();
            let separator = after.next();
            rest = after.as_str();
            if separator == Some('+') {
                continue;
            }
            step.sort();
            steps.push(std::mem::take(&mut step));
            match separator {
                Some(',') => {}
                None => break,
                Some(_) => return Err(InvalidDistinguishedName),
            }
        }
        // The text begins with what is nearest (RFC 4514 §2.1).
        steps.reverse();
        Ok(Self(steps))
    }
}

fn kind_of(text: &str) -> Option<String> {
    let known = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    if let Some((_, dotted)) = known {
        return Some((*dotted).to_owned());
    }
    let number = |arc: &str| {
        !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit()) && (arc == "0" || !arc.starts_with('0'))
    };
    (text.contains('.') && text.len() <= 64 && text.split('.').all(number)).then(|| text.to_owned())
}

/// The value that `text` begins with, and what stands after it.
fn value(text: &str) -> Option<(Value, &str)> {
    if let Some(hex) = text.strip_prefix('#') {
        let end = hex.find(['+', ',']).unwrap_or(hex.len());
        let (hex, rest) = hex.split_at(end);
        let der = (0..hex.len()).step_by(2).map(|at| hex_pair(hex.get(at..at + 2)?)).collect::<Option<Vec<u8>>>()?;
        // One value, whole.
        let whole = matches!(Any::from_der(&der), Ok(([], _)));
        return whole.then_some((Value::Encoded(der), rest));
    }
    let mut bytes = Vec::new();
    let mut characters = text.char_indices();
    let mut end = text.len();
    // A space that is neither first nor last needs no backslash.
    let mut ends_with_bare_space = false;
    while let Some((at, character)) = characters.next() {
        match character {
            ',' | '+' => {
                end = at;
                break;
            }
            '"' | ';' | '<' | '>' | '\0' => return None,
            ' ' if at == 0 => return None,
            '\\' => bytes.extend(escaped(&mut characters)?),
            other => bytes.extend(other.encode_utf8(&mut [0; 4]).bytes()),
        }
        ends_with_bare_space = character == ' ';
    }
    if ends_with_bare_space {
        return None;
    }
    let value = comparable(&String::from_utf8(bytes).ok()?)?;
    Some((Value::Text(value), &text[end..]))
}

/// What stands after a backslash: a character that has a meaning of its own, or two hexadecimal digits of a byte.
fn escaped(characters: &mut std::str::CharIndices<'_>) -> Option<Vec<u8>> {
    let (_, first) = characters.next()?;
    if matches!(first, '\\' | '"' | '+' | ',' | ';' | '<' | '>' | ' ' | '#' | '=') {
        return Some(vec![first as u8]);
    }
    let (_, second) = characters.next()?;
    Some(vec![hex_pair(&[first, second].iter().collect::<String>())?])
}

fn hex_pair(pair: &str) -> Option<u8> {
    let digits = pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits { u8::from_str_radix(pair, 16).ok() } else { None }
}

fn is_encoding_of(der: &[u8], value: &Any<'_>) -> bool {
    Any::from_der(der).is_ok_and(|(_, own)| own.header == value.header && own.data == value.data)
}

/// The form in which values are compared; none of a text that holds a control character, that another order of its code points
/// would spell as well, or that says nothing.
pub(super) fn comparable(text: &str) -> Option<String> {
    if text.chars().any(char::is_control) || !is_nfc(text) {
        return None;
    }
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" ").to_ascii_lowercase())
}

#[cfg(test)]
#[path = "distinguished_name_tests.rs"]
mod tests;
