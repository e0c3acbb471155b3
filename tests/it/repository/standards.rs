//! `docs/standards.md` says what is there: each file and each test that it names, and a row for every RFC that a protocol
//! file says it implements.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

struct Row {
    standard: String,
    state: String,
    files: Vec<String>,
    tests: Vec<String>,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("docs/standards.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| standard"));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [standard, state, files, tests] = cells[..] else { panic!("four cells: {line}") };
        let named = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Row { standard: standard.into(), state: state.into(), files: named(files), tests: named(tests) }
    })
    .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The numbers of the RFCs that a text names.
fn rfcs(text: &str) -> BTreeSet<&str> {
    let numbers = text.match_indices("RFC ").filter_map(|(at, _)| text.get(at + 4..at + 8));
    numbers.filter(|number| number.parse::<u16>().is_ok()).collect()
}

#[test]
fn every_file_and_every_test_that_a_row_names_is_there() {
    for Row { standard, state, files, tests } in rows() {
        let state = state.split([' ', ':', ';', ',']).next().unwrap();
        match state {
            "supported" | "partly" => assert!(!files.is_empty() && !tests.is_empty(), "{standard}: a file and a test"),
            "not" => assert!(files.is_empty() && tests.is_empty(), "{standard}: what is not there has no file"),
            other => panic!("{standard}: {other} is no state"),
        }
        for (folder, named) in [("src", files), ("tests", tests)] {
            for name in named {
                assert!(root().join(folder).join(&name).exists(), "{standard}: {folder}/{name}");
            }
        }
    }
}

#[test]
fn what_a_protocol_file_says_it_implements_has_a_row() {
    let table = fs::read_to_string(root().join("docs/standards.md")).unwrap();
    let listed = rfcs(&table);
    let mut folders = vec![root().join("src/protocol")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let says: String = text.lines().filter(|line| line.starts_with("//!")).collect();
            let missing: Vec<&str> = rfcs(&says).into_iter().filter(|rfc| !listed.contains(rfc)).collect();
            assert!(missing.is_empty(), "{}: no row for RFC {}", path.display(), missing.join(", "));
        }
    }
}
