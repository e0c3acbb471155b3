//! `senid audit`: what was recorded, and that it is as it was recorded.

mod head;
mod list;
mod verify;

use super::exit::Exit;
use super::failure::Failure;
use super::house::House;
use super::output::Output;
use crate::config::Settings;

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// The last events that concern a citizen or a client, the newest first. That they were read is recorded.
    List(list::Arguments),
    /// Looks at every event and every signed head, and names the first event that was removed, altered, reordered or inserted.
    Verify(verify::Arguments),
    /// The last signed head of the log's tree (C2SP tlog-checkpoint), and the keys that heads are verified with.
    Head(head::Arguments),
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    match command {
        Command::List(arguments) => list::run(arguments, settings, house, output).await,
        Command::Verify(arguments) => verify::run(arguments, settings, house, output).await,
        Command::Head(arguments) => head::run(arguments, settings, house, output).await,
    }
}
