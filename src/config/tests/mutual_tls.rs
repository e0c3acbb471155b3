//! Where clients' certificates come from, and whose are believed. `pki/clients-ca.pem` is an authority's until 2046.

use super::super::{ClientCertificateHeader, Settings};
use super::{NOW, load_at};
use crate::domain::certificate::AcceptedCertificates;
use crate::domain::client::ClientAuthenticationMethod;
use crate::domain::time::Timestamp;

const PKI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/tests/pki");

const PROXY: &str =
    "[proxies]\ntrusted = [\"10.0.0.0/8\"]\nheader = \"forwarded\"\nclient_certificate = \"client-cert\"\n";
const LISTENER: &str =
    "[listeners.mtls]\naddress = \"[::]:8443\"\ntls.certificate = \"PKI/site.pem\"\ntls.key = \"PKI/site.key\"\n";

/// What is said of settings that begin with the issuer, as a listener's own certificate names it.
fn told(file: &str, now: Timestamp) -> Result<(Settings, Vec<String>), Vec<String>> {
    let file = format!("issuer = \"https://id.example.gov\"\n{file}").replace("PKI", PKI);
    let file =
        format!("{file}[authority]\nname = \"A\"\nprivacy_url = \"https://example.gov\"\nsupport.phone = \"1022\"\n");
    match load_at(&file, &[("SENID_MASTER_KEY", "1:x")], now) {
        Ok(loaded) => Ok((loaded.settings, loaded.warnings.iter().map(ToString::to_string).collect())),
        Err(faults) => Err(faults.0.iter().map(|fault| fault.to_string().replace(PKI, "pki")).collect()),
    }
}

fn settings(file: &str) -> Settings {
    let (settings, warnings) = told(file, NOW).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(warnings, [""; 0]);
    settings
}

/// The methods that stand on certificates.
fn methods(settings: &Settings) -> Vec<&'static str> {
    let all = settings.client_authentication_methods().map(ClientAuthenticationMethod::as_str);
    all.filter(|method| method.contains("tls")).collect()
}

#[test]
fn certificates_come_through_a_listener_or_a_proxy_and_are_offered_nowhere_else() {
    let none = settings("");
    assert!(none.accepted_certificates() == AcceptedCertificates::None && methods(&none).is_empty());

    let url = "[mtls]\npublic_url = \"https://tax.portals.example.gov\"\n";
    let listener = settings(&format!("{LISTENER}{url}"));
    assert_eq!(listener.listeners.mtls.as_ref().unwrap().address, "[::]:8443".parse().unwrap());
    assert_eq!(methods(&listener), ["self_signed_tls_client_auth"]);

    let proxy = settings(&format!("{PROXY}[mtls]\ntrusted_authorities_file = \"PKI/clients-ca.pem\"\n"));
    assert_eq!(proxy.proxies.client_certificate, ClientCertificateHeader::ClientCert);
    assert_eq!(proxy.mtls.trusted_authorities.len(), 1);
    assert_eq!(methods(&proxy), ["tls_client_auth", "self_signed_tls_client_auth"]);
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let beside =
        "expected listeners.mtls.address or proxies.client_certificate beside it: no certificate comes any other way";
    let cases = [
        (
            "[proxies]\nclient_certificate = \"client-cert\"\n".to_owned(),
            "proxies.trusted: expected the proxies' addresses: a client's certificate is believed from nobody else".to_owned(),
        ),
        (
            "[proxies]\nclient_certificate = \"x-ssl-cert\"\n".to_owned(),
            "proxies.client_certificate (senid.toml line 3): found \"x-ssl-cert\"; expected one of \"none\", \"client-cert\", \"x-ssl-client-cert\""
                .to_owned(),
        ),
        (
            "[mtls]\npublic_url = \"https://mtls.example.gov\"\n".to_owned(),
            format!("mtls.public_url (senid.toml line 3): found \"https://mtls.example.gov\"; {beside}"),
        ),
        (
            "[mtls]\ntrusted_authorities_file = \"PKI/clients-ca.pem\"\n".to_owned(),
            format!("mtls.trusted_authorities_file (senid.toml line 3): found \"pki/clients-ca.pem\"; {beside}"),
        ),
        (
            LISTENER.to_owned(),
            "listeners.mtls.address (senid.toml line 3): found \"[::]:8443\"; expected mtls.public_url beside it: where clients \
             reach the listener"
                .to_owned(),
        ),
        (
            "[listeners.mtls]\naddress = \"[::]:8443\"\n".to_owned(),
            "listeners.mtls.address (senid.toml line 3): found \"[::]:8443\"; expected listeners.mtls.tls.certificate and .key \
             beside it"
                .to_owned(),
        ),
        (
            "[listeners.mtls.tls]\ncertificate = \"PKI/site.pem\"\nkey = \"PKI/site.key\"\n".to_owned(),
            "listeners.mtls.tls.certificate (senid.toml line 3): found \"pki/site.pem\"; expected listeners.mtls.address beside it"
                .to_owned(),
        ),
        (
            format!("{}[mtls]\npublic_url = \"https://tax.portals.example.gov\"\n", LISTENER.replace("[::]:8443", "127.0.0.1:8080")),
            "listeners.mtls.address (senid.toml line 3): found \"127.0.0.1:8080\"; expected another address than \
             listeners.public.address has"
                .to_owned(),
        ),
        (
            format!("{PROXY}[mtls]\npublic_url = \"https://mtls.example.gov/sso\"\n"),
            "mtls.public_url (senid.toml line 7): found \"https://mtls.example.gov/sso\"; expected the path that the issuer has: \
             https://mtls.example.gov"
                .to_owned(),
        ),
        (
            format!("{PROXY}[mtls]\npublic_url = \"https://id.example.gov\"\n"),
            "mtls.public_url (senid.toml line 7): found \"https://id.example.gov\"; expected another host or port than the issuer \
             has: browsers would be asked for certificates"
                .to_owned(),
        ),
        (
            format!("{PROXY}[mtls]\ntrusted_authorities_file = \"PKI/site.pem\"\n"),
            "mtls.trusted_authorities_file (senid.toml line 7): found \"pki/site.pem\"; expected certificates of authorities: \
             number 1 is none"
                .to_owned(),
        ),
        (
            format!("{PROXY}[mtls]\ntrusted_authorities_file = \"PKI/site.key\"\n"),
            "mtls.trusted_authorities_file (senid.toml line 7): found \"pki/site.key\"; expected a PEM file with certificates: no \
             items found"
                .to_owned(),
        ),
    ];
    for (file, expected) in cases {
        assert_eq!(told(&file, NOW).unwrap_err(), [expected], "{file}");
    }
}

#[test]
fn certificates_that_are_not_as_they_will_be_needed_are_warned_of() {
    let later = Timestamp::from_seconds("2047-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second());
    let (_, warnings) =
        told(&format!("{PROXY}[mtls]\ntrusted_authorities_file = \"PKI/clients-ca.pem\"\n"), later).unwrap();
    assert_eq!(
        warnings,
        ["mtls.trusted_authorities_file: certificate 1 has expired: C=VN, O=Authority of clients, CN=Root"]
    );
    let (_, warnings) = told(&format!("{LISTENER}[mtls]\npublic_url = \"https://mtls.example.gov\"\n"), NOW).unwrap();
    assert_eq!(
        warnings,
        ["listeners.mtls.tls.certificate: the certificate does not name mtls.example.gov, the host of mtls.public_url"]
    );
}
