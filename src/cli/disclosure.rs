//! `senid disclosure record|approve|refuse|give|list|show`.

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::output::Output;
use super::{operator, times};
use crate::config::Settings;
use crate::domain::disclosure::{Data, Disclosure, State};
use crate::domain::ids::DisclosureId;
use crate::domain::time::Timestamp;
use crate::flows::admin::disclosures::{self, Decision, Request};
use crate::flows::admin::find_citizen::Who;

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    Record(Box<Record>),
    /// Lets the data be read. Whoever recorded the disclosure does not decide about it.
    Approve {
        disclosure: DisclosureId,
    },
    /// Nothing is read for it. Whoever recorded the disclosure does not decide about it.
    Refuse {
        disclosure: DisclosureId,
    },
    /// Reads the data of an approved disclosure, for the authority. The citizen is told, unless it is secret by law.
    Give {
        disclosure: DisclosureId,
    },
    List(List),
    /// One entry of the register. That it was looked at is recorded.
    Show {
        disclosure: DisclosureId,
    },
}

/// Records that an authority asks for data of a citizen. Nothing is read before another operator has approved it.
#[derive(Clone, Debug, clap::Args)]
pub struct Record {
    /// Their id, national identifier, verified phone number or e-mail address.
    citizen: String,
    /// Which court or office asks.
    #[arg(long)]
    authority: String,
    /// The article of the law that lets it ask.
    #[arg(long, value_name = "LAW")]
    legal_basis: String,
    /// Its own number of the matter.
    #[arg(long)]
    reference: String,
    /// What it asks for: identity, contacts, verifications, activity or portals. Several times for several.
    #[arg(long, required = true)]
    data: Vec<Data>,
    /// Until when a law keeps it from the citizen, as a moment in UTC: 2027-06-01T00:00:00Z. At most five years ahead.
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    secret_until: Option<Timestamp>,
}

/// The register, the latest first, what is secret among it. That it was looked at is recorded.
#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// Go on with what is older than this one.
    #[arg(long, value_name = "ID")]
    before: Option<DisclosureId>,
    /// How many at most.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let at: Result<jiff::Timestamp, _> = text.parse();
    at.map(|at| Timestamp::from_micros(at.as_microsecond()))
        .map_err(|_| "expected a moment such as 2027-06-01T00:00:00Z".to_owned())
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let scheme = settings.national_id.default_scheme();
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    match command {
        Command::Record(arguments) => {
            let who = Who::parse(&arguments.citizen, scheme)?;
            let Record { authority, legal_basis, reference, data, secret_until, .. } = *arguments;
            let request = Request { authority, legal_basis, reference, data, secret_until };
            let recorded = disclosures::record(&admin, &who, request).await?;
            let line = format!("{} is recorded; another operator approves it", recorded.id);
            output.say(line, &to_json(&recorded))?;
        }
        Command::Approve { disclosure } => {
            let decided = disclosures::decide(&admin, disclosure, Decision::Approve).await?;
            output.say(format_args!("{disclosure} is approved"), &to_json(&decided))?;
        }
        Command::Refuse { disclosure } => {
            let decided = disclosures::decide(&admin, disclosure, Decision::Refuse).await?;
            output.say(format_args!("{disclosure} is refused"), &to_json(&decided))?;
        }
        Command::Give { disclosure } => {
            let (given, data) = disclosures::give(&admin, disclosure).await?;
            output.document(&json!({"disclosure": to_json(&given), "data": data}))?;
        }
        Command::List(List { before, limit }) => list(disclosures::list(&admin, before, limit).await?, output)?,
        Command::Show { disclosure } => {
            let found = disclosures::show(&admin, disclosure).await?;
            match output.is_json() {
                true => output.document(&to_json(&found))?,
                false => output.table(&rows(&found))?,
            }
        }
    }
    Ok(Exit::Done)
}

fn list((found, next): (Vec<Disclosure>, Option<DisclosureId>), output: &mut Output) -> Result<(), Failure> {
    for one in &found {
        if output.is_json() {
            output.json_line(&to_json(one))?;
        } else {
            let (at, state) = (times::show(one.recorded_at), one.state.as_str());
            output
                .line(format_args!("{}  {at}  {state:<8}  of {}  for {}", one.id, one.citizen, one.asked.authority))?;
        }
    }
    if found.is_empty() && !output.is_json() {
        output.line("nothing was disclosed")?;
    }
    if let Some(next) = next {
        output.remark(format_args!("there are more: --before {next}"));
    }
    Ok(())
}

fn decided(disclosure: &Disclosure) -> Option<(&str, Timestamp)> {
    match &disclosure.state {
        State::Recorded => None,
        State::Approved { by, at } | State::Refused { by, at } => Some((by, *at)),
    }
}

fn data(disclosure: &Disclosure) -> Vec<&'static str> {
    disclosure.asked.data.iter().map(|data| data.as_str()).collect()
}

fn rows(disclosure: &Disclosure) -> Vec<(&'static str, String)> {
    let by = |(who, at): (&str, Timestamp)| format!("{who}, {}", times::show(at));
    let known = [
        ("id", Some(disclosure.id.to_string())),
        ("citizen", Some(disclosure.citizen.to_string())),
        ("state", Some(disclosure.state.as_str().to_owned())),
        ("authority", Some(disclosure.asked.authority.clone())),
        ("legal_basis", Some(disclosure.asked.legal_basis.clone())),
        ("reference", Some(disclosure.asked.reference.clone())),
        ("data", Some(data(disclosure).join(" "))),
        ("recorded", Some(by((&disclosure.recorded_by, disclosure.recorded_at)))),
        ("decided", decided(disclosure).map(by)),
        ("given", disclosure.given.as_ref().map(|(who, at)| by((who, *at)))),
        ("secret_until", disclosure.secret_until.map(times::show)),
        ("citizen_told", disclosure.told_at.map(times::show)),
    ];
    known.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn to_json(disclosure: &Disclosure) -> Value {
    let decided = decided(disclosure);
    json!({
        "id": disclosure.id.to_string(),
        "citizen": disclosure.citizen.to_string(),
        "state": disclosure.state.as_str(),
        "authority": disclosure.asked.authority,
        "legal_basis": disclosure.asked.legal_basis,
        "reference": disclosure.asked.reference,
        "data": data(disclosure),
        "recorded_by": disclosure.recorded_by,
        "recorded_at": times::show(disclosure.recorded_at),
        "decided_by": decided.map(|(by, _)| by),
        "decided_at": decided.map(|(_, at)| times::show(at)),
        "given_by": disclosure.given.as_ref().map(|(by, _)| by),
        "given_at": disclosure.given.as_ref().map(|(_, at)| times::show(*at)),
        "secret_until": disclosure.secret_until.map(times::show),
        "citizen_told_at": disclosure.told_at.map(times::show),
    })
}
