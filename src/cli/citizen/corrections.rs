//! `senid citizen corrections|correct`.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::domain::correction::Outcome;
use crate::domain::ids::CorrectionId;
use crate::flows::admin::{Administrator, corrections};

/// What citizens say is wrong in their data, and nobody has answered yet: the oldest first. That it was read is recorded.
#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// Go on after this one.
    #[arg(long, value_name = "ID")]
    after: Option<CorrectionId>,
    /// How many at most.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

/// Answers a citizen who said that something is wrong. Change the data first: this changes none.
#[derive(Clone, Debug, clap::Args)]
pub struct Settle {
    /// As `senid citizen corrections` names it.
    correction: CorrectionId,
    /// Whether it was put right (corrected), or is as the register has it (kept).
    #[arg(long, value_parser = outcome)]
    outcome: Outcome,
    /// What they read: what was changed, or where it is put right.
    #[arg(long, value_name = "TEXT")]
    answer: String,
}

fn outcome(text: &str) -> Result<Outcome, String> {
    Outcome::parse(text).ok_or_else(|| "expected corrected or kept".to_owned())
}

pub async fn list(admin: &Administrator, arguments: &List, output: &mut Output) -> Result<Exit, Failure> {
    let (waiting, next) = corrections::list(admin, arguments.after, arguments.limit).await?;
    for one in &waiting {
        let asked_at = times::show(one.asked_at);
        if output.is_json() {
            output.json_line(&json!({
                "id": one.id.to_string(),
                "citizen": one.citizen.to_string(),
                "asked_at": asked_at,
                "about": one.said.about.as_str(),
                "words": one.said.words,
            }))?;
        } else {
            let (about, words) = (one.said.about.as_str(), one.said.words.replace('\n', " "));
            output.line(format_args!("{}  {asked_at}  of {}  {about}: {words}", one.id, one.citizen))?;
        }
    }
    if waiting.is_empty() && !output.is_json() {
        output.line("none waits")?;
    }
    if let Some(next) = next {
        output.remark(format_args!("there are more: --after {next}"));
    }
    Ok(Exit::Done)
}

pub async fn settle(admin: &Administrator, arguments: &Settle, output: &mut Output) -> Result<Exit, Failure> {
    let settled = corrections::settle(admin, arguments.correction, arguments.outcome, &arguments.answer).await?;
    output.say(
        format_args!("{} is answered; citizen {} reads it in their account", settled.id, settled.citizen),
        &json!({"id": settled.id.to_string(), "citizen": settled.citizen.to_string(), "outcome": arguments.outcome.as_str()}),
    )?;
    Ok(Exit::Done)
}
