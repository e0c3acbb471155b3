//! `senid resource create|update|list|show|metadata|disable|enable`.

mod create;
mod show;
mod update;

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::operator;
use super::output::Output;
use crate::config::Settings;
use crate::domain::resource::{ResourceId, ResourceStatus};
use crate::flows::admin::change_status::Change;
use crate::flows::admin::{Administrator, resource_servers};
use crate::protocol::protected_resource;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Create(Box<create::Arguments>),
    Update(Box<update::Arguments>),
    /// Every resource server, by id.
    List,
    /// All that is registered of a resource server.
    Show {
        id: ResourceId,
    },
    /// The document that it publishes of itself (RFC 9728), as JSON.
    Metadata {
        id: ResourceId,
    },
    /// Lets nobody have tokens for it any more; whoever has one learns nothing by introspection.
    Disable {
        id: ResourceId,
    },
    /// Lets a disabled resource server work again.
    Enable {
        id: ResourceId,
    },
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
            let request = arguments.read()?;
            let registered = resource_servers::create(&open(settings).await?, &request).await?;
            show::registered(&registered, "is registered", output)
        }
        Command::Update(arguments) => {
            let change = arguments.read()?;
            let registered = resource_servers::update(&open(settings).await?, &arguments.id, &change).await?;
            show::registered(&registered, "is as follows", output)
        }
        Command::List => {
            for server in resource_servers::list(&open(settings).await?).await? {
                show::one_of_list(&server, output)?;
            }
            Ok(Exit::Done)
        }
        Command::Show { id } => {
            show::whole(&resource_servers::show(&open(settings).await?, &id).await?, output)?;
            Ok(Exit::Done)
        }
        Command::Metadata { id } => {
            let admin = open(settings).await?;
            let server = resource_servers::show(&admin, &id).await?;
            let settings = &admin.settings;
            let certificates = settings.accepted_certificates();
            let metadata = protected_resource::Metadata::of(&server, settings.issuer.as_str(), certificates);
            output.document(&serde_json::to_value(metadata).map_err(std::io::Error::from)?)?;
            Ok(Exit::Done)
        }
        Command::Disable { id } => set_status(&open(settings).await?, &id, ResourceStatus::Disabled, output).await,
        Command::Enable { id } => set_status(&open(settings).await?, &id, ResourceStatus::Active, output).await,
    }
}

async fn set_status(
    admin: &Administrator,
    id: &ResourceId,
    status: ResourceStatus,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let changed = resource_servers::set_status(admin, id, status).await? == Change::Done;
    let when = if changed { "now" } else { "already" };
    let told = serde_json::json!({ "resource": id, "status": status.as_str(), "changed": changed });
    output.say(format!("resource server {id} is {when} {}", status.as_str()), &told)?;
    Ok(Exit::Done)
}
