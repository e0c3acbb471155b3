//! `senid client check|explain|promote|rotate-secret|end-former-secret`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::config::parse_duration;
use crate::domain::ids::ClientId;
use crate::flows::admin::Administrator;
use crate::flows::onboarding::check_up::{CheckUp, Finding, Severity};
use crate::flows::onboarding::explain::explain;
use crate::flows::onboarding::{production, secret};

/// Brings an application from the sandbox into production.
#[derive(Clone, Debug, clap::Args)]
pub struct Promote {
    id: ClientId,
    /// Say what stands in the way and what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Makes a client another secret, shown once; the present one works beside it for a while.
#[derive(Clone, Debug, clap::Args)]
pub struct RotateSecret {
    id: ClientId,
    /// For how long the present secret works on: at most 90 days.
    #[arg(long, default_value = "14d", value_name = "TIME", value_parser = parse_duration)]
    overlap: Duration,
    /// The new secret itself ends after this: a day to three years. It has no end where this is not said.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    expires: Option<Duration>,
}

pub async fn check(
    admin: &Administrator,
    check_up: &CheckUp,
    id: &ClientId,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let findings = check_up.run(admin, id).await?;
    if output.is_json() {
        let found: Vec<Value> = findings.iter().map(to_json).collect();
        output.document(&json!({ "client_id": id.as_str(), "findings": found }))?;
    } else if findings.is_empty() {
        output.line(format_args!("client {id}: nothing was found"))?;
    } else {
        findings.iter().try_for_each(|finding| show(finding, output))?;
    }
    let bad = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if bad { Exit::Partly } else { Exit::Done })
}

fn show(finding: &Finding, output: &mut Output) -> std::io::Result<()> {
    let Finding { severity, what, place, detail } = finding;
    output.line(format_args!("{:<8} {place}: {}", severity.as_str(), what.wrong()))?;
    if !detail.is_empty() {
        output.line(format_args!("         {detail}"))?;
    }
    output.line(format_args!("         {}", what.remedy()))
}

fn to_json(finding: &Finding) -> Value {
    json!({
        "severity": finding.severity.as_str(),
        "code": finding.what.as_str(),
        "place": finding.place,
        "detail": finding.detail,
        "wrong": finding.what.wrong(),
        "remedy": finding.what.remedy(),
    })
}

pub async fn explain_text(
    admin: &Administrator,
    id: &ClientId,
    text: &str,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let told = explain(admin, id, text).await?;
    if output.is_json() {
        let parts: Vec<Value> = told.parts.iter().map(|(name, value)| json!([name, value])).collect();
        output.document(&json!({
            "kind": told.kind, "parts": parts, "wrong": told.wrong, "remarks": told.remarks,
        }))?;
    } else {
        output.line(format_args!("{}\n", told.kind))?;
        output.table(&told.parts)?;
        output.line(format_args!(""))?;
        told.wrong.iter().try_for_each(|sentence| output.line(format_args!("wrong: {sentence}")))?;
        told.remarks.iter().try_for_each(|sentence| output.line(format_args!("note:  {sentence}")))?;
        if told.wrong.is_empty() {
            output.line(format_args!("Nothing is wrong with it that can be seen."))?;
        }
    }
    Ok(if told.wrong.is_empty() { Exit::Done } else { Exit::Partly })
}

pub async fn promote(
    admin: &Administrator,
    check_up: &CheckUp,
    arguments: &Promote,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let request = production::request_production(admin, check_up, &arguments.id).await?;
    let ready = request.blockers.is_empty();
    if !output.is_json() {
        for (member, before, after) in &request.changes {
            output.line(format_args!("{member}: {before} -> {after}"))?;
        }
        request.findings.iter().try_for_each(|finding| show(finding, output))?;
    }
    let (changes, blockers): (Vec<Value>, Vec<Value>) = (
        request.changes.iter().map(|(member, from, to)| json!({ "member": member, "from": from, "to": to })).collect(),
        request.blockers.iter().map(to_json).collect(),
    );
    let id = &arguments.id;
    let sentence = match (ready, arguments.dry_run) {
        (true, true) => format!("client {id} is ready for production"),
        (true, false) => {
            production::promote(admin, request).await?;
            format!("client {id} is in production")
        }
        (false, _) => {
            let ways = if blockers.len() == 1 { "1 thing stands" } else { "several things stand" };
            format!("client {id} stays in the sandbox: {ways} in the way")
        }
    };
    output.say(
        sentence,
        &json!({
            "client_id": id.as_str(), "promoted": ready && !arguments.dry_run, "changes": changes, "blockers": blockers,
        }),
    )?;
    Ok(if ready { Exit::Done } else { Exit::Failed })
}

pub async fn rotate(admin: &Administrator, arguments: &RotateSecret, output: &mut Output) -> Result<Exit, Failure> {
    let rotated = secret::rotate(admin, &arguments.id, arguments.overlap, arguments.expires).await?;
    let (id, until) = (&rotated.client.id, times::show(rotated.former_until));
    if output.is_json() {
        output.document(&json!({
            "client_id": id.as_str(),
            "client_secret": rotated.secret.expose(),
            "former_secret_until": until,
            "client_secret_expires_at": rotated.client.secret_until.map(times::show),
        }))?;
        return Ok(Exit::Done);
    }
    output.line(format_args!("client {id} has another secret; the former one works until {until}"))?;
    if let Some(until) = rotated.client.secret_until {
        output.line(format_args!("The new one works until {}", times::show(until)))?;
    }
    output.line(format_args!("\nIts secret, which is shown this once:\n{}", rotated.secret.expose()))?;
    Ok(Exit::Done)
}

pub async fn end_former(admin: &Administrator, id: &ClientId, output: &mut Output) -> Result<Exit, Failure> {
    let ended = secret::end_former(admin, id).await?;
    let sentence = match ended {
        true => format!("the former secret of client {id} works no more"),
        false => format!("client {id} has no former secret that works"),
    };
    output.say(sentence, &json!({ "client_id": id.as_str(), "ended": ended }))?;
    Ok(Exit::Done)
}
