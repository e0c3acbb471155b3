//! Which test stands for which module of the suite. A test has its module's name, so that the table is read from the
//! plans themselves: a module of a plan that no test is named after fails here, and so does a test that stands for none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What the names of modules begin with.
const PREFIXES: [&str; 4] = ["oidcc_", "fapi2_", "fapi_ciba_", "ekyc_"];

/// The names of the suite's modules, from every plan's expected.json.
fn of_the_plans() -> BTreeSet<String> {
    let plans = std::fs::read_dir(root().join("conformance/plans")).unwrap();
    let read = |folder: PathBuf| {
        let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
        serde_json::from_str::<BTreeMap<String, serde_json::Value>>(&text).unwrap().into_keys()
    };
    plans.flat_map(|plan| read(plan.unwrap().path())).collect()
}

/// Every test of this folder that is named after a module, and its file.
fn of_the_tests() -> BTreeMap<String, String> {
    let mut tests = BTreeMap::new();
    for file in std::fs::read_dir(root().join("tests/conformance")).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let names = text.lines().filter_map(|line| line.strip_prefix("    async fn ")?.split('(').next());
        for name in names.filter(|name| PREFIXES.iter().any(|prefix| name.starts_with(prefix))) {
            let name = name.to_owned();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            assert_eq!(tests.insert(name.clone(), file), None, "{name} is there twice");
        }
    }
    tests
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The name that the test of a module has.
fn test_of(module: &str) -> String {
    module.replace('-', "_").to_lowercase()
}

#[test]
fn every_module_of_every_plan_has_its_test_and_every_test_its_module() {
    let modules = of_the_plans();
    let tests = of_the_tests();
    let expected: BTreeSet<String> = modules.iter().map(|module| test_of(module)).collect();
    assert!(modules.len() > 180, "{} modules", modules.len());
    let missing: Vec<_> = expected.iter().filter(|name| !tests.contains_key(*name)).collect();
    let extra: Vec<_> = tests.keys().filter(|name| !expected.contains(*name)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "without a test: {missing:?}\nwithout a module: {extra:?}");
}

/// The table for people, in conformance/modules.md, says what the tests say.
#[test]
fn the_table_for_people_is_the_tests_own() {
    let tests = of_the_tests();
    let mut table =
        String::from("# Modules of the suite, and the tests that stand for them\n\n| module | test |\n|---|---|\n");
    for module in of_the_plans() {
        let name = test_of(&module);
        let file = tests.get(&name).map_or("none", String::as_str).trim_end_matches(".rs");
        table.push_str(&format!("| `{module}` | `conformance::{file}::{{embedded,production}}::{name}` |\n"));
    }
    let path = root().join("conformance/modules.md");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == table, "conformance/modules.md is not what it should be; it should be:\n{table}");
}
