//! The settings in force, as they are printed.

use super::{load, settings};

#[test]
fn the_effective_settings_are_settings_again() {
    let printed = load("", &[]).unwrap().effective.to_toml();
    insta::assert_snapshot!(printed);
    assert_eq!(settings(&printed, &[]), settings("", &[]));
}

#[test]
fn each_setting_says_where_it_came_from_and_secrets_stay_hidden() {
    let file = "[database]\nurl = \"postgres://senid:hunter2@db/senid\"\n";
    let environment = [("SENID_MASTER_KEY", "1:hunter2"), ("SENID_SESSIONS__URL", "redis://:hunter2@cache")];
    let loaded = load(file, &environment).unwrap();
    let printed = loaded.effective.to_toml();
    for (setting, origin) in [
        ("issuer = \"http://localhost:8080\"", "default"),
        ("url = \"postgres://senid:hidden@db/senid\"", "senid.toml line 2"),
        ("url = \"redis://:hidden@cache\"", "environment SENID_SESSIONS__URL"),
        ("master_key = \"[secret]\"", "environment SENID_MASTER_KEY"),
    ] {
        let line = format!("{setting:<44} # {origin}");
        assert!(printed.lines().any(|printed| printed == line), "no line {line}\n{printed}");
    }
    assert!(printed.contains("# hashing_threads is not set\n"));
    let json = loaded.effective.to_json();
    assert_eq!(json["database.max_connections"], serde_json::json!({ "value": 10, "from": "default" }));
    assert_eq!(json["keys.master_key"]["value"], "[secret]");
    let everything = format!("{printed} {json} {loaded:?}");
    assert!(!everything.contains("hunter2"), "{everything}");
}
