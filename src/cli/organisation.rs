//! `senid organisation requests|confirm|refuse|register|show|list|suspend|resume|dissolve|revoke`.

use serde_json::json;

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::operator;
use super::output::Output;
use crate::config::Settings;
use crate::domain::ids::{MandateId, OrganisationId, RegistrationRequestId};
use crate::domain::organisation::{OrganisationName, OrganisationStatus};
use crate::domain::organisation_code::OrganisationCode;
use crate::flows::admin::organisations::{self, Closed, Confirmed, Holder};
use crate::flows::admin::{AdminError, Administrator};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Lists citizens who ask to be confirmed as an organisation's legal representative.
    Requests {
        /// Those that follow this one.
        #[arg(long)]
        after: Option<RegistrationRequestId>,
    },
    /// Confirms that the organisation is what its code says, and that the citizen represents it; by setting, two people have to.
    Confirm { request: RegistrationRequestId },
    /// Refuses such a request.
    Refuse {
        request: RegistrationRequestId,
        /// Why; it stands in the audit log.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Registers an organisation that nobody represents yet.
    Register {
        /// Scheme and code, such as vn-mst:0100109106 or vn-agency:H57.12.03.
        code: OrganisationCode,
        #[arg(long)]
        name: String,
    },
    /// Shows an organisation and everybody who acts or acted for it.
    Show { code: OrganisationCode },
    /// Lists organisations.
    List {
        /// Those that follow this one, by its id.
        #[arg(long)]
        after: Option<OrganisationId>,
    },
    /// Nobody acts for it until that is lifted; portals are told that their sessions are over.
    Suspend(Turn),
    /// Lifts a suspension.
    Resume(Turn),
    /// Ends it and every mandate of it, for good.
    Dissolve(Turn),
    /// Ends a mandate, and all that was granted with it.
    Revoke { code: OrganisationCode, mandate: MandateId },
}

#[derive(Clone, Debug, clap::Args)]
pub struct Turn {
    code: OrganisationCode,
    /// Why; it stands in the audit log.
    #[arg(long)]
    reason: Option<String>,
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    match command {
        Command::Requests { after } => requests(&admin, after, output).await,
        Command::Confirm { request } => confirm(&admin, request, output).await,
        Command::Refuse { request, reason } => {
            organisations::refuse(&admin, request, reason.as_deref()).await?;
            output.say(
                format_args!("request {request} is refused"),
                &json!({ "request": request.to_string(), "state": "refused" }),
            )?;
            Ok(Exit::Done)
        }
        Command::Register { code, name } => register(&admin, code, name, output).await,
        Command::Show { code } => show(&admin, &code, output).await,
        Command::List { after } => list(&admin, after, output).await,
        Command::Suspend(turned) => turn(&admin, &turned, OrganisationStatus::Suspended, output).await,
        Command::Resume(turned) => turn(&admin, &turned, OrganisationStatus::Active, output).await,
        Command::Dissolve(turned) => turn(&admin, &turned, OrganisationStatus::Dissolved, output).await,
        Command::Revoke { code, mandate } => {
            let closed = organisations::revoke(&admin, &code, mandate).await?;
            told(&format!("mandate {mandate} of {code} has ended"), closed, output)
        }
    }
}

async fn requests(
    admin: &Administrator,
    after: Option<RegistrationRequestId>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let (found, next) = organisations::requests(admin, after).await?;
    let mut lines: Vec<String> = found
        .iter()
        .map(|(request, citizen)| {
            let (id, code, name, state) = (request.id, &request.code, request.name.as_str(), request.state.as_str());
            format!("{id}  {code}  {name}  asked by {} ({state})", citizen.national_id.masked())
        })
        .collect();
    if lines.is_empty() {
        lines.push("no request waits".to_owned());
    }
    if let Some(next) = next {
        lines.push(format!("more: --after {next}"));
    }
    let rows = found.iter().map(|(request, citizen)| {
        json!({
            "request": request.id.to_string(),
            "code": request.code.to_string(),
            "name": request.name.as_str(),
            "citizen": citizen.id.to_string(),
            "state": request.state.as_str(),
            "asked_at": request.asked_at.seconds(),
        })
    });
    let next = next.map(|next| next.to_string());
    output.say(lines.join("\n"), &json!({ "requests": rows.collect::<Vec<_>>(), "next": next }))?;
    Ok(Exit::Done)
}

async fn confirm(admin: &Administrator, id: RegistrationRequestId, output: &mut Output) -> Result<Exit, Failure> {
    match organisations::confirm(admin, id).await? {
        Confirmed::Once => output.say(
            format_args!("request {id} is confirmed once; another registrar has to confirm it too"),
            &json!({ "request": id.to_string(), "state": "confirmed_once" }),
        )?,
        Confirmed::Registered { organisation, mandate } => output.say(
            format_args!("request {id} is confirmed: the citizen represents organisation {organisation}"),
            &json!({
                "request": id.to_string(),
                "state": "confirmed",
                "organisation": organisation.to_string(),
                "mandate": mandate.to_string(),
            }),
        )?,
    }
    Ok(Exit::Done)
}

async fn register(
    admin: &Administrator,
    code: OrganisationCode,
    name: String,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let name = OrganisationName::try_from(name).map_err(|fault| AdminError::invalid("name", fault.to_string()))?;
    let organisation = organisations::register(admin, code, name).await?;
    output.say(
        format_args!("organisation {} is registered as {}", organisation.code, organisation.id),
        &json!({ "id": organisation.id.to_string(), "code": organisation.code.to_string() }),
    )?;
    Ok(Exit::Done)
}

async fn show(admin: &Administrator, code: &OrganisationCode, output: &mut Output) -> Result<Exit, Failure> {
    let (organisation, people) = organisations::show(admin, code).await?;
    let above: Vec<String> = organisation.code.ancestors().map(|above| above.to_string()).collect();
    let mut lines = vec![format!("{}  {}  {}", organisation.code, organisation.name.as_str(), organisation.status)];
    if !above.is_empty() {
        lines.push(format!("part of {}", above.join(", ")));
    }
    let state = |holder: &Holder| match holder.mandate.ended {
        Some(ended) => ended.why.as_str(),
        None => "in force",
    };
    lines.extend(people.iter().map(|holder| {
        let (id, role) = (holder.mandate.id, holder.mandate.role);
        format!("{id}  {role}  {}  {}", holder.citizen.national_id.masked(), state(holder))
    }));
    let people = people.iter().map(|holder| {
        json!({
            "mandate": holder.mandate.id.to_string(),
            "citizen": holder.citizen.id.to_string(),
            "role": holder.mandate.role.as_str(),
            "ends_at": holder.mandate.ends_at.map(|end| end.seconds()),
            "ended": holder.mandate.ended.map(|ended| ended.why.as_str()),
        })
    });
    let json = json!({
        "id": organisation.id.to_string(),
        "code": organisation.code.to_string(),
        "name": organisation.name.as_str(),
        "type": organisation.kind().as_str(),
        "status": organisation.status.as_str(),
        "part_of": above,
        "mandates": people.collect::<Vec<_>>(),
    });
    output.say(lines.join("\n"), &json)?;
    Ok(Exit::Done)
}

async fn list(admin: &Administrator, after: Option<OrganisationId>, output: &mut Output) -> Result<Exit, Failure> {
    let (found, next) = organisations::list(admin, after).await?;
    let mut lines: Vec<String> = found
        .iter()
        .map(|organisation| format!("{}  {}  {}", organisation.code, organisation.name.as_str(), organisation.status))
        .collect();
    if lines.is_empty() {
        lines.push("no organisation is registered".to_owned());
    }
    if let Some(next) = next {
        lines.push(format!("more: --after {next}"));
    }
    let rows = found.iter().map(|organisation| {
        json!({
            "id": organisation.id.to_string(),
            "code": organisation.code.to_string(),
            "name": organisation.name.as_str(),
            "status": organisation.status.as_str(),
        })
    });
    let next = next.map(|next| next.to_string());
    output.say(lines.join("\n"), &json!({ "organisations": rows.collect::<Vec<_>>(), "next": next }))?;
    Ok(Exit::Done)
}

async fn turn(
    admin: &Administrator,
    turned: &Turn,
    status: OrganisationStatus,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let closed = organisations::turn(admin, &turned.code, status, turned.reason.as_deref()).await?;
    told(&format!("organisation {} is now {status}", turned.code), closed, output)
}

fn told(what: &str, closed: Closed, output: &mut Output) -> Result<Exit, Failure> {
    let Closed { mandates, told } = closed;
    output.say(
        format_args!("{what}; mandates ended: {mandates}; portals told: {told}"),
        &json!({ "mandates_ended": mandates, "portals_told": told }),
    )?;
    Ok(Exit::Done)
}
