//! Whose certificate proves a client: RFC 8705 §2.1.2.

use super::{Allowed, Fault};
use crate::crypto::certificate::CertificateName;
use crate::domain::certificate::AcceptedCertificates;
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

/// A client that could never prove itself, or whose tokens could never be bound, is not registered.
pub(super) fn check(client: &Client, allowed: &Allowed<'_>, faults: &mut Vec<Fault>) {
    let accepted = allowed.certificates;
    match &client.authentication {
        ClientAuthentication::TlsClientAuth { .. } if accepted < AcceptedCertificates::Issued => {
            let sentence =
                "tls_client_auth is not offered here: this server trusts no authority for the certificates of clients";
            faults.push(Fault::new("token_endpoint_auth_method", sentence));
        }
        ClientAuthentication::SelfSignedTlsClientAuth if accepted < AcceptedCertificates::Published => {
            let sentence =
                "self_signed_tls_client_auth is not offered here: no certificate of a client comes to this server";
            faults.push(Fault::new("token_endpoint_auth_method", sentence));
        }
        ClientAuthentication::TlsClientAuth { subject } => {
            let name = CertificateName::new(subject);
            faults.extend(name.err().map(|error| Fault::new(subject.member(), error.to_string())));
        }
        _ => {}
    }
    if client.policy.bound_access_tokens.certificate && accepted == AcceptedCertificates::None {
        let sentence = "is not offered here: no certificate of a client comes to this server";
        faults.push(Fault::new("tls_client_certificate_bound_access_tokens", sentence));
    }
}
