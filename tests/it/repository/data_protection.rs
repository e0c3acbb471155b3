//! `docs/data-protection.md` names every table and every record of the short-lived store, and none that is not there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use senid::storage::TABLES;

/// What stands between backquotes in the first cell of each row of the table whose head begins with `| head |`.
fn named(head: &str) -> BTreeSet<String> {
    let text = read("docs/data-protection.md");
    let start = text.find(&format!("| {head} |")).expect("the table is there");
    let rows = text[start..].lines().skip(2).take_while(|line| line.starts_with('|'));
    let first = rows.map(|line| line.split('|').nth(1).unwrap().to_owned());
    first.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn every_table_is_in_the_page_on_data_protection() {
    let tables: BTreeSet<String> = TABLES.iter().map(|table| (*table).to_owned()).collect();
    assert_eq!(named("table"), tables);
}

#[test]
fn every_record_of_the_short_lived_store_is_in_it() {
    let source = read("src/flows/short_lived.rs") + &read("src/flows/short_lived/administration.rs");
    let made = ["Kind::strict(\"", "Kind::surviving(\"", "SetKind::new(\"", "CounterKind::new(\""];
    let kinds: BTreeSet<String> = made
        .iter()
        .flat_map(|start| source.split(start).skip(1))
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert!(kinds.len() > 50, "they are made in another way now");
    assert_eq!(named("record"), kinds);
}
