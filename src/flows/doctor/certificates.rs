//! Certificates that end: SenID's own, those it shows others, and those it trusts.

use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Finding, What, or_sound};
use crate::config::Settings;
use crate::domain::time::Timestamp;

/// Authorities are not renewed in a week, and who renews their own certificates by themselves does so a month before.
const SOON_DAYS_OF_AUTHORITIES: i64 = 60;
const SOON_DAYS: i64 = 21;
const SECONDS_A_DAY: i64 = 86_400;

pub(super) fn look(settings: &Settings, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = 0_usize;
    let listeners = &settings.listeners;
    let files = [
        ("listeners.public.tls.certificate", listeners.public.tls.as_ref()),
        ("listeners.mtls.tls.certificate", listeners.mtls.as_ref().map(|listener| &listener.tls)),
        ("listeners.certificate.tls.certificate", listeners.certificate.as_ref().map(|listener| &listener.tls)),
        ("registry.tls.certificate", settings.registry.server.as_ref().map(|server| &server.client)),
    ];
    for (setting, tls) in files {
        let Some(tls) = tls else { continue };
        seen += 1;
        match first_of(&tls.certificate) {
            None => findings.push(Finding::new(
                What::CertificatesUnreadable,
                format!("{setting}: {} cannot be read", tls.certificate.display()),
            )),
            Some(der) => findings.extend(of(setting, &der, SOON_DAYS, now)),
        }
    }
    for authority in &settings.certificates.authorities {
        for der in std::iter::once(&authority.anchor).chain(&authority.intermediates) {
            seen += 1;
            findings.extend(of(
                &format!("certificates.trust_folder {}", authority.name),
                der,
                SOON_DAYS_OF_AUTHORITIES,
                now,
            ));
        }
    }
    let trusted = [
        ("mtls.trusted_authorities_file", &settings.mtls.trusted_authorities),
        ("outbound.ca_file", &settings.outbound.extra_roots),
    ];
    for (setting, authorities) in trusted {
        for der in authorities {
            seen += 1;
            findings.extend(of(setting, der, SOON_DAYS_OF_AUTHORITIES, now));
        }
    }
    let detail = match seen {
        0 => "the settings name none".to_owned(),
        seen => format!("none of {seen} ends soon"),
    };
    or_sound(findings, What::CertificatesSound, detail)
}

fn first_of(path: &Path) -> Option<Vec<u8>> {
    CertificateDer::pem_file_iter(path).ok()?.next()?.ok().map(|der| der.to_vec())
}

fn of(setting: &str, der: &[u8], soon_days: i64, now: Timestamp) -> Option<Finding> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    let end = parsed.validity().not_after.timestamp();
    let days = (end - now.seconds()).div_euclid(SECONDS_A_DAY);
    let subject = parsed.subject();
    match days {
        ..0 => Some(Finding::new(What::CertificatesEnded, format!("{setting}: {subject} has ended"))),
        days if days < soon_days => {
            Some(Finding::new(What::CertificatesEnding, format!("{setting}: {subject} ends in {days} days")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Tls;

    #[test]
    fn certificates_that_end_soon_have_ended_or_cannot_be_read_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tls.pem");
        let made = rcgen::generate_simple_self_signed(["id.example.gov".to_owned()]).unwrap();
        std::fs::write(&path, made.cert.pem()).unwrap();
        let (_, parsed) = X509Certificate::from_der(made.cert.der()).unwrap();
        let end = parsed.validity().not_after.timestamp();
        let mut settings = Settings::default();
        settings.listeners.public.tls = Some(Tls { certificate: path.clone(), key: path.clone() });
        let found = |settings: &Settings, days_left: i64| {
            let now = Timestamp::from_seconds(end - days_left * SECONDS_A_DAY);
            look(settings, now).into_iter().map(|one| one.what).collect::<Vec<_>>()
        };
        assert_eq!(found(&settings, 21), [What::CertificatesSound]);
        assert_eq!(found(&settings, 20), [What::CertificatesEnding]);
        assert_eq!(found(&settings, -1), [What::CertificatesEnded]);
        std::fs::write(&path, "").unwrap();
        assert_eq!(found(&settings, 100), [What::CertificatesUnreadable]);
        assert_eq!(found(&Settings::default(), 100), [What::CertificatesSound]);
    }
}
