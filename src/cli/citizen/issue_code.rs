//! `senid citizen issue-code`.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::domain::issued_code::CodeUse;
use crate::domain::national_id::Scheme;
use crate::flows::admin::Administrator;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::issue_code::{Issued, issue};

/// Makes a code to hand to a citizen in person, once you have seen who they are. It is shown once, and is good once.
///
/// recover: they set a new password at once, and everything else that opened the account is gone.
/// raise: what they prove in the session that they type it in counts for two factors from then on.
/// counter: it signs them in at a counter, where the settings allow that.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Their id, national identifier, verified phone number or e-mail address.
    citizen: String,
    /// What it is good for: recover, raise or counter.
    #[arg(long)]
    purpose: CodeUse,
}

pub async fn run(
    admin: &Administrator,
    arguments: &Arguments,
    scheme: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let who = Who::parse(&arguments.citizen, scheme)?;
    let Issued { citizen, code, expires_at } = issue(admin, &who, arguments.purpose).await?;
    let until = times::show(expires_at);
    output.say(
        format_args!("{}\nfor citizen {citizen}, purpose {}, until {until}", code.expose(), arguments.purpose),
        &json!({
            "id": citizen.to_string(),
            "purpose": arguments.purpose.as_str(),
            "code": code.expose(),
            "expires_at": until,
        }),
    )?;
    Ok(Exit::Done)
}
