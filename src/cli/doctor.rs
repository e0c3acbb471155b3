//! `senid doctor`: whether a deployment is as it should be, from inside and from outside, and what to do where it is not.

use serde_json::json;

use super::exit::Exit;
use super::failure::Failure;
use super::house::House;
use super::output::Output;
use crate::config::Settings;
use crate::flows::doctor::{Finding, Severity, examine, worst};

/// Checks this deployment: its settings, stores, keys, certificates and backlog, and what meets whoever comes to the issuer.
///
/// Nothing is changed. Ends with 0 where there are no more than notes, with 5 where there are warnings, with 1 where there is a fault.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Servers that share the database and are to get connections from it.
    #[arg(long, default_value_t = 2, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    servers: u32,
    /// Go neither to the issuer nor to whoever takes mail and text messages.
    #[arg(long)]
    inside: bool,
    /// Say nothing of what is in order.
    #[arg(long)]
    quiet: bool,
}

pub async fn run(
    arguments: Arguments,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let Arguments { servers, inside, quiet } = arguments;
    let mut doctor = house.doctor(settings).await?;
    doctor.servers = servers;
    doctor.outside = !inside;
    let findings = examine(&doctor).await;
    let worst = worst(&findings);
    let shown: Vec<&Finding> = findings.iter().filter(|one| !quiet || one.what.severity() != Severity::Ok).collect();
    if output.is_json() {
        let one = |finding: &&Finding| {
            json!({
                "code": finding.what.as_str(),
                "severity": finding.what.severity().as_str(),
                "detail": finding.detail,
                "remedy": finding.what.remedy(),
            })
        };
        output.document(&json!({ "worst": worst.as_str(), "findings": shown.iter().map(one).collect::<Vec<_>>() }))?;
    } else {
        for finding in shown {
            let severity = finding.what.severity().as_str();
            output.line(format_args!("{severity:<8} {:<28} {}", finding.what.as_str(), finding.detail))?;
            if !finding.what.remedy().is_empty() {
                output.line(format_args!("{:37} {}", "", finding.what.remedy()))?;
            }
        }
    }
    Ok(match worst {
        Severity::Ok | Severity::Note => Exit::Done,
        Severity::Warning => Exit::Partly,
        Severity::Fault => Exit::Failed,
    })
}
