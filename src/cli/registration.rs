//! `senid registration token create|list|revoke`, `senid registration replace-token`.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::operator;
use super::output::Output;
use super::times;
use crate::config::{RegistrationMode, Settings, parse_duration};
use crate::domain::authorization::ResponseType;
use crate::domain::client::{GrantType, PkcePolicy, PolicyName, SubjectType};
use crate::domain::ids::{ClientId, InitialTokenId};
use crate::domain::registration::{InitialAccessToken, RegistrationTerms};
use crate::domain::scope::ScopeSet;
use crate::flows::admin::change_status::Change;
use crate::flows::admin::registration_tokens::{self, TokenRequest};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Initial access tokens: whoever holds one registers clients.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Gives a client that registered itself another registration access token; the one it had stops working.
    ReplaceToken { client: ClientId },
}

#[derive(Debug, clap::Subcommand)]
pub enum TokenCommand {
    Create(Box<Create>),
    /// Every initial access token, the oldest first.
    List,
    /// Ends a token; clients that were registered with it stay.
    Revoke {
        id: InitialTokenId,
    },
}

/// Makes an initial access token, which is shown once. What it does not say, the settings say.
#[derive(Clone, Debug, clap::Args)]
pub struct Create {
    /// How many clients may be registered with it.
    #[arg(long, default_value_t = 1, value_name = "N")]
    uses: u32,
    /// How long it is good, such as 30d or 8h.
    #[arg(long, default_value = "7d", value_name = "TIME", value_parser = parse_duration)]
    expires: Duration,
    /// Whom it is for.
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,
    /// The most that its clients may register for, such as "openid profile". May be repeated.
    #[arg(long)]
    scope: Vec<String>,
    /// What its clients may register, such as "code id_token". May be repeated.
    #[arg(long, value_name = "TYPE")]
    response_type: Vec<ResponseType>,
    /// pairwise or public. May be repeated.
    #[arg(long, value_name = "TYPE")]
    subject: Vec<SubjectType>,
    /// required, or optional for confidential clients that cannot do PKCE.
    #[arg(long)]
    pkce: Option<PkcePolicy>,
    /// Why its clients may be handed access tokens through the browser, by the exception's name.
    #[arg(long, value_name = "NAME")]
    front_channel_access_tokens: Option<String>,
    /// What its clients must keep to, such as fapi2 (docs/policies.md).
    #[arg(long, value_name = "NAME")]
    policy: Option<PolicyName>,
    /// What its clients may come by tokens with, such as client_credentials. May be repeated.
    #[arg(long, value_name = "GRANT")]
    grant_type: Vec<GrantType>,
    /// A type of authorization_details that its clients may register for. May be repeated.
    #[arg(long, value_name = "TYPE")]
    authorization_details_type: Vec<String>,
}

impl Create {
    fn request(self) -> Result<TokenRequest, Failure> {
        let given = |texts: Vec<String>| (!texts.is_empty()).then(|| texts.join(" "));
        let scopes: Option<ScopeSet> = given(self.scope)
            .map(|text| text.parse().map_err(|error| Failure::new(Exit::Usage, format!("--scope: {error}"))))
            .transpose()?;
        let response_types: BTreeSet<ResponseType> = self.response_type.into_iter().collect();
        let grant_types: BTreeSet<GrantType> = self.grant_type.into_iter().collect();
        let details_types: BTreeSet<String> = self.authorization_details_type.into_iter().collect();
        let subject_types: BTreeSet<SubjectType> = self.subject.into_iter().collect();
        Ok(TokenRequest {
            note: self.note,
            uses: self.uses,
            lives: self.expires,
            terms: RegistrationTerms {
                scopes,
                response_types: (!response_types.is_empty()).then_some(response_types),
                subject_types: (!subject_types.is_empty()).then_some(subject_types),
                pkce: self.pkce,
                front_channel_access_tokens: self.front_channel_access_tokens,
                policy: self.policy,
                grant_types: (!grant_types.is_empty()).then_some(grant_types),
                authorization_details_types: (!details_types.is_empty()).then_some(details_types),
            },
        })
    }
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let mode = settings.registration.mode;
    let open = async |settings| house.administrator(settings, operator::actor(), Reach::IdentityStore).await;
    match command {
        Command::Token(TokenCommand::Create(arguments)) => {
            let request = arguments.request()?;
            let (token, text) = registration_tokens::create(&open(settings).await?, request).await?;
            if mode == RegistrationMode::Off {
                output.remark("warning: dynamic registration is switched off (registration.mode)");
            }
            if output.is_json() {
                let mut document = to_json(&token);
                document["token"] = text.expose().into();
                output.document(&document)?;
            } else {
                let until = times::show(token.expires_at);
                output
                    .line(format_args!("initial access token {}: {} uses until {until}", token.id, token.uses_left))?;
                output.line(format_args!("\nIt is shown this once and not kept:\n{}", text.expose()))?;
            }
        }
        Command::Token(TokenCommand::List) => {
            registration_tokens::list(&open(settings).await?, |token| one_of_list(&token, output)).await?;
        }
        Command::Token(TokenCommand::Revoke { id }) => {
            let changed = registration_tokens::revoke(&open(settings).await?, id).await? == Change::Done;
            let sentence = match changed {
                true => format!("initial access token {id} is revoked"),
                false => format!("initial access token {id} was revoked before"),
            };
            output.say(sentence, &json!({ "id": id.to_string(), "changed": changed }))?;
        }
        Command::ReplaceToken { client } => {
            let text = registration_tokens::replace(&open(settings).await?, &client).await?;
            let sentence = format!(
                "client {client} has another registration access token, which is shown this once and not kept:\n{}",
                text.expose()
            );
            output
                .say(sentence, &json!({ "client_id": client.as_str(), "registration_access_token": text.expose() }))?;
        }
    }
    Ok(Exit::Done)
}

fn one_of_list(token: &InitialAccessToken, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json_line(&to_json(token))?);
    }
    let standing = match token.revoked_at {
        Some(at) => format!("revoked {}", times::show(at)),
        None => format!("until {}", times::show(token.expires_at)),
    };
    Ok(output.line(format_args!("{}  {:>6} left  {standing:<28} {}", token.id, token.uses_left, token.note))?)
}

/// Without the token itself, which is not kept.
fn to_json(token: &InitialAccessToken) -> Value {
    json!({
        "id": token.id.to_string(),
        "note": token.note,
        "uses_left": token.uses_left,
        "created_at": times::show(token.created_at),
        "expires_at": times::show(token.expires_at),
        "revoked_at": token.revoked_at.map(times::show),
        "terms": token.terms,
    })
}
