//! Nothing is administered without being asked for: every use case of `flows::admin` and `flows::onboarding` takes an administrator, and asks what they may
//! before it does anything else.

use std::path::Path;

use senid::domain::administration::{Care, Permission, Role};

use super::ROOT;

/// What needs no permission, and why.
const OPEN: &[(&str, &str)] = &[
    // Pure functions over what their caller holds in its hands.
    ("authenticator_metadata.rs", "inspect"),
    ("trust.rs", "store"),
    ("trust.rs", "read"),
    ("trust.rs", "examine"),
    ("resource_servers.rs", "encryption"),
    ("show_citizen.rs", "particulars"),
    // An authority is asked about a certificate that is at hand.
    ("trust.rs", "ask"),
    // The whole store before it has keys, at the shell alone: there is no administrator yet.
    ("transfer/export.rs", "export"),
    ("transfer/import.rs", "import"),
    // A file that is at hand.
    ("audit/verify.rs", "verify_file"),
    // The door itself.
    ("entry.rs", "by_session"),
    ("entry.rs", "by_token"),
    ("entry.rs", "broken_glass"),
    ("entry.rs", "has_proven"),
    ("entry.rs", "can_prove"),
    ("entry.rs", "prove_again"),
    // A link stands for the permission.
    ("bootstrap.rs", "look"),
    ("bootstrap.rs", "redeem"),
    // What is in an envelope does.
    ("break_glass.rs", "hindrance"),
    ("break_glass.rs", "open"),
    ("break_glass.rs", "note"),
    // What ends by itself: a job looks, and nobody asks for it.
    ("expiry.rs", "of_client"),
    ("expiry.rs", "tell_due"),
    // Rules about what is at hand.
    ("draft/misfit.rs", "scopes"),
    ("draft/misfit.rs", "misfits"),
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>, root: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found, root);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The files of every use case of the administration.
fn use_cases() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["src/flows/admin", "src/flows/onboarding"] {
        let root = Path::new(ROOT).join(folder);
        sources(&root, &mut files, &root);
    }
    files
}

/// Every free function that others may call: its name, its head, and the first statement of its body.
fn functions(source: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let Some(rest) = line.strip_prefix("pub fn ").or_else(|| line.strip_prefix("pub async fn ")) else { continue };
        let name = rest.split(['(', '<']).next().unwrap().to_owned();
        let mut head = line.to_owned();
        while !head.ends_with('{') {
            head.push_str(lines.next().unwrap());
        }
        let mut first = lines.next().unwrap().trim().to_owned();
        while !first.ends_with(';') {
            let Some(next) = lines.next() else { break };
            first.push_str(next.trim());
        }
        found.push((name, head, first));
    }
    found
}

#[test]
fn every_use_case_asks_before_it_does_anything() {
    let files = use_cases();
    let (mut faults, mut asked) = (Vec::new(), 0);
    for (file, source) in &files {
        for (name, head, first) in functions(source) {
            if OPEN.contains(&(file.as_str(), name.as_str())) {
                continue;
            }
            let asks = ["admin.may(", "admin.may_on(", "admin.may_on_own("].iter().any(|ask| first.contains(ask));
            match head.contains("admin: &Administrator") && asks && first.contains('?') {
                true => asked += 1,
                false => faults.push(format!("{file}: {name} begins with {first}")),
            }
        }
    }
    assert!(asked > 80, "only {asked} were found");
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    for (file, name) in OPEN {
        let there = files.iter().any(|(named, source)| named == file && source.contains(&format!("fn {name}")));
        assert!(there, "{file}: {name} is not there");
    }
}

#[test]
fn every_permission_is_asked_for_or_held_for_what_is_to_come() {
    // Asked by the parts that are built beside this one.
    const TO_COME: &[Permission] = &[
        Permission::ClientUsage,
        Permission::ClientSandbox,
        Permission::SettingsShow,
        Permission::FiguresShow,
        Permission::AuditExport,
    ];
    let files = use_cases();
    for permission in Permission::ALL {
        let named = format!("Permission::{permission:?}");
        let asked = files.iter().any(|(_, source)| source.contains(&named));
        assert!(asked || TO_COME.contains(permission), "nothing asks for {permission}");
    }
}

#[test]
fn the_document_holds_the_tables() {
    let document = std::fs::read_to_string(Path::new(ROOT).join("docs/administration.md")).unwrap();
    let mut missing = Vec::new();
    for role in Role::ALL {
        let line = format!("| `{role}` | {} |", role.says());
        if !document.contains(&line) {
            missing.push(line);
        }
    }
    for permission in Permission::ALL {
        let holders: Vec<_> = Role::ALL.into_iter().filter(|role| role.has(*permission)).map(Role::as_str).collect();
        let care = if permission.care() == Care::Sensitive { "yes" } else { "" };
        let line = format!("| `{permission}` | {} | {} | {care} |", permission.says(), holders.join(", "));
        if !document.contains(&line) {
            missing.push(line);
        }
    }
    assert!(missing.is_empty(), "docs/administration.md lacks\n{}", missing.join("\n"));
}
