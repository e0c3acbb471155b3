//! `senid client create`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::{further, show};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::standard_input;
use crate::domain::authorization::ResponseType;
use crate::domain::client::{
    ApplicationType, ClientAuthenticationMethod, ConsentPolicy, Localised, PkcePolicy, SubjectType,
};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::secret::SecretString;
use crate::flows::admin::Administrator;
use crate::flows::admin::create_client::{ClientRequest, Registered, create};

/// Registers a client. One that proves itself by a secret is given it, and it is shown once.
///
/// Texts that citizens read are given once for all languages (--name TEXT) or once a language (--name vi=TEXT
/// --name en=TEXT).
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The client's id: letters, digits, - . _ ~
    #[arg(required_unless_present = "from")]
    id: Option<String>,
    /// A JSON file that says all of it, in the members of registration metadata (RFC 7591); instead of the options.
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["id", "request", "further", "release"])]
    from: Option<PathBuf>,
    /// Read the secret from standard input instead of making one.
    #[arg(long)]
    secret_stdin: bool,
    #[command(flatten)]
    request: Request,
}

#[derive(Clone, Debug, clap::Args)]
#[group(id = "request", multiple = true)]
struct Request {
    /// What citizens know it as.
    #[arg(long, value_name = "[LANGUAGE=]TEXT")]
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
    /// It needs the sid there; SenID always says it.
    #[arg(long, requires = "backchannel_logout_uri")]
    backchannel_logout_session_required: bool,
    /// What is shown in a frame when the citizen signs out, so that the browser is told.
    #[arg(long, value_name = "URI")]
    frontchannel_logout_uri: Option<String>,
    /// It needs iss and sid there; SenID always says them.
    #[arg(long, requires = "frontchannel_logout_uri")]
    frontchannel_logout_session_required: bool,
    /// The most it may ask for, such as "openid profile". May be repeated.
    #[arg(long)]
    scope: Vec<String>,
    /// How it proves itself at the token endpoint: client_secret_basic, client_secret_post, client_secret_jwt,
    /// private_key_jwt, tls_client_auth, self_signed_tls_client_auth or none.
    #[arg(long, default_value_t, value_name = "METHOD")]
    auth: ClientAuthenticationMethod,
    /// The one algorithm of its assertions, with client_secret_jwt and private_key_jwt.
    #[arg(long, value_name = "ALG")]
    auth_signing_alg: Option<String>,
    /// A JSON Web Key Set with its public keys.
    #[arg(long, value_name = "FILE.json", conflicts_with = "jwks_uri")]
    jwks_file: Option<PathBuf>,
    /// Where it publishes its public keys.
    #[arg(long, value_name = "URI")]
    jwks_uri: Option<String>,
    /// web, or native for an app on people's own devices.
    #[arg(long, default_value = "web")]
    application_type: ApplicationType,
    /// pairwise: citizens have another sub in every sector; public: the same everywhere.
    #[arg(long, default_value = "pairwise")]
    subject: SubjectType,
    /// What pairwise subjects are derived from, once and for all; the redirect URIs' host where they share one.
    #[arg(long, value_name = "HOST")]
    sector: Option<String>,
    /// What it may ask the authorization endpoint for, such as "code id_token"; only code where none is named. May be
    /// repeated.
    #[arg(long, value_name = "TYPE")]
    response_type: Vec<ResponseType>,
    /// Why it may be handed access tokens through the browser, which RFC 9700 advises against: without a reason it may
    /// not.
    #[arg(long, value_name = "WHY")]
    front_channel_access_tokens: Option<String>,
    /// required, or optional for a confidential client that cannot do PKCE.
    #[arg(long)]
    pkce: Option<PkcePolicy>,
    /// ask, or implied for the authority's own application.
    #[arg(long)]
    consent: Option<ConsentPolicy>,
    /// What its ID tokens are signed with: ES256, ES384, EdDSA, PS256 or RS256.
    #[arg(long, value_name = "ALG")]
    id_token_alg: Option<SignatureAlgorithm>,
    /// The authority has verified that the organisation stands behind it.
    #[arg(long)]
    verified: bool,
    /// The authority has approved that it is told national identifiers.
    #[arg(long)]
    approve_national_id: bool,
    #[command(flatten)]
    further: further::Options,
}

impl Arguments {
    /// What is asked for, and the secret if one is given.
    pub fn read(&self) -> Result<(ClientRequest, Option<SecretString>), Failure> {
        let request = match &self.from {
            Some(path) => read_json("--from", path)?,
            None => self.request.clone().into_request(self.id.clone().unwrap_or_default())?,
        };
        let secret = self.secret_stdin.then(|| standard_input::secret("--secret-stdin")).transpose()?;
        Ok((request, secret))
    }
}

impl Request {
    fn into_request(self, id: String) -> Result<ClientRequest, Failure> {
        let jwks = self.jwks_file.map(|path| read_json("--jwks-file", &path)).transpose()?;
        Ok(ClientRequest {
            id,
            name: localised(self.name),
            organisation: localised(self.organisation),
            purpose: localised(self.purpose),
            home_uri: self.home_uri,
            redirect_uris: self.redirect_uri,
            post_logout_redirect_uris: self.post_logout_redirect_uri,
            backchannel_logout_uri: self.backchannel_logout_uri,
            backchannel_logout_session_required: self.backchannel_logout_session_required,
            frontchannel_logout_uri: self.frontchannel_logout_uri,
            frontchannel_logout_session_required: self.frontchannel_logout_session_required,
            scope: if self.scope.is_empty() { "openid".to_owned() } else { self.scope.join(" ") },
            authentication: self.auth,
            token_endpoint_auth_signing_alg: self.auth_signing_alg,
            jwks,
            jwks_uri: self.jwks_uri,
            application_type: self.application_type,
            subject_type: Some(self.subject),
            sector_identifier: self.sector,
            response_types: self.response_type.into_iter().collect(),
            front_channel_access_tokens: self.front_channel_access_tokens,
            pkce: self.pkce,
            consent: self.consent,
            id_token_algorithm: self.id_token_alg,
            organisation_verified: self.verified,
            national_id_approved: self.approve_national_id,
            further: self.further.into_further()?,
            unknown: BTreeMap::new(),
        })
    }
}

/// The JSON of the file that `option` names.
pub(in crate::cli) fn read_json<T: DeserializeOwned>(option: &str, path: &Path) -> Result<T, Failure> {
    let unreadable = |why: String| Failure::new(Exit::Usage, format!("{option} {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))
}

/// `vi=Cổng dịch vụ công` is for Vietnamese; a text without a language before it is for all.
pub(in crate::cli) fn localised(texts: Vec<String>) -> Localised {
    let tag = |text: &str| (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let texts: BTreeMap<String, String> = texts
        .into_iter()
        .map(|text| match text.split_once('=') {
            Some((language, rest)) if tag(language) => (language.to_owned(), rest.to_owned()),
            _ => (String::new(), text),
        })
        .collect();
    Localised(texts)
}

pub async fn run(
    admin: &Administrator,
    request: &ClientRequest,
    secret: Option<&SecretString>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let Registered { client, secret, warnings, .. } = create(admin, request, secret).await?;
    show::registered(&client, secret.as_ref(), &warnings, "is registered", output)
}
