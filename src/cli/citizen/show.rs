//! `senid citizen show`.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::domain::citizen::Citizen;
use crate::domain::national_id::Scheme;
use crate::domain::stage::Person;
use crate::domain::time::Timestamp;
use crate::flows::admin::Administrator;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::show_citizen::{PasswordState, Shown, ShownAlias, Sight, show};

/// Shows a citizen, masked. That they were shown is recorded.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Their id, national identifier, verified phone number or e-mail address.
    citizen: String,
    /// Show their data in clear. The reason stands in the audit log, where they can read it.
    #[arg(long, requires = "reason")]
    reveal: bool,
    /// Why their data is looked at.
    #[arg(long, requires = "reveal", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: Option<String>,
}

pub async fn run(
    admin: &Administrator,
    arguments: &Arguments,
    scheme: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let who = Who::parse(&arguments.citizen, scheme)?;
    let sight = match &arguments.reason {
        Some(reason) if arguments.reveal => Sight::Revealed { reason: reason.clone() },
        _ => Sight::Masked,
    };
    let shown = show(admin, &who, &sight).await?;
    if output.is_json() {
        output.document(&to_json(&shown, &sight))?;
    } else {
        output.table(&rows(&shown))?;
    }
    Ok(Exit::Done)
}

fn rows(shown: &Shown) -> Vec<(Cow<'static, str>, String)> {
    let citizen = &shown.citizen;
    let own = |(name, value): (&'static str, String)| (Cow::Borrowed(name), value);
    let before = [
        ("id", citizen.id.to_string()),
        ("status", citizen.status.as_str().to_owned()),
        ("account_level", i16::from(citizen.account_level).to_string()),
    ];
    let ended = sessions_ended(citizen).map(|at| ("sessions_ended", at));
    let after = [("created", times::show(citizen.created_at)), ("changed", times::show(citizen.updated_at))];
    let aliases = shown.aliases.iter().map(|one| ("also", alias(one)));
    let made_up =
        (citizen.id.person() == Person::MadeUp).then(|| ("made up", "yes: for clients in the sandbox".to_owned()));
    let after = [("password", password(shown.password))].into_iter().chain(ended).chain(after);
    let own_data = shown.particulars.iter().cloned().chain(aliases.map(own));
    before.into_iter().chain(made_up).map(own).chain(own_data).chain(after.map(own)).collect()
}

fn alias(alias: &ShownAlias) -> String {
    let ShownAlias { kind, number, since, until, shared } = alias;
    let until = until.map_or(String::new(), |until| format!(" until {}", times::show(until)));
    let shared = if *shared { "; somebody else has it too, and it finds neither" } else { "" };
    format!("{number} ({kind}) since {}{until}{shared}", times::show(*since))
}

fn password(state: Option<PasswordState>) -> String {
    match state {
        None => "none".to_owned(),
        Some(PasswordState { changed_at, failures_in_a_row: 0 }) => format!("set {}", times::show(changed_at)),
        Some(PasswordState { changed_at, failures_in_a_row }) => {
            format!("set {}; wrong {failures_in_a_row} times in a row since", times::show(changed_at))
        }
    }
}

/// When every session was last ended, if that ever was.
fn sessions_ended(citizen: &Citizen) -> Option<String> {
    (citizen.sessions_valid_from > Timestamp::EPOCH).then(|| times::show(citizen.sessions_valid_from))
}

fn to_json(shown: &Shown, sight: &Sight) -> Value {
    let citizen = &shown.citizen;
    let particulars: Map<String, Value> =
        shown.particulars.iter().map(|(claim, text)| (claim.to_string(), text.as_str().into())).collect();
    json!({
        "id": citizen.id.to_string(),
        "status": citizen.status.as_str(),
        "account_level": i16::from(citizen.account_level),
        "made_up": citizen.id.person() == Person::MadeUp,
        "masked": *sight == Sight::Masked,
        "particulars": particulars,
        "password": shown.password.map(|state| json!({
            "changed_at": times::show(state.changed_at), "failures_in_a_row": state.failures_in_a_row,
        })),
        "aliases": shown.aliases.iter().map(|alias| json!({
            "kind": alias.kind.as_str(), "number": alias.number, "since": times::show(alias.since),
            "until": alias.until.map(times::show), "shared": alias.shared,
        })).collect::<Vec<_>>(),
        "sessions_ended": sessions_ended(citizen),
        "created_at": times::show(citizen.created_at),
        "updated_at": times::show(citizen.updated_at),
    })
}
