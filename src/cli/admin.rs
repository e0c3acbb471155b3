//! `senid admin`: who administers, and how the first one comes to.

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::output::Output;
use super::{operator, times};
use crate::config::{Settings, parse_duration};
use crate::domain::administration::break_glass::{Envelope, Half};
use crate::domain::administration::{Role, RoleGrant};
use crate::domain::ids::ClientId;
use crate::domain::national_id::Scheme;
use crate::flows::admin::Administrator;
use crate::flows::admin::change_status::Change;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::{bootstrap, break_glass};
use crate::flows::admin::{owners, roles};

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Makes a link that makes whoever opens it the first administrator: good once, and for a short time.
    Bootstrap,
    /// Prints the OpenAPI document of the Admin API, as this deployment serves it.
    Openapi,
    /// Who holds which role.
    List,
    /// Gives a citizen a role.
    Grant(Grant),
    /// Withdraws a role: from the next act on it counts for nothing.
    Revoke(Revoke),
    /// The break-glass account.
    #[command(subcommand)]
    BreakGlass(BreakGlass),
    /// Who owns an application: what the role client_owner reaches.
    #[command(subcommand)]
    Owner(Owner),
}

#[derive(Clone, Debug, clap::Args)]
pub struct Grant {
    /// Their id, national identifier, verified phone number or e-mail address.
    citizen: String,
    /// administrator, registrar, client_owner, support, auditor or operator.
    role: Role,
    /// For how long, such as 30d; until it is withdrawn where nothing is said.
    #[arg(long)]
    lasts: Option<String>,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Revoke {
    citizen: String,
    role: Role,
}

#[derive(Clone, Debug, clap::Subcommand)]
pub enum BreakGlass {
    /// Seals one of the two envelopes: shows once what is in it. Somebody else seals the other one.
    Seal {
        /// first or second.
        half: Half,
    },
    /// Which envelopes are sealed, and by whom.
    Status,
    /// Ends the hour before it is over.
    End,
}

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Owner {
    /// Who owns it.
    List { client: ClientId },
    /// Names an owner.
    Add { client: ClientId, citizen: String },
    /// They own it no more.
    Remove { client: ClientId, citizen: String },
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    if matches!(command, Command::Openapi) {
        output.json_line(&house.admin_api(&settings))?;
        return Ok(Exit::Done);
    }
    let scheme = settings.national_id.default_scheme();
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    match command {
        Command::Bootstrap => {
            let link = bootstrap::make(&admin).await?;
            let until = times::show(link.expires_at);
            output.say(
                format_args!(
                    "{}\nOpen it signed in with a passkey, a security key or a certificate. It is good once, until {until}.",
                    link.address.expose()
                ),
                &json!({ "link": link.address.expose(), "expires_at": until }),
            )?;
        }
        // Answered above: it opens no store.
        Command::Openapi => {}
        Command::List => list(&roles::list(&admin).await?, output)?,
        Command::Grant(grant) => {
            let lasts = grant.lasts.as_deref().map(parse_duration).transpose();
            let lasts = lasts.map_err(|fault| Failure::new(Exit::Usage, format!("--lasts: {fault}")))?;
            let until = lasts.map(|span| admin.clock.now() + span);
            let granted = roles::grant(&admin, &Who::parse(&grant.citizen, scheme)?, grant.role, until).await?;
            output.say(format_args!("citizen {} is {}", granted.citizen, granted.role), &to_json(&granted))?;
        }
        Command::Revoke(revoke) => {
            let change = roles::revoke(&admin, &Who::parse(&revoke.citizen, scheme)?, revoke.role).await?;
            tell(change, "the role is withdrawn", "they do not hold it", output)?;
        }
        Command::BreakGlass(command) => break_the_glass(&admin, &command, output).await?,
        Command::Owner(owner) => own(&admin, owner, scheme, output).await?,
    }
    Ok(Exit::Done)
}

async fn break_the_glass(admin: &Administrator, command: &BreakGlass, output: &mut Output) -> Result<(), Failure> {
    match command {
        BreakGlass::Seal { half } => {
            let secret = break_glass::seal(admin, *half).await?;
            output.say(
                format_args!("{}\nWrite it down, put it into the {half} envelope and seal it.", secret.expose()),
                &json!({ "half": half.as_str(), "secret": secret.expose() }),
            )?;
        }
        BreakGlass::Status => {
            for envelope in break_glass::status(admin).await? {
                let Envelope { half, sealed_by, sealed_at, .. } = envelope;
                let at = times::show(sealed_at);
                // Before there had to be one: whoever it is could be who opens it.
                let opens = admin.settings.administration.shell_accounts.citizen(&sealed_by).is_some();
                let but = if opens {
                    ""
                } else {
                    ": nothing says whose account that is, and it opens for nobody; seal it anew"
                };
                output.say(
                    format_args!("the {half} envelope was sealed {at} by {sealed_by}{but}"),
                    &json!({ "half": half.as_str(), "sealed_by": sealed_by, "sealed_at": at, "opens": opens }),
                )?;
            }
        }
        BreakGlass::End => {
            let ended = break_glass::end(admin).await?;
            output.say(format_args!("{ended} roles are withdrawn"), &json!({ "ended": ended }))?;
        }
    }
    Ok(())
}

async fn own(admin: &Administrator, owner: Owner, scheme: Scheme, output: &mut Output) -> Result<(), Failure> {
    match owner {
        Owner::List { client } => {
            for citizen in owners::list(admin, &client).await? {
                match output.is_json() {
                    true => output.json_line(&json!({ "client": client.as_str(), "citizen": citizen.to_string() }))?,
                    false => output.line(citizen)?,
                }
            }
            Ok(())
        }
        Owner::Add { client, citizen } => {
            let change = owners::name(admin, &client, &Who::parse(&citizen, scheme)?).await?;
            tell(change, "they own it", "they own it already", output)
        }
        Owner::Remove { client, citizen } => {
            let change = owners::remove(admin, &client, &Who::parse(&citizen, scheme)?).await?;
            tell(change, "they own it no more", "they do not own it", output)
        }
    }
}

fn tell(change: Change, done: &str, nothing: &str, output: &mut Output) -> Result<(), Failure> {
    let said = if change == Change::Done { done } else { nothing };
    Ok(output.say(said, &json!({ "changed": change == Change::Done }))?)
}

fn list(grants: &[RoleGrant], output: &mut Output) -> Result<(), Failure> {
    for grant in grants {
        if output.is_json() {
            output.json_line(&to_json(grant))?;
            continue;
        }
        let until = grant.until.map(|until| format!(", until {}", times::show(until))).unwrap_or_default();
        output.line(format_args!(
            "{}  {}  since {} by {}{until}",
            grant.role,
            grant.citizen,
            times::show(grant.since),
            grant.granted_by
        ))?;
    }
    if grants.is_empty() && !output.is_json() {
        output.line("nobody holds a role: senid admin bootstrap makes the first administrator")?;
    }
    Ok(())
}

fn to_json(grant: &RoleGrant) -> Value {
    json!({
        "role": grant.role.as_str(),
        "citizen": grant.citizen.to_string(),
        "granted_by": grant.granted_by,
        "since": times::show(grant.since),
        "until": grant.until.map(times::show),
    })
}
