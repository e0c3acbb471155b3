//! `deploy/senid.example.toml` is read as it stands, and says the defaults where it says it does.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::Settings;
use super::{NOW, load, settings};

const EXAMPLE: &str = include_str!("../../../deploy/senid.example.toml");

/// Lines such as `#key = value` are settings at their defaults; the lines of a long list end with `#]`.
fn uncommented() -> String {
    let setting = |line: &str| {
        line.strip_prefix('#').is_some_and(|rest| {
            rest.starts_with(|first: char| first.is_ascii_lowercase()) || rest.starts_with("    {") || rest == "]"
        })
    };
    EXAMPLE.lines().map(|line| if setting(line) { &line[1..] } else { line }).collect::<Vec<_>>().join("\n")
}

fn parse(text: &str) -> super::super::Loaded {
    let environment = [("SENID_MASTER_KEY".to_owned(), "1:q83v".to_owned())];
    Settings::parse(Some((Path::new("senid.example.toml"), text)), environment.into_iter(), NOW)
        .unwrap_or_else(|faults| panic!("{faults}"))
}

#[test]
fn the_example_is_read_as_it_stands_without_a_warning() {
    let loaded = parse(EXAMPLE);
    assert_eq!(loaded.settings.issuer.as_str(), "https://id.example.gov");
    assert_eq!(loaded.warnings, []);
}

#[test]
fn what_is_commented_out_is_the_default() {
    let (as_it_stands, uncommented) = (parse(EXAMPLE), parse(&uncommented()));
    assert_eq!(uncommented.settings, as_it_stands.settings);
    let default = load("", &[]).unwrap().effective;
    let chosen: BTreeSet<&str> = as_it_stands
        .effective
        .0
        .iter()
        .filter(|shown| shown.origin != super::super::Origin::Default)
        .map(|shown| shown.key.as_str())
        .collect();
    for shown in uncommented.effective.0.iter().filter(|shown| !chosen.contains(shown.key.as_str())) {
        assert_eq!(shown.value, default.get(&shown.key).and_then(|shown| shown.value.clone()), "{}", shown.key);
    }
}

#[test]
fn no_setting_is_missing_from_the_example() {
    let text = uncommented();
    for shown in load("", &[]).unwrap().effective.0 {
        let (group, name) = shown.key.rsplit_once('.').unwrap_or(("", &shown.key));
        let section = if group.is_empty() {
            text.as_str()
        } else {
            let Some((_, after)) = text.split_once(&format!("\n[{group}]\n")) else { panic!("no [{group}]") };
            after.split("\n[").next().unwrap()
        };
        let mentions =
            |line: &str| line.trim_start_matches(['#', ' ']).split_once(" =").is_some_and(|(left, _)| left == name);
        assert!(section.lines().any(mentions), "{} is not in the example", shown.key);
    }
    assert_ne!(settings(&text, &[("SENID_MASTER_KEY", "1:q83v")]), Settings::default());
}
