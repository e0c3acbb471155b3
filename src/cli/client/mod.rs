//! `senid client create|draft|snippet|check|explain|promote|rotate-secret|end-former-secret|update|list|show|disable|enable|link-codes|links|unlink`.

mod create;
mod draft;
mod further;
mod linked_accounts;
mod onboarding;
mod release;
mod show;
mod show_further;
mod snippet;
mod update;

pub(super) use create::{localised, read_json};
pub(super) use show::{given_keys, keys_of, published_keys, texts};

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::operator;
use super::output::Output;
use super::standard_input;
use crate::config::Settings;
use crate::domain::client::ClientStatus;
use crate::domain::ids::ClientId;
use crate::flows::admin::change_status::Change;
use crate::flows::admin::{Administrator, registered_clients};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Create(Box<create::Arguments>),
    Draft(Box<draft::Arguments>),
    Snippet(snippet::Arguments),
    /// Looks at a client from outside: its keys, its back-channel logout address, what is weak and what ends soon. Ends with 5
    /// where an error is among what is found.
    Check {
        id: ClientId,
    },
    /// Explains what stands on standard input, the address of an authorization request, the one that a visitor came back to, or a
    /// token, and what is wrong with it for this client.
    Explain {
        id: ClientId,
    },
    /// Brings an application from the sandbox into production: it serves citizens from then on, and nobody made up.
    Promote(onboarding::Promote),
    RotateSecret(onboarding::RotateSecret),
    /// The former secret of a client works no more.
    EndFormerSecret {
        id: ClientId,
    },
    Update(Box<update::Arguments>),
    /// Every client, by id.
    List,
    /// All that is registered of a client but its secret.
    Show {
        id: ClientId,
    },
    /// Lets a client do nothing any more: nobody signs in to it, and its tokens do not work.
    Disable {
        id: ClientId,
    },
    /// Lets a disabled client work again.
    Enable {
        id: ClientId,
    },
    LinkCodes(linked_accounts::Codes),
    Links(linked_accounts::Links),
    Unlink(linked_accounts::Unlink),
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let open = async |settings| house.administrator(settings, operator::actor(), Reach::IdentityStore).await;
    match command {
        Command::Create(arguments) => {
            // What is wrong with the arguments is said before anything is opened.
            let (request, secret) = arguments.read()?;
            create::run(&open(settings).await?, &request, secret.as_ref(), output).await
        }
        Command::Draft(arguments) => {
            let asked = arguments.read()?;
            draft::run(&open(settings).await?, &asked, output).await
        }
        Command::Check { id } => {
            let check_up = house.check_up(&settings)?;
            onboarding::check(&open(settings).await?, &check_up, &id, output).await
        }
        Command::Explain { id } => {
            let text = standard_input::secret("explain")?;
            onboarding::explain_text(&open(settings).await?, &id, text.expose(), output).await
        }
        Command::Promote(arguments) => {
            let check_up = house.check_up(&settings)?;
            onboarding::promote(&open(settings).await?, &check_up, &arguments, output).await
        }
        Command::RotateSecret(arguments) => onboarding::rotate(&open(settings).await?, &arguments, output).await,
        Command::EndFormerSecret { id } => onboarding::end_former(&open(settings).await?, &id, output).await,
        Command::Snippet(arguments) => snippet::run(&open(settings).await?, &arguments, output).await,
        Command::Update(arguments) => {
            let change = arguments.read()?;
            update::run(&open(settings).await?, &arguments.id, &change, output).await
        }
        Command::List => {
            let admin = open(settings).await?;
            registered_clients::list(&admin, |client| show::one_of_list(&client, output)).await?;
            Ok(Exit::Done)
        }
        Command::Show { id } => {
            let client = registered_clients::show(&open(settings).await?, &id).await?;
            show::whole(&client, output)?;
            Ok(Exit::Done)
        }
        Command::Disable { id } => set_status(&open(settings).await?, &id, ClientStatus::Disabled, output).await,
        Command::LinkCodes(arguments) => linked_accounts::codes(&open(settings).await?, &arguments, output).await,
        Command::Links(arguments) => linked_accounts::list(&open(settings).await?, &arguments, output).await,
        Command::Unlink(arguments) => linked_accounts::unlink(&open(settings).await?, &arguments, output).await,
        Command::Enable { id } => set_status(&open(settings).await?, &id, ClientStatus::Active, output).await,
    }
}

async fn set_status(
    admin: &Administrator,
    id: &ClientId,
    status: ClientStatus,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let changed = registered_clients::set_status(admin, id, status).await? == Change::Done;
    let (now, already) = if changed { ("now", "") } else { ("", "already ") };
    let sentence = format!("client {id} is {now}{already} {}", status.as_str()).replace("  ", " ");
    output.say(
        sentence,
        &serde_json::json!({ "client_id": id.as_str(), "status": status.as_str(), "changed": changed }),
    )?;
    Ok(Exit::Done)
}
