//! A file imports only from floors below its own: this holds every path that is named in `src` against the
//! table in `lib.rs`.

mod paths;
mod tokens;

use std::path::Path;

use paths::{Named, Place, Source};

/// What each floor may import of ours, besides itself. `app` and `main` import everything.
const FLOORS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("crypto", &["domain"]),
    ("protocol", &["domain", "crypto"]),
    ("credentials", &["domain", "crypto"]),
    ("storage", &["domain", "crypto"]),
    ("sessions", &["domain", "crypto"]),
    ("outbound", &["domain", "crypto"]),
    ("flows", &["domain", "crypto", "protocol", "credentials", "storage", "sessions", "outbound", "config"]),
    ("jobs", DOOR),
    ("http", DOOR),
    ("cli", DOOR),
    ("demo", DOOR),
    ("config", &["domain"]),
    ("web", &[]),
];
const DOOR: &[&str] = &["flows", "domain", "protocol", "crypto", "config", "web"];

/// Crates that belong to some floors (and to `app`, which puts them together). Others may be used wherever they
/// are needed, but not in `domain`.
const AT_HOME: &[(&str, &[&str])] = &[
    ("ring", &["crypto"]),
    ("aws_lc_rs", &["crypto"]),
    ("cryptoki", &["crypto"]),
    ("argon2", &["credentials"]),
    ("jsonschema", &["protocol"]),
    ("sqlx", &["storage"]),
    ("redis", &["sessions"]),
    ("reqwest", &["outbound", "demo"]),
    ("axum", &["http", "demo"]),
    ("axum_extra", &["http", "demo"]),
    ("axum_server", &["http", "demo"]),
    ("tower_http", &["http", "demo"]),
    ("tokio_rustls", &["http", "outbound"]),
    ("webpki", &["crypto"]),
    ("tokio", &["credentials", "storage", "sessions", "outbound", "flows", "jobs", "http", "cli", "demo"]),
];

/// All that `domain` may use.
const OF_DOMAIN: &[&[&str]] = &[
    &["serde"],
    // A claim's value is JSON.
    &["serde_json"],
    &["thiserror"],
    &["url"],
    &["uuid"],
    &["zeroize"],
    &["subtle"],
    &["unicode_normalization"],
    // Birth dates. What time it is comes from `domain::time::Clock`.
    &["jiff", "civil"],
];

#[test]
fn every_file_imports_only_from_floors_below_its_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let crates = dependencies(&manifest);
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    assert!(files.len() > 20, "found only {} files", files.len());

    let faults: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let name = file.strip_prefix(root.join("src")).unwrap().to_str().unwrap();
            faults(name, &std::fs::read_to_string(file).unwrap(), &crates)
        })
        .collect();

    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// What is wrong in the file `name` (relative to `src`), one sentence each.
fn faults(name: &str, text: &str, crates: &[String]) -> Vec<String> {
    let module: Vec<&str> = name.trim_end_matches(".rs").split('/').filter(|part| *part != "mod").collect();
    let floor = module[0];
    if matches!(floor, "app" | "main" | "lib") {
        return Vec::new();
    }
    let Some((_, below)) = FLOORS.iter().find(|(name, _)| *name == floor) else {
        return vec![format!("src/{name}: `{floor}` has no floor in the table")];
    };
    let source = Source::read(text, &module);
    let mut faults = Vec::new();
    for Named { path, line, place } in source.paths(crates) {
        let fault = match &path {
            paths::Path::Ours(segments) => match segments.first() {
                Some(first) if first == floor || below.contains(&first.as_str()) => None,
                Some(first) if FLOORS.iter().any(|(name, _)| name == first) || first == "app" => {
                    Some(format!("`{floor}` may not import `{first}`"))
                }
                first => Some(format!("`crate::{}` is on no floor", first.map_or("*", String::as_str))),
            },
            // Unit tests may use what they need to look at their floor.
            paths::Path::Foreign(_) if place == Place::Test || is_of_tests(name) => None,
            paths::Path::Foreign(segments) => foreign_fault(floor, segments),
        };
        faults.extend(fault.map(|fault| format!("src/{name}:{line}: {fault}")));
    }
    if floor == "protocol" {
        let waits = source.asyncs.iter().map(|line| format!("src/{name}:{line}: `protocol` is never async"));
        faults.extend(waits);
    }
    faults
}

/// Whether a file holds nothing but unit tests.
fn is_of_tests(name: &str) -> bool {
    name.ends_with("_tests.rs") || name.ends_with("/tests.rs")
}

fn foreign_fault(floor: &str, segments: &[String]) -> Option<String> {
    let of_domain = || {
        OF_DOMAIN
            .iter()
            .any(|allowed| segments.iter().map(String::as_str).take(allowed.len()).eq(allowed.iter().copied()))
    };
    if floor == "domain" && !of_domain() {
        return Some(format!("`domain` may not use `{}`", segments.join("::")));
    }
    let (name, homes) = AT_HOME.iter().find(|(name, _)| *name == segments[0])?;
    (!homes.contains(&floor)).then(|| format!("`{floor}` may not use `{name}`, which belongs to {}", homes.join(", ")))
}

/// The crates' names as `use` spells them.
fn dependencies(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect()
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// What is wrong in a made-up file, without its place.
fn faults_of(name: &str, text: &str) -> Vec<String> {
    let crates = dependencies(
        "[dependencies]\nserde = '1'\njiff = '1'\nsqlx = '1'\nredis = '1'\nring = '1'\ntokio = '1'\naxum = '1'\ntoml = '1'",
    );
    let place = |fault: String| fault.split_once(": ").unwrap().1.to_owned();
    faults(name, text, &crates).into_iter().map(place).collect()
}

#[test]
fn a_fault_names_its_line() {
    let faults = faults("flows/sign_in.rs", "//! Words.\n\nuse crate::http::router;\n", &[]);
    assert_eq!(faults, ["src/flows/sign_in.rs:3: `flows` may not import `http`"]);
}

#[test]
fn an_import_from_above_is_found_however_it_is_written() {
    let flows_http = ["`flows` may not import `http`"];
    for text in [
        "use crate::http::router;",
        "pub(crate) use crate::http;",
        "use crate::{domain::ids::GrantId, http::{router, error}};",
        "use super::super::http::router;",
        "use super::{exchange_code, super::http::router as doors};",
        "use crate::http::*;",
        "fn f() { crate::http::router::build() }",
        "fn f(router: &crate::http::Router) {}",
        "mod inner { fn f() { super::super::super::http::build() } }",
        "fn f() { tracing::info!(count = crate::http::count(), \"counted\"); }",
        "macro_rules! m { () => { $crate::http::router() } }",
        "macro_rules! m { () => { use $crate::http; } }",
        "fn f() -> Vec<Option<crate::http::Router>> { Vec::<crate::domain::Id>::new() }",
        "#[cfg(test)] mod tests { use crate::http::router; }",
    ] {
        let mut found = faults_of("flows/sign_in.rs", text);
        found.dedup();
        assert_eq!(found, flows_http, "{text}");
    }
}

#[test]
fn a_crate_away_from_home_is_found_however_it_is_written() {
    for text in [
        "use sqlx::Row;",
        "use ::sqlx::Row;",
        "use sqlx;",
        "use {serde::Serialize, sqlx::{Row, postgres}};",
        "extern crate sqlx;",
        "fn f() { sqlx::query(\"SELECT 1\"); }",
        "#[derive(sqlx::FromRow)] struct Row;",
    ] {
        let mut found = faults_of("http/router.rs", text);
        found.dedup();
        assert_eq!(found, ["`http` may not use `sqlx`, which belongs to storage"], "{text}");
    }
    assert_eq!(
        faults_of("storage/keys.rs", "use ring::hmac;"),
        ["`storage` may not use `ring`, which belongs to crypto"]
    );
    assert_eq!(faults_of("web/mod.rs", "use tokio::fs;").len(), 1);
}

#[test]
fn what_the_table_allows_is_allowed() {
    let ours = "use crate::{crypto::jws, domain::ids::GrantId, sessions::Sessions, storage::Store};";
    assert_eq!(faults_of("flows/mod.rs", ours), [""; 0]);
    assert_eq!(
        faults_of("flows/exchange_code.rs", "use super::App; use self::inner::X; use crate::flows::App;"),
        [""; 0]
    );
    assert_eq!(faults_of("app.rs", "use crate::http; use sqlx::PgPool;"), [""; 0]);
    assert_eq!(faults_of("sessions/mod.rs", "mod redis; use redis::RedisStore;"), [""; 0]);
    assert_eq!(faults_of("http/mod.rs", "use crate::config::redis; fn f() { redis::url() }"), [""; 0]);
    assert_eq!(
        faults_of("domain/x.rs", "// use crate::http;\n/// [`crate::http`]\nconst X: &str = \"crate::http\";"),
        [""; 0]
    );
}

#[test]
fn domain_uses_only_its_few_crates() {
    assert_eq!(faults_of("domain/citizen.rs", "use jiff::civil::Date; use serde::Serialize; use std::fmt;"), [""; 0]);
    assert_eq!(faults_of("domain/citizen.rs", "use jiff::Timestamp;"), ["`domain` may not use `jiff::Timestamp`"]);
    assert_eq!(faults_of("domain/citizen.rs", "use toml::Value;"), ["`domain` may not use `toml::Value`"]);
    let in_test = "#[cfg(test)] mod tests { use toml::Value; } use toml::Table;";
    assert_eq!(faults_of("domain/citizen.rs", in_test), ["`domain` may not use `toml::Table`"]);
}

#[test]
fn protocol_never_waits() {
    let waits = ["`protocol` is never async"];
    assert_eq!(faults_of("protocol/pkce.rs", "pub async fn verify() {}"), waits);
    assert_eq!(faults_of("protocol/pkce.rs", "fn verify() { let later = async move { 1 }; }"), waits);
    assert_eq!(faults_of("flows/sign_in.rs", "pub async fn sign_in() {}"), [""; 0]);
}

/// What is asked for and how it travels is the protocol's and the door's business: a sign-in and its pages are the same for
/// every response type and mode.
#[test]
fn sign_ins_and_their_pages_know_no_response_type_and_no_response_mode() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src/flows/sign_in", "src/http/pages"] {
        collect(&root.join(folder), &mut files);
    }
    // The console shows how a client is registered and how its events come to it; nobody is asked anything there for a portal.
    files.retain(|file| !file.starts_with(root.join("src/http/pages/console")));
    files.push(root.join("src/flows/authorize.rs"));
    assert!(files.len() > 15, "found only {} files", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for name in
            ["ResponseMode", "ResponseType", "response_mode", "response_type", "FormPost", "form_post", "Delivery::"]
        {
            assert!(!text.contains(name), "{} names {name}", file.display());
        }
    }
}

#[test]
fn a_module_without_a_floor_is_found() {
    assert_eq!(faults_of("utils.rs", ""), ["`utils` has no floor in the table"]);
    assert_eq!(faults_of("http/mod.rs", "use crate::Everything;"), ["`crate::Everything` is on no floor"]);
}
