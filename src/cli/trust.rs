//! `senid trust list|check`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::house::House;
use super::output::Output;
use super::times;
use crate::config::Settings;
use crate::flows::admin::trust::{self, Examination, Outcome, Role, Source, Verdict};

/// From how many days before its end a certificate is worth a remark.
const SOON_DAYS: i64 = 60;

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Every certificate of the trust folder, and how many days it has left.
    List,
    /// What becomes of a certificate: its chain, its authority's policy, whose number it carries, revocation.
    ///
    /// Says at which step it is refused, and what the citizen is told. Of the number no more is shown than logs may have.
    Check {
        /// The certificate (PEM or DER); in PEM, those that a browser or card would send along may stand after it.
        file: PathBuf,
        /// Do not ask whether it was revoked: no connection is made, and no identity store is needed.
        #[arg(long)]
        offline: bool,
    },
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    match command {
        Command::List => list(&settings, house, output),
        Command::Check { file, offline } => {
            let bytes = std::fs::read(&file).map_err(|error| usage(&file, &error))?;
            let presented = trust::read(&bytes).map_err(|error| usage(&file, &error))?;
            let store = trust::store(&settings).map_err(|error| Failure::new(Exit::Settings, error.to_string()))?;
            let examination = trust::examine(&store, &settings, &presented, house.clock().now());
            let mut report = Report::of(&examination);
            if let Outcome::Trusted { chain, holder: Ok(_) } = &examination.outcome {
                if offline {
                    report.step("revocation", "not asked (--offline)".to_owned());
                } else {
                    let revocation = house.revocation(settings).await?;
                    report.checked(&trust::ask(&revocation, chain).await?);
                }
            }
            report.print(output)
        }
    }
}

fn usage(file: &std::path::Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Usage, format!("FILE: {}: expected a certificate in PEM or DER: {error}", file.display()))
}

fn list(settings: &Settings, house: &impl House, output: &mut Output) -> Result<Exit, Failure> {
    let store = trust::store(settings).map_err(|error| Failure::new(Exit::Settings, error.to_string()))?;
    for one in store.standing(house.clock().now()) {
        if output.is_json() {
            output.json_line(&json!({
                "authority": one.authority,
                "role": one.role.as_str(),
                "subject": one.subject,
                "serial": one.serial,
                "not_before": times::show(one.not_before),
                "not_after": times::show(one.not_after),
                "days_left": one.days_left,
            }))?;
        } else {
            let until = times::show(one.not_after);
            let (authority, role, left) = (&one.authority, one.role.as_str(), one.days_left);
            output.line(format_args!("{authority:<20} {role:<12} {left:>6} days, until {until}  {}", one.subject))?;
        }
        if one.days_left < 0 {
            output.remark(format_args!("warning: {} has expired: what is below it is refused", one.subject));
        } else if one.days_left < SOON_DAYS {
            output.remark(format_args!("warning: {} expires in {} days", one.subject, one.days_left));
        }
    }
    if settings.certificates.trust_folder.is_none() {
        output.remark("certificates.trust_folder is not set: nobody signs in with a certificate");
    }
    Ok(Exit::Done)
}

/// The steps in their order, each with what came of it.
struct Report {
    way: Vec<Value>,
    steps: Vec<(&'static str, String)>,
    /// Why it is refused, and the key of the sentence that the citizen reads.
    refused: Option<(String, Option<&'static str>)>,
}

impl Report {
    fn of(examination: &Examination) -> Self {
        let mut report = Self { way: Vec::new(), steps: Vec::new(), refused: None };
        for one in &examination.way {
            let source = match &one.source {
                Source::Presented => "from the file".to_owned(),
                Source::Folder(name, Role::Anchor) => format!("anchor of {name}"),
                Source::Folder(name, Role::Intermediate) => format!("of the folder, {name}"),
            };
            let (from, until) = (times::show(one.not_before), times::show(one.not_after));
            let who =
                one.subject.as_ref().map_or_else(|| "the certificate".to_owned(), |subject| format!("\"{subject}\""));
            let line = format!(
                "{who}, {source}\nserial {}, {}, valid from {from} until {until}\nissued by \"{}\"",
                one.serial, one.key, one.issuer
            );
            report.step("certificate", line);
            report.way.push(json!({
                "subject": one.subject, "issuer": one.issuer, "serial": one.serial, "key": one.key,
                "not_before": from, "not_after": until, "source": source,
            }));
        }
        match &examination.outcome {
            Outcome::Untrusted { refusal, step } => {
                if *step > trust::Step::Chain {
                    report.step("chain", "holds".to_owned());
                }
                report.refuse(step.as_str(), refusal.to_string(), Some(refusal.sentence()));
            }
            Outcome::Trusted { chain, holder } => {
                let count = chain.authorities().len();
                let authority = &chain.authority().name;
                report.step("chain", format!("holds, through {count} authorities to the anchor of {authority}"));
                let policies: Vec<&str> = chain.facts().policies.iter().map(|policy| policy.as_str()).collect();
                let policies = if policies.is_empty() { "no policy".to_owned() } else { policies.join(", ") };
                let worth = if chain.facts().device_protected {
                    "two factors: its key is in a device that a PIN opens"
                } else {
                    "one factor: nothing says that a PIN opens its key"
                };
                report.step("policy", format!("allowed; {policies} on the whole chain\n{worth}"));
                match holder {
                    Ok(holder) => {
                        let (scheme, masked) = (holder.national_id.scheme(), holder.national_id.masked());
                        report.step("identifier", format!("{scheme}:{masked}"));
                    }
                    Err(refusal) => report.refuse("identifier", refusal.to_string(), Some(refusal.sentence())),
                }
            }
        }
        report
    }

    fn checked(&mut self, checked: &trust::Checked) {
        let lines: Vec<String> = checked.findings.iter().map(|finding| finding.described()).collect();
        let lines = lines.join("\n");
        match checked.verdict {
            Verdict::Good => self.step("revocation", lines),
            Verdict::AtMost(level) => {
                let level = i16::from(level);
                self.step(
                    "revocation",
                    format!("{lines}\nnobody answered: it counts for authentication level {level} at most"),
                );
            }
            Verdict::Refused(refusal) => {
                self.step("revocation", lines);
                self.refuse("revocation", refusal.to_string(), None);
            }
        }
    }

    fn step(&mut self, name: &'static str, text: String) {
        self.steps.push((name, text));
    }

    fn refuse(&mut self, step: &'static str, why: String, sentence: Option<&'static str>) {
        self.step(step, format!("refused: {why}"));
        self.refused = Some((why, sentence));
    }

    fn print(self, output: &mut Output) -> Result<Exit, Failure> {
        let exit = if self.refused.is_some() { Exit::Failed } else { Exit::Done };
        if output.is_json() {
            let steps = self.steps.iter().filter(|(name, _)| *name != "certificate");
            output.document(&json!({
                "accepted": self.refused.is_none(),
                "chain": self.way,
                "steps": steps.map(|(name, text)| json!({ "step": name, "result": text })).collect::<Vec<_>>(),
                "refused": self.refused.as_ref().map(|(why, _)| why),
                "citizen_is_told": self.refused.as_ref().and_then(|(_, sentence)| *sentence),
            }))?;
            return Ok(exit);
        }
        let mut rows = self.steps;
        let verdict = match self.refused {
            None => "accepted".to_owned(),
            Some((_, None)) => "refused".to_owned(),
            Some((_, Some(sentence))) => format!("refused; the citizen is told \"certificate-{sentence}\""),
        };
        rows.push(("verdict", verdict));
        output.table(&rows)?;
        Ok(exit)
    }
}
