//! `senid details create|update|list|show|disable|enable`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::client::localised;
use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::operator;
use super::output::Output;
use super::times;
use crate::config::Settings;
use crate::domain::authorization_details::{DetailsType, DetailsTypeStatus};
use crate::domain::client::Localised;
use crate::flows::admin::change_status::Change;
use crate::flows::admin::details_types::{self, DetailsTypeChange, NewDetailsType, Registered};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Create(Box<Create>),
    Update(Box<Update>),
    /// Every type, by name.
    List,
    /// All that is registered of a type.
    Show {
        /// As requests name it (`type`).
        name: String,
    },
    /// Nobody may ask for the type any more, and no further token carries it.
    Disable {
        name: String,
    },
    /// Puts a type back into use.
    Enable {
        name: String,
    },
}

/// Registers a type: what a detail of it must be, and what people read of it.
#[derive(Clone, Debug, clap::Args)]
pub struct Create {
    /// As requests name it (`type`): a URI of the authority's own is never taken for another's.
    name: String,
    /// What people read above such a request: "Payment", or vi="Nộp phí". Once a language.
    #[arg(long, required = true, value_name = "TEXT")]
    title: Vec<String>,
    /// A file with the JSON Schema (2020-12) that a detail is held against.
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
    /// The sentence that people read: "Pay {amount | number} {currency}[ on {date | date}]". Once a language.
    #[arg(long, required = true, value_name = "TEXT")]
    template: Vec<String>,
    /// Clients may be granted it with their own credentials, without a person.
    #[arg(long)]
    without_person: bool,
}

/// Changes a type. What is not said stays.
#[derive(Clone, Debug, clap::Args)]
pub struct Update {
    name: String,
    /// In the place of those it has; once a language.
    #[arg(long, value_name = "TEXT")]
    title: Vec<String>,
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// In the place of those it has; once a language.
    #[arg(long, value_name = "TEXT")]
    template: Vec<String>,
    /// Whether clients may be granted it with their own credentials.
    #[arg(long, value_name = "true|false")]
    without_person: Option<bool>,
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
            let new = NewDetailsType {
                name: arguments.name,
                title: localised(arguments.title),
                schema: read(&arguments.schema)?,
                template: localised(arguments.template),
                without_person: arguments.without_person,
            };
            let made = details_types::create(&open(settings).await?, new).await?;
            registered(&made, "is registered", output)
        }
        Command::Update(arguments) => {
            let given = |texts: Vec<String>| (!texts.is_empty()).then(|| localised(texts));
            let change = DetailsTypeChange {
                title: given(arguments.title),
                schema: arguments.schema.as_deref().map(read).transpose()?,
                template: given(arguments.template),
                without_person: arguments.without_person,
            };
            let changed = details_types::update(&open(settings).await?, &arguments.name, change).await?;
            registered(&changed, "is registered so now", output)
        }
        Command::List => {
            for details_type in details_types::list(&open(settings).await?).await? {
                one_of_list(&details_type, output)?;
            }
            Ok(Exit::Done)
        }
        Command::Show { name } => {
            let found = details_types::show(&open(settings).await?, &name).await?;
            whole(&found, output)?;
            Ok(Exit::Done)
        }
        Command::Disable { name } => {
            let change = details_types::set_status(&open(settings).await?, &name, DetailsTypeStatus::Disabled).await?;
            told(&name, DetailsTypeStatus::Disabled, change, output)
        }
        Command::Enable { name } => {
            let change = details_types::set_status(&open(settings).await?, &name, DetailsTypeStatus::Active).await?;
            told(&name, DetailsTypeStatus::Active, change, output)
        }
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| Failure::new(Exit::Usage, format!("--schema: {}: {error}", file.display())))
}

fn told(name: &str, status: DetailsTypeStatus, change: Change, output: &mut Output) -> Result<Exit, Failure> {
    let changed = change == Change::Done;
    let (status, when) = (status.as_str(), if changed { "now" } else { "already" });
    let sentence = format!("type {name} is {when} {status}");
    output.say(sentence, &json!({ "type": name, "status": status, "changed": changed }))?;
    Ok(Exit::Done)
}

fn one_of_list(details_type: &DetailsType, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json_line(&to_json(details_type))?);
    }
    let (name, status) = (&details_type.name, details_type.status.as_str());
    Ok(output.line(format_args!("{name:<48} {status:<8} {}", details_type.title.in_language("en")))?)
}

fn registered(registered: &Registered, what: &str, output: &mut Output) -> Result<Exit, Failure> {
    for warning in &registered.warnings {
        output.remark(format_args!("warning: {warning}"));
    }
    if !output.is_json() {
        output.line(format_args!("type {} {what}", registered.details_type.name))?;
    }
    whole(registered, output)?;
    Ok(Exit::Done)
}

fn whole(registered: &Registered, output: &mut Output) -> Result<(), Failure> {
    let details_type = &registered.details_type;
    let resources: Vec<&str> = registered.resources.iter().map(|resource| resource.as_str()).collect();
    if output.is_json() {
        let mut document = to_json(details_type);
        document["resources"] = resources.into();
        return Ok(output.document(&document)?);
    }
    let without_person = if details_type.without_person { "yes" } else { "no" };
    Ok(output.table(&[
        ("type", details_type.name.clone()),
        ("status", details_type.status.as_str().to_owned()),
        ("title", texts(&details_type.title)),
        ("template", texts(&details_type.template)),
        ("without a person", without_person.to_owned()),
        ("understood by", resources.join("\n")),
        ("schema", details_type.schema.trim().to_owned()),
        ("created", times::show(details_type.created_at)),
        ("changed", times::show(details_type.updated_at)),
    ])?)
}

/// A line a language.
fn texts(texts: &Localised) -> String {
    let line = |(language, text): (&String, &String)| match language.as_str() {
        "" => text.clone(),
        language => format!("{language}: {text}"),
    };
    texts.0.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn to_json(details_type: &DetailsType) -> Value {
    // It was read as JSON before it was kept.
    let schema: Value = serde_json::from_str(&details_type.schema).unwrap_or_default();
    json!({
        "type": details_type.name,
        "status": details_type.status.as_str(),
        "title": details_type.title,
        "schema": schema,
        "template": details_type.template,
        "without_person": details_type.without_person,
        "created_at": times::show(details_type.created_at),
        "updated_at": times::show(details_type.updated_at),
    })
}
