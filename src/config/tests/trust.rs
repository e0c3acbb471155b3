//! The trust folder: two files an authority, and every fault of them at once.

use std::path::Path;

use tempfile::TempDir;

use super::super::Settings;
use super::{NOW, load_at};
use crate::domain::national_id::Scheme;
use crate::domain::time::Timestamp;
use crate::domain::trust::{CertificatePolicies, OnUnavailable, SubjectRule};

const AUTHORITY: &str = include_str!("pki/clients-ca.pem");
const NO_AUTHORITY: &str = include_str!("pki/site.pem");
const SOUND: &str = "identifiers.rules = [\"vn-uid\"]\nidentifiers.schemes = [\"vn\"]\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What is said of a folder, whose path is left out.
fn told(folder: &Path, issuer: &str, now: Timestamp) -> Result<(Settings, Vec<String>), Vec<String>> {
    let path = folder.display().to_string();
    let file = format!(
        "issuer = \"{issuer}\"\ncertificates.trust_folder = {path:?}\n\
         [authority]\nname = \"A\"\nprivacy_url = \"https://example.gov\"\nsupport.phone = \"1022\"\n"
    );
    let short = |text: String| text.replace(&path, "trust");
    match load_at(&file, &[("SENID_MASTER_KEY", "1:x")], now) {
        Ok(loaded) => Ok((loaded.settings, loaded.warnings.iter().map(|one| short(one.to_string())).collect())),
        Err(faults) => Err(faults.0.iter().map(|one| short(one.to_string())).collect()),
    }
}

fn faults(files: &[(&str, &str)]) -> Vec<String> {
    told(folder(files).path(), "https://id.example.gov", NOW).map(|_| ()).unwrap_err()
}

#[test]
fn two_files_make_an_authority_and_what_they_leave_out_is_denied() {
    let folder = folder(&[("national.pem", AUTHORITY), ("national.toml", SOUND), ("README.md", "")]);
    let (settings, warnings) = told(folder.path(), "https://id.example.gov", NOW).unwrap();
    assert_eq!(warnings, [""; 0]);
    let [authority] = &settings.certificates.authorities[..] else { panic!("one authority") };
    let policy = &authority.policy;
    assert_eq!((authority.name.as_str(), authority.intermediates.len()), ("national", 0));
    assert_eq!(policy.policies, CertificatePolicies::default());
    assert_eq!((&policy.device.policies[..], policy.device.qualified), (&[][..], false));
    assert_eq!((policy.revocation.of_certificate, policy.revocation.on_unavailable), (true, OnUnavailable::Refuse));
    assert_eq!(
        (&policy.identifiers.rules[..], &policy.identifiers.schemes[..]),
        (&[SubjectRule::VietNam][..], &[Scheme::Vn][..])
    );
    assert!(!policy.bind_on_first_use);
}

#[test]
fn without_a_folder_or_an_authority_nobody_is_trusted() {
    assert!(Settings::default().certificates.authorities.is_empty());
    let (settings, warnings) = told(folder(&[]).path(), "https://id.example.gov", NOW).unwrap();
    assert!(settings.certificates.authorities.is_empty());
    assert_eq!(
        warnings,
        ["certificates.trust_folder: there is no authority in it, so nobody signs in with a certificate"]
    );
    let absent = told(Path::new("/there/is/none"), "https://id.example.gov", NOW).map(|_| ()).unwrap_err();
    assert!(absent[0].contains("expected a folder that can be read"), "{absent:?}");
}

#[test]
fn every_fault_of_every_file_is_said_at_once() {
    let policy = "bind_on_first_use = \"maybe\"\nidentifiers.rules = [\"etsi\", \"printed-name\"]\nidentifiers.scheme = [\"vn\"]\n\
                  policies.allowed = [\"1.2.3\", \"mobile-id\"]\npolicies.disallowed = [\"1.2.3\"]\n\
                  revocation.responders = [\"ldap://example.gov\"]\nrevocation.on_unavailable = \"allow\"\n";
    assert_eq!(
        faults(&[
            ("national.pem", NO_AUTHORITY),
            ("national.toml", policy),
            ("alone.pem", AUTHORITY),
            ("other.toml", SOUND),
            ("Root CA.crt", AUTHORITY),
            ("torn.pem", "-----BEGIN CERTIFICATE-----\nnonsense\n"),
            ("torn.toml", "identifiers = \n"),
        ]),
        [
            "trust/Root CA.crt line 1: expected NAME.pem and NAME.toml, NAME of small letters, digits and hyphens: this file is \
             looked at by nobody",
            "trust/alone.pem line 1: expected alone.toml beside it",
            "trust/national.pem line 1: certificate 1: expected an authority's: CN=common.example.gov may not issue certificates",
            "bind_on_first_use (trust/national.toml line 1): found \"maybe\"; expected true or false",
            "identifiers.schemes (trust/national.toml line 1): expected at least one: there is no default for whose numbers an \
             authority may vouch for",
            "trust/other.toml line 1: expected other.pem beside it",
            "trust/torn.pem line 1: expected an authority's certificate in PEM: what begins there does not end, or is no base64",
            "trust/torn.toml line 1: this is not TOML: string values must be quoted, expected literal string",
            "identifiers.rules (trust/national.toml line 2): found \"printed-name\"; expected one of \"etsi\", \"vn-uid\", \"ru-snils\"",
            "identifiers.scheme (trust/national.toml line 3): there is no such setting; did you mean identifiers.schemes?",
            "policies.allowed (trust/national.toml line 4): found \"mobile-id\"; expected an object identifier, such as \
             \"1.3.6.1.4.1.10015.1.3\"",
            "policies.allowed (trust/national.toml line 4): found [\"1.2.3\", \"mobile-id\"]; expected none that \
             policies.disallowed has: 1.2.3 is in both",
            "revocation.responders (trust/national.toml line 6): found \"ldap://example.gov\"; expected an address of a page that \
             begins with https:// or http://",
            "revocation.on_unavailable (trust/national.toml line 7): found \"allow\"; expected \"refuse\", or the authentication \
             level 1, which such a certificate then counts for at most",
        ]
    );
}

#[test]
fn an_anchor_stands_once_and_leads_to_what_is_below_it() {
    let twice = faults(&[("a.pem", AUTHORITY), ("a.toml", SOUND), ("b.pem", AUTHORITY), ("b.toml", SOUND)]);
    assert_eq!(twice, ["trust/b.pem line 1: expected each anchor once: a has the same"]);
    let development = include_str!("../../../keys/trust/development.pem");
    let strangers = faults(&[("a.pem", &format!("{AUTHORITY}{development}")), ("a.toml", SOUND)]);
    assert!(
        strangers[0]
            .starts_with("trust/a.pem line 1: certificate 2: expected one that the first, or one below it, has issued")
    );
}

#[test]
fn sources_that_nobody_can_ask_are_refused_where_an_answer_is_needed() {
    let nowhere = format!("{SOUND}revocation.of_certificate = false\n");
    let told = faults(&[("a.pem", AUTHORITY), ("a.toml", &nowhere)]);
    assert!(told[0].contains("nobody could be asked, and every certificate refused"), "{told:?}");
    let lowered = format!("{nowhere}revocation.on_unavailable = 1\n");
    let folder = folder(&[("a.pem", AUTHORITY), ("a.toml", &lowered)]);
    assert!(super::trust::told(folder.path(), "https://id.example.gov", NOW).is_ok());
    // No level that a certificate reaches is a lower one but the first.
    for level in ["0", "2", "3", "\"1\""] {
        let told =
            faults(&[("a.pem", AUTHORITY), ("a.toml", &format!("{SOUND}revocation.on_unavailable = {level}\n"))]);
        assert!(told[0].starts_with("revocation.on_unavailable"), "{level}: {told:?}");
    }
}

#[test]
fn the_development_authority_is_for_a_loopback_issuer_alone_whatever_it_is_called() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("keys/trust");
    let (settings, warnings) = told(&shipped, "http://127.0.0.1:8080", NOW).unwrap();
    assert_eq!((settings.certificates.authorities.len(), warnings), (1, Vec::<String>::new()));
    let development = include_str!("../../../keys/trust/development.pem");
    for name in ["development", "national"] {
        let folder = folder(&[(&format!("{name}.pem"), development), (&format!("{name}.toml"), SOUND)]);
        let told = told(folder.path(), "https://id.example.gov", NOW).map(|_| ()).unwrap_err();
        let expected = format!(
            "trust/{name}.pem line 1: certificate 1: expected no development authority: everybody has its private key, and it is \
             not for https://id.example.gov"
        );
        assert_eq!(told, [expected]);
    }
}

#[test]
fn an_authority_near_or_past_its_end_is_a_warning_because_others_still_hold() {
    let folder = folder(&[("national.pem", AUTHORITY), ("national.toml", SOUND)]);
    let at = |date: &str| {
        let now = Timestamp::from_seconds(date.parse::<jiff::Timestamp>().unwrap().as_second());
        told(folder.path(), "https://id.example.gov", now).unwrap().1
    };
    let end = &at("2200-01-01T00:00:00Z")[0];
    assert!(end.starts_with("certificates.trust_folder: trust/national.pem: certificate 1 ("), "{end}");
    assert!(end.contains("expired, and what is below it is refused"), "{end}");
    let day = end.rsplit_once(": ").unwrap().1.replace(" UTC", ":00Z").replace(' ', "T");
    let end = day.parse::<jiff::Timestamp>().unwrap();
    let before = |days: i64| at(&(end - jiff::SignedDuration::from_hours(24 * days)).to_string());
    assert!(before(59)[0].contains("expires soon"));
    assert_eq!(before(61), [""; 0]);
}
