//! The program itself, run in a folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// A folder with a deployment in it: an embedded database, and development keys.
pub struct Senid {
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The one JSON document that was printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The JSON lines that were printed.
    pub fn json_lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Insists on how the command ended.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

impl Senid {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// With a migrated database and its keys. They are made once and copied: making RSA keys takes its time.
    pub fn ready() -> Self {
        static TEMPLATE: OnceLock<Senid> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let senid = Self::new();
            senid.run(&["migrate"]).ended(0);
            senid.run(&["keys", "list"]).ended(0);
            senid
        });
        let senid = Self::new();
        copy(template.path(), senid.path());
        senid
    }

    #[must_use]
    pub fn with(mut self, variable: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((variable, value.into()));
        self
    }

    /// The same folder, with nothing in its environment.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.environment.clear();
        self
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// With `input` on standard input.
    pub fn run_with(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Ran {
        let mut child = self.start(arguments);
        // A command that reads nothing may have closed it.
        let _ = child.stdin.take().unwrap().write_all(input.as_ref());
        finish(child)
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_senid"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// What is recorded of a citizen or a client, the newest first: each event's kind and details.
    pub fn recorded(&self, of: &[&str]) -> Vec<(String, Value)> {
        let listed = self.run(&[&["audit", "list", "--json"], of].concat()).ended(0);
        let event = |event: &Value| (event["kind"].as_str().unwrap().to_owned(), event["details"].clone());
        listed.json_lines().iter().map(event).collect()
    }
}

pub fn finish(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            // Permissions are copied along: the master key stays its owner's alone.
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
