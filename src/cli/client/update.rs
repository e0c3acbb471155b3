//! `senid client update`.

use std::path::PathBuf;

use serde_json::Value;

use super::create::{localised, read_json};
use super::{further, show};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::standard_input;
use crate::domain::authorization::ResponseType;
use crate::domain::client::{ClientAuthenticationMethod, ClientKeys, ConsentPolicy, PkcePolicy};
use crate::domain::ids::ClientId;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::secret::SecretString;
use crate::flows::admin::Administrator;
use crate::flows::admin::create_client::Registered;
use crate::flows::admin::update_client::{AddressChange, ClientChange, ListChange, NewSecret, SectorChange, update};

/// Changes what is registered of a client. What is not named stays as it is.
///
/// Citizens keep the subjects that the client knows them by, whatever else changes. Servers follow within a second.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    pub id: ClientId,
    /// What citizens know it as, in the place of its name in every language.
    #[arg(long, value_name = "[LANGUAGE=]TEXT")]
    name: Vec<String>,
    /// Which organisation stands behind it. That it does is to be verified anew (--verified).
    #[arg(long, value_name = "[LANGUAGE=]TEXT")]
    organisation: Vec<String>,
    /// What it asks for people's data for.
    #[arg(long, value_name = "[LANGUAGE=]TEXT")]
    purpose: Vec<String>,
    /// Its own front page.
    #[arg(long, value_name = "URI")]
    home_uri: Option<String>,
    #[arg(long, conflicts_with = "home_uri")]
    no_home_uri: bool,
    /// Where its server is told that a session ended.
    #[arg(long, value_name = "URI")]
    backchannel_logout_uri: Option<String>,
    #[arg(long, conflicts_with = "backchannel_logout_uri")]
    no_backchannel_logout_uri: bool,
    /// What is shown in a frame when the citizen signs out.
    #[arg(long, value_name = "URI")]
    frontchannel_logout_uri: Option<String>,
    #[arg(long, conflicts_with = "frontchannel_logout_uri")]
    no_frontchannel_logout_uri: bool,
    /// Where citizens return to, in the place of all it has. May be repeated.
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    #[arg(long, value_name = "URI")]
    add_redirect_uri: Vec<String>,
    #[arg(long, value_name = "URI")]
    remove_redirect_uri: Vec<String>,
    /// Where citizens return to after signing out, in the place of all it has. May be repeated.
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    #[arg(long, value_name = "URI")]
    add_post_logout_redirect_uri: Vec<String>,
    #[arg(long, value_name = "URI")]
    remove_post_logout_redirect_uri: Vec<String>,
    /// The most it may ask for, in the place of what it may now. May be repeated.
    #[arg(long)]
    scope: Vec<String>,
    /// What it may ask the authorization endpoint for, in the place of what it may now. May be repeated.
    #[arg(long, value_name = "TYPE")]
    response_type: Vec<ResponseType>,
    /// Why it may be handed access tokens through the browser, which RFC 9700 advises against.
    #[arg(long, value_name = "WHY")]
    front_channel_access_tokens: Option<String>,
    /// How it proves itself: client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, tls_client_auth,
    /// self_signed_tls_client_auth or none.
    #[arg(long, value_name = "METHOD")]
    auth: Option<ClientAuthenticationMethod>,
    /// The one algorithm of its assertions.
    #[arg(long, value_name = "ALG")]
    auth_signing_alg: Option<String>,
    /// A JSON Web Key Set with its public keys, in the place of those it has.
    #[arg(long, value_name = "FILE.json", conflicts_with = "jwks_uri")]
    jwks_file: Option<PathBuf>,
    /// Where it publishes its public keys, in the place of those it has.
    #[arg(long, value_name = "URI")]
    jwks_uri: Option<String>,
    /// Make it a new secret, shown once; the old one is refused from then on.
    #[arg(long)]
    new_secret: bool,
    /// Read a new secret from standard input instead.
    #[arg(long, conflicts_with = "new_secret")]
    secret_stdin: bool,
    /// required or optional.
    #[arg(long)]
    pkce: Option<PkcePolicy>,
    /// ask or implied.
    #[arg(long)]
    consent: Option<ConsentPolicy>,
    /// What its ID tokens are signed with: ES256, EdDSA or RS256.
    #[arg(long, value_name = "ALG", value_parser = algorithm)]
    id_token_alg: Option<SignatureAlgorithm>,
    /// The authority has verified that the organisation stands behind it.
    #[arg(long)]
    verified: bool,
    #[arg(long, conflicts_with = "verified")]
    not_verified: bool,
    /// The authority has approved that it is told national identifiers.
    #[arg(long)]
    approve_national_id: bool,
    /// Derive the subjects of its citizens from another sector: every citizen becomes a stranger to it. Refused without
    /// the right number of citizens.
    #[arg(long, value_name = "HOST")]
    dangerously_change_sector: Option<String>,
    /// How many citizens that makes strangers.
    #[arg(long, requires = "dangerously_change_sector", value_name = "NUMBER")]
    citizens: Option<u64>,
    #[command(flatten)]
    further: further::Options,
}

fn algorithm(text: &str) -> Result<SignatureAlgorithm, String> {
    SignatureAlgorithm::from_name(text).ok_or_else(|| "expected ES256, EdDSA or RS256".to_owned())
}

fn address(uri: &Option<String>, none: bool) -> Option<AddressChange> {
    uri.clone().map(AddressChange::To).or_else(|| none.then_some(AddressChange::Gone))
}

impl Arguments {
    pub fn read(&self) -> Result<ClientChange, Failure> {
        let texts = |texts: &Vec<String>| (!texts.is_empty()).then(|| localised(texts.clone()));
        let list = |whole: &Vec<String>, gone: &[String], added: &[String]| ListChange {
            whole: (!whole.is_empty()).then(|| whole.clone()),
            gone: gone.to_vec(),
            added: added.to_vec(),
        };
        let secret: Option<SecretString> =
            self.secret_stdin.then(|| standard_input::secret("--secret-stdin")).transpose()?;
        let jwks: Option<Value> = self.jwks_file.as_ref().map(|path| read_json("--jwks-file", path)).transpose()?;
        let given = jwks.map(|jwks| ClientKeys::Given(jwks.to_string()));
        Ok(ClientChange {
            name: texts(&self.name),
            organisation: texts(&self.organisation),
            purpose: texts(&self.purpose),
            home_uri: address(&self.home_uri, self.no_home_uri),
            backchannel_logout_uri: address(&self.backchannel_logout_uri, self.no_backchannel_logout_uri),
            frontchannel_logout_uri: address(&self.frontchannel_logout_uri, self.no_frontchannel_logout_uri),
            redirect_uris: list(&self.redirect_uri, &self.remove_redirect_uri, &self.add_redirect_uri),
            post_logout_redirect_uris: list(
                &self.post_logout_redirect_uri,
                &self.remove_post_logout_redirect_uri,
                &self.add_post_logout_redirect_uri,
            ),
            scope: (!self.scope.is_empty()).then(|| self.scope.join(" ")),
            response_types: self.response_type.iter().copied().collect(),
            front_channel_access_tokens: self.front_channel_access_tokens.clone(),
            authentication: self.auth,
            signing_algorithm: self.auth_signing_alg.clone(),
            keys: given.or_else(|| self.jwks_uri.clone().map(ClientKeys::Published)),
            secret: secret.map(NewSecret::Given).or_else(|| self.new_secret.then_some(NewSecret::Made)),
            pkce: self.pkce,
            consent: self.consent,
            id_token_algorithm: self.id_token_alg,
            organisation_verified: self.verified.then_some(true).or_else(|| self.not_verified.then_some(false)),
            national_id_approved: self.approve_national_id,
            sector: self
                .dangerously_change_sector
                .clone()
                .map(|sector| SectorChange { sector, citizens: self.citizens }),
            further: self.further.clone().into_further()?,
            expected: None,
        })
    }
}

pub async fn run(
    admin: &Administrator,
    id: &ClientId,
    change: &ClientChange,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let Registered { client, secret, warnings, .. } = update(admin, id, change).await?;
    show::registered(&client, secret.as_ref(), &warnings, "is as follows", output)
}
