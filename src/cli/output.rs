//! What a command prints: text for people, or JSON for programs, on standard output; remarks on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use serde_json::Value;

pub struct Output {
    json: bool,
    out: io::Stdout,
}

impl Output {
    pub fn new(json: bool) -> Self {
        Self { json, out: io::stdout() }
    }

    pub const fn is_json(&self) -> bool {
        self.json
    }

    pub fn stdout(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// A line for people.
    pub fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// The one document of a command.
    pub fn document(&mut self, value: &Value) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.out, value)?;
        writeln!(self.out)
    }

    /// One of a list.
    pub fn json_line(&mut self, value: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        writeln!(self.out)
    }

    /// Either of both.
    pub fn say(&mut self, text: impl Display, value: &Value) -> io::Result<()> {
        if self.json { self.document(value) } else { self.line(text) }
    }

    /// Something to know that is no result.
    pub fn remark(&mut self, text: impl Display) {
        // Nothing can be done for a standard error that is closed.
        let _ = writeln!(io::stderr(), "senid: {text}");
    }

    /// Names and values below each other, the values in one column.
    pub fn table<N: AsRef<str>>(&mut self, rows: &[(N, String)]) -> io::Result<()> {
        let width = rows.iter().map(|(name, _)| name.as_ref().chars().count()).max().unwrap_or(0);
        rows.iter().try_for_each(|(name, value)| {
            writeln!(self.out, "{:width$}  {}", name.as_ref(), on_lines(value, width + 2))
        })
    }
}

/// A value of several lines, the later ones below the first.
fn on_lines(value: &str, indent: usize) -> String {
    value.replace('\n', &format!("\n{:indent$}", ""))
}
