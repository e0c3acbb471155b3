//! `senid citizen`, one command a file.

mod add;
mod change_status;
mod import;
mod issue_code;
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
    IssueCode(issue_code::Arguments),
    Renumber(renumber::Arguments),
    Import(import::Arguments),
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let scheme = settings.national_id.default_scheme();
    let reach = match &command {
        Command::Lock(_) | Command::Suspend(_) | Command::Decease(_) | Command::Close(_) => Reach::BothStores,
        _ => Reach::IdentityStore,
    };
    let open = async || house.administrator(settings, operator::actor(), reach).await;
    match command {
        Command::Add(arguments) => {
            let (particulars, password) = arguments.read()?;
            add::run(&open().await?, &particulars, password.as_ref(), output).await
        }
        Command::Show(arguments) => show::run(&open().await?, &arguments, scheme, output).await,
        Command::Activate(arguments) => changed(&open().await?, &arguments, Transition::Activate, scheme, output).await,
        Command::Lock(arguments) => changed(&open().await?, &arguments, Transition::Lock, scheme, output).await,
        Command::Unlock(arguments) => changed(&open().await?, &arguments, Transition::Unlock, scheme, output).await,
        Command::Suspend(arguments) => changed(&open().await?, &arguments, Transition::Suspend, scheme, output).await,
        Command::Resume(arguments) => changed(&open().await?, &arguments, Transition::Resume, scheme, output).await,
        Command::Decease(arguments) => changed(&open().await?, &arguments, Transition::Decease, scheme, output).await,
        Command::Close(arguments) => changed(&open().await?, &arguments, Transition::Close, scheme, output).await,
        Command::IssueCode(arguments) => issue_code::run(&open().await?, &arguments, scheme, output).await,
        Command::Renumber(arguments) => renumber::run(&open().await?, &arguments, scheme, output).await,
        Command::Import(arguments) => import::run(&open().await?, &arguments, output).await,
    }
}
