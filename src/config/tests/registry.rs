//! `[registry]` and `[self_registration]`: all of a registry, or nothing.

use super::{sentences, settings};
use crate::config::StatementKeys;
use crate::domain::registry::Field;

const WHOLE: &str = r#"
[registry]
url = "https://registry.example.gov/v1/"
issuer = "https://registry.example.gov"
trust_anchors_file = "src/config/tests/pki/clients-ca.pem"
jwks = "https://registry.example.gov/v1/jwks.json"
[registry.tls]
certificate = "src/config/tests/pki/site.pem"
key = "src/config/tests/pki/site.key"
"#;

fn without(key: &str) -> Vec<String> {
    let file: Vec<&str> = WHOLE.lines().filter(|line| !line.starts_with(key)).collect();
    sentences(&file.join("\n"), &[])
}

#[test]
fn there_is_no_registry_where_none_is_named() {
    let settings = settings("", &[]);
    assert_eq!(settings.registry.server, None);
    assert_eq!(settings.registry.rules.fields, [Field::Name, Field::Birthdate]);
    assert!(settings.self_registration.enabled);
}

#[test]
fn a_registry_is_asked_with_all_that_it_takes_to_believe_it() {
    let server = settings(WHOLE, &[]).registry.server.unwrap();
    assert!(matches!(server.keys, StatementKeys::Published(_)) && server.trust_anchors.len() == 1);
    for (key, said) in [
        ("issuer", "expected registry.issuer beside it"),
        ("trust_anchors_file", "expected registry.trust_anchors_file beside it"),
        ("jwks", "expected registry.jwks beside it"),
        ("certificate", "registry.tls.certificate"),
        ("key", "registry.tls.key"),
        ("url", "expected registry.url beside it"),
    ] {
        let told = without(key);
        assert!(told.len() == 1 && told[0].contains(said), "{key}: {told:?}");
    }
}

#[test]
fn what_would_let_anybody_in_is_refused() {
    for (changed, said) in [
        (WHOLE.replace("url = \"https", "url = \"http"), "begins with https://"),
        (WHOLE.replace("issuer =", "match = []\nissuer ="), "whoever knows a number is not its owner"),
        (WHOLE.replace("issuer =", "match = [\"phone\"]\nissuer ="), "\"name\" or \"birthdate\""),
        (WHOLE.replace("clients-ca.pem", "site.pem"), "certificates of authorities"),
        (WHOLE.replace("site.key", "other.key"), "the private key of the certificate"),
        (
            WHOLE.replace("https://registry.example.gov/v1/jwks", "http://registry.example.gov/v1/jwks"),
            "begins with https",
        ),
        (WHOLE.replace("issuer =", "time_limit = \"5m\"\nissuer ="), "from 1s to 30s"),
        ("[self_registration]\nper_number = \"9\"\n".to_owned(), "a number and a window"),
    ] {
        let told = sentences(&changed, &[]);
        assert!(told.len() == 1 && told[0].contains(said), "{said}: {told:?}");
    }
}
