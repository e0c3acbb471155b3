//! `senid citizen add`.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::standard_input;
use crate::domain::secret::SecretString;
use crate::domain::stage::Person;
use crate::flows::admin::Administrator;
use crate::flows::admin::add_citizen::add;
use crate::flows::admin::particulars::{Column, Field, Particulars};

/// Adds a citizen. They sign in with the national identifier, and with every contact that was verified.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    #[arg(long)]
    national_id: String,
    /// Which country's identifier it is; the settings' default where it is not said.
    #[arg(long)]
    scheme: Option<String>,
    /// The whole name as the person writes it.
    #[arg(long)]
    name: String,
    #[arg(long)]
    family_name: Option<String>,
    #[arg(long)]
    given_name: Option<String>,
    #[arg(long)]
    middle_name: Option<String>,
    #[arg(long)]
    nickname: Option<String>,
    /// A short name they wish to be called by. Nobody signs in with it.
    #[arg(long)]
    preferred_username: Option<String>,
    /// A name in another language or script, such as name#ru="Нгуен Ван Ан"; also family_name, given_name, middle_name
    /// and nickname. May be repeated.
    #[arg(long, value_name = "NAME#LANGUAGE=TEXT", value_parser = in_language)]
    in_language: Vec<(Field, String)>,
    /// Such as 1990-05-17; 1990-05 or 1990 where no more is known; 0000-05-17 where the year is not to be told.
    #[arg(long, value_name = "YYYY-MM-DD")]
    birthdate: Option<String>,
    /// female, male or other.
    #[arg(long)]
    gender: Option<String>,
    /// Such as +84912345678.
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// The phone was shown to be theirs: they can sign in with it.
    #[arg(long)]
    phone_verified: bool,
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The e-mail address was shown to be theirs: they can sign in with it.
    #[arg(long)]
    email_verified: bool,
    /// The whole address as it is written on a letter.
    #[arg(long)]
    address: Option<String>,
    /// A page about them, a picture of them, and their web site: https addresses.
    #[arg(long, value_name = "URL")]
    profile: Option<String>,
    #[arg(long, value_name = "URL")]
    picture: Option<String>,
    #[arg(long, value_name = "URL")]
    website: Option<String>,
    /// IANA time zone.
    #[arg(long)]
    zoneinfo: Option<String>,
    /// Their language, such as vi or vi-VN.
    #[arg(long)]
    locale: Option<String>,
    /// 0: they said who they are; 1: matched against the registry; 2: proven in person.
    #[arg(long, value_name = "0|1|2")]
    account_level: Option<String>,
    /// Read a password from standard input. Without one they cannot sign in yet.
    #[arg(long)]
    password_stdin: bool,
    /// They do not exist: they sign in to clients in the sandbox, to no other, and stay made up for good.
    #[arg(long)]
    made_up: bool,
}

impl Arguments {
    pub fn read(self) -> Result<(Particulars, Option<SecretString>, Person), Failure> {
        let person = if self.made_up { Person::MadeUp } else { Person::Real };
        let password = self.password_stdin.then(|| standard_input::secret("--password-stdin")).transpose()?;
        let flag = |set: bool| set.then(|| "true".to_owned());
        let mut particulars = Particulars::default();
        for (column, text) in [
            (Column::Scheme, self.scheme),
            (Column::NationalId, Some(self.national_id)),
            (Column::Name, Some(self.name)),
            (Column::FamilyName, self.family_name),
            (Column::GivenName, self.given_name),
            (Column::MiddleName, self.middle_name),
            (Column::Nickname, self.nickname),
            (Column::PreferredUsername, self.preferred_username),
            (Column::Profile, self.profile),
            (Column::Picture, self.picture),
            (Column::Website, self.website),
            (Column::Zoneinfo, self.zoneinfo),
            (Column::Locale, self.locale),
            (Column::Birthdate, self.birthdate),
            (Column::Gender, self.gender),
            (Column::PhoneNumber, self.phone),
            (Column::PhoneNumberVerified, flag(self.phone_verified)),
            (Column::Email, self.email),
            (Column::EmailVerified, flag(self.email_verified)),
            (Column::Address, self.address),
            (Column::AccountLevel, self.account_level),
        ] {
            if let Some(text) = text {
                particulars.set(column, text);
            }
        }
        for (field, text) in self.in_language {
            particulars.set(field, text);
        }
        Ok((particulars, password, person))
    }
}

/// Reads `name#ru=…`.
fn in_language(argument: &str) -> Result<(Field, String), &'static str> {
    let told = "expected a name, its language and the text, such as name#ru=...";
    let (name, text) = argument.split_once('=').ok_or(told)?;
    let field = Field::from_name(name).filter(|field| field.language.is_some()).ok_or(told)?;
    Ok((field, text.to_owned()))
}

pub async fn run(
    admin: &Administrator,
    (particulars, password, person): (&Particulars, Option<&SecretString>, Person),
    output: &mut Output,
) -> Result<Exit, Failure> {
    let added = add(admin, particulars, password, person).await?;
    for warning in &added.warnings {
        output.remark(format_args!("warning: {}", warning.sentence));
    }
    let (id, national_id) = (added.citizen.id, added.citizen.national_id.masked());
    let names = if added.names == 1 { "1 name".to_owned() } else { format!("{} names", added.names) };
    let sign_in =
        if password.is_some() { format!("can sign in with {names}") } else { "has no password yet".to_owned() };
    let what = if person == Person::MadeUp { "made-up citizen" } else { "citizen" };
    let warnings: Vec<_> = added
        .warnings
        .iter()
        .map(|warning| json!({ "column": warning.column.map(Column::name), "code": warning.code, "sentence": warning.sentence }))
        .collect();
    output.say(
        format_args!("{what} {id} ({national_id}) was added and {sign_in}"),
        &json!({ "id": id.to_string(), "national_id": national_id, "sign_in_names": added.names, "made_up": person == Person::MadeUp, "password": password.is_some(), "warnings": warnings }),
    )?;
    Ok(Exit::Done)
}
