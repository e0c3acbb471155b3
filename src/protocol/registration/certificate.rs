//! Whose certificate proves a client: RFC 8705 §2.1.2.

use super::{Allowed, Fault};
use crate::crypto::certificate::CertificateName;
use crate::domain::client::{CertificateSubject, Client, ClientAuthentication};

/// One of these names it.
pub const SUBJECT_MEMBERS: [&str; 5] = [
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
];

/// The subject that the members name, in the order of [`SUBJECT_MEMBERS`].
pub fn certificate_subject(members: [Option<&str>; 5], faults: &mut Vec<Fault>) -> Option<CertificateSubject> {
    let mut named = SUBJECT_MEMBERS.into_iter().zip(members).filter_map(|(member, text)| Some((member, text?)));
    let (member, text) = named.next()?;
    if let Some((other, _)) = named.next() {
        faults.push(Fault::new(
            other,
            format!("is there beside {member}: expected one of them (RFC 8705 section 2.1.2)"),
        ));
    }
    let text = text.to_owned();
    Some(match member {
        "tls_client_auth_subject_dn" => CertificateSubject::Dn(text),
        "tls_client_auth_san_dns" => CertificateSubject::Dns(text),
        "tls_client_auth_san_uri" => CertificateSubject::Uri(text),
        "tls_client_auth_san_email" => CertificateSubject::Email(text),
        _ => match text.parse() {
            Ok(address) => CertificateSubject::Ip(address),
            Err(_) => {
                faults.push(Fault::new(member, "expected an IP address, such as 192.0.2.1 or 2001:db8::1"));
                return None;
            }
        },
    })
}

pub(super) fn check(client: &Client, _: &Allowed<'_>, faults: &mut Vec<Fault>) {
    if let ClientAuthentication::TlsClientAuth { subject } = &client.authentication
        && let Err(expected) = CertificateName::new(subject)
    {
        faults.push(Fault::new(subject.member(), expected.to_string()));
    }
}
