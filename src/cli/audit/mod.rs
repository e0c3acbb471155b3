//! `senid audit`: what was recorded, and that it is as it was recorded.

mod export;
mod head;
mod list;
mod prove;
mod retire;
mod verify;
pub mod witness;

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
    /// Proves that an event is in the log, to whoever has a head (RFC 9162).
    Prove(prove::Inclusion),
    /// Proves that the log of one head grew from the log of an earlier one (RFC 9162).
    Consistency(prove::Consistency),
    /// Writes every event that is signed, and every head, as JSON lines that can be verified anywhere.
    Export(export::Arguments),
    /// Removes the events that were kept for as long as `retention.activity` says, where the servers' account may not.
    Retire(retire::Arguments),
    /// Has the log sign with a new key. The one before it signs beside it, until the next one is made.
    NewKey(head::NewKey),
    /// Cosigns the heads of other authorities' logs (C2SP tlog-witness), until it is told to stop. It needs no settings.
    Witness(witness::Arguments),
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
        Command::Prove(arguments) => prove::inclusion(arguments, settings, house, output).await,
        Command::Consistency(arguments) => prove::consistency(arguments, settings, house, output).await,
        Command::Export(arguments) => export::run(arguments, settings, house, output).await,
        Command::Retire(arguments) => retire::run(arguments, settings, house, output).await,
        Command::NewKey(arguments) => head::new_key(arguments, settings, house, output).await,
        // `main` has begun it: it serves, and this runs commands.
        Command::Witness(_) => Ok(Exit::Usage),
    }
}
