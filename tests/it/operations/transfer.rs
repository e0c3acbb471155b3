//! A deployment moves to another database, and nobody notices: every `sub`, password, grant, consent and client is there.

use std::collections::BTreeMap;

use senid::crypto::random::SystemRandom;
use senid::demo::people::PEOPLE;
use senid::domain::audit::Actor;
use senid::domain::time::ManualClock;
use senid::flows::admin::AdminError;
use senid::flows::admin::schema::Schema;
use senid::flows::admin::transfer::{Imported, export, import};

use crate::support::World;
use crate::support::world::{AN, BINH, Backend, Citizen, NOW, Portal};

const PORTALS: [&str; 4] = ["tax-office", "tax-app", "library", "registry"];

fn operator() -> Actor {
    Actor::Operator("test".to_owned())
}

async fn exported(backend: &Backend) -> Vec<u8> {
    let store = backend.store().await;
    let mut file = Vec::new();
    let schema = Schema::of(store.clone());
    export(&schema, operator(), &ManualClock::at(NOW), &SystemRandom::new(), &mut file).await.unwrap();
    store.close().await;
    file
}

async fn imported(backend: &Backend, file: &[u8]) -> Result<Imported, AdminError> {
    let store = backend.store().await;
    let schema = Schema::of(store.clone());
    let done = import(&schema, operator(), &ManualClock::at(NOW), &SystemRandom::new(), file).await;
    store.close().await;
    done
}

/// What every portal knows the citizen by.
async fn subjects(world: &World, citizen: &Citizen) -> BTreeMap<&'static str, String> {
    let mut subjects = BTreeMap::new();
    for id in PORTALS {
        let portal = world.portal(id);
        let (_, tokens) = world.signed_in(&portal, citizen).await;
        subjects.insert(id, portal.id_token(&tokens).await["sub"].as_str().unwrap().to_owned());
    }
    subjects
}

async fn moves(from: Backend, to: Backend) {
    let world = World::start(from, |_| {}).await;
    let office: Portal = world.portal("tax-office");
    let before = (subjects(&world, &AN).await, subjects(&world, &BINH).await);
    let (_, held) = world.signed_in(&office, &AN).await;
    world.operator().locks(&BINH).await;
    let events = world.operator().events_of(&AN).await.len();
    let issuer = world.issuer.clone();
    let from = world.stop().await;
    let file = exported(&from).await;
    let text = String::from_utf8(file.clone()).unwrap();
    for person in PEOPLE {
        assert!(!text.contains(person.name) && !text.contains(person.national_id), "the file names {}", person.name);
    }

    let rows = imported(&to, &file).await.unwrap().rows;
    assert!(rows["citizens"] >= 2 && rows["grants"] >= 8 && rows["consents"] >= 6, "{rows:?}");
    let world = World::at_issuer(to, &issuer).await;

    // What was issued before holds, and goes on.
    assert_eq!(office.userinfo(&held.access_token()).await.status, 200);
    let refreshed = office.refresh(&held.refresh_token()).await;
    assert_eq!(office.id_token(&refreshed).await["sub"], before.0["tax-office"].as_str());

    // Sessions stayed behind; the password, the consent and the hint are known.
    let mut browser = world.browser();
    let hinted = office.start().with("id_token_hint", &held.id_token());
    let page = browser.open(&hinted.url()).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert!(page.answer().contains_key("code"), "nothing is asked again");
    let mut browser = world.browser();
    let page = browser.open(&office.start().url()).await;
    let page = BINH.signs_in(&mut browser, &page).await;
    assert_eq!(page.status, 401, "who was locked is");
    world.operator().unlocks(&BINH).await;
    assert_eq!((subjects(&world, &AN).await, subjects(&world, &BINH).await), before);
    assert!(world.operator().events_of(&AN).await.len() > events, "what happened before is remembered");
}

#[tokio::test]
async fn from_sqlite_to_postgres() {
    moves(Backend::embedded().await, Backend::bare_production().await).await;
}

#[tokio::test]
async fn from_postgres_to_sqlite() {
    moves(Backend::production().await, Backend::bare_embedded().await).await;
}

/// The rows of a file, without the log, which says of each database what was done to it.
fn rows(file: &[u8]) -> Vec<&str> {
    let text = std::str::from_utf8(file).unwrap();
    let mut rows: Vec<&str> =
        text.lines().filter(|line| line.starts_with('[') && !line.starts_with("[\"audit_")).collect();
    rows.sort_unstable();
    rows
}

#[tokio::test]
async fn there_and_back_again_nothing_has_changed() {
    let world = World::embedded().await;
    subjects(&world, &AN).await;
    let first = exported(&world.stop().await).await;
    let there = Backend::bare_production().await;
    imported(&there, &first).await.unwrap();
    let second = exported(&there).await;
    let back = Backend::bare_embedded().await;
    imported(&back, &second).await.unwrap();
    let third = exported(&back).await;
    assert!(rows(&first).len() > 30);
    // Postgres and SQLite may list columns that migrations added in different places; these are the same.
    assert_eq!(rows(&first), rows(&second));
    assert_eq!(rows(&first), rows(&third));
}

#[tokio::test]
async fn a_file_that_was_cut_short_or_altered_enters_nothing() {
    let world = World::embedded().await;
    let (_, _) = world.signed_in(&world.portal("tax-office"), &AN).await;
    let file = exported(&world.stop().await).await;
    let text = String::from_utf8(file.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let target = Backend::bare_embedded().await;
    let refused = async |file: &str, why: &str| {
        let error = imported(&target, file.as_bytes()).await.unwrap_err().to_string();
        assert!(error.contains(why), "{why}: {error}");
    };

    refused("", "the file is no export of a SenID store").await;
    refused("{\"senid\":\"other\"}\n", "the file is no export").await;
    for kept in [1, 2, lines.len() / 2, lines.len() - 1] {
        refused(&format!("{}\n", lines[..kept].join("\n")), "it was cut short").await;
    }
    refused(&text[..text.len() - 1], "the line does not end").await;
    refused(&text[..text.len() / 2], "").await;
    refused(&format!("{text}{}\n", lines[1]), "there is more after the last line").await;
    // One letter of one portal's name.
    refused(&text.replacen("tax.example", "tex.example", 1), "the hash is another").await;
    refused(&text.replacen("\"version\":1", "\"version\":2", 1), "the file is of version 2").await;
    let schema = senid::storage::schema_version();
    let other = format!("\"schema\":{}", schema + 1);
    refused(&text.replacen(&format!("\"schema\":{schema}"), &other, 1), "the same version of SenID").await;
    refused(&text.replacen("\"citizens\"", "\"persons\"", 1), "not this database's").await;
    refused(&text.replacen("[\"clients\",\"", "[\"clients\",7,\"", 1), "no row of a table").await;

    // A row is missing, and whoever took it away made the hash fit.
    let last_row = lines.iter().rposition(|line| line.starts_with('[')).unwrap();
    let without = [&lines[..last_row], &lines[last_row + 1..lines.len() - 1]].concat().join("\n") + "\n";
    let mut footer: serde_json::Value = serde_json::from_str(lines[lines.len() - 1]).unwrap();
    footer["sha256"] = sha256_hex(without.as_bytes()).into();
    refused(&format!("{without}{footer}\n"), "the rows are not as many").await;
    // A row is there twice, the count and the hash fit: the database refuses.
    let twice = [&lines[..lines.len() - 1], &[lines[last_row]]].concat().join("\n") + "\n";
    refused(&format!("{twice}{footer}\n"), "").await;

    // After all that the database is as empty as it was.
    imported(&target, &file).await.unwrap();
    let again = imported(&target, &file).await.unwrap_err().to_string();
    assert!(again.starts_with("the database is not empty: sealed_keys has "), "{again}");
}

fn sha256_hex(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
