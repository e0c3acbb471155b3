//! `senid trust`: what the folder holds, and what becomes of one certificate.

use std::path::Path;

use super::program::Senid;
use crate::support::pki::{Authority, Card, Profile, pem, subjects};

const POLICY: &str = "identifiers.rules = [\"vn-uid\"]\nidentifiers.schemes = [\"vn\"]\npolicies.disallowed = [\"1.2.3.5\"]\n\
                      device_protected.policies = [\"1.2.3.4\"]\n\
                      revocation.of_certificate = false\nrevocation.on_unavailable = 1\n";

/// A deployment that trusts the authority, with what is between it and its cards at hand.
fn trusting(senid: &Senid, authority: &Authority, between: &[&Authority]) {
    let folder = senid.path().join("trust");
    std::fs::create_dir_all(&folder).unwrap();
    let certificates: String = std::iter::once(&authority).chain(between).map(|one| pem(one.der())).collect();
    std::fs::write(folder.join("national.pem"), certificates).unwrap();
    std::fs::write(folder.join("national.toml"), POLICY).unwrap();
    senid.write("senid.toml", "certificates.trust_folder = \"trust\"\n");
}

fn check(senid: &Senid, card: &Path, code: i32) -> String {
    senid.run(&["trust", "check", "--offline", card.to_str().unwrap()]).ended(code).out
}

#[test]
fn every_step_of_a_sound_certificate_is_shown_and_its_number_is_not() {
    let root = Authority::root("Root");
    let cards = root.intermediate_of(Profile::authority("Cards").with("certificatePolicies", "2.5.29.32.0"));
    let senid = Senid::ready();
    trusting(&senid, &root, &[&cards]);
    let Card { certificate, .. } = cards.issues(subjects::vietnamese().with("certificatePolicies", "1.2.3.4"));
    let out = check(&senid, &certificate, 0);
    for line in [
        "certificate  the certificate, from the file\n",
        "issued by \"C=VN, O=Test authorities, CN=Cards\"\n",
        "certificate  \"C=VN, O=Test authorities, CN=Cards\", of the folder, national\n",
        "certificate  \"C=VN, O=Test authorities, CN=Root\", anchor of national\n",
        "chain        holds, through 2 authorities to the anchor of national\n",
        "policy       allowed; 1.2.3.4 on the whole chain\n             two factors: its key is in a device that a PIN opens\n",
        "identifier   vn:001•••••456\n",
        "revocation   not asked (--offline)\n",
        "verdict      accepted\n",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    assert!(!out.contains(subjects::VIETNAMESE) && !out.contains("Nguyễn"), "{out}");
    // With revocation: the trust file names nobody who could be asked.
    let asked = senid.run(&["trust", "check", "--json", certificate.to_str().unwrap()]).ended(0).json();
    assert_eq!((&asked["accepted"], &asked["refused"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(asked["chain"].as_array().unwrap().len(), 3);
    let revocation = asked["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(revocation["step"], "revocation");
    let result = revocation["result"].as_str().unwrap();
    assert!(result.starts_with("unavailable (none)") && result.ends_with("authentication level 1 at most"), "{result}");
}

#[test]
fn a_refused_certificate_is_refused_at_its_step_with_what_the_citizen_reads() {
    let root = Authority::root("Root");
    let senid = Senid::new();
    trusting(&senid, &root, &[]);
    let refused = |profile: Profile| check(&senid, &root.issues(profile).certificate, 1);
    let chain = refused(subjects::vietnamese().valid(1_500_000_000, 1_600_000_000));
    assert!(
        chain.contains("chain        refused: the certificate: it expired on 2020-09-13 12:26:40 UTC\n"),
        "{chain}"
    );
    assert!(chain.ends_with("verdict      refused; the citizen is told \"certificate-expired\"\n"), "{chain}");
    let policy = refused(subjects::vietnamese().with("certificatePolicies", "1.2.3.5"));
    assert!(
        policy.contains("chain        holds\npolicy       refused: it was issued under the certificate policy 1.2.3.5"),
        "{policy}"
    );
    let identifier = refused(subjects::seal());
    assert!(
        identifier.contains("identifier   refused: it is an organisation's, and stands for no person\n"),
        "{identifier}"
    );
    assert!(!identifier.contains("revocation"), "nobody is asked about what is refused: {identifier}");
    let stranger = Authority::root("Stranger");
    let stranger = check(&senid, &stranger.issues(subjects::vietnamese()).certificate, 1);
    assert!(stranger.contains("chain        refused: nobody who is trusted issued it"), "{stranger}");
}

#[test]
fn a_file_is_read_in_pem_with_what_stands_after_it_and_in_der() {
    let root = Authority::root("Root");
    let card = root.intermediate("Cards").issues(subjects::vietnamese());
    let senid = Senid::new();
    trusting(&senid, &root, &[]);
    check(&senid, &card.chain_file(), 0);
    check(&senid, &card.certificate, 1);
    let direct = root.issues(subjects::vietnamese());
    let der = senid.write("card.der", &direct.der);
    check(&senid, &der, 0);
    let rubbish = senid.write("rubbish.pem", "rubbish");
    let ran = senid.run(&["trust", "check", rubbish.to_str().unwrap()]).ended(2);
    assert!(ran.err.contains("expected a certificate in PEM or DER"), "{}", ran.err);
    senid.run(&["trust", "check", "absent.pem"]).ended(2);
}

#[test]
fn the_list_says_how_long_each_certificate_has_to_live() {
    let root = Authority::root("Root");
    let former = root.intermediate_of(Profile::authority("Former").valid(1_500_000_000, 1_600_000_000));
    let senid = Senid::new();
    trusting(&senid, &root, &[&former]);
    let listed = senid.run(&["trust", "list", "--json"]).ended(0);
    let lines = listed.json_lines();
    assert_eq!((&lines[0]["authority"], &lines[0]["role"]), (&"national".into(), &"anchor".into()));
    assert!(lines[0]["days_left"].as_i64().unwrap() > 300);
    assert_eq!(lines[1]["role"], "intermediate");
    assert!(lines[1]["days_left"].as_i64().unwrap() < 0);
    assert!(listed.err.contains("CN=Former has expired: what is below it is refused"), "{}", listed.err);
    let none = Senid::new().run(&["trust", "list"]).ended(0);
    assert!(none.out.is_empty() && none.err.contains("nobody signs in with a certificate"), "{none:?}");
}

#[test]
fn a_fault_of_the_folder_ends_every_command_with_its_file_and_its_key() {
    let senid = Senid::new();
    trusting(&senid, &Authority::root("Root"), &[]);
    std::fs::write(senid.path().join("trust/national.toml"), "identifiers.rules = [\"vn-uid\"]\n").unwrap();
    let ran = senid.run(&["trust", "list"]).ended(3);
    assert!(ran.err.contains("identifiers.schemes (trust/national.toml line 1): expected at least one"), "{}", ran.err);
}

#[test]
fn the_development_authority_works_as_its_readme_says_and_for_a_loopback_issuer_alone() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("keys/trust");
    let senid = Senid::new();
    senid.write("senid.toml", format!("certificates.trust_folder = {shipped:?}\n"));
    // The commands of the README, as they stand there.
    let readme = std::fs::read_to_string(shipped.join("README.md")).unwrap();
    let commands =
        readme.split_once("A citizen's certificate by it:").unwrap().1.split_once("Browsers import").unwrap().0;
    for name in ["development.pem", "development.key"] {
        std::fs::copy(shipped.join(name), senid.path().join(name)).unwrap();
    }
    let mut shell = std::process::Command::new("sh");
    let script = commands.replace("openssl pkcs12 -export", "openssl pkcs12 -export -passout pass:");
    let ran = shell.arg("-euc").arg(script).current_dir(senid.path()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let out = check(&senid, &senid.path().join("citizen.pem"), 0);
    assert!(out.contains("identifier   vn:001•••••456\n"), "{out}");
    senid
        .write("senid.toml", format!("issuer = \"https://id.example.gov\"\ncertificates.trust_folder = {shipped:?}\n"));
    let refused = senid.run(&["trust", "list"]).ended(3);
    assert!(refused.err.contains("expected no development authority"), "{}", refused.err);
}
