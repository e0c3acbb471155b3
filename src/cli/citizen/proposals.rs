//! `senid citizen proposals|proposal|confirm|decline|reopen`: what takes two registrars.

use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::crypto::base64url;
use crate::domain::citizen::{Citizen, Profile};
use crate::domain::ids::ProposalId;
use crate::domain::national_id::Scheme;
use crate::domain::proposal::{Proof, Proposal, Registrant, Wish};
use crate::flows::admin::Administrator;
use crate::flows::admin::change_status::Sessions;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::proposals::{self, Done, Waiting};

/// One proposal.
#[derive(Clone, Debug, clap::Args)]
pub struct One {
    /// As it was told when it was made.
    proposal: ProposalId,
}

/// Nothing is done of what was proposed.
#[derive(Clone, Debug, clap::Args)]
pub struct Decline {
    proposal: ProposalId,
    /// Why; it stands in the audit log.
    #[arg(long)]
    reason: String,
}

/// Proposes that an account is opened again that was closed, or whose owner was recorded as deceased, by mistake. Another
/// registrar confirms it; the account is locked then, and unlocked once its owner was seen.
#[derive(Clone, Debug, clap::Args)]
pub struct Reopen {
    /// Their id, national identifier, verified phone number or e-mail address.
    citizen: String,
    /// Why; it stands in the audit log.
    #[arg(long)]
    reason: String,
}

pub async fn list(admin: &Administrator, output: &mut Output) -> Result<Exit, Failure> {
    let waiting = proposals::list(admin).await?;
    for proposal in &waiting {
        if output.is_json() {
            output.json_line(&to_json(proposal))?;
        } else {
            output.line(format_args!(
                "{}  {}  citizen {}, proposed {} by {}, until {}",
                proposal.id,
                proposal.wish.as_str(),
                proposal.citizen,
                times::show(proposal.proposed_at),
                proposal.proposed_by,
                times::show(proposal.expires_at),
            ))?;
        }
    }
    if waiting.is_empty() && !output.is_json() {
        output.line("nothing waits for a decision")?;
    }
    Ok(Exit::Done)
}

/// What would be done, with what is and what would be.
pub async fn show(admin: &Administrator, one: &One, output: &mut Output) -> Result<Exit, Failure> {
    let Waiting { proposal, citizen } = proposals::show(admin, one.proposal).await?;
    let mut rows = vec![
        ("citizen", citizen.id.to_string()),
        ("national_id", citizen.national_id.masked()),
        ("wish", proposal.wish.as_str().to_owned()),
        ("proposed_by", proposal.proposed_by.clone()),
        ("expires_at", times::show(proposal.expires_at)),
        ("status", citizen.status.to_string()),
    ];
    match &proposal.wish {
        Wish::Reopen { reason } => rows.push(("reason", reason.clone())),
        Wish::Prove(proof) => rows.extend(of_proof(&citizen, proof)),
    }
    if output.is_json() {
        let shown = rows.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
        output.document(&Value::Object(shown))?;
    } else {
        output.table(&rows)?;
    }
    Ok(Exit::Done)
}

pub async fn confirm(admin: &Administrator, one: &One, output: &mut Output) -> Result<Exit, Failure> {
    let done = proposals::confirm(admin, one.proposal).await?;
    tell_done(&done, output)
}

pub async fn decline(admin: &Administrator, decline: &Decline, output: &mut Output) -> Result<Exit, Failure> {
    let citizen = proposals::decline(admin, decline.proposal, &decline.reason).await?;
    output.say(
        format_args!("proposal {} for citizen {citizen} was declined", decline.proposal),
        &json!({ "proposal": decline.proposal.to_string(), "citizen": citizen.to_string(), "declined": true }),
    )?;
    Ok(Exit::Done)
}

pub async fn reopen(
    admin: &Administrator,
    reopen: &Reopen,
    scheme: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let who = Who::parse(&reopen.citizen, scheme)?;
    let proposal = proposals::propose_reopening(admin, &who, &reopen.reason).await?;
    output.say(
        format_args!(
            "proposal {}: another registrar confirms it with\n  senid citizen confirm {}",
            proposal.id, proposal.id
        ),
        &to_json(&proposal),
    )?;
    Ok(Exit::Done)
}

/// What has been done, and what is handed to the citizen.
pub(super) fn tell_done(done: &Done, output: &mut Output) -> Result<Exit, Failure> {
    let exit = match &done.sessions {
        Sessions::OutOfReach(error) => {
            output.remark(format_args!("sessions could not be taken out of the short-lived store: {error}"));
            Exit::Partly
        }
        _ => Exit::Done,
    };
    let mut text = match done.evicted {
        Some(evicted) => format!(
            "citizen {} stands in the place of {evicted}, which is closed; portals know them as somebody new",
            done.citizen
        ),
        None => format!("done for citizen {}", done.citizen),
    };
    if let Some(code) = &done.code {
        text.push_str(&format!(
            "\n{}\nis the code to set a password with, until {}",
            code.code.expose(),
            times::show(code.expires_at)
        ));
    }
    output.say(
        text,
        &json!({
            "citizen": done.citizen.to_string(),
            "evicted": done.evicted.map(|id| id.to_string()),
            "code": done.code.as_ref().map(|code| code.code.expose()),
        }),
    )?;
    Ok(exit)
}

fn to_json(proposal: &Proposal) -> Value {
    json!({
        "proposal": proposal.id.to_string(),
        "wish": proposal.wish.as_str(),
        "citizen": proposal.citizen.to_string(),
        "proposed_by": proposal.proposed_by,
        "proposed_at": times::show(proposal.proposed_at),
        "expires_at": times::show(proposal.expires_at),
    })
}

/// What was seen, and every value that changes by it: what it is and what it would be.
fn of_proof(citizen: &Citizen, proof: &Proof) -> Vec<(&'static str, String)> {
    let document = &proof.document;
    let checks: Vec<_> = proof.checks.iter().map(|check| check.method.as_str()).collect();
    let mut rows = vec![
        ("account_level", format!("{} -> 2", i16::from(citizen.account_level))),
        (
            "registrant",
            match proof.registrant {
                Registrant::ThisPerson => "the person who was seen".to_owned(),
                Registrant::SomebodyElse => {
                    "somebody else, who is put out: sessions, credentials and grants end, with new subjects".to_owned()
                }
            },
        ),
        ("document", document.kind.as_str().to_owned()),
        ("checks", checks.join(" ")),
    ];
    rows.extend(document.masked_number().map(|number| ("number", number)));
    rows.extend(document.issuer.as_ref().map(|issuer| ("issuer", issuer.name.clone())));
    rows.extend(document.issued_on.map(|day| ("issued", day.to_string())));
    rows.extend(document.expires_on.map(|day| ("expires", day.to_string())));
    for attachment in &proof.attachments {
        rows.push(("sha256", format!("{}  {}", base64url::encode(&attachment.sha256), attachment.description)));
    }
    let (before, after) = (&citizen.profile, proof.corrections.applied_to(&citizen.profile));
    rows.extend(changes(before, &after));
    rows
}

fn changes(before: &Profile, after: &Profile) -> Vec<(&'static str, String)> {
    let said = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let of = |profile: &Profile| {
        [
            ("name", Some(profile.name.clone())),
            ("birthdate", profile.birthdate.map(|day| day.to_string())),
            ("gender", profile.gender.map(|gender| gender.as_str().to_owned())),
        ]
    };
    let pairs = of(before).into_iter().zip(of(after));
    pairs
        .map(|((name, was), (_, is))| match was == is {
            true => (name, said(is)),
            false => (name, format!("{} -> {}", said(was), said(is))),
        })
        .collect()
}
