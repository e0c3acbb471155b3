//! `senid audit verify`: whether the log is as it was recorded.

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
pub struct Arguments {}

pub async fn run(
    Arguments {}: Arguments,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    say(&verify::verify(&admin, Vec::new()).await?, output)
}

/// What was found; the exit code says it too.
pub(super) fn say(verification: &Verification, output: &mut Output) -> Result<Exit, Failure> {
    let Verification { from, size, heads, signed, finding, .. } = verification;
    if output.is_json() {
        let finding = finding.as_ref().map(to_json);
        let document = json!({ "from": from, "size": size, "heads": heads, "signed": signed, "finding": finding });
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
