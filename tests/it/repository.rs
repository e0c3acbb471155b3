//! What holds for the repository as a whole.

mod administration;
mod data_protection;
mod standards;

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
        let holds = text.replace("SubjectKeyIdentifier", "").contains("SubjectKey") || text.contains("pairwise::");
        assert!(!holds || ["flows/keys.rs", "app/deployment.rs"].contains(&name), "{name} holds the subjects' key");
        for call in ["subjects.pairwise(", "subjects.public("] {
            derived.extend(text.matches(call).map(|call| format!("{name}: {call}")));
        }
    }
    derived.sort();
    assert_eq!(derived, ["flows/keys.rs: subjects.pairwise(", "flows/keys.rs: subjects.public("]);
}

/// How an answer travels is known to `protocol::authorize` and to nobody above it; and what a response type issues is asked
/// where that is issued, and where the exception for access tokens is kept. The types themselves are told apart nowhere:
/// an ID token of the token endpoint is one of the code flow.
#[test]
fn response_types_and_modes_have_not_leaked_into_the_flows() {
    let (mut asking, mut telling_apart) = (BTreeSet::new(), BTreeSet::new());
    for file in files() {
        let Some(name) = file.strip_prefix("src/flows/").filter(|name| name.ends_with(".rs")) else { continue };
        let text = std::fs::read_to_string(Path::new(ROOT).join(&file)).unwrap();
        for word in ["ResponseMode", "response_mode", "Fragment", "FormPost", "form_post"] {
            assert!(!text.contains(word), "{name} knows how an answer travels: {word}");
        }
        if text.contains(".issues_") {
            asking.insert(name.to_owned());
        }
        telling_apart.extend(text.split("ResponseType::").skip(1).map(|rest| {
            let variant: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
            format!("{name}: {variant}")
        }));
    }
    let asking: Vec<_> = asking.iter().map(String::as_str).collect();
    assert_eq!(
        asking,
        [
            "admin/registration_tokens.rs",
            "admin/update_client.rs",
            "answer.rs",
            "grant.rs",
            "onboarding/check_up/standing.rs"
        ]
    );
    assert_eq!(telling_apart.into_iter().collect::<Vec<_>>(), ["token/mod.rs: Code"]);
}

/// A rule that has grown is two rules.
#[test]
fn the_authorization_endpoint_is_a_table_of_small_rules() {
    let folder = "src/protocol/authorize/checks";
    let table = std::fs::read_to_string(Path::new(ROOT).join(folder).join("mod.rs")).unwrap();
    let (_, table) = table.split_once("pub const CHECKS").unwrap();
    let rules: BTreeSet<String> = names(folder).into_iter().filter(|name| name != "mod.rs").collect();
    assert_eq!(table.matches("::check),").count(), rules.len(), "a rule has one row, and a row one file");
    for rule in rules {
        assert!(table.contains(&format!(", {}::check),", rule.trim_end_matches(".rs"))), "{rule} is not in the table");
        let lines = std::fs::read_to_string(Path::new(ROOT).join(folder).join(&rule)).unwrap().lines().count();
        assert!(lines <= 60, "{rule} has {lines} lines");
    }
}
