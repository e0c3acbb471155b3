//! `senid citizen import`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::flows::admin::Administrator;
use crate::flows::admin::import::{Counts, Csv, Fingerprint, JsonLines, Mode, Observer, Rows, Stopped, import};
use crate::flows::admin::particulars::{Column, Remark};

/// Adds citizens from a file, and says of every line that is rejected why. The others are added.
///
/// CSV with a header row, or JSON lines. The columns are national_id and name, and any of scheme, former_national_id,
/// vn_cmnd, vn_tax, family_name,
/// given_name, middle_name, nickname, preferred_username, profile, picture, website, gender, birthdate, email,
/// email_verified, phone_number, phone_number_verified, address, street_address, locality, region, postal_code,
/// country, zoneinfo, locale, account_level, status, password_hash (of Argon2id, bcrypt, PBKDF2 or SHA-crypt: docs/moving-in.md). A
/// name in another language or script is a column such as name#ru. An import that was cut short is simply run again: with the same
/// file it goes on where it was; a line that was added by an earlier run is rejected as taken.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The file; - for standard input.
    file: PathBuf,
    /// What it is, where its name does not end in .csv, .jsonl or .ndjson.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Check everything, against the database too, and add nobody.
    #[arg(long)]
    dry_run: bool,
    /// Also write every rejected line, and every warning, to this file as JSON lines. An import that goes on writes behind what is
    /// there of the lines that were dealt with.
    #[arg(long, value_name = "FILE.jsonl")]
    report: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Csv,
    Jsonl,
}

pub async fn run(admin: &Administrator, arguments: &Arguments, output: &mut Output) -> Result<Exit, Failure> {
    let format = arguments.format()?;
    let (reader, bar, fingerprint) = open(&arguments.file)?;
    let rows: Box<dyn Rows + Send> = match format {
        Format::Csv => Box::new(Csv::open(reader)?),
        Format::Jsonl => Box::new(JsonLines::new(reader)),
    };
    let mode = if arguments.dry_run { Mode::DryRun } else { Mode::Import };
    let mut told = Told { output, path: arguments.report.as_deref(), report: None, said: Vec::new(), bar };
    let done = import(admin, rows, fingerprint, mode, &mut told).await;
    told.bar.finish_and_clear();
    if let Some(report) = &mut told.report {
        report.flush()?;
    }
    match done {
        Ok(counts) => {
            told.close(&counts, mode)?;
            Ok(match counts {
                Counts { rejected: 0, .. } => Exit::Done,
                Counts { added: 0, .. } => Exit::Failed,
                _ => Exit::Partly,
            })
        }
        Err(Stopped { why, counts }) => {
            told.close(&counts, mode)?;
            let sentence = format!("stopped after line {}: what was added by then stays", counts.last_line);
            Err(Failure::from(why).after(sentence))
        }
    }
}

impl Arguments {
    fn format(&self) -> Result<Format, Failure> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        match self.file.extension().and_then(|extension| extension.to_str()) {
            Some("csv" | "CSV" | "tsv") => Ok(Format::Csv),
            Some("jsonl" | "ndjson") => Ok(Format::Jsonl),
            _ => Err(Failure::new(
                Exit::Usage,
                format!("{}: say what it is with --format csv or --format jsonl", self.file.display()),
            )),
        }
    }
}

/// The file, the bar that shows how much of it has been read (only on a terminal), and what it is known by when it is run again.
type Opened = (Box<dyn BufRead + Send>, ProgressBar, Option<Fingerprint>);

fn open(path: &Path) -> Result<Opened, Failure> {
    let failed = |error: io::Error| Failure::new(Exit::Failed, format!("{}: {error}", path.display()));
    let (length, fingerprint, input): (_, _, Box<dyn Read + Send>) = if path == Path::new("-") {
        (None, None, Box::new(io::stdin()))
    } else {
        let file = File::open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if about.is_dir() {
            return Err(Failure::new(Exit::Failed, format!("{} is a folder", path.display())));
        }
        // What comes through a pipe is read once.
        let known = about.is_file().then(|| File::open(path).and_then(Fingerprint::of)).transpose().map_err(failed)?;
        (about.is_file().then_some(about.len()), known, Box::new(file))
    };
    let template = match length {
        Some(_) => "{bar:40} {bytes}/{total_bytes}  {msg}  {eta} left",
        None => "{spinner} {bytes}  {msg}",
    };
    let style = ProgressStyle::with_template(template).map_err(|error| failed(io::Error::other(error)))?;
    let bar = match length {
        Some(length) => ProgressBar::new(length),
        None => ProgressBar::new_spinner(),
    };
    let bar = bar.with_style(style);
    Ok((Box::new(BufReader::with_capacity(64 * 1024, bar.wrap_read(input))), bar, fingerprint))
}

/// Tells what becomes of the lines: the rejected ones on standard error, and everything in the report.
struct Told<'a> {
    output: &'a mut Output,
    /// Where the report is to be.
    path: Option<&'a Path>,
    report: Option<BufWriter<File>>,
    /// What is said once the batch is entered.
    said: Vec<Said>,
    bar: ProgressBar,
}

enum Said {
    Document(Value),
    Remark(String),
}

impl Told<'_> {
    fn close(&mut self, counts: &Counts, mode: Mode) -> io::Result<()> {
        let Counts { lines, added, rejected, warned, last_line } = *counts;
        let would_be = if mode == Mode::DryRun { "could be added (nothing was: a dry run)" } else { "added" };
        let mut sentence = format!("{lines} citizens read, {added} {would_be}, {rejected} rejected");
        if warned > 0 {
            sentence.push_str(&format!(", {warned} to be looked at"));
        }
        let document = json!({
            "outcome": "done", "lines": lines, "added": added, "rejected": rejected, "warned": warned,
            "last_line": last_line, "dry_run": mode == Mode::DryRun,
        });
        if self.output.is_json() { self.output.json_line(&document) } else { self.output.line(sentence) }
    }

    fn tell(&mut self, outcome: &str, line: u64, remarks: &[Remark]) -> io::Result<()> {
        for remark in remarks {
            let document = to_json(outcome, line, remark);
            if let Some(report) = &mut self.report {
                serde_json::to_writer(&mut *report, &document)?;
                writeln!(report)?;
            }
            if self.output.is_json() {
                self.said.push(Said::Document(document));
            } else if outcome == "rejected" {
                let place = remark.column.map_or(String::new(), |column| format!(", {}", column.name()));
                self.said.push(Said::Remark(format!("line {line}{place}: {} [{}]", remark.sentence, remark.code)));
            }
        }
        Ok(())
    }
}

impl Observer for Told<'_> {
    fn begun(&mut self, counts: &Counts) -> io::Result<()> {
        if let Some(path) = self.path {
            let named =
                |error: io::Error| io::Error::new(error.kind(), format!("--report {}: {error}", path.display()));
            self.report = Some(BufWriter::new(open_report(path, counts.last_line).map_err(named)?));
        }
        if counts.last_line > 0 {
            let line = counts.last_line;
            self.output.remark(format_args!("goes on behind line {line}, where an earlier run of this file stopped"));
        }
        Ok(())
    }

    fn rejected(&mut self, line: u64, why: &[Remark]) -> io::Result<()> {
        self.tell("rejected", line, why)
    }

    fn warned(&mut self, line: u64, what: &[Remark]) -> io::Result<()> {
        self.tell("warning", line, what)
    }

    fn said(&mut self) -> io::Result<()> {
        self.report.as_mut().map_or(Ok(()), BufWriter::flush)
    }

    fn progress(&mut self, counts: &Counts) -> io::Result<()> {
        for said in std::mem::take(&mut self.said) {
            match said {
                Said::Document(document) => self.output.json_line(&document)?,
                Said::Remark(sentence) => self.bar.suspend(|| self.output.remark(sentence)),
            }
        }
        self.bar.set_message(format!("{} added, {} rejected", counts.added, counts.rejected));
        Ok(())
    }
}

/// Opens the report behind what it says of the lines up to `behind`. What was said of a batch that was then not entered goes: it is said
/// again.
fn open_report(path: &Path, behind: u64) -> io::Result<File> {
    #[derive(serde::Deserialize)]
    struct Entry {
        line: u64,
    }
    let mut file = File::options().create(true).read(true).write(true).truncate(behind == 0).open(path)?;
    if behind > 0 && file.metadata()?.is_file() {
        let (mut report, mut entry, mut kept) = (BufReader::new(&file), Vec::new(), 0);
        while report.read_until(b'\n', &mut entry)? > 0
            && serde_json::from_slice(&entry).is_ok_and(|Entry { line }| line <= behind)
        {
            kept += entry.len() as u64;
            entry.clear();
        }
        file.set_len(kept)?;
        file.seek(SeekFrom::Start(kept))?;
    }
    Ok(file)
}

fn to_json(outcome: &str, line: u64, remark: &Remark) -> Value {
    json!({
        "outcome": outcome,
        "line": line,
        "column": remark.column.map(Column::name),
        "code": remark.code,
        "sentence": remark.sentence,
    })
}
