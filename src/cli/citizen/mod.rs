//! `senid citizen add|show|lock|unlock|issue-code|renumber|import`.

mod add;
mod import;
mod issue_code;
mod lock;
mod renumber;
mod show;

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::operator;
use super::output::Output;
use crate::config::Settings;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Add(Box<add::Arguments>),
    Show(show::Arguments),
    /// Ends every session of a citizen at once; nobody signs in as them until they are unlocked.
    Lock(lock::Arguments),
    /// Lets a locked citizen sign in again.
    Unlock(lock::Arguments),
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
    let reach = if matches!(command, Command::Lock(_)) { Reach::BothStores } else { Reach::IdentityStore };
    let open = async || house.administrator(settings, operator::actor(), reach).await;
    match command {
        Command::Add(arguments) => {
            let (particulars, password) = arguments.read()?;
            add::run(&open().await?, &particulars, password.as_ref(), output).await
        }
        Command::Show(arguments) => show::run(&open().await?, &arguments, scheme, output).await,
        Command::Lock(arguments) => lock::lock(&open().await?, &arguments, scheme, output).await,
        Command::Unlock(arguments) => lock::unlock(&open().await?, &arguments, scheme, output).await,
        Command::IssueCode(arguments) => issue_code::run(&open().await?, &arguments, scheme, output).await,
        Command::Renumber(arguments) => renumber::run(&open().await?, &arguments, scheme, output).await,
        Command::Import(arguments) => import::run(&open().await?, &arguments, output).await,
    }
}
