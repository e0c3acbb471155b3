//! `senid exchange allow|list|remove`: who may exchange whose tokens for what (RFC 8693).

use serde_json::json;

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::operator;
use super::output::Output;
use crate::config::Settings;
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::resource::ResourceId;
use crate::domain::scope::ScopeSet;
use crate::domain::token_exchange::ExchangeRule;
use crate::flows::admin::change_status::Change;
use crate::flows::admin::{exchange_rules, registered_clients};

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Lets a portal's back end exchange a token that it was called with for one that another resource server takes.
    Allow(Allow),
    /// Every rule there is.
    List {
        /// Only this client's.
        #[arg(long, value_name = "ID")]
        client: Option<ClientId>,
    },
    /// Takes a rule back. What was exchanged before is good until it expires.
    Remove(Which),
}

#[derive(Clone, Debug, clap::Args)]
pub struct Which {
    /// Who exchanges.
    #[arg(long, value_name = "ID")]
    client: ClientId,
    /// Whose tokens: the client that they were issued to.
    #[arg(long, value_name = "ID")]
    from: ClientId,
    /// For which resource server.
    #[arg(long, value_name = "URI")]
    resource: ResourceId,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Allow {
    #[command(flatten)]
    which: Which,
    /// The most that the new tokens are good for, of what the citizen granted. May be repeated.
    #[arg(long, required = true)]
    scope: Vec<String>,
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    match command {
        Command::Allow(Allow { which: Which { client, from, resource }, scope }) => {
            let scopes: ScopeSet =
                scope.join(" ").parse().map_err(|fault| Failure::new(Exit::Usage, format!("--scope: {fault}")))?;
            let rule = ExchangeRule { from, resource, scopes };
            let told = told(&client, &rule);
            let changed = exchange_rules::allow(&admin, &client, rule).await? == Change::Done;
            output
                .say(format!("{told}{}", if changed { "" } else { ", as before" }), &json!({ "changed": changed }))?;
        }
        Command::List { client } => {
            let mut rules = 0;
            match client {
                Some(id) => rules += show(&registered_clients::show(&admin, &id).await?, output)?,
                None => {
                    registered_clients::list(&admin, |client| {
                        rules += show(&client, output)?;
                        Ok::<_, Failure>(())
                    })
                    .await?;
                }
            }
            if rules == 0 && !output.is_json() {
                output.line("there is none")?;
            }
        }
        Command::Remove(Which { client, from, resource }) => {
            let changed = exchange_rules::remove(&admin, &client, &from, &resource).await? == Change::Done;
            let told = if changed { "may no longer exchange" } else { "could not exchange" };
            output.say(format!("{client} {told} tokens of {from} for {resource}"), &json!({ "changed": changed }))?;
        }
    }
    Ok(Exit::Done)
}

/// Its rules, and how many they are.
fn show(client: &Client, output: &mut Output) -> Result<usize, Failure> {
    for rule in &client.token_exchange {
        if output.is_json() {
            output.json_line(&json!({
                "client": client.id.as_str(),
                "from": rule.from.as_str(),
                "resource": rule.resource.as_str(),
                "scope": rule.scopes.to_string(),
            }))?;
        } else {
            output.line(told(&client.id, rule))?;
        }
    }
    Ok(client.token_exchange.len())
}

fn told(client: &ClientId, rule: &ExchangeRule) -> String {
    format!("{client} may exchange tokens of {} for {} ({})", rule.from, rule.resource, rule.scopes)
}
