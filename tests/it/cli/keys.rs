//! `senid keys list|rotate|new-master`.

use std::os::unix::fs::PermissionsExt;

use base64::Engine;
use serde_json::Value;

use super::program::Senid;

fn states(senid: &Senid, algorithm: &str) -> Vec<String> {
    let keys = senid.run(&["keys", "list", "--json"]).ended(0).json_lines();
    let of = keys.iter().filter(|key| key["algorithm"] == algorithm);
    of.map(|key| format!("{} {}", key["state"].as_str().unwrap(), key["kid"].as_str().unwrap())).collect()
}

#[test]
fn keys_are_listed_with_where_they_stand() {
    let senid = Senid::ready();
    let ran = senid.run(&["keys", "list"]).ended(0);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 8);
    assert!(
        lines[0].starts_with("ES256        current   ") && lines[1].starts_with("ES256        next      "),
        "{}",
        ran.out
    );
}

#[test]
fn a_rotation_waits_until_portals_know_the_next_key() {
    let senid = Senid::ready();
    let before = states(&senid, "ES256");
    let steps = senid.run(&["keys", "rotate", "--alg", "ES256", "--json"]).ended(0).json();
    // The next key was made with the first one, moments ago: it signs a week after that and not before.
    let [step] = &steps["steps"].as_array().unwrap()[..] else { panic!("{steps}") };
    assert_eq!((&step["step"], before[1].strip_prefix("next ")), (&"activate".into(), step["kid"].as_str()));
    let listed = senid.run(&["keys", "list", "--json"]).ended(0).json_lines();
    let next = listed.iter().find(|key| key["kid"] == step["kid"]).unwrap();
    let day = |name: &str| next[name].as_str().unwrap()[..10].parse::<jiff::civil::Date>().unwrap();
    assert_eq!(day("used_from"), day("made_at").checked_add(jiff::Span::new().days(7)).unwrap());
    assert_eq!(states(&senid, "ES256"), before, "nothing signs that did not");

    let again = senid.run(&["keys", "rotate", "--alg", "ES256"]).ended(0);
    assert_eq!(again.out, "the next keys take over as soon as portals know them; --now does not wait for that\n");
}

#[test]
fn a_rotation_that_does_not_wait_says_what_it_breaks() {
    let senid = Senid::ready();
    let ran = senid.run(&["keys", "rotate", "--now", "--alg", "ES256"]).ended(0);
    assert!(ran.err.starts_with("senid: warning: the ES256 key that signs now has been published for "), "{}", ran.err);
    assert!(
        ran.err.ends_with("portals keep the JWKS for 300 s, and until they fetch it again they refuse what it signs\n")
    );
}

#[test]
fn a_key_that_has_leaked_is_withdrawn_with_all_that_it_signed() {
    let senid = Senid::ready();
    let before = states(&senid, "ES256");
    assert!(senid.run(&["keys", "rotate", "--withdraw"]).ended(2).err.contains("--now"), "it is never meant by chance");
    senid.run(&["keys", "rotate", "--now", "--withdraw", "--alg", "ES256"]).ended(0);
    let leaked = before[0].strip_prefix("current ").unwrap();
    assert!(!states(&senid, "ES256").iter().any(|state| state.ends_with(leaked)), "it is no longer published");
}

#[test]
fn rotate_now_takes_the_published_next_key_into_use() {
    let senid = Senid::ready();
    let (es256, rs256) = (states(&senid, "ES256"), states(&senid, "RS256"));
    let next = es256[1].strip_prefix("next ").unwrap();
    let steps = senid.run(&["keys", "rotate", "--now", "--alg", "ES256", "--json"]).ended(0).json();
    let steps: Vec<&str> =
        steps["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["activate", "retire", "create"]);
    let after = states(&senid, "ES256");
    assert_eq!(after.len(), 3);
    assert!(after.contains(&format!("current {next}")), "{after:?}");
    assert!(after.contains(&es256[0].replace("current", "previous")), "{after:?}");
    assert_eq!(states(&senid, "RS256"), rs256, "only what was asked for");
}

#[test]
fn a_key_to_encrypt_to_is_replaced_at_once_and_decrypts_for_a_while_longer() {
    let senid = Senid::ready();
    let (before, signing) = (states(&senid, "RSA-OAEP-256"), states(&senid, "ES256"));
    let kid = before[0].strip_prefix("current ").unwrap();
    let ran = senid.run(&["keys", "rotate", "--now", "--alg", "RSA-OAEP-256"]).ended(0);
    assert!(ran.out.starts_with("a new RSA-OAEP-256 key is made, and published from "), "{}", ran.out);
    assert!(ran.out.contains(&format!("{kid} is used no more, and accepted until ")), "{}", ran.out);
    let after = states(&senid, "RSA-OAEP-256");
    assert_eq!(after.len(), 2, "no next one waits");
    assert!(after.contains(&format!("previous {kid}")), "{after:?}");
    assert_eq!(states(&senid, "ES256"), signing, "only what was asked for");
}

#[test]
fn an_algorithm_that_is_not_offered_is_refused() {
    let senid = Senid::ready();
    let ran = senid.run(&["keys", "rotate", "--alg", "ES384"]).ended(2);
    assert_eq!(ran.err, "senid: --alg: ES384 is not among keys.algorithms, which are ES256, EdDSA, RS256\n");
    assert!(
        senid.run(&["keys", "rotate", "--alg", "none"]).ended(2).err.contains("expected ES256, EdDSA, RS256, RSA-OAEP")
    );
}

#[test]
fn a_new_master_key_is_added_first_and_wraps_everything_on_the_next_run() {
    let senid = Senid::ready();
    let an = ["citizen", "add", "--national-id", "001090123456", "--name", "Nguyễn Văn An"];
    senid.run(&an).ended(0);
    let before = states(&senid, "ES256");

    let added = senid.run(&["keys", "new-master"]).ended(0);
    assert!(
        added.out.starts_with("version 2 was added to keys/private/master.key\nStart every server again"),
        "{}",
        added.out
    );
    let file = std::fs::read_to_string(senid.path().join("keys/private/master.key")).unwrap();
    assert_eq!(file.lines().map(|line| line.split(':').next().unwrap()).collect::<Vec<_>>(), ["1", "2"]);

    let applied = senid.run(&["keys", "new-master", "--json"]).ended(0).json();
    assert_eq!((&applied["version"], &applied["added"], &applied["applied"]), (&2.into(), &false.into(), &true.into()));
    assert_eq!(applied["citizens"], 1);
    // Nothing needs the first version any more.
    let second = file.lines().nth(1).unwrap();
    std::fs::write(senid.path().join("keys/private/master.key"), second).unwrap();
    assert_eq!(states(&senid, "ES256"), before);
    let shown = senid.run(&["citizen", "show", "001090123456"]).ended(0);
    assert!(shown.out.contains("N••• V••• A•••"), "{}", shown.out);
}

#[test]
fn both_steps_at_once_are_for_when_no_server_runs() {
    let senid = Senid::ready();
    let done = senid.run(&["keys", "new-master", "--at-once"]).ended(0);
    assert_eq!(
        done.out,
        "everything is wrapped by version 2 of the master key: the server's keys, and those of 0 citizens\n"
    );
    let next: Value = senid.run(&["keys", "new-master", "--json"]).ended(0).json();
    assert_eq!((&next["version"], &next["applied"]), (&3.into(), &false.into()));
}

#[test]
fn a_master_key_in_the_environment_is_changed_by_hand_and_then_applied() {
    let key = |byte: u8| base64::engine::general_purpose::STANDARD.encode([byte; 32]);
    let senid = Senid::new().with("SENID_MASTER_KEY", format!("1:{}", key(1)));
    senid.run(&["migrate"]).ended(0);
    let refused = senid.run(&["keys", "new-master"]).ended(1);
    assert!(refused.err.starts_with("senid: the master key comes from SENID_MASTER_KEY"), "{}", refused.err);
    let senid = senid.with("SENID_MASTER_KEY", format!("1:{},2:{}", key(1), key(2)));
    assert_eq!(senid.run(&["keys", "new-master", "--json"]).ended(0).json()["version"], 2);
    let senid = senid.with("SENID_MASTER_KEY", format!("2:{}", key(2)));
    senid.run(&["keys", "list"]).ended(0);
    let senid = senid.with("SENID_MASTER_KEY", format!("1:{}", key(1)));
    let refused = senid.run(&["keys", "list"]).ended(3);
    assert!(refused.err.contains("the master key does not open the keys in the identity store"), "{}", refused.err);
}

#[test]
fn the_first_master_key_is_made_where_the_settings_want_it() {
    let senid = Senid::new().with("SENID_MASTER_KEY_FILE", "master.key").with("SENID_ISSUER", "https://id.example.gov");
    senid.run(&["migrate"]).ended(0);
    let missing = senid.run(&["keys", "list"]).ended(3);
    assert_eq!(missing.err, "senid: there is no master key at master.key yet; run: senid keys new-master\n");
    let made = senid.run(&["keys", "new-master"]).ended(0);
    assert!(made.out.starts_with("the master key was made: master.key\nKeep a copy"), "{}", made.out);
    assert_eq!(senid.run(&["keys", "list"]).ended(0).out.lines().count(), 8);
    let key = senid.path().join("master.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);

    // A key that is lost is not replaced: it would open nothing.
    std::fs::remove_file(&key).unwrap();
    let gone = senid.run(&["keys", "new-master"]).ended(3);
    assert!(gone.err.starts_with("senid: the master key master.key is gone, and the keys"), "{}", gone.err);
    assert!(!key.exists());
}

#[test]
fn the_index_key_is_changed_and_the_one_before_retired_once_nobody_needs_it() {
    let senid = Senid::ready();
    senid.run(&["citizen", "add", "--national-id", "001090123456", "--name", "Nguyễn Văn An"]).ended(0);
    let alone = senid.run(&["keys", "retire-index-key"]).ended(1);
    assert_eq!(alone.err, "senid: there is no index key beside version 1\n");
    assert!(senid.run(&["keys", "status"]).ended(0).out.starts_with("no key was changed"));

    assert!(senid.run(&["keys", "new-index-key"]).ended(0).out.starts_with("version 2 of the index key was added."));
    let waits = senid.run(&["keys", "apply", "--json"]).ended(0).json();
    assert_eq!(waits["left"], "index", "servers that run hear of the key first");
    let early = senid.run(&["keys", "retire-index-key"]).ended(1);
    assert!(early.err.starts_with("senid: names of 1 citizens are not written under version 2"), "{}", early.err);
    let third = senid.run(&["keys", "new-index-key"]).ended(1);
    assert!(
        third.err.starts_with("senid: version 1 of the index key is still in use beside version 2"),
        "{}",
        third.err
    );

    assert_eq!(senid.run(&["keys", "apply", "--at-once"]).ended(0).out, "nothing is left to be done\n");
    senid.run(&["citizen", "add", "--national-id", "001090000002", "--name", "Lê Bình"]).ended(0);
    senid.run(&["citizen", "show", "001090123456"]).ended(0);
    senid.run(&["keys", "retire-index-key", "--at-once"]).ended(0);
    senid.run(&["keys", "apply"]).ended(0);
    let status = senid.run(&["keys", "status", "--json"]).ended(0).json_lines();
    assert!(status.iter().all(|change| change["version"] == 2 && change["finished_at"].is_string()), "{status:?}");
    for number in ["001090123456", "001090000002"] {
        senid.run(&["citizen", "show", number]).ended(0);
        let taken = senid.run(&["citizen", "add", "--national-id", number, "--name", "Người khác"]).ended(1);
        assert!(taken.err.contains("another citizen signs in with this national id"), "{}", taken.err);
    }
    // And once more, from there.
    assert!(senid.run(&["keys", "new-index-key", "--at-once"]).ended(0).out.starts_with("version 3 "));
}

#[test]
fn citizens_keys_are_left_to_the_servers_and_can_be_wrapped_by_a_command() {
    let senid = Senid::ready();
    senid.run(&["citizen", "add", "--national-id", "001090123456", "--name", "Nguyễn Văn An"]).ended(0);
    senid.run(&["keys", "new-master"]).ended(0);
    let begun = senid.run(&["keys", "new-master", "--by-servers", "--json"]).ended(0).json();
    assert_eq!((&begun["applied"], &begun["citizens"]), (&false.into(), &1.into()));
    let status = senid.run(&["keys", "status"]).ended(0);
    assert!(
        status.out.starts_with(
            "citizens' data keys under version 2 of the master key: 0 of 1 citizens (0 %) in pass 1, goes on "
        ),
        "{}",
        status.out
    );
    senid.run(&["keys", "apply"]).ended(0);
    let status = senid.run(&["keys", "status"]).ended(0);
    assert!(status.out.starts_with("citizens' data keys under version 2 of the master key: all, "), "{}", status.out);
    let file = senid.path().join("keys/private/master.key");
    let second = std::fs::read_to_string(&file).unwrap().lines().nth(1).unwrap().to_owned();
    std::fs::write(&file, second).unwrap();
    senid.run(&["citizen", "show", "001090123456"]).ended(0);
}
