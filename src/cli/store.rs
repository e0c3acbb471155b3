//! `senid store export|import`.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::exit::Exit;
use super::failure::Failure;
use super::house::{Create, House};
use super::operator;
use super::output::Output;
use crate::config::Settings;
use crate::flows::admin::transfer::{Exported, Imported, export, import};

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Writes the whole deployment into a new file, as it is at this moment. Servers go on meanwhile.
    ///
    /// What is sealed stays sealed: take the master key along by another way. Sessions are not in it.
    Export { file: PathBuf },
    /// Reads such a file into an empty database of either kind, all of it or nothing.
    ///
    /// Run `senid migrate` first, with the same version of SenID that exported, and start no server before.
    Import { file: PathBuf },
}

pub async fn run(
    command: Command,
    settings: &Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let schema = house.schema(settings, Create::Never).await?;
    let (actor, clock, random) = (operator::actor(), house.clock(), house.random());
    match command {
        Command::Export { file } => {
            let mut out = BufWriter::new(create(&file)?);
            let written = export(&schema, actor, clock, random, &mut out).await;
            let Exported { rows, sha256 } = written.inspect_err(|_| {
                // Half an export is none. Where it cannot be removed, it has no last line, and no import takes it.
                let _ = std::fs::remove_file(&file);
            })?;
            // Whoever reads that it is done may switch the old machine off.
            out.get_ref().sync_all().map_err(|error| failed(&file, &error))?;
            let sentence = format!(
                "{} rows of {} tables are in {}\nTake the master key along by another way: without it nothing in the file \
                 can be read.",
                rows.values().sum::<u64>(),
                rows.len(),
                file.display()
            );
            output.say(sentence, &json!({ "rows": rows, "sha256": sha256 }))?;
        }
        Command::Import { file } => {
            let opened = File::open(&file).map_err(|error| failed(&file, &error))?;
            let Imported { rows } = import(&schema, actor, clock, random, BufReader::new(opened)).await?;
            let sentence = format!(
                "{} rows of {} tables were imported\n`senid keys list` says whether the master key opens them.",
                rows.values().sum::<u64>(),
                rows.len()
            );
            output.say(sentence, &json!({ "rows": rows }))?;
        }
    }
    Ok(Exit::Done)
}

/// For its owner alone, and in nobody's place: it holds password hashes.
fn create(path: &Path) -> Result<File, Failure> {
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    created.map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("{}: {error}", path.display()))
}
