//! What is wrong with the settings, said so that whoever reads it can mend it without looking anything up.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    File { path: Arc<PathBuf>, line: usize },
    Environment { variable: String },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{} line {line}", path.display()),
            Self::Environment { variable } => write!(f, "environment {variable}"),
        }
    }
}

/// One thing that is wrong: which setting, where it stands, what stands there, and what should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The setting's dotted name; empty where the fault is the file's as a whole.
    pub key: String,
    pub origin: Origin,
    /// What stood there, as TOML; `None` where it is a secret or nothing stood there.
    pub found: Option<String>,
    /// What is expected, or what else is wrong, as the end of a sentence.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.key.as_str(), &self.origin) {
            ("", Origin::Default) => {}
            ("", origin) => write!(f, "{origin}: ")?,
            (key, Origin::Default) => write!(f, "{key}: ")?,
            (key, origin) => write!(f, "{key} ({origin}): ")?,
        }
        if let Some(found) = &self.found {
            write!(f, "found {found}; ")?;
        }
        f.write_str(&self.problem)
    }
}

/// Everything that is wrong with the settings, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("the settings have 1 fault:")?,
            many => write!(f, "the settings have {many} faults:")?,
        }
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for Faults {}

/// Something that works but that an operator would want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub key: String,
    pub sentence: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.sentence)
    }
}
