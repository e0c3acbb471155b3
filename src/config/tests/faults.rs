//! Malformed settings, and the very sentence that is said about each.

use super::super::{Faults, Settings};
use super::{NOW, load, sentences};

#[test]
fn each_fault_says_where_it_is_what_stands_there_and_what_is_expected() {
    for (file, expected) in [
        (
            "database.max_connections = \"many\"",
            r#"database.max_connections (senid.toml line 1): found "many"; expected a whole number"#,
        ),
        (
            "# remark\n\n[database]\nmax_connections = 0",
            "database.max_connections (senid.toml line 4): found 0; expected a whole number, from 1 to 1000",
        ),
        (
            "[lifetimes]\nauthorization_code = \"5m\"",
            "lifetimes.authorization_code (senid.toml line 2): found \"5m\"; expected a duration, such as \"30s\", \"15m\", \
             \"8h\" or \"30d\", from 5s to 1m",
        ),
        (
            "[lifetimes]\naccess_token = 600",
            "lifetimes.access_token (senid.toml line 2): found 600; expected a duration, such as \"30s\", \"15m\", \"8h\" or \
             \"30d\"",
        ),
        (
            "issuer = \"https://id.example.gov/\"",
            "issuer (senid.toml line 1): found \"https://id.example.gov/\"; expected an origin, or one with a path, the \
             host in lower case, without user, query, fragment or trailing slash: here that is \"https://id.example.gov\"",
        ),
        (
            "issuer = \"http://id.example.gov\"",
            "issuer (senid.toml line 1): found \"http://id.example.gov\"; expected https:// (http:// is for a loopback host \
             alone: localhost, 127.0.0.1, [::1])",
        ),
        (
            "listeners.public.address = \"localhost:8080\"",
            "listeners.public.address (senid.toml line 1): found \"localhost:8080\"; expected an address and port, such as \
             \"127.0.0.1:8080\" or \"[::]:8080\"",
        ),
        (
            "[listeners.operations]\naddress = \"127.0.0.1:8080\"",
            "listeners.operations.address (senid.toml line 2): found \"127.0.0.1:8080\"; expected another address than \
             listeners.public.address has",
        ),
        (
            "[proxies]\nheader = \"x-forwarded-for\"\ntrusted = [\"10.0.0.0/8\", \"proxy\"]",
            "proxies.trusted (senid.toml line 3): found \"proxy\"; expected an address range, such as \"10.0.0.0/8\", or one \
             address",
        ),
        (
            "[proxies]\nheader = \"forwarded\"\ntrusted = [\"0.0.0.0/0\"]",
            "proxies.trusted (senid.toml line 3): found [\"0.0.0.0/0\"]; 0.0.0.0/0 is everyone: then anyone chooses the \
             address they come from",
        ),
        (
            "[proxies]\nheader = \"x-real-ip\"",
            "proxies.header (senid.toml line 2): found \"x-real-ip\"; expected one of \"none\", \"forwarded\", \
             \"x-forwarded-for\"",
        ),
        (
            "[authority]\ntime_zone = \"Asia/Hanoi\"",
            "authority.time_zone (senid.toml line 2): found \"Asia/Hanoi\"; expected a time zone's IANA name, such as \
             \"Asia/Ho_Chi_Minh\"",
        ),
        (
            "[authority.theme.light]\naccent = \"#f2a0b8\"\nsurface = \"#000000\"\ndone = \"green\"\nink = \"#1c1f33\"\n",
            "authority.theme.light.accent (senid.toml line 2): found \"#f2a0b8\"; expected a contrast of at least 4.5:1 with \
             authority.theme.light.paper; #f2a0b8 on #fbf8f4 has 1.9:1",
        ),
        (
            "[authority]\nname = { en = \"The Authority\" }",
            "authority.name.en (senid.toml line 2): found \"The Authority\"; expected authority.name.vi beside it: it stands in \
             for the languages that are missing",
        ),
        (
            "[authority.support]\nemail = \"nobody\"",
            "authority.support.email (senid.toml line 2): found \"nobody\"; expected an e-mail address, such as \
             \"help@id.example.gov\"",
        ),
        (
            "[authority]\nlogo = \"logo.gif\"",
            "authority.logo (senid.toml line 2): found \"logo.gif\"; expected a file that ends in .svg, .png or .webp",
        ),
        (
            "[authority]\nregistration_url = \"http://example.gov/register\"",
            "authority.registration_url (senid.toml line 2): found \"http://example.gov/register\"; expected an address that \
             begins with https://: people give their data there",
        ),
        (
            "[languages]\nenabled = [\"vi\", \"de\"]",
            "languages.enabled (senid.toml line 2): found [\"vi\", \"de\"]; there are no texts in de: expected some of vi, en, \
             fr, ru",
        ),
        (
            "[languages]\nenabled = [\"vi\", \"en\"]\ndefault = \"fr\"",
            "languages.default (senid.toml line 3): found \"fr\"; expected one of languages.enabled: \"vi\", \"en\"",
        ),
        (
            "[national_id]\nenabled = [\"xx\"]",
            "national_id.enabled (senid.toml line 2): found \"xx\"; expected a scheme of national identifiers that SenID knows, \
             such as \"vn\"",
        ),
        (
            "[keys]\nalgorithms = [\"ES256\", \"HS256\", \"RS256\"]",
            "keys.algorithms (senid.toml line 2): found \"HS256\"; expected one of \"ES256\", \"EdDSA\", \"RS256\"",
        ),
        (
            "[keys]\nalgorithms = [\"ES256\"]",
            "keys.algorithms (senid.toml line 2): found [\"ES256\"]; expected RS256 among them",
        ),
        (
            "[keys]\nretire_after = \"1h\"\n[lifetimes]\nid_token = \"2h\"",
            "keys.retire_after (senid.toml line 2): found \"1h\"; expected at least a minute more than \
             lifetimes.access_token and lifetimes.id_token",
        ),
        (
            "[keys]\nretire_after = \"6h\"",
            "keys.retire_after (senid.toml line 2): found \"6h\"; expected no less than lifetimes.session_absolute",
        ),
        (
            "[password]\nmin_length_alone = 8",
            "password.min_length_alone (senid.toml line 2): found 8; expected a whole number, from 15 to 64",
        ),
        (
            "[password.argon2]\nmemory = \"8MiB\"",
            "password.argon2.memory (senid.toml line 2): found \"8MiB\"; expected a size, such as \"64KiB\" or \"19MiB\", from \
             19MiB to 1GiB",
        ),
        (
            "[throttling]\nper_address = \"300/10m\"",
            "throttling.per_address (senid.toml line 2): found \"300/10m\"; expected a number and a window of at most 1d, such \
             as \"10 in 10m\"",
        ),
        (
            "[throttling]\nfailures_in_a_row = 101",
            "throttling.failures_in_a_row (senid.toml line 2): found 101; expected a whole number, from 5 to 100",
        ),
        (
            "[lifetimes]\nsession_idle = \"13h\"",
            "lifetimes.session_idle (senid.toml line 2): found \"13h\"; expected no more than lifetimes.session_absolute",
        ),
        (
            "[outbound]\nallow_networks = [\"10.30.0.0/16\", \"127.0.0.1\"]",
            "outbound.allow_networks (senid.toml line 2): found [\"10.30.0.0/16\", \"127.0.0.1\"]; expected networks that \
             portals live in: 127.0.0.1/32 and 127.0.0.0/8 overlap",
        ),
        (
            "[outbound]\nallow_networks = [\"::/0\"]",
            "outbound.allow_networks (senid.toml line 2): found [\"::/0\"]; expected networks that portals live in: ::/0 and \
             ::/64 overlap",
        ),
        (
            "[outbound]\nallow_loopback = \"perhaps\"",
            "outbound.allow_loopback (senid.toml line 2): found \"perhaps\"; expected true or false",
        ),
        (
            "[outbound]\nca_file = \"/dev/null\"",
            "outbound.ca_file (senid.toml line 2): found \"/dev/null\"; expected a PEM file with certificates: no items found",
        ),
        (
            "[log]\nlevel = \"loud\"",
            "log.level (senid.toml line 2): found \"loud\"; expected one of \"error\", \"warn\", \"info\", \"debug\", \"trace\"",
        ),
        ("log = \"json\"", "log (senid.toml line 1): expected a group of settings here, such as log.format"),
        (
            "[databse]\nurl = \"sqlite:a.db\"",
            "databse.url (senid.toml line 2): there is no such setting; did you mean database.url?",
        ),
        (
            "max_connections = 5",
            "max_connections (senid.toml line 1): there is no such setting; did you mean database.max_connections?",
        ),
        ("[quux]", "quux (senid.toml line 1): there is no such setting"),
        ("\n[limits", "senid.toml line 2: this is not TOML: unclosed table, expected `]`"),
    ] {
        let said = sentences(file, &[]);
        assert!(said.iter().any(|sentence| sentence == expected), "\nexpected {expected}\nsaid {said:#?}");
    }
}

#[test]
fn the_environment_is_named_by_its_variable() {
    for (variable, value, expected) in [
        (
            "SENID_DATABASE__MAX_CONNECTIONS",
            "-1",
            "database.max_connections (environment SENID_DATABASE__MAX_CONNECTIONS): found \"-1\"; expected a whole number",
        ),
        (
            "SENID_DATABSE__URL",
            "postgres://u:hunter2@db/senid",
            "databse.url (environment SENID_DATABSE__URL): there is no such setting; did you mean SENID_DATABASE__URL?",
        ),
        ("SENID_ISSUR", "x", "issur (environment SENID_ISSUR): there is no such setting; did you mean SENID_ISSUER?"),
    ] {
        assert_eq!(sentences("", &[(variable, value)]), [expected]);
    }
}

#[test]
fn a_secret_is_never_said_not_even_where_it_is_wrong() {
    for (file, variable, value) in [
        ("", "SENID_DATABASE__URL", "postgre://senid:hunter2@db/senid"),
        ("", "SENID_DATABASE__URL", "postgres://senid:hunter2@db"),
        ("", "SENID_DATABASE__URL", "sqlite:hunter2?mode=memory"),
        ("", "SENID_SESSIONS__URL", "redis+sentinel://:hunter2@a:1"),
        ("", "SENID_SESSIONS__URL", "redis://:hunter2@a:6379,http://b"),
        ("[keys]\nmaster_key = \"hunter2\"", "SENID_LOG__LEVEL", "info"),
        ("[database]\nurl = [\"hunter2\"]", "SENID_LOG__LEVEL", "info"),
        ("[keys]\nmasterkey = \"hunter2\"", "SENID_LOG__LEVEL", "info"),
    ] {
        let faults = load(file, &[(variable, value)]).unwrap_err();
        assert!(!format!("{faults} {faults:?}").contains("hunter2"), "{faults}");
    }
    assert_eq!(
        sentences("", &[("SENID_DATABASE__URL", "mysql://senid:hunter2@db/senid")]),
        [
            "database.url (environment SENID_DATABASE__URL): expected postgres://user:password@host/name or sqlite:path (what \
          stands there is not shown: it may be secret)"
        ]
    );
    assert_eq!(
        sentences("[keys]\nmaster_key = \"hunter2\"", &[]),
        [
            "keys.master_key (senid.toml line 2): expected not to find the master key in the settings file: put it into a file of \
          its own (keys.master_key_file) or into SENID_MASTER_KEY"
        ]
    );
}

#[test]
fn all_faults_are_said_at_once_in_the_order_of_the_file() {
    let file = "issuer = \"nowhere\"\nlog.level = 3\n[limits]\nbody = \"1GiB\"\nbodies = 1\n";
    let Err(faults) = load(file, &[("SENID_LIMITS__DRAIN", "soon")]) else { panic!("there are faults") };
    insta::assert_snapshot!(faults, @r#"
    the settings have 5 faults:
      issuer (senid.toml line 1): found "nowhere"; expected an address that begins with https://, such as "https://id.example.gov"
      log.level (senid.toml line 2): found 3; expected one of "error", "warn", "info", "debug", "trace"
      limits.body (senid.toml line 4): found "1GiB"; expected a size, such as "64KiB" or "19MiB", from 8KiB to 1MiB
      limits.bodies (senid.toml line 5): there is no such setting; did you mean limits.body?
      limits.drain (environment SENID_LIMITS__DRAIN): found "soon"; expected a duration, such as "30s", "15m", "8h" or "30d"
    "#);
}

#[test]
fn every_error_of_the_files_grammar_is_said() {
    let said = sentences("issuer = \nlog = { level = \n[limits\nbody = \"64KiB\"\n", &[]);
    assert!(said.len() >= 2, "{said:#?}");
    assert!(
        said.iter().all(|sentence| sentence.starts_with("senid.toml line ") && sentence.contains("this is not TOML: "))
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("absent.toml");
    let Err(Faults(faults)) = Settings::load(Some(&path), std::iter::empty(), NOW) else { panic!("there is no file") };
    let said = faults[0].to_string();
    assert!(said.starts_with(&format!("the settings file {} cannot be read: No such file", path.display())), "{said}");
}

#[test]
fn development_keys_are_not_for_the_open_network() {
    assert_eq!(
        sentences("issuer = \"https://id.example.gov\"", &[]),
        ["keys.master_key_file: expected a master key (or SENID_MASTER_KEY): development keys are not for \
          https://id.example.gov"]
    );
}

#[test]
fn a_long_value_is_cut_short() {
    let file = format!("log.level = \"{}\"", "very ".repeat(1000));
    assert!(sentences(&file, &[])[0].len() < 250);
}
