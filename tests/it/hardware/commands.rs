//! The PIN, the master key in the token, and settings that are wrong.

use super::token::{PIN, chmod_600};
use super::*;

fn with_pin(token: &Token, pin: &str) {
    std::fs::write(token.path("pin"), pin).unwrap();
    chmod_600(&token.path("pin"));
}

#[test]
fn a_wrong_pin_is_shown_to_the_token_once_and_not_again_before_somebody_says_so() {
    let token = Token::new();
    let senid = token.given_to(Senid::ready()).with(IN_MODULE.0, IN_MODULE.1);
    with_pin(&token, "99999999");
    let refused = senid.run(&["serve"]).ended(3);
    assert!(refused.err.contains("the token refused the PIN. It is not shown it again"), "{}", refused.err);
    assert!(!refused.err.contains("99999999") && !refused.out.contains("99999999"));
    // Not even the right one: a supervisor that starts the program again and again must not lock the token.
    with_pin(&token, PIN);
    for _ in 0..2 {
        let stopped = senid.run(&["keys", "list"]).ended(3);
        assert!(
            stopped.err.contains("shown a wrong PIN and no right one since, so it is not shown this one"),
            "{}",
            stopped.err
        );
    }
    senid.run(&["keys", "module"]).ended(3);
    let tried = senid.run(&["keys", "module", "--try-pin"]).ended(0);
    assert!(tried.out.starts_with("the token senid answers"), "{}", tried.out);
    senid.run(&["keys", "list"]).ended(0);
}

#[test]
fn a_master_key_in_the_token_is_in_no_file() {
    let token = Token::new();
    let senid = token.given_to(Senid::ready());
    let an = ["citizen", "add", "--national-id", "001090123456", "--name", "Nguyễn Văn An"];
    senid.run(&an).ended(0);
    let added = senid.run(&["keys", "new-master", "--in-module"]).ended(0);
    assert!(added.out.starts_with("version 2 was added to keys/private/master.key\n"), "{}", added.out);
    let path = senid.path().join("keys/private/master.key");
    let file = std::fs::read_to_string(&path).unwrap();
    let second = file.lines().nth(1).unwrap().to_owned();
    assert!(second.starts_with("2:pkcs11:senid-master-"), "{file}");
    senid.run(&["keys", "new-master"]).ended(0);
    // Version 1, which was in a file, is needed no more; without the token nothing opens.
    std::fs::write(&path, format!("{second}\n")).unwrap();
    let shown = senid.run(&["citizen", "show", "001090123456"]).ended(0);
    assert!(shown.out.contains("N••• V••• A•••"), "{}", shown.out);
    token.is_removed();
    let away = senid.run(&["citizen", "show", "001090123456"]).ended(4);
    assert!(away.err.contains("version 2 of the master key: the module is away"), "{}", away.err);
    token.is_returned();
    // Nobody takes it out of the token.
    let label = second.strip_prefix("2:pkcs11:").unwrap();
    let (read, said) = token.tool(&["--read-object", "--type", "secrkey", "--label", label]);
    assert!(!read, "{said}");
    // Another key under that label is another master key.
    let (destroyed, said) = token.tool(&["--delete-object", "--type", "secrkey", "--label", label]);
    assert!(destroyed, "{said}");
    let gone = senid.run(&["keys", "list"]).ended(3);
    assert!(gone.err.contains(&format!("version 2 of the master key: the token holds no key {label}")), "{}", gone.err);
    let (made, said) = token.tool(&["--keygen", "--key-type", "GENERIC:32", "--label", label, "--usage-sign"]);
    assert!(made, "{said}");
    let other = senid.run(&["keys", "list"]).ended(3);
    assert!(other.err.contains("the master key does not open the keys in the identity store"), "{}", other.err);
}

#[test]
fn the_first_master_key_can_be_the_token_s() {
    let token = Token::new();
    let senid = token.given_to(Senid::new()).with("SENID_KEYS__MASTER_KEY_FILE", "master.key");
    senid.run(&["migrate"]).ended(0);
    senid.run(&["keys", "new-master", "--in-module"]).ended(0);
    let file = std::fs::read_to_string(senid.path().join("master.key")).unwrap();
    assert!(file.starts_with("1:pkcs11:senid-master-") && file.lines().count() == 1, "{file}");
    let before = senid.run(&["keys", "list"]).ended(0).out;
    assert_eq!(senid.run(&["keys", "list"]).ended(0).out, before);
    // And back into a file.
    senid.run(&["keys", "new-master", "--at-once"]).ended(0);
    let file = std::fs::read_to_string(senid.path().join("master.key")).unwrap();
    assert!(
        file.lines().nth(1).unwrap().starts_with("2:") && !file.lines().nth(1).unwrap().contains("pkcs11"),
        "{file}"
    );
    assert_eq!(senid.run(&["keys", "list"]).ended(0).out, before);
}

#[test]
fn settings_that_are_wrong_are_told_apart() {
    let token = Token::new();
    let wrong = |change: &[(&'static str, &str)]| {
        let senid = token.given_to(Senid::new()).with("SENID_MASTER_KEY", master_key());
        change.iter().fold(senid, |senid, (name, value)| senid.with(name, *value))
    };
    let told = |change: &[(&'static str, &str)], sentence: &str| {
        let printed = wrong(change).run(&["check-config"]).ended(3);
        assert!([printed.out.as_str(), &printed.err].concat().contains(sentence), "{printed:?}");
    };
    wrong(&[]).run(&["check-config"]).ended(0);
    told(&[("SENID_KEYS__PKCS11__MODULE", "/nowhere.so")], "expected a shared object that is there");
    told(&[("SENID_KEYS__PKCS11__TOKEN_LABEL", "")], "expected keys.pkcs11.token_label beside it");
    told(
        &[("SENID_KEYS__PKCS11__TOKEN_SERIAL", "17")],
        "expected either keys.pkcs11.token_label or keys.pkcs11.token_serial",
    );
    told(&[("SENID_KEYS__PKCS11__PIN_FILE", "")], "expected keys.pkcs11.pin_file beside it");
    told(&[("SENID_KEYS__SIGNING", "card")], "expected \"store\" or \"module\"");
    told(&[("SENID_KEYS__PKCS11__DEADLINE", "1ms")], "keys.pkcs11.deadline");
    let without = Senid::new().with("SENID_MASTER_KEY", master_key()).with("SENID_KEYS__SIGNING", "module");
    let printed = without.run(&["check-config"]).ended(3);
    assert!(printed.out.contains("expected keys.pkcs11.module, token_label and pin_file beside it"), "{printed:?}");
    let named = Senid::new().with("SENID_MASTER_KEY", "1:pkcs11:senid-master-1");
    let printed = named.run(&["check-config"]).ended(3);
    assert!(printed.out.contains("version 1 is in a hardware module, and the settings name none"), "{printed:?}");

    // What only the token can say, the program says when it starts.
    let senid = token.given_to(Senid::ready());
    let other = senid.with("SENID_KEYS__PKCS11__TOKEN_LABEL", "another");
    let said = other.run(&["keys", "module"]).ended(3);
    assert!(
        said.err.contains("the module shows no token labelled another; it shows senid (serial number "),
        "{}",
        said.err
    );
    let senid =
        token.given_to(Senid::ready()).with("SENID_KEYS__PKCS11__MODULE", "/usr/lib/x86_64-linux-gnu/libm.so.6");
    let said = senid.run(&["keys", "module"]).ended(3);
    assert!(said.err.contains("cannot be loaded as a PKCS #11 module"), "{}", said.err);
    let said = Senid::ready().run(&["keys", "module"]).ended(3);
    assert_eq!(said.err, "senid: the settings name no hardware module: set keys.pkcs11.module\n");
}

#[test]
fn whoever_takes_the_module_away_is_told_which_key_is_in_it() {
    let token = Token::new();
    let senid = Senid::ready();
    let with = token.given_to(senid).with(IN_MODULE.0, IN_MODULE.1);
    with.run(&["keys", "rotate", "--move"]).ended(0);
    let without = with.bare();
    let refused = without.run(&["keys", "list"]).ended(3);
    assert!(refused.err.contains("is in the hardware module senid, and the settings name none"), "{}", refused.err);
}
