//! Settings, the schema, and the exit codes that every command has in common.

use super::program::Senid;

#[test]
fn help_lists_the_exit_codes() {
    let ran = Senid::new().run(&["--help"]).ended(0);
    for line in ["  2  wrong usage", "  3  the settings are at fault", "  4  a part of the deployment is away"] {
        assert!(ran.out.contains(line), "{}", ran.out);
    }
    assert!(Senid::new().run(&["citizen", "vanish"]).ended(2).err.contains("unrecognized subcommand 'vanish'"));
}

#[test]
fn faulty_settings_end_every_command_with_their_faults() {
    let senid = Senid::new();
    senid.write("senid.toml", "isuer = \"https://id.example.gov\"\n[log]\nlevel = \"loud\"\n");
    for command in [&["migrate"][..], &["keys", "list"], &["serve"]] {
        let ran = senid.run(command).ended(3);
        assert_eq!(ran.out, "");
        assert!(ran.err.starts_with("senid: the settings have 2 faults:\n"), "{}", ran.err);
        assert!(ran.err.contains("there is no such setting; did you mean issuer?"), "{}", ran.err);
        assert!(ran.err.contains("found \"loud\"; expected one of"), "{}", ran.err);
    }
    let checked = senid.run(&["check-config", "--json"]).ended(3).json();
    assert_eq!(checked["faults"][1]["key"], "log.level");
    let elsewhere = senid.run(&["--config", "other.toml", "migrate"]).ended(3);
    assert!(elsewhere.err.contains("the settings file other.toml cannot be read"), "{}", elsewhere.err);
}

/// How many there are.
fn migrations() -> usize {
    std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap().count()
}

#[test]
fn the_file_of_settings_is_found_named_or_told() {
    let senid = Senid::new();
    senid.write("senid.toml", "[database]\nurl = \"sqlite:here.db\"\n");
    senid.write("other.toml", "[database]\nurl = \"sqlite:there.db\"\n");
    let migrate = |arguments: &[&str]| senid.run(arguments).ended(0).out;
    let all = migrations();
    assert_eq!(migrate(&["migrate"]), format!("{all} migration(s) were applied to sqlite:here.db\n"));
    let there = migrate(&["migrate", "--config", "other.toml"]);
    assert_eq!(there, format!("{all} migration(s) were applied to sqlite:there.db\n"));
    let senid = senid.with("SENID_CONFIG", "other.toml");
    assert_eq!(senid.run(&["migrate"]).ended(0).out, "the schema was up to date; nothing was done\n");
    assert!(senid.run(&["check-config"]).ended(0).out.contains("url = \"sqlite:there.db\""));
}

#[test]
fn migrate_says_what_it_did_and_looks_without_touching() {
    let senid = Senid::new();
    let looked = senid.run(&["migrate", "--check"]).ended(1);
    assert_eq!(looked.err, "senid: there is no database at senid.db yet; run: senid migrate\n");
    assert!(!senid.path().join("senid.db").exists());
    assert_eq!(senid.run(&["migrate", "--json"]).ended(0).json()["applied"], migrations());
    assert_eq!(senid.run(&["migrate", "--json"]).ended(0).json()["applied"], 0);
    assert_eq!(senid.run(&["migrate", "--check"]).ended(0).out, "the schema is up to date\n");
}

#[test]
fn a_database_that_is_away_is_said_to_be_and_has_a_code_of_its_own() {
    let port = crate::support::free_port();
    let url = format!("postgres://senid:hunter2@127.0.0.1:{port}/senid");
    let ran = Senid::new().with("SENID_DATABASE__URL", url).run(&["citizen", "show", "001090123456"]).ended(4);
    assert!(ran.err.contains("the identity store cannot be reached"), "{}", ran.err);
    assert!(!ran.err.contains("hunter2"));
}

#[test]
fn development_keys_are_refused_where_others_reach_the_issuer() {
    let senid = Senid::ready().with("SENID_ISSUER", "https://id.example.gov");
    let ran = senid.run(&["serve"]).ended(3);
    assert!(ran.err.contains("development keys are not for https://id.example.gov"), "{}", ran.err);
}

#[tokio::test]
async fn a_database_that_does_not_let_senid_in_says_so_in_its_own_words() {
    let database = crate::support::Postgres::start().database().await;
    let (server, _) = database.url().rsplit_once('/').unwrap();
    let stranger = Senid::new().with("SENID_DATABASE__URL", format!("{server}/not_there")).run(&["migrate"]).ended(1);
    let expected = "senid: the identity store does not let SenID in: database \"not_there\" does not exist\n";
    assert_eq!(stranger.err, expected);
}

#[test]
fn the_demonstration_ends_with_the_same_exit_codes() {
    let senid = Senid::ready();
    let usage = senid.run(&["demo", "--database-url", "mysql://localhost/senid"]).ended(2);
    assert_eq!(usage.err, "senid: --database-url: expected postgres://user:password@host/name or sqlite:path\n");
    let usage = senid.run(&["demo", "--redis-url", "localhost"]).ended(2);
    assert!(usage.err.starts_with("senid: --redis-url: expected memory, redis://"), "{}", usage.err);
    senid.write("more.toml", "[messages.mial]\nserver = \"mail.example:587\"\n");
    let faulty = senid.run(&["demo", "--settings", "more.toml"]).ended(3);
    assert!(faulty.err.contains("there is no such setting"), "{}", faulty.err);
    let gone = senid.run(&["demo", "--data", "elsewhere", "--database-url", "sqlite:senid.db"]).ended(3);
    assert!(gone.err.contains("master.key is gone"), "{}", gone.err);
    let away = format!("postgres://senid@127.0.0.1:{}/senid", crate::support::free_port());
    let away = senid.run(&["demo", "--database-url", &away]).ended(4);
    assert!(away.err.contains("the identity store cannot be reached"), "{}", away.err);
}
