//! `senid client link-codes|links|unlink`.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::domain::ids::{ClientId, LinkId};
use crate::flows::admin::Administrator;
use crate::flows::admin::linked_accounts::{self, Counts, LONGEST};

const DAY: u64 = 86_400;

/// Makes a code for every account of a portal's in a file, which the portal hands to the account's owner: entered in the citizen's
/// account here, it links the two. The codes are printed as CSV, and nobody can read them again.
///
/// The file is CSV with a header row. The columns are account, what the portal calls it, and any of label, what its owner knows it by,
/// and expires, a day or an instant. Another code for the same account takes the place of the one before; an account that is linked
/// already gets none.
#[derive(Clone, Debug, clap::Args)]
pub struct Codes {
    id: ClientId,
    #[arg(long)]
    file: PathBuf,
    /// For how many days a code is good where the file does not say.
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..=LONGEST.as_secs() / DAY))]
    valid_for: u64,
}

/// Lists the accounts of a portal's that are linked to a citizen, in clear, the oldest link first. That it was done is recorded.
#[derive(Clone, Debug, clap::Args)]
pub struct Links {
    id: ClientId,
    /// Go on behind the one with this id.
    #[arg(long, value_name = "ID")]
    after: Option<LinkId>,
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

/// Ends the link of a portal's account to a citizen: somebody else than its owner had the code. The portal may have another code made.
#[derive(Clone, Debug, clap::Args)]
pub struct Unlink {
    id: ClientId,
    /// As `senid client links` shows it.
    link: LinkId,
    /// Why; it stands in the audit log.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
}

pub async fn unlink(admin: &Administrator, arguments: &Unlink, output: &mut Output) -> Result<Exit, Failure> {
    linked_accounts::end(admin, &arguments.id, arguments.link, &arguments.reason).await?;
    let link = arguments.link;
    output.say(format_args!("link {link} has ended"), &json!({ "id": link }))?;
    Ok(Exit::Done)
}

pub async fn codes(admin: &Administrator, arguments: &Codes, output: &mut Output) -> Result<Exit, Failure> {
    let valid_for = Duration::from_secs(arguments.valid_for * DAY);
    let out = output.stdout();
    let done = linked_accounts::issue(admin, &arguments.id, &arguments.file, valid_for, out).await?;
    let Counts { issued, linked } = done;
    output.remark(format_args!("{issued} codes made, {linked} accounts are linked already"));
    Ok(Exit::Done)
}

pub async fn list(admin: &Administrator, arguments: &Links, output: &mut Output) -> Result<Exit, Failure> {
    let page = linked_accounts::list(admin, &arguments.id, arguments.after, arguments.limit).await?;
    for link in &page.items {
        let (id, account, linked_at) = (link.id, link.account.id.expose(), times::show(link.linked_at));
        if output.is_json() {
            let label = link.account.label.as_ref().map(|label| label.as_str());
            output.json_line(&json!({ "id": id, "account": account, "label": label, "linked_at": linked_at }))?;
        } else {
            output.line(format_args!("{id}  {linked_at}  {account}"))?;
        }
    }
    if let (Some(next), false) = (page.next, output.is_json()) {
        output.remark(format_args!("there are more: --after {next}"));
    }
    Ok(Exit::Done)
}
