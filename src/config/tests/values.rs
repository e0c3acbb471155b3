//! Settings that are right, and what becomes of them.

use std::time::Duration;

use super::super::*;
use super::{load, sentences, settings, warnings};
use crate::domain::secret::SecretString;

const OPEN: &str = "issuer = \"https://id.example.gov\"\n";
const MASTER_KEY: (&str, &str) = ("SENID_MASTER_KEY", "1:q83v");

#[test]
fn nothing_set_is_the_default() {
    assert_eq!(settings("", &[]), Settings::default());
    assert_eq!(Settings::load(None, std::iter::empty(), super::NOW).unwrap().settings, Settings::default());
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "log.level = \"debug\"\n[database]\nmax_connections = 20\n";
    let settings =
        settings(file, &[("SENID_DATABASE__MAX_CONNECTIONS", "30"), ("SENID_LIMITS__BODY", "32KiB"), ("PATH", "/bin")]);
    assert_eq!(settings.database.max_connections, 30);
    assert_eq!(settings.limits.body, Size::kib(32));
    assert_eq!(settings.log.level, LogLevel::Debug);
}

#[test]
fn an_empty_variable_sets_nothing() {
    let empty = [
        ("SENID_DATABASE__URL", ""),
        ("SENID_MASTER_KEY", ""),
        ("SENID_LOG__LEVEL", ""),
        ("SENID_AUTHORITY__LOGO", ""),
    ];
    assert_eq!(settings("", &empty), Settings::default());
    let file = "log.level = \"debug\"\nauthority.name.vi = \"Cục A\"\nauthority.tagline.vi = \"Một\"\n";
    let emptied =
        settings(file, &[("SENID_LOG__LEVEL", ""), ("SENID_AUTHORITY__NAME", ""), ("SENID_AUTHORITY__TAGLINE", "")]);
    assert_eq!(emptied, settings(file, &[]));
    assert_eq!(sentences("", &[("SENID_LOG__LEVLE", "")]).len(), 1);
}

#[test]
fn lists_are_separated_by_commas_in_the_environment() {
    let settings = settings(
        "",
        &[
            ("SENID_PROXIES__TRUSTED", "10.0.0.0/8, 2001:db8::1"),
            ("SENID_PROXIES__HEADER", "forwarded"),
            ("SENID_LANGUAGES__ENABLED", "en,fr"),
        ],
    );
    let trusted: Vec<String> = settings.proxies.trusted.iter().map(ToString::to_string).collect();
    assert_eq!(trusted, ["10.0.0.0/8", "2001:db8::1/128"]);
    assert_eq!(settings.languages.default.to_string(), "en");
}

#[test]
fn what_kubernetes_says_about_a_service_called_senid_is_not_a_setting() {
    let links = [
        "SENID_SERVICE_HOST",
        "SENID_SERVICE_PORT",
        "SENID_SERVICE_PORT_HTTPS",
        "SENID_PORT",
        "SENID_PORT_8080_TCP",
        "SENID_PORT_8080_TCP_ADDR",
        "SENID_POSTGRES_SERVICE_HOST",
        "SENID_POSTGRES_PORT",
        "SENID_POSTGRES_PORT_5432_TCP_PROTO",
        "SENID_CONFIG",
    ];
    assert_eq!(sentences("", &links.map(|name| (name, "tcp://10.0.0.1:1"))), [""; 0]);
    assert_eq!(sentences("", &[("SENID_LIMITS__PORT", "1")]).len(), 1);
}

#[test]
fn a_secret_may_stand_in_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("database-url");
    std::fs::write(&path, "postgres://senid:hunter2@db/senid\n").unwrap();
    let path = path.to_str().unwrap();
    let expected = DatabaseUrl::Postgres(SecretString::new("postgres://senid:hunter2@db/senid"));
    assert_eq!(settings("", &[("SENID_DATABASE__URL_FILE", path)]).database.url, expected);
    assert_eq!(settings(&format!("database.url_file = \"{path}\""), &[]).database.url, expected);
    // The environment's way takes the place of the file's, whichever way either is.
    let other = ("SENID_DATABASE__URL", "sqlite:other.db");
    let from_both = settings(&format!("database.url_file = \"{path}\""), &[other]);
    assert_eq!(from_both.database.url, DatabaseUrl::Sqlite("other.db".into()));

    assert_eq!(
        sentences("", &[("SENID_DATABASE__URL_FILE", path), other]),
        [
            "database.url_file (environment SENID_DATABASE__URL_FILE): expected either database.url or database.url_file, not both"
        ]
    );
    let absent = folder.path().join("absent");
    let said = sentences("", &[("SENID_DATABASE__URL_FILE", absent.to_str().unwrap())]);
    assert!(said[0].contains("expected a file that can be read: ") && said[0].contains("No such file"), "{said:?}");
}

#[test]
fn the_master_key_comes_from_the_environment_or_a_file() {
    let key = |environment: &[(&str, &str)]| settings("", environment).keys.master_key;
    assert_eq!(key(&[]), MasterKey::Development);
    assert_eq!(key(&[MASTER_KEY]), MasterKey::Environment(SecretString::new("1:q83v")));
    assert_eq!(key(&[("SENID_KEYS__MASTER_KEY", "1:q83v")]), MasterKey::Environment(SecretString::new("1:q83v")));
    assert_eq!(key(&[("SENID_MASTER_KEY_FILE", "/run/secrets/key")]), MasterKey::File("/run/secrets/key".into()));
    assert_eq!(
        sentences("", &[MASTER_KEY, ("SENID_MASTER_KEY_FILE", "/run/secrets/key")]),
        [
            "keys.master_key_file (environment SENID_MASTER_KEY_FILE): expected either keys.master_key or keys.master_key_file, not \
          both"
        ]
    );
    let over = settings("keys.master_key_file = \"/etc/senid/key\"", &[MASTER_KEY]);
    assert_eq!(over.keys.master_key, MasterKey::Environment(SecretString::new("1:q83v")));
}

#[test]
fn a_database_is_postgres_or_a_file() {
    for (text, expected) in [
        ("sqlite:senid.db", "sqlite:senid.db"),
        ("sqlite:///var/lib/senid.db", "sqlite:/var/lib/senid.db"),
        ("postgres://senid@db/senid", "postgres://senid@db/senid"),
        ("postgresql://senid:p%40ss@db:5433/senid?sslmode=require", "postgresql://senid:hidden@db:5433/senid?hidden"),
        ("postgres:///senid?host=/run/postgresql&password=hunter2", "postgres:///senid?hidden"),
    ] {
        assert_eq!(DatabaseUrl::parse(text).map(|url| url.to_string()), Ok(expected.to_owned()));
    }
    for text in [
        "",
        "sqlite:",
        "sqlite::memory:",
        "sqlite://",
        "sqlite:a.db?mode=ro",
        "mysql://db/senid",
        "postgres://db",
        "senid.db",
    ] {
        assert!(DatabaseUrl::parse(text).is_err(), "{text}");
    }
}

#[test]
fn the_short_lived_store_is_memory_a_redis_a_cluster_or_a_sentinels_primary() {
    use SessionStoreUrl::*;
    let secret = |text: &str| SecretString::new(text);
    for (text, expected) in [
        ("memory", Memory),
        ("redis://127.0.0.1:6379/1", Redis(secret("redis://127.0.0.1:6379/1"))),
        ("rediss://u:p@cache:6380", Redis(secret("rediss://u:p@cache:6380"))),
        ("redis://a:1, redis://b:2", RedisCluster(vec![secret("redis://a:1"), secret("redis://b:2")])),
    ] {
        assert_eq!(SessionStoreUrl::parse(text), Ok(expected));
    }
    let sentinel = SessionStoreUrl::parse("redis+sentinel://senid:p%40ss@a,[2001:db8::1]:26380/primary/2");
    let expected = Sentinel {
        sentinels: vec!["a:26379".to_owned(), "[2001:db8::1]:26380".to_owned()],
        name: "primary".to_owned(),
        database: 2,
        username: Some("senid".to_owned()),
        password: Some(secret("p@ss")),
    };
    assert_eq!(sentinel, Ok(RedisSentinel(expected)));
    let shown = sentinel.unwrap().to_string();
    assert_eq!(shown, "redis+sentinel://senid:hidden@a:26379,[2001:db8::1]:26380/primary/2");
    assert_eq!(SessionStoreUrl::parse("redis://:p@a").unwrap().to_string(), "redis://:hidden@a");
    for text in [
        "",
        "redis",
        "redis://",
        "http://a",
        "redis://a,",
        "redis+sentinel://a",
        "redis+sentinel://a/",
        "redis+sentinel:///p",
    ] {
        assert!(SessionStoreUrl::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_text_is_the_same_everywhere_or_one_a_language() {
    let language = |tag: &str| tag.parse().unwrap();
    let name = settings("authority.name = \"Cục A\"", &[]).authority.name;
    assert_eq!(name.in_language(&language("ru")), "Cục A");

    let file = "[authority.name]\nvi = \"Cục A\"\nen = \"Department A\"\n";
    let name = settings(file, &[]).authority.name;
    assert_eq!(name.in_language(&language("en")), "Department A");
    assert_eq!(name.in_language(&language("fr")), "Cục A");
    assert_eq!(warnings(file, &[]), ["authority.name: there is no text in fr, ru; the one in vi is shown"]);

    let name = settings(file, &[("SENID_AUTHORITY__NAME__EN", "Agency A")]).authority.name;
    assert_eq!((name.in_language(&language("en")), name.in_language(&language("vi"))), ("Agency A", "Cục A"));
    let name = settings(file, &[("SENID_AUTHORITY__NAME", "Agency A")]).authority.name;
    assert_eq!(name.in_language(&language("vi")), "Agency A");
    assert_eq!(
        sentences("", &[("SENID_AUTHORITY__NAME", "A"), ("SENID_AUTHORITY__NAME__VI", "B")]),
        ["authority.name (environment SENID_AUTHORITY__NAME): found \"A\"; expected one text for all languages, or \
             authority.name.vi and the like, not both"]
    );
}

#[test]
fn an_operator_hears_what_citizens_would_miss() {
    let file = format!("{OPEN}[database]\nurl = \"postgres://senid@db/senid\"\n");
    assert_eq!(
        warnings(&file, &[MASTER_KEY]),
        [
            "authority.name: citizens should read which authority asks them to sign in",
            "authority.support: citizens find no phone, e-mail or page for help",
            "authority.privacy_url: citizens find no statement on privacy",
            "sessions.url: sign-ins and sessions live in this process alone: several servers would not see each other's, and a \
             restart ends them",
        ]
    );
    assert_eq!(warnings("", &[]), [""; 0]);
}

#[test]
fn every_setting_reaches_its_place() {
    let file = include_str!("every_setting.toml");
    let loaded = load(file, &[MASTER_KEY]).unwrap_or_else(|faults| panic!("{faults}"));
    let default = load("", &[]).unwrap().effective;
    // The master key is the environment's here, and the token is named by its label.
    let other = |key: &str| !["keys.master_key_file", "keys.pkcs11.token_serial"].contains(&key);
    for shown in loaded.effective.0.iter().filter(|shown| other(&shown.key)) {
        let at_default = default.get(&shown.key).and_then(|shown| shown.value.as_ref());
        assert_ne!(shown.value.as_ref(), at_default, "{} stands at its default in every_setting.toml", shown.key);
    }
    insta::assert_debug_snapshot!(loaded.settings);
    assert_eq!(loaded.settings.lifetimes.refresh_grace, Duration::from_secs(30));
}

#[test]
fn nothing_but_the_public_internet_is_fetched_from_unless_the_settings_say_so() {
    assert_eq!(settings("", &[]).outbound, Outbound::default());
    let pki = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/tests/pki/site.pem");
    let file = format!("[outbound]\nallow_networks = [\"10.30.0.0/16\", \"fd12::/32\"]\nca_file = \"{pki}\"\n");
    let outbound = settings(&file, &[]).outbound;
    assert!(!outbound.allow_loopback);
    assert_eq!((outbound.allow_networks.len(), outbound.extra_roots.len()), (2, 1));
    let loopback = [("SENID_OUTBOUND__ALLOW_LOOPBACK", "true")];
    assert!(settings("", &loopback).outbound.allow_loopback);
    assert_eq!(warnings("", &loopback), [""; 0]);
    let authority =
        "authority.name = \"A\"\nauthority.privacy_url = \"https://example.gov\"\nauthority.support.phone = \"1\"\n";
    let said = warnings(&format!("{OPEN}{authority}"), &[MASTER_KEY, loopback[0]]);
    assert!(
        said.iter().any(|warning| warning.starts_with("outbound.allow_loopback: whoever registers a client")),
        "{said:?}"
    );
}
