//! `[log]`: what the program writes to its standard error.

use super::reader::Reader;
use super::value::words;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub format: LogFormat,
    pub level: LogLevel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

words!(LogFormat, "\"json\" or \"text\"", Json = "json", Text = "text");
words!(
    LogLevel,
    "one of \"error\", \"warn\", \"info\", \"debug\", \"trace\"",
    Error = "error",
    Warn = "warn",
    Info = "info",
    Debug = "debug",
    Trace = "trace"
);

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: LogLevel::Info }
    }
}

impl Log {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        Self { format: from.value("log.format", default.format), level: from.value("log.level", default.level) }
    }
}
