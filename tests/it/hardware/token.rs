//! A hardware security module: SoftHSM2, with a token directory of its own, and OpenSC's `pkcs11-tool` to look into it past SenID.
//!
//! Between SenID and it there can be a library of ours (`between.c`) that does as a file says: answers late, or signs wrongly.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::cli::program::Senid;

pub const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
pub const LABEL: &str = "senid";
pub const PIN: &str = "60221407";

pub struct Token {
    folder: TempDir,
}

impl Token {
    pub fn new() -> Self {
        assert!(Path::new(MODULE).is_file(), "SoftHSM2 is needed for tests (Debian: softhsm2)");
        let token = Self { folder: TempDir::with_prefix("senid-token-").unwrap() };
        std::fs::create_dir(token.tokens()).unwrap();
        let settings = format!("directories.tokendir = {}\nlog.level = ERROR\n", token.tokens().display());
        std::fs::write(token.path("softhsm2.conf"), settings).unwrap();
        std::fs::write(token.path("pin"), PIN).unwrap();
        chmod_600(&token.path("pin"));
        let new = ["--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "31415926"];
        let made = Command::new("softhsm2-util").args(new).env("SOFTHSM2_CONF", token.path("softhsm2.conf")).output();
        assert!(made.unwrap().status.success());
        token
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tokens(&self) -> PathBuf {
        self.path("tokens")
    }

    /// The program, with this token among its settings.
    pub fn given_to(&self, senid: Senid) -> Senid {
        self.given_through(senid, Path::new(MODULE))
    }

    /// As [`Self::given_to`], through another library.
    pub fn given_through(&self, senid: Senid, library: &Path) -> Senid {
        self.environment(library).into_iter().fold(senid, |senid, (name, value)| senid.with(name, value))
    }

    pub fn environment(&self, library: &Path) -> Vec<(&'static str, String)> {
        vec![
            ("SOFTHSM2_CONF", self.path("softhsm2.conf").display().to_string()),
            ("SENID_KEYS__PKCS11__MODULE", library.display().to_string()),
            ("SENID_KEYS__PKCS11__TOKEN_LABEL", LABEL.to_owned()),
            ("SENID_KEYS__PKCS11__PIN_FILE", self.path("pin").display().to_string()),
        ]
    }

    /// Pulls it out.
    pub fn is_removed(&self) {
        std::fs::rename(self.tokens(), self.path("pulled-out")).unwrap();
    }

    /// Puts it back.
    pub fn is_returned(&self) {
        std::fs::rename(self.path("pulled-out"), self.tokens()).unwrap();
    }

    /// What `pkcs11-tool` says to this, logged in.
    pub fn tool(&self, words: &[&str]) -> (bool, String) {
        let mut command = Command::new("pkcs11-tool");
        command.args(["--module", MODULE, "--token-label", LABEL, "--login", "--pin", PIN]).args(words);
        let output = command.env("SOFTHSM2_CONF", self.path("softhsm2.conf")).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// The labels of the private keys in it.
    pub fn private_keys(&self) -> Vec<String> {
        let (_, listed) = self.tool(&["--list-objects", "--type", "privkey"]);
        let labels = listed.lines().filter_map(|line| line.trim().strip_prefix("label:"));
        labels.map(|label| label.trim().to_owned()).collect()
    }

    /// What the token answers to whoever has its PIN and asks for the values of its keys.
    pub fn robbed(&self) -> String {
        let (thief, source) = (self.path("thief"), concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/hardware/thief.c"));
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-Wall", "-Werror", "-o"]).arg(&thief).arg(source).arg("-ldl");
        assert!(compiler.status().unwrap().success());
        let asked = Command::new(thief).args([MODULE, PIN]).env("SOFTHSM2_CONF", self.path("softhsm2.conf")).output();
        let asked = asked.unwrap();
        assert!(asked.status.success(), "{asked:?}");
        String::from_utf8(asked.stdout).unwrap()
    }

    /// A library that stands between and does as [`Self::tells`] says.
    pub fn between(&self) -> PathBuf {
        let library = self.path("between.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/hardware/between.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&library).arg(source);
        compiler.arg(format!("-DCONTROL=\"{}\"", self.path("control").display())).arg(format!("-DMODULE=\"{MODULE}\""));
        assert!(compiler.arg("-ldl").status().unwrap().success());
        self.tells("pass 0");
        library
    }

    /// `pass 0`; `late` and milliseconds; `wrong 0`: what the library between does to every signature from now on.
    pub fn tells(&self, what: &str) {
        std::fs::write(self.path("control.new"), what).unwrap();
        std::fs::rename(self.path("control.new"), self.path("control")).unwrap();
    }
}

pub fn chmod_600(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
