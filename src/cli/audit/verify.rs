//! `senid audit verify`: whether the log is as it was recorded.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::house::{House, Reach};
use crate::cli::operator;
use crate::cli::output::Output;
use crate::config::Settings;
use crate::flows::admin::audit::verify;
use crate::flows::audit_log::{Finding, Verification};

#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A log that was exported, in the place of the one in the identity store, which is not needed then.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Heads that were kept apart from the log, which it is held against: `audit.heads_file`, or what a witness shows; repeated.
    #[arg(long = "heads", value_name = "FILE")]
    heads: Vec<PathBuf>,
    /// With `--file`: the log's key as NAME+HASH+KEY, known by another way than the file; repeated.
    #[arg(long = "key", value_name = "KEY", requires = "file")]
    keys: Vec<String>,
}

pub async fn run(
    Arguments { file, heads, keys }: Arguments,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let mut elsewhere = Vec::new();
    for path in heads {
        let name = path.display().to_string();
        elsewhere.extend(verify::kept_heads(read(&path)?, &name)?);
    }
    let verification = match file {
        Some(path) => {
            if keys.is_empty() {
                output
                    .remark("verified with the keys that the file itself names: hold them against `senid audit head`");
            }
            verify::verify_file(read(&path)?, &keys, elsewhere).await?
        }
        None => {
            let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
            verify::verify(&admin, elsewhere).await?
        }
    };
    say(&verification, output)
}

fn read(path: &Path) -> Result<BufReader<File>, Failure> {
    let open = File::open(path).map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", path.display())))?;
    Ok(BufReader::new(open))
}

/// What was found; the exit code says it too.
pub(super) fn say(verification: &Verification, output: &mut Output) -> Result<Exit, Failure> {
    let Verification { from, size, heads, signed, witnessed, finding, .. } = verification;
    if output.is_json() {
        let finding = finding.as_ref().map(to_json);
        let document = json!({
            "from": from, "size": size, "heads": heads, "signed": signed, "witnessed": witnessed, "finding": finding
        });
        output.document(&document)?;
    } else if let Some(finding) = finding {
        output.line(finding)?;
        output.line(format_args!("before it, {} events were as they were recorded", size - from))?;
    } else {
        let retired = if *from == 0 { String::new() } else { format!("; those before place {from} were retired") };
        output.line(format_args!(
            "{} events are as they were recorded, {signed} of the log are signed by {heads} heads{retired}",
            size - from
        ))?;
        if let Some(witnessed) = witnessed {
            output.line(format_args!("the first {witnessed} of the log are cosigned by enough witnesses"))?;
        }
    }
    Ok(if finding.is_none() { Exit::Done } else { Exit::Failed })
}

fn to_json(finding: &Finding) -> Value {
    json!({
        "what": finding.word(),
        "place": finding.place(),
        "event": finding.event().map(|event| event.to_string()),
        "sentence": finding.to_string(),
    })
}
