//! What a certificate vouches for: whose key, under which name, until when. Who issued it is for others to say.

use x509_parser::oid_registry::{OID_EC_P256, OID_NIST_EC_P384, OID_SIG_ED25519};
use x509_parser::public_key::PublicKey as Parsed;

use super::{LEAST_RSA_BITS, parse};
use crate::crypto::jwk::PublicKey;
use crate::domain::time::Timestamp;

/// Above, verifying is a way to tire the server out.
const MOST_RSA_BITS: usize = 4096;

/// The key of a certificate in DER; `None` for one that verifies nothing here.
pub fn public_key(certificate: &[u8]) -> Option<PublicKey> {
    let parsed = parse(certificate).ok()?;
    let info = parsed.public_key();
    let algorithm = &info.algorithm;
    let curve = || algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    match info.parsed().ok()? {
        // Uncompressed points alone.
        Parsed::EC(point) if point.data().first() != Some(&4) => None,
        Parsed::EC(point) if curve()? == OID_EC_P256 => Some(PublicKey::P256(point.data().try_into().ok()?)),
        Parsed::EC(point) if curve()? == OID_NIST_EC_P384 => Some(PublicKey::P384(point.data().try_into().ok()?)),
        Parsed::RSA(key) if (LEAST_RSA_BITS..=MOST_RSA_BITS).contains(&key.key_size()) => {
            Some(PublicKey::Rsa { n: significant(key.modulus)?, e: significant(key.exponent)? })
        }
        Parsed::Unknown(key) if algorithm.algorithm == OID_SIG_ED25519 => {
            Some(PublicKey::Ed25519(key.try_into().ok()?))
        }
        _ => None,
    }
}

/// Without leading zeros.
fn significant(number: &[u8]) -> Option<Vec<u8>> {
    let first = number.iter().position(|byte| *byte != 0)?;
    Some(number[first..].to_vec())
}

/// The one common name of a certificate's subject; `None` where there is none, or several.
pub fn common_name(certificate: &[u8]) -> Option<String> {
    let parsed = parse(certificate).ok()?;
    let mut names = parsed.subject().iter_common_name();
    match (names.next(), names.next()) {
        (Some(name), None) => name.as_str().ok().map(str::to_owned),
        _ => None,
    }
}

/// What an extension holds, where it is there once and need not be understood; `dotted` is its object identifier.
pub fn optional_extension(certificate: &[u8], dotted: &str) -> Option<Vec<u8>> {
    let parsed = parse(certificate).ok()?;
    let mut found = parsed.extensions().iter().filter(|extension| extension.oid.to_id_string() == dotted);
    match (found.next(), found.next()) {
        (Some(extension), None) if !extension.critical => Some(extension.value.to_vec()),
        _ => None,
    }
}

/// Whether `now` is within what a certificate says of itself.
pub fn is_in_date(certificate: &[u8], now: Timestamp) -> bool {
    parse(certificate).is_ok_and(|parsed| {
        let validity = parsed.validity();
        (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now.seconds())
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, CustomExtension, DistinguishedName, DnType, KeyPair};

    use super::*;

    fn certificate(key: &KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        change(&mut params);
        params.self_signed(key).unwrap().der().to_vec()
    }

    #[test]
    fn the_key_is_the_one_that_the_certificate_was_made_for() {
        for (algorithm, length) in [(&rcgen::PKCS_ECDSA_P256_SHA256, 65), (&rcgen::PKCS_ECDSA_P384_SHA384, 97)] {
            let key = KeyPair::generate_for(algorithm).unwrap();
            match public_key(&certificate(&key, |_| {})).unwrap() {
                PublicKey::P256(point) => assert_eq!((&point[..], length), (key.public_key_raw(), 65)),
                PublicKey::P384(point) => assert_eq!((&point[..], length), (key.public_key_raw(), 97)),
                other => panic!("{other:?}"),
            }
        }
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let read = public_key(&certificate(&key, |_| {}));
        assert_eq!(read, Some(PublicKey::Ed25519(key.public_key_raw().try_into().unwrap())));
        assert_eq!(public_key(b"no certificate"), None);
    }

    #[test]
    fn a_certificate_with_two_common_names_has_none() {
        let key = KeyPair::generate().unwrap();
        let named = |names: &[(DnType, &str)]| {
            certificate(&key, |params| {
                for (kind, name) in names {
                    params.distinguished_name.push(kind.clone(), *name);
                }
            })
        };
        let common = DnType::CommonName;
        assert_eq!(common_name(&named(&[(common.clone(), "mds.example")])).as_deref(), Some("mds.example"));
        assert_eq!(common_name(&named(&[(DnType::OrganizationName, "mds.example")])), None);
        let other_spelling = DnType::CustomDnType(vec![2, 5, 4, 3]);
        assert_eq!(common_name(&named(&[(common, "mds.example"), (other_spelling, "evil.example")])), None);
    }

    #[test]
    fn an_extension_that_is_critical_or_there_twice_is_not_read() {
        let key = KeyPair::generate().unwrap();
        let oid = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
        let extension = || CustomExtension::from_oid_content(&oid, vec![4, 1, 7]);
        let read = |extensions: Vec<CustomExtension>| {
            let certificate = certificate(&key, |params| params.custom_extensions = extensions);
            optional_extension(&certificate, "1.3.6.1.4.1.45724.1.1.4")
        };
        assert_eq!(read(vec![extension()]), Some(vec![4, 1, 7]));
        assert_eq!(read(vec![]), None);
        assert_eq!(read(vec![extension(), extension()]), None);
        let mut critical = extension();
        critical.set_criticality(true);
        assert_eq!(read(vec![critical]), None);
    }

    #[test]
    fn a_certificate_is_in_date_from_its_first_to_its_last_second() {
        let key = KeyPair::generate().unwrap();
        let dated = certificate(&key, |params| {
            params.not_before = rcgen::date_time_ymd(2026, 1, 1);
            params.not_after = rcgen::date_time_ymd(2026, 2, 1);
        });
        let (first, last) = (1_767_225_600, 1_769_904_000);
        for (second, expected) in [(first - 1, false), (first, true), (last, true), (last + 1, false)] {
            assert_eq!(is_in_date(&dated, Timestamp::from_seconds(second)), expected, "{second}");
        }
    }
}
