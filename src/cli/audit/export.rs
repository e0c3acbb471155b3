//! `senid audit export`: the log in a file that can be verified without the identity store.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::house::{House, Reach};
use crate::cli::operator;
use crate::cli::output::Output;
use crate::config::Settings;
use crate::flows::admin::audit::export;

#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A file that is not there yet.
    #[arg(long)]
    file: PathBuf,
}

pub async fn run(
    Arguments { file }: Arguments,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file);
    let out = out.map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", file.display())))?;
    let mut out = BufWriter::new(out);
    let written = export::export(&admin, &mut out).await?;
    let out = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    (&out).flush()?;
    out.sync_all()?;
    let sentence = format!("{} events and {} heads were written", written.events, written.heads);
    output.say(sentence, &json!({ "events": written.events, "heads": written.heads }))?;
    Ok(Exit::Done)
}
