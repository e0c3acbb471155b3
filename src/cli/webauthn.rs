//! `senid webauthn metadata`: what the FIDO Metadata Service says of authenticators, or why that is refused.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::operator;
use super::output::Output;
use super::times;
use crate::config::Settings;
use crate::domain::attestation::Aaguid;
use crate::domain::time::Timestamp;
use crate::flows::admin::authenticator_metadata::{KeyProtection, Metadata, Model, in_force, inspect};

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Verifies a file of FIDO metadata against webauthn.metadata.root_file as a server would, and shows what it says.
    Metadata(Arguments),
}

#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The signed file. Without it, what is in force is shown.
    file: Option<PathBuf>,
    /// What it says of this model of authenticators.
    #[arg(long, value_name = "AAGUID")]
    model: Option<Aaguid>,
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let Command::Metadata(Arguments { file, model }) = command;
    let attestation = settings.attestation.clone();
    let now = house.clock().now();
    if attestation.metadata.roots.is_empty() {
        return Err(Failure::new(Exit::Settings, "webauthn.metadata.root_file is not set: nobody's signature counts"));
    }
    let (document, at) = match &file {
        Some(path) => {
            let unreadable = |error| Failure::new(Exit::Failed, format!("{} cannot be read: {error}", path.display()));
            (std::fs::read(path).map_err(unreadable)?, now)
        }
        None => {
            let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
            let found = in_force(&admin).await?;
            found.ok_or_else(|| Failure::new(Exit::Failed, "no metadata was accepted yet"))?
        }
    };
    let metadata = inspect(&document, &attestation, at)
        .map_err(|fault| Failure::new(Exit::Failed, format!("the metadata is refused: {fault}")))?;
    match model {
        None => show(&metadata, now, output)?,
        Some(aaguid) => {
            let unknown = || Failure::new(Exit::Failed, format!("it says nothing of {aaguid}"));
            show_model(metadata.model(aaguid).ok_or_else(unknown)?, output)?;
        }
    }
    Ok(Exit::Done)
}

fn show(metadata: &Metadata, now: Timestamp, output: &mut Output) -> Result<(), Failure> {
    let overdue_days = metadata.overdue(now).as_secs() / 86_400;
    let is_overdue = !metadata.overdue(now).is_zero();
    let distrusted: Vec<_> = metadata.distrusted();
    if output.is_json() {
        let distrusted = distrusted.iter().map(|(model, _)| document(model)).collect::<Vec<_>>();
        return Ok(output.document(&json!({
            "number": metadata.number,
            "next_update": times::show(metadata.next_update),
            "overdue": is_overdue,
            "models": metadata.len(),
            "distrusted": distrusted,
            "other_entries": metadata.others,
            "unreadable_entries": metadata.unreadable,
        }))?);
    }
    let overdue = if is_overdue { format!(", overdue for {overdue_days} days") } else { String::new() };
    output.table(&[
        ("number", metadata.number.to_string()),
        ("next update until", format!("{}{overdue}", times::show(metadata.next_update))),
        ("models", metadata.len().to_string()),
        ("other entries", format!("{} without an AAGUID, {} unreadable", metadata.others, metadata.unreadable)),
        ("not trusted", distrusted.len().to_string()),
    ])?;
    for (model, status) in distrusted {
        output.line(format!("  {}  {}: {status}", model.aaguid, model.description))?;
    }
    Ok(())
}

fn show_model(model: &Model, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.document(&document(model))?);
    }
    let statuses: Vec<_> = model.statuses.iter().map(ToString::to_string).collect();
    Ok(output.table(&[
        ("model", model.aaguid.to_string()),
        ("description", model.description.clone()),
        ("keys", protection(model).to_owned()),
        ("roots", model.roots().to_string()),
        ("statuses", statuses.join("\n")),
        ("trusted", model.distrusted().map_or_else(|| "yes".to_owned(), |status| format!("no: {status}"))),
    ])?)
}

fn protection(model: &Model) -> &'static str {
    match model.protection {
        KeyProtection::Hardware => "in hardware",
        KeyProtection::Other => "not only in hardware",
    }
}

fn document(model: &Model) -> Value {
    json!({
        "aaguid": model.aaguid,
        "description": model.description,
        "hardware": model.protection == KeyProtection::Hardware,
        "roots": model.roots(),
        "statuses": model.statuses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "trusted": model.distrusted().is_none(),
    })
}
