//! `senid store export|import`.

use std::os::unix::fs::PermissionsExt;

use super::program::Senid;

const AN: [&str; 6] = ["citizen", "add", "--national-id", "001090123456", "--name", "Nguyễn Văn An"];

/// A deployment with a citizen and a client, and its export.
fn exported() -> (Senid, Vec<u8>) {
    let senid = Senid::ready();
    senid.run(&AN).ended(0);
    senid.run(&["client", "create", "tax", "--name", "Tax", "--redirect-uri", "https://tax.example/cb"]).ended(0);
    senid.run(&["store", "export", "all.jsonl"]).ended(0);
    let file = std::fs::read(senid.path().join("all.jsonl")).unwrap();
    (senid, file)
}

/// A database with a schema, and the master key of `other`.
fn bare(other: &Senid) -> Senid {
    let senid = Senid::new();
    senid.run(&["migrate"]).ended(0);
    std::fs::create_dir_all(senid.path().join("keys/private")).unwrap();
    let key = "keys/private/master.key";
    std::fs::copy(other.path().join(key), senid.path().join(key)).unwrap();
    senid
}

#[test]
fn a_deployment_is_moved_by_a_file_and_its_master_key() {
    let (old, file) = exported();
    let mode = std::fs::metadata(old.path().join("all.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds password hashes");
    let text = String::from_utf8(file.clone()).unwrap();
    assert!(!text.contains("Nguyễn") && !text.contains("001090123456"));

    let new = bare(&old);
    new.write("all.jsonl", &file);
    let counted = new.run(&["store", "import", "all.jsonl", "--json"]).ended(0).json();
    assert_eq!((&counted["rows"]["citizens"], &counted["rows"]["clients"]), (&1.into(), &1.into()));
    for command in [&["keys", "list"][..], &["client", "show", "tax"], &["citizen", "show", "001090123456"]] {
        assert_eq!(new.run(command).ended(0).out, old.run(command).ended(0).out, "{command:?}");
    }
    let again = new.run(&["store", "import", "all.jsonl"]).ended(1);
    assert!(again.err.starts_with("senid: the database is not empty: "), "{}", again.err);
}

#[test]
fn nothing_is_overwritten_and_nothing_is_half_there() {
    let (senid, file) = exported();
    let taken = senid.run(&["store", "export", "all.jsonl"]).ended(1);
    assert!(taken.err.starts_with("senid: all.jsonl: "), "{}", taken.err);
    assert_eq!(std::fs::read(senid.path().join("all.jsonl")).unwrap(), file);

    let new = bare(&senid);
    new.write("half.jsonl", &file[..file.len() / 2]);
    let refused = new.run(&["store", "import", "half.jsonl"]).ended(1);
    assert!(refused.err.ends_with("nothing was imported\n"), "{}", refused.err);
    new.write("all.jsonl", &file);
    new.run(&["store", "import", "all.jsonl"]).ended(0);
    assert!(new.run(&["store", "import", "nowhere.jsonl"]).ended(1).err.starts_with("senid: nowhere.jsonl: "));
}

#[test]
fn without_the_right_master_key_the_file_is_worth_nothing() {
    let (_, file) = exported();
    let stranger = bare(&Senid::ready());
    let key = stranger.path().join("keys/private/master.key");
    std::fs::remove_file(&key).unwrap();
    stranger.write("all.jsonl", &file);
    stranger.run(&["store", "import", "all.jsonl"]).ended(0);
    assert_eq!(stranger.run(&["citizen", "show", "001090123456"]).ended(3).out, "");
    let other = Senid::new();
    other.run(&["migrate"]).ended(0);
    other.run(&["keys", "list"]).ended(0);
    std::fs::copy(other.path().join("keys/private/master.key"), &key).unwrap();
    let closed = stranger.run(&["citizen", "show", "001090123456"]).ended(3);
    assert!(closed.err.contains("the master key does not open the keys in the identity store"), "{}", closed.err);
}

#[test]
fn a_database_without_the_schema_is_told_so() {
    let senid = Senid::new();
    let refused = senid.run(&["store", "export", "all.jsonl"]).ended(1);
    assert!(refused.err.contains("run: senid migrate"), "{}", refused.err);
    assert!(!senid.path().join("all.jsonl").exists());
}

#[test]
fn who_took_everything_away_is_recorded() {
    let (senid, _) = exported();
    let file = std::fs::read_to_string(senid.path().join("all.jsonl")).unwrap();
    senid.run(&["store", "export", "again.jsonl"]).ended(0);
    let again = std::fs::read_to_string(senid.path().join("again.jsonl")).unwrap();
    assert!(!file.contains("store.exported") && again.contains("\"store.exported\",\"success\",\"operator:"));
}
