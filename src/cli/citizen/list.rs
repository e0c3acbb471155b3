//! `senid citizen list|export`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::domain::citizen::CitizenStatus;
use crate::domain::ids::CitizenId;
use crate::flows::admin::Administrator;
use crate::flows::admin::list_citizens::{self, Format};

/// Lists citizens, masked, in the order in which they were entered.
#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// Only those in this state, such as active or locked.
    #[arg(long)]
    status: Option<String>,
    /// Go on behind the one with this id.
    #[arg(long, value_name = "ID")]
    after: Option<CitizenId>,
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

/// Writes every citizen in clear, one after another, as an import takes them. That it was done is recorded.
///
/// No password goes along. Names in other languages are only in JSON lines.
#[derive(Clone, Debug, clap::Args)]
pub struct Export {
    /// The file, which must not be there yet; - for standard output.
    file: PathBuf,
    #[arg(long, value_enum, default_value_t = Kind::Jsonl)]
    format: Kind,
    /// Why their data is taken out; it stands in the audit log.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    Csv,
    Jsonl,
}

pub async fn list(admin: &Administrator, arguments: &List, output: &mut Output) -> Result<Exit, Failure> {
    let status = arguments.status.as_deref().map(str::parse::<CitizenStatus>).transpose();
    let status = status
        .map_err(|_| Failure::new(Exit::Usage, "--status: expected a state such as active or locked".to_owned()))?;
    let page = list_citizens::list(admin, status, arguments.after, arguments.limit).await?;
    for citizen in &page.items {
        let (id, status, level) = (citizen.id, citizen.status.as_str(), i16::from(citizen.account_level));
        let (number, scheme) = (citizen.national_id.masked(), citizen.national_id.scheme());
        let entered = times::show(citizen.created_at);
        if output.is_json() {
            output.json_line(&json!({
                "id": id.to_string(), "status": status, "account_level": level, "scheme": scheme.to_string(),
                "national_id": number, "created_at": entered,
            }))?;
        } else {
            output.line(format_args!("{id}  {status:<10} {level}  {scheme} {number}  {entered}"))?;
        }
    }
    if let (Some(next), false) = (page.next, output.is_json()) {
        output.remark(format_args!("there are more: --after {next}"));
    }
    Ok(Exit::Done)
}

pub async fn export(admin: &Administrator, arguments: &Export, output: &mut Output) -> Result<Exit, Failure> {
    let format = match arguments.format {
        Kind::Csv => Format::Csv,
        Kind::Jsonl => Format::JsonLines,
    };
    let path = &arguments.file;
    if path.as_os_str() == "-" {
        list_citizens::export(admin, &arguments.reason, format, output.stdout()).await?;
        return Ok(Exit::Done);
    }
    // Nobody but its owner reads it.
    let file = File::options().write(true).create_new(true).mode(0o600).open(path);
    let file = file.map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", path.display())))?;
    let mut file = BufWriter::new(file);
    let written = list_citizens::export(admin, &arguments.reason, format, &mut file).await?;
    file.flush()?;
    output.say(format_args!("{written} citizens written to {}", path.display()), &json!({ "citizens": written }))?;
    Ok(Exit::Done)
}
