//! `senid check-config`: what is wrong with the settings, or what is in force.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::exit::Exit;
use super::theme::theme;
use crate::config::{Fault, Faults, Loaded, MasterKey, Origin, Settings, Warning};
use crate::crypto::master_key::{MasterKeyError, MasterKeyFile};
use crate::domain::time::Timestamp;

/// Reads the settings from `file` and `environment` as `serve` would, and prints what came of it.
///
/// # Errors
/// `out` could not be written to.
pub fn run(
    json: bool,
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    match Settings::load(file, environment, now).and_then(with_readable_theme).and_then(with_sound_master_key) {
        Ok(loaded) if json => print_json(out, &sound(&loaded))?,
        Ok(loaded) => {
            // As remarks, so that what is printed is a file of settings.
            for warning in &loaded.warnings {
                writeln!(out, "# warning: {warning}")?;
            }
            out.write_all(loaded.effective.to_toml().as_bytes())?;
        }
        Err(faults) => {
            if json {
                print_json(out, &faulty(&faults))?;
            } else {
                writeln!(out, "{faults}")?;
            }
            return Ok(Exit::Settings);
        }
    }
    Ok(Exit::Done)
}

fn with_readable_theme(loaded: Loaded) -> Result<Loaded, Faults> {
    match theme(&loaded.settings.authority.theme) {
        Ok(_) => Ok(loaded),
        Err(unreadable) => Err(Faults(
            unreadable
                .iter()
                .map(|fault| Fault {
                    key: format!("authority.theme.{}", fault.scheme),
                    origin: Origin::Default,
                    found: None,
                    problem: fault.to_string(),
                })
                .collect(),
        )),
    }
}

/// The master key as `serve` would read it. A file that is not there is no fault yet: `senid keys new-master` makes it.
fn with_sound_master_key(loaded: Loaded) -> Result<Loaded, Faults> {
    let (key, read) = match &loaded.settings.keys.master_key {
        MasterKey::Environment(text) => ("SENID_MASTER_KEY", MasterKeyFile::parse(text.expose())),
        MasterKey::File(path) if path.exists() => ("keys.master_key_file", MasterKeyFile::read(path)),
        MasterKey::File(_) | MasterKey::Development => return Ok(loaded),
    };
    let without_module = |lines: MasterKeyFile| match (lines.in_module().next(), &loaded.settings.keys.pkcs11) {
        (Some((version, _)), None) => Err(MasterKeyError::InModule(version)),
        _ => Ok(()),
    };
    match read.and_then(without_module) {
        Ok(()) => Ok(loaded),
        Err(error) => Err(Faults(vec![Fault {
            key: key.to_owned(),
            origin: Origin::Default,
            found: None,
            problem: error.to_string(),
        }])),
    }
}

fn sound(loaded: &Loaded) -> serde_json::Value {
    let warning = |warning: &Warning| json!({ "key": warning.key, "warning": warning.sentence });
    json!({
        "valid": true,
        "warnings": loaded.warnings.iter().map(warning).collect::<Vec<_>>(),
        "settings": loaded.effective.to_json(),
    })
}

fn faulty(faults: &Faults) -> serde_json::Value {
    let fault = |fault: &Fault| json!({ "key": fault.key, "from": fault.origin.to_string(), "found": fault.found, "problem": fault.problem });
    json!({ "valid": false, "faults": faults.0.iter().map(fault).collect::<Vec<_>>() })
}

fn print_json(out: &mut dyn Write, value: &serde_json::Value) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// The exit code and what was printed.
    fn check(json: bool, file: &str, environment: &[(&str, &str)]) -> (bool, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("senid.toml");
        std::fs::write(&path, file).unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut out = Vec::new();
        let code = run(json, Some(&path), environment, Timestamp::EPOCH, &mut out).unwrap();
        assert!(code == Exit::Done || code == Exit::Settings);
        let printed = String::from_utf8(out).unwrap().replace(folder.path().to_str().unwrap(), "etc");
        (code == Exit::Done, printed)
    }

    const JSON: bool = true;
    const TEXT: bool = false;

    #[test]
    fn sound_settings_are_printed_as_settings_with_their_warnings() {
        let file = "issuer = \"https://id.example.gov\"\n";
        let environment = [("SENID_MASTER_KEY", "1:aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMmh1bnQ=")];
        let (sound, printed) = check(TEXT, file, &environment);
        assert!(sound, "{printed}");
        assert!(
            printed
                .starts_with("# warning: authority.name: citizens should read which authority asks them to sign in\n")
        );
        assert!(
            printed.contains("issuer = \"https://id.example.gov\"            # etc/senid.toml line 1\n"),
            "{printed}"
        );
        assert!(printed.parse::<toml::Table>().is_ok());

        let (sound, printed) = check(JSON, file, &environment);
        let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert!(sound && json["valid"] == true);
        assert_eq!(json["settings"]["issuer"]["from"], "etc/senid.toml line 1");
        assert_eq!(json["warnings"][0]["key"], "authority.name");
        assert!(!printed.contains("aHVudGVy"));
    }

    #[test]
    fn faulty_settings_are_told_and_the_exit_code_says_so() {
        let file = "isuer = \"https://id.example.gov\"\nlog.level = \"loud\"\n";
        let (sound, printed) = check(TEXT, file, &[]);
        assert!(!sound);
        assert_eq!(
            printed,
            "the settings have 2 faults:\n  \
             isuer (etc/senid.toml line 1): there is no such setting; did you mean issuer?\n  \
             log.level (etc/senid.toml line 2): found \"loud\"; expected one of \"error\", \"warn\", \"info\", \"debug\", \
             \"trace\"\n"
        );
        let (sound, printed) = check(JSON, file, &[]);
        let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert!(!sound && json["valid"] == false);
        assert_eq!(json["faults"][1]["key"], "log.level");
        assert_eq!(json["faults"][1]["found"], "\"loud\"");
    }

    #[test]
    fn colours_that_cannot_be_read_are_faults() {
        let (sound, printed) = check(TEXT, "authority.theme.light.ink = \"#707070\"\n", &[]);
        assert!(!sound);
        assert!(
            printed.contains("authority.theme.light: in the light scheme muted on paper has a contrast of "),
            "{printed}"
        );
    }

    #[test]
    fn a_master_key_that_cannot_be_read_is_a_fault_and_one_that_is_yet_to_be_made_is_none() {
        let environment = [("SENID_MASTER_KEY", "hunter2")];
        let (sound, printed) = check(TEXT, "", &environment);
        assert!(!sound && printed.contains("  SENID_MASTER_KEY: line 1: expected a version"), "{printed}");
        assert!(!printed.contains("hunter2"));

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let settings = format!("keys.master_key_file = {path:?}\n");
        assert!(check(TEXT, &settings, &[]).0);
        std::fs::write(&path, "1:aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMmh1bnQ=\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let (sound, printed) = check(TEXT, &settings, &[]);
        assert!(!sound && printed.contains("can be read by others than its owner (mode 0644)"), "{printed}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(check(TEXT, &settings, &[]).0);
    }

    #[test]
    fn the_settings_know_the_languages_of_the_pages() {
        let pages: Vec<&str> = crate::web::text::Language::ALL.iter().map(|language| language.tag()).collect();
        assert_eq!(pages, crate::config::SHIPPED_LANGUAGES);
    }
}
