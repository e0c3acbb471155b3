//! `senid client draft`.

use std::path::PathBuf;

use serde_json::Value;

use super::create::{localised, read_json};
use super::show;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::config::Settings;
use crate::domain::client::{Client, Kind, Library};
use crate::flows::admin::Administrator;
use crate::flows::admin::create_client::Registered;
use crate::flows::onboarding::draft::{Draft, draft};

/// Brings an application into the sandbox at once, guided by what it is, and says what to put where.
///
/// It is for made-up people alone (senid citizen add --made-up) until it is in production. Texts that citizens read are given
/// as for create.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// web, single-page, native or service.
    #[arg(long)]
    kind: Option<Kind>,
    /// What citizens know it as.
    #[arg(long, value_name = "[LANGUAGE=]TEXT", required_unless_present = "from")]
    name: Vec<String>,
    /// Which organisation stands behind it.
    #[arg(long, value_name = "[LANGUAGE=]TEXT")]
    organisation: Vec<String>,
    /// What it asks for people's data for.
    #[arg(long, value_name = "[LANGUAGE=]TEXT")]
    purpose: Vec<String>,
    /// Its own front page.
    #[arg(long, value_name = "URI")]
    home_uri: Option<String>,
    /// Where citizens return to; compared character by character. May be repeated.
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Where citizens return to after signing out. May be repeated.
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    /// Where its server is told that a session ended.
    #[arg(long, value_name = "URI")]
    backchannel_logout_uri: Option<String>,
    /// The most it may ask for; openid profile where nothing is said.
    #[arg(long)]
    scope: Option<String>,
    /// A JSON Web Key Set with its public keys, to prove itself with in the place of a secret.
    #[arg(long, value_name = "FILE.json", conflicts_with = "jwks_uri")]
    jwks_file: Option<PathBuf>,
    /// Where it publishes its public keys.
    #[arg(long, value_name = "URI")]
    jwks_uri: Option<String>,
    /// Whom the authority asks about it. May be repeated.
    #[arg(long, value_name = "ADDRESS")]
    contact: Vec<String>,
    /// What it does with people's data.
    #[arg(long, value_name = "URI")]
    policy_uri: Option<String>,
    /// Its terms of use.
    #[arg(long, value_name = "URI")]
    tos_uri: Option<String>,
    /// A JSON file that says all of it, in the members of registration metadata (RFC 7591); instead of the options.
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["kind", "name"])]
    from: Option<PathBuf>,
}

impl Arguments {
    pub fn read(&self) -> Result<Draft, Failure> {
        if let Some(path) = &self.from {
            return read_json("--from", path);
        }
        let jwks: Option<Value> = self.jwks_file.as_ref().map(|path| read_json("--jwks-file", path)).transpose()?;
        let texts = |texts: &Vec<String>| localised(texts.clone());
        let kind = self.kind.ok_or_else(|| {
            Failure::new(Exit::Usage, "--kind: expected web, single-page, native or service".to_owned())
        })?;
        Ok(Draft {
            organisation: texts(&self.organisation),
            purpose: texts(&self.purpose),
            home_uri: self.home_uri.clone(),
            redirect_uris: self.redirect_uri.clone(),
            post_logout_redirect_uris: self.post_logout_redirect_uri.clone(),
            backchannel_logout_uri: self.backchannel_logout_uri.clone(),
            scope: self.scope.clone(),
            jwks,
            jwks_uri: self.jwks_uri.clone(),
            contacts: self.contact.clone(),
            policy_uri: self.policy_uri.clone(),
            tos_uri: self.tos_uri.clone(),
            ..Draft::new(kind, texts(&self.name))
        })
    }
}

pub async fn run(admin: &Administrator, asked: &Draft, output: &mut Output) -> Result<Exit, Failure> {
    let Registered { client, secret, warnings, .. } = draft(admin, asked).await?;
    let done = show::registered(&client, secret.as_ref(), &warnings, "is in the sandbox", output)?;
    if !output.is_json() {
        guide(&admin.settings, &client).iter().try_for_each(|line| output.line(format_args!("{line}")))?;
    }
    Ok(done)
}

/// What the developer does next.
fn guide(settings: &Settings, client: &Client) -> Vec<String> {
    let kind = Kind::of(client);
    let mut lines = vec![
        String::new(),
        format!("issuer      {}", settings.issuer),
        format!("discovery   {}", settings.issuer.at("/.well-known/openid-configuration")),
        format!("client_id   {}", client.id),
    ];
    lines.push(match kind {
        Kind::Web | Kind::Service if client.authentication.method().has_secret() => {
            "It proves itself by the secret above: keep it where only its server reads it.".to_owned()
        }
        Kind::Web | Kind::Service => "It proves itself by its key.".to_owned(),
        Kind::SinglePage | Kind::Native => "It has no secret: PKCE protects its codes.".to_owned(),
    });
    if kind.sends_people() {
        lines.push("Whoever signs in to it is made up: senid citizen add --made-up ...".to_owned());
    } else {
        lines.push("It asks for tokens of resource servers, which open themselves to it.".to_owned());
    }
    lines.extend(Library::of(kind).filter(|library| library.misfit(client).is_none()).map(|library| {
        format!("What to put into the application: senid client snippet {} --for {library}", client.id)
    }));
    lines
}
