//! `senid citizen suspend|resume|decease|close|reopen|prove|confirm|duplicates|merge|guardian`.

use serde_json::Value;

use super::program::{Ran, Senid};

const AN: &str = "001090123456";
const TWIN: &str = "001090654321";
const MINH: &str = "001216123456";

fn ready() -> Senid {
    let senid = Senid::ready();
    let add = ["citizen", "add", "--national-id", AN, "--name", "Nguyễn Văn An", "--birthdate", "1990-08-15"];
    senid.run(&add).ended(0);
    senid
}

/// As a registrar of this name, where the tests run as root; as whoever runs them otherwise.
fn by(senid: Senid, name: &str) -> Senid {
    // Whoever runs the tests by sudo has their own number in the environment.
    senid.with("SUDO_USER", name).with("SUDO_UID", "")
}

fn proves(senid: &Senid, more: &[&str]) -> Ran {
    senid.write("chip.bin", b"what the chip said");
    let card = ["--document", "idcard", "--issuer", "Cục Cảnh sát QLHC", "--country", "VNM", "--chip", "chip.bin"];
    senid.run(&[&["--json", "citizen", "prove", AN][..], &card, more].concat())
}

#[test]
fn an_account_goes_its_way_and_no_other() {
    let senid = ready();
    for (command, state) in [
        ("suspend", "suspended"),
        ("resume", "active"),
        ("lock", "locked"),
        ("suspend", "suspended"),
        ("resume", "locked"),
        ("unlock", "unlocked"),
        ("decease", "deceased"),
    ] {
        let told = senid.run(&["--json", "citizen", command, AN, "--reason", "letter 12/2026"]).ended(0).json();
        assert_eq!((&told["state"], &told["changed"]), (&Value::from(state), &Value::from(true)), "{command}");
    }
    let refused = senid.run(&["citizen", "unlock", AN]).ended(1);
    assert_eq!(refused.err, "senid: the account is deceased: only one that is locked can be unlocked\n");
    let refused = senid.run(&["citizen", "close", AN]).ended(1);
    assert!(refused.err.contains("the account is deceased: only one that is registered, active"), "{}", refused.err);
    let kinds: Vec<String> = senid.recorded(&["--citizen", AN]).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds[..3], ["citizen.deceased", "citizen.unlocked", "citizen.resumed"]);
}

#[test]
fn a_proof_takes_two_and_one_where_the_settings_say_so() {
    let senid = by(ready(), "lan");
    let missing = proves(&senid, &[]).ended(2);
    assert!(missing.err.contains("--they-registered"), "{}", missing.err);
    let proposed = proves(&senid, &["--they-registered", "--number", AN, "--name", "Nguyễn Văn Ân"]).ended(0).json();
    let id = proposed["proposal"].as_str().unwrap().to_owned();
    let shown = senid.run(&["citizen", "proposal", &id]).ended(0).out;
    assert!(shown.contains("Nguyễn Văn An -> Nguyễn Văn Ân") && shown.contains("0 -> 2"), "{shown}");
    assert!(!shown.contains(AN), "{shown}");
    assert!(senid.run(&["citizen", "proposals"]).ended(0).out.contains(&id));
    let own = senid.run(&["citizen", "confirm", &id]).ended(1);
    assert_eq!(own.err, "senid: nobody confirms what they proposed themselves: another registrar has to\n");
    let senid = senid.with("SENID_IDENTITY__TWO_PERSON_PROOF", "false");
    let declined = senid.run(&["--json", "citizen", "decline", &id, "--reason", "seen anew"]).ended(0).json();
    assert_eq!(declined["declined"], true);
    let gone = senid.run(&["citizen", "confirm", &id]).ended(1);
    assert!(gone.err.contains("there is no proposal"), "{}", gone.err);
    let done = proves(&senid, &["--somebody-else-registered"]).ended(0).json();
    assert!(done["code"].is_string() && done["evicted"] != done["citizen"], "{done}");
    let shown = senid.run(&["--json", "citizen", "show", AN]).ended(0).json();
    assert_eq!((&shown["id"], &shown["account_level"]), (&done["citizen"], &Value::from(2)));
    let recorded = senid.recorded(&["--citizen", AN]);
    assert!(!format!("{recorded:?}").contains(done["code"].as_str().unwrap()), "the log never has the code");
    let before = senid.recorded(&["--citizen", done["evicted"].as_str().unwrap()]);
    assert_eq!(before[0].0, "citizen.evicted");
}

#[test]
fn a_twin_is_a_hint_and_a_merge_is_a_registrar_s() {
    let senid = ready();
    assert_eq!(senid.run(&["citizen", "duplicates"]).ended(0).out, "nobody looks like anybody else\n");
    let twin = ["citizen", "add", "--national-id", TWIN, "--name", "NGUYEN VAN AN", "--birthdate", "1990-08-15"];
    let added = senid.run(&twin).ended(0);
    assert!(added.err.contains("looks like somebody who is here already"), "{}", added.err);
    let file = senid.write("more.csv", "national_id,name,birthdate\n001090777777,Nguyễn Văn An,1990-08-15\n");
    let imported = senid.run(&["--json", "citizen", "import", file.to_str().unwrap()]).ended(0);
    assert!(imported.out.contains("looks_alike"), "{}", imported.out);
    let listed = senid.run(&["--json", "citizen", "duplicates"]).ended(0).json_lines();
    assert_eq!(listed.iter().map(|group| group["alike"].as_array().unwrap().len()).collect::<Vec<_>>(), [3]);
    let refused = senid.run(&["citizen", "merge", AN, "--into", AN, "--reason", "the same"]).ended(2);
    assert!(refused.err.contains("another account than the duplicate"), "{}", refused.err);
    for duplicate in [TWIN, "001090777777"] {
        senid.run(&["citizen", "merge", duplicate, "--into", AN, "--reason", "entered twice"]).ended(0);
    }
    assert_eq!(senid.run(&["--json", "citizen", "show", TWIN]).ended(0).json()["status"], "closed");
    assert_eq!(senid.run(&["--json", "citizen", "show", AN]).ended(0).json()["status"], "active");
    assert_eq!(senid.run(&["citizen", "duplicates"]).ended(0).out, "nobody looks like anybody else\n");
    let refused = senid.run(&["citizen", "merge", AN, "--into", TWIN, "--reason", "the other way round"]).ended(1);
    assert!(refused.err.contains("the account that is to stay is closed"), "{}", refused.err);
}

#[test]
fn a_child_has_a_guardian_and_no_sign_in() {
    let senid = ready();
    let child = ["citizen", "add", "--national-id", MINH, "--name", "Nguyễn Nhật Minh", "--birthdate", "2016-05-01"];
    senid.run(&child).ended(0);
    assert_eq!(senid.run(&["--json", "citizen", "show", MINH]).ended(0).json()["status"], "registered");
    let refused = senid.run(&["citizen", "activate", MINH]).ended(1);
    assert!(refused.err.contains("they are under 14"), "{}", refused.err);
    let file =
        senid.write("child.csv", "national_id,name,birthdate,status\n001216777777,Nguyễn Nhật An,2016-05-01,active\n");
    let imported = senid.run(&["--json", "citizen", "import", file.to_str().unwrap()]).ended(1);
    assert!(imported.out.contains("too_young"), "{}", imported.out);
    let add =
        ["--json", "citizen", "guardian", "add", MINH, "--guardian", AN, "--evidence", "birth certificate 12/2016"];
    let entered = senid.run(&add).ended(0).json();
    assert!(entered["until"].as_str().unwrap().starts_with("2030-05-01"), "{entered}");
    let listed = senid.run(&["citizen", "guardian", "list", MINH]).ended(0).out;
    assert!(listed.contains("stands") && listed.contains("birth certificate 12/2016"), "{listed}");
    senid.run(&["citizen", "guardian", "end", MINH, "--guardian", AN, "--reason", "adopted"]).ended(0);
    assert!(senid.run(&["citizen", "guardian", "list", MINH]).ended(0).out.contains("over"));
}
