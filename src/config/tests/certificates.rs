//! A listener's certificate. `pki/site.pem` is valid through 2026 and names id.example.gov, *.portals.example.gov,
//! 127.0.0.1 and ::1; its key and the other are for these tests alone.

use super::super::{Loaded, Tls};
use super::{NOW, load_at};
use crate::domain::time::Timestamp;

const PKI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/tests/pki");

fn listen(issuer: &str, certificate: &str, key: &str, now: Timestamp) -> Result<Loaded, Vec<String>> {
    let file = format!(
        "issuer = \"{issuer}\"\n[listeners.public.tls]\ncertificate = \"{PKI}/{certificate}\"\nkey = \"{PKI}/{key}\"\n\
         [authority]\nname = \"A\"\nprivacy_url = \"https://example.gov\"\nsupport.phone = \"1022\"\n"
    );
    load_at(&file, &[("SENID_MASTER_KEY", "1:x")], now)
        .map_err(|faults| faults.0.iter().map(|fault| fault.to_string().replace(PKI, "pki")).collect())
}

fn warned(issuer: &str, now: Timestamp) -> Vec<String> {
    let loaded = listen(issuer, "site.pem", "site.key", now).unwrap();
    loaded.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_certificate_that_names_the_issuer_is_taken() {
    let loaded = listen("https://id.example.gov", "site.pem", "site.key", NOW).unwrap();
    let tls = Tls { certificate: format!("{PKI}/site.pem").into(), key: format!("{PKI}/site.key").into() };
    assert_eq!(loaded.settings.listeners.public.tls, Some(tls));
    for issuer in
        ["https://id.example.gov", "https://tax.portals.example.gov:8443", "https://127.0.0.1", "https://[::1]:8443"]
    {
        assert_eq!(warned(issuer, NOW), [""; 0], "{issuer}");
    }
}

#[test]
fn another_name_is_a_warning() {
    // The common name counts for nothing, and a wildcard stands for one label.
    for host in ["common.example.gov", "portals.example.gov", "a.b.portals.example.gov", "127.0.0.2"] {
        let expected =
            format!("listeners.public.tls.certificate: the certificate does not name {host}, the issuer's host");
        assert_eq!(warned(&format!("https://{host}"), NOW), [expected]);
    }
    assert_eq!(
        warned("http://127.0.0.1:8080", NOW),
        ["listeners.public.tls: the listener speaks TLS but the issuer is http://127.0.0.1:8080"]
    );
}

#[test]
fn a_certificate_near_or_past_its_end_is_a_warning() {
    let at = |date: &str| Timestamp::from_seconds(date.parse::<jiff::Timestamp>().unwrap().as_second());
    let issuer = "https://id.example.gov";
    for (date, expected) in [
        ("2025-12-31T23:59:59Z", Some("is not valid before 2026-01-01 00:00 UTC")),
        ("2026-01-01T00:00:00Z", None),
        ("2026-12-17T00:00:00Z", None),
        ("2026-12-19T00:00:00Z", Some("expires on 2027-01-01 00:00 UTC")),
        ("2027-01-01T00:00:01Z", Some("expired on 2027-01-01 00:00 UTC")),
    ] {
        let expected: Vec<String> =
            expected.iter().map(|end| format!("listeners.public.tls.certificate: the certificate {end}")).collect();
        assert_eq!(warned(issuer, at(date)), expected, "{date}");
    }
}

#[test]
fn files_that_are_no_pair_are_refused() {
    let issuer = "https://id.example.gov";
    let (certificate, key) =
        ("listeners.public.tls.certificate (senid.toml line 3)", "listeners.public.tls.key (senid.toml line 4)");
    for ((certificate_file, key_file), expected) in [
        (
            ("site.pem", "other.key"),
            format!(
                "{key}: found \"pki/other.key\"; expected the private key of the certificate in listeners.public.tls.certificate"
            ),
        ),
        (
            ("site.key", "site.key"),
            format!("{certificate}: found \"pki/site.key\"; expected a PEM file with a certificate: no items found"),
        ),
        (
            ("site.pem", "site.pem"),
            format!("{key}: found \"pki/site.pem\"; expected a PEM file with a private key: no items found"),
        ),
        (
            ("absent.pem", "site.key"),
            format!(
                "{certificate}: found \"pki/absent.pem\"; expected a PEM file with a certificate: I/O error: No such file or \
                 directory (os error 2)"
            ),
        ),
    ] {
        assert_eq!(listen(issuer, certificate_file, key_file, NOW).unwrap_err(), [expected]);
    }
    let alone = load_at("[listeners.operations.tls]\ncertificate = \"a.pem\"\n", &[], NOW).unwrap_err();
    assert_eq!(
        alone.0[0].to_string(),
        "listeners.operations.tls.certificate (senid.toml line 2): found \"a.pem\"; expected listeners.operations.tls.key beside it"
    );
}
