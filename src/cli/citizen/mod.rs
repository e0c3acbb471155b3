//! `senid citizen`, one command a file.

mod add;
mod alias;
mod change_status;
mod corrections;
mod duplicates;
mod guardian;
mod import;
mod issue_code;
mod list;
mod proposals;
mod prove;
mod renumber;
mod show;

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::operator;
use super::output::Output;
use crate::config::Settings;
use crate::domain::account_life::Transition;
use change_status::run as changed;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Add(Box<add::Arguments>),
    Show(show::Arguments),
    /// Lets the owner of an account that was only registered sign in.
    Activate(change_status::Arguments),
    /// Ends every session of a citizen at once; nobody signs in as them until they are unlocked.
    Lock(change_status::Arguments),
    /// Lets a locked citizen sign in again.
    Unlock(change_status::Arguments),
    /// Puts an account aside: sessions end, and nobody signs in until it is resumed.
    Suspend(change_status::Arguments),
    /// Makes a suspended account what it was before.
    Resume(change_status::Arguments),
    /// Records that the owner of an account has died: everything that it was granted ends for good.
    Decease(change_status::Arguments),
    /// Ends an account for good.
    Close(change_status::Arguments),
    Reopen(proposals::Reopen),
    Prove(Box<prove::Arguments>),
    /// What one registrar proposed and another one has to confirm.
    Proposals,
    /// What would be done of what was proposed, with every value that changes. That it was shown is recorded.
    Proposal(proposals::One),
    /// Does what another registrar proposed. Nobody confirms their own.
    Confirm(proposals::One),
    Decline(proposals::Decline),
    /// People who may be entered twice: the same name, date of birth and province.
    Duplicates,
    Merge(duplicates::Merge),
    /// Who looks after the account of a minor.
    #[command(subcommand)]
    Guardian(guardian::Command),
    Corrections(corrections::List),
    Correct(corrections::Settle),
    IssueCode(issue_code::Arguments),
    Renumber(renumber::Arguments),
    #[command(subcommand)]
    Alias(alias::Command),
    Import(import::Arguments),
    List(list::List),
    Export(list::Export),
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let scheme = settings.national_id.default_scheme();
    let reach = if ends_sessions(&command) { Reach::BothStores } else { Reach::IdentityStore };
    let open = async || house.administrator(settings, operator::actor(), reach).await;
    match command {
        Command::Add(arguments) => {
            let (particulars, password, person) = arguments.read()?;
            add::run(&open().await?, (&particulars, password.as_ref(), person), output).await
        }
        Command::Show(arguments) => show::run(&open().await?, &arguments, scheme, output).await,
        Command::Activate(arguments) => changed(&open().await?, &arguments, Transition::Activate, scheme, output).await,
        Command::Lock(arguments) => changed(&open().await?, &arguments, Transition::Lock, scheme, output).await,
        Command::Unlock(arguments) => changed(&open().await?, &arguments, Transition::Unlock, scheme, output).await,
        Command::Suspend(arguments) => changed(&open().await?, &arguments, Transition::Suspend, scheme, output).await,
        Command::Resume(arguments) => changed(&open().await?, &arguments, Transition::Resume, scheme, output).await,
        Command::Decease(arguments) => changed(&open().await?, &arguments, Transition::Decease, scheme, output).await,
        Command::Close(arguments) => changed(&open().await?, &arguments, Transition::Close, scheme, output).await,
        Command::Reopen(arguments) => proposals::reopen(&open().await?, &arguments, scheme, output).await,
        Command::Prove(arguments) => prove::run(&open().await?, *arguments, scheme, output).await,
        Command::Proposals => proposals::list(&open().await?, output).await,
        Command::Proposal(one) => proposals::show(&open().await?, &one, output).await,
        Command::Confirm(one) => proposals::confirm(&open().await?, &one, output).await,
        Command::Decline(arguments) => proposals::decline(&open().await?, &arguments, output).await,
        Command::Duplicates => duplicates::list(&open().await?, output).await,
        Command::Merge(arguments) => duplicates::merge(&open().await?, &arguments, scheme, output).await,
        Command::Guardian(command) => guardian::run(&open().await?, &command, scheme, output).await,
        Command::Corrections(arguments) => corrections::list(&open().await?, &arguments, output).await,
        Command::Correct(arguments) => corrections::settle(&open().await?, &arguments, output).await,
        Command::IssueCode(arguments) => issue_code::run(&open().await?, &arguments, scheme, output).await,
        Command::Renumber(arguments) => renumber::run(&open().await?, &arguments, scheme, output).await,
        Command::Alias(command) => alias::run(&open().await?, &command, scheme, output).await,
        Command::Import(arguments) => import::run(&open().await?, &arguments, output).await,
        Command::List(arguments) => list::list(&open().await?, &arguments, output).await,
        Command::Export(arguments) => list::export(&open().await?, &arguments, output).await,
    }
}

/// Whether sessions may have to be taken out of the short-lived store.
const fn ends_sessions(command: &Command) -> bool {
    use Command::{Close, Confirm, Decease, Lock, Merge, Prove, Suspend};
    matches!(command, Lock(_) | Suspend(_) | Decease(_) | Close(_) | Prove(_) | Confirm(_) | Merge(_))
}
