//! What holds for the repository as a whole.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn both_databases_have_the_same_migrations() {
    let (postgres, sqlite) = (names("migrations/postgres"), names("migrations/sqlite"));
    assert!(!postgres.is_empty());
    assert_eq!(postgres, sqlite);
}

#[test]
fn no_file_names_a_place_outside_the_repository() {
    // Written in pieces, so that this file is not one of those it looks for.
    let places = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("../sha", "red")];
    let found: Vec<String> = files()
        .into_iter()
        .filter_map(|file| Some((std::fs::read_to_string(Path::new(ROOT).join(&file)).ok()?, file)))
        .flat_map(|(text, file)| {
            let lines = text.lines().zip(1..).filter(|(line, _)| places.iter().any(|place| line.contains(place)));
            lines.map(|(line, number)| format!("{file}:{number}: {}", line.trim())).collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn no_source_file_is_two_things() {
    let source = |file: &String| {
        let extension = Path::new(file).extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("rs" | "js" | "css" | "html" | "sql" | "sh" | "py"))
    };
    let long: Vec<String> = files()
        .into_iter()
        .filter(source)
        .map(|file| (std::fs::read_to_string(Path::new(ROOT).join(&file)).unwrap().lines().count(), file))
        .filter(|(lines, _)| *lines > 500)
        .map(|(lines, file)| format!("{file}: {lines} lines; past 500 it is two things"))
        .collect();
    assert!(long.is_empty(), "\n{}\n", long.join("\n"));
}

fn names(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(Path::new(ROOT).join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Every file that is kept, or would be.
fn files() -> Vec<String> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(ROOT)
        .output()
        .expect("git lists the files");
    assert!(listing.status.success(), "{}", String::from_utf8_lossy(&listing.stderr));
    let listing = String::from_utf8(listing.stdout).unwrap();
    let files: BTreeSet<String> = listing.split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect();
    // A file that is deleted but not yet committed is still listed.
    let files: Vec<String> = files.into_iter().filter(|file| Path::new(ROOT).join(file).exists()).collect();
    assert!(files.len() > 20, "found only {} files", files.len());
    files
}

/// Which `sub` a client sees is one rule in one place, `flows::keys::Keys::subject`; nothing else holds the key that
/// subjects are derived from, or asks it.
#[test]
fn subjects_are_derived_in_one_place() {
    let mut derived = Vec::new();
    for file in files() {
        let Some(name) = file.strip_prefix("src/").filter(|name| name.ends_with(".rs")) else { continue };
        let text = std::fs::read_to_string(Path::new(ROOT).join(&file)).unwrap();
        if name == "crypto/pairwise.rs" {
            continue;
        }
        let holds = text.contains("SubjectKey") || text.contains("pairwise::");
        assert!(!holds || ["flows/keys.rs", "app/deployment.rs"].contains(&name), "{name} holds the subjects' key");
        for call in ["subjects.pairwise(", "subjects.public("] {
            derived.extend(text.matches(call).map(|call| format!("{name}: {call}")));
        }
    }
    derived.sort();
    assert_eq!(derived, ["flows/keys.rs: subjects.pairwise(", "flows/keys.rs: subjects.public("]);
}
