//! What authenticators have to prove. `pki/clients-ca.pem` is an authority's until 2046.

use super::super::Settings;
use super::{NOW, load_at};
use crate::domain::attestation::{AttestationPolicy, Unattested};

const PKI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/tests/pki");
const METADATA: &str = "[webauthn.metadata]\nurl = \"https://mds.example/\"\nroot_file = \"PKI/clients-ca.pem\"\nsigner = \"mds.example\"\n";

fn told(file: &str) -> Result<Settings, Vec<String>> {
    match load_at(&file.replace("PKI", PKI), &[], NOW) {
        Ok(loaded) => Ok(loaded.settings),
        Err(faults) => Err(faults.0.iter().map(|fault| fault.problem.clone()).collect()),
    }
}

#[test]
fn nothing_is_asked_by_default() {
    let attestation = told("").unwrap().attestation;
    assert_eq!((attestation.policy, attestation.unattested), (AttestationPolicy::None, Unattested::Enrolled));
    assert!(!attestation.metadata.is_configured());
}

#[test]
fn a_policy_has_what_it_needs() {
    let policy = |policy: &str, more: &str| format!("[webauthn.attestation]\npolicy = \"{policy}\"\n{more}");
    let models = "models = [\"ee882879-721c-4913-9775-3dfcce97072a\"]\n";
    let listed = told(&policy("known_models", &format!("{models}roots_file = \"PKI/clients-ca.pem\"\n"))).unwrap();
    assert_eq!((listed.attestation.models.len(), listed.attestation.roots.len()), (1, 1));
    let vouched = told(&policy("known_models", &format!("{models}{METADATA}"))).unwrap();
    assert_eq!(vouched.attestation.metadata.roots.len(), 1);
    assert!(told(&policy("metadata", &format!("unattested = \"refused\"\n{METADATA}"))).is_ok());

    for (file, problem) in [
        (policy("known_models", ""), "expected webauthn.attestation.models beside it"),
        (policy("known_models", models), "by itself a model is what anybody can claim to be"),
        (policy("metadata", models), "expected webauthn.metadata.file or webauthn.metadata.url beside it"),
        (policy("none", "unattested = \"refused\""), "where nothing is asked for, nothing is attested"),
        (policy("all", ""), "expected \"none\", \"known_models\" or \"metadata\""),
        (policy("none", "models = [\"glass\"]"), "expected an AAGUID"),
        ("[webauthn.metadata]\nfile = \"metadata.jwt\"".to_owned(), "the authority that issues the certificate"),
        ("[webauthn.metadata]\nroot_file = \"PKI/site.pem\"".to_owned(), "expected certificates of authorities"),
        ("[webauthn.metadata]\nrefresh = \"10m\"".to_owned(), "from 1h to 30d"),
    ] {
        let faults = told(&file).unwrap_err();
        assert!(faults.iter().any(|fault| fault.contains(problem)), "{file}: {faults:?}");
    }
}
