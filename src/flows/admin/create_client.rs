//! Registering a client. Every fault of what was asked is said at once, by the member it concerns.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use url::Url;

use crate::crypto::base64url;
use crate::crypto::hash::hash_secret;
use crate::domain::audit::EventKind;
use crate::domain::claims;
use crate::domain::client::{
    ApplicationType, Client, ClientAuthentication, ClientDisplay, ClientPolicy, ConsentPolicy, Localised, PkcePolicy,
    SubjectType,
};
use crate::domain::ids::ClientId;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::random::Random;
use crate::domain::secret::{SecretHash, SecretString};
use crate::protocol::registration::{Allowed, check, parse_scopes, sector};
use crate::storage;

use super::{AdminError, Administrator, Fault};

/// Says to whoever finds it in a file or a log what it is.
const SECRET_PREFIX: &str = "senid_cs_";
/// A secret is kept as a plain hash, so it must be beyond guessing: one that SenID makes has 32 random bytes.
const LEAST_SECRET: usize = 16;
const MOST_SECRET: usize = 256;

/// What is asked for, in the members of registration metadata (RFC 7591 §2) where those have them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientRequest {
    #[serde(rename = "client_id")]
    pub id: String,
    /// What citizens see, by language; under "" for every language.
    pub name: Localised,
    pub organisation: Localised,
    pub purpose: Localised,
    pub home_uri: Option<String>,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    /// Separated by spaces.
    pub scope: String,
    #[serde(rename = "token_endpoint_auth_method")]
    pub authentication: AuthenticationMethod,
    pub application_type: ApplicationType,
    pub subject_type: Option<SubjectType>,
    pub sector_identifier: Option<String>,
    pub pkce: Option<PkcePolicy>,
    pub consent: Option<ConsentPolicy>,
    #[serde(rename = "id_token_signed_response_alg")]
    pub id_token_algorithm: Option<SignatureAlgorithm>,
    /// The authority has verified that the organisation stands behind it.
    pub organisation_verified: bool,
    /// The authority has approved that it is told national identifiers.
    pub national_id_approved: bool,
}

/// The registered names (IANA, OAuth Token Endpoint Authentication Methods) that are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthenticationMethod {
    #[default]
    ClientSecretBasic,
    ClientSecretPost,
    None,
}

/// A client that now is, and what its operator must be told.
#[derive(Debug)]
pub struct Created {
    pub client: Client,
    /// One that was made here: it is not kept, so this is the only time that it can be seen.
    pub secret: Option<SecretString>,
    /// What works but is seldom meant.
    pub warnings: Vec<String>,
}

/// Registers a client with `secret`, or with one made here where it needs one.
///
/// # Errors
/// `Invalid` with every fault; `Conflict` if there is a client of this id.
pub async fn create(
    admin: &Administrator,
    request: &ClientRequest,
    secret: Option<&SecretString>,
) -> Result<Created, AdminError> {
    let made =
        (secret.is_none() && request.authentication != AuthenticationMethod::None).then(|| make_secret(&*admin.random));
    let client = candidate(admin, request, secret.or(made.as_ref())).map_err(AdminError::Invalid)?;
    let id = client.id.clone();
    let event = admin
        .event(EventKind::ClientCreated)
        .of(&id)
        .with("authentication", client.authentication.method())
        .with("scopes", &client.scopes)
        .with("subject_type", client.subject_type.as_str())
        .with("sector", &client.sector_identifier);
    let mut tx = admin.store.begin().await?;
    match tx.clients().insert(&client).await {
        Err(storage::Error::Conflict(_)) => {
            return Err(AdminError::Conflict(format!("there is a client {id} already")));
        }
        done => done?,
    }
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    let warnings = warnings(admin, &client);
    Ok(Created { client, secret: made, warnings })
}

/// The client that was asked for, held against the rules that every client is held against.
fn candidate(
    admin: &Administrator,
    request: &ClientRequest,
    secret: Option<&SecretString>,
) -> Result<Client, Vec<Fault>> {
    let mut faults = Vec::new();
    let authentication = authentication(request.authentication, secret, &mut faults);
    // Without a name of its own it is judged under another, so that everything is said at once.
    let id = ClientId::from_str(&request.id).or_else(|fault| {
        faults.push(Fault::new("client_id", fault.to_string()));
        ClientId::from_str("unnamed")
    });
    let Ok(id) = id else { return Err(faults) };
    let mut unknown = Vec::new();
    let scopes = parse_scopes(&request.scope, &mut unknown);
    faults.extend(unknown.into_iter().map(Fault::from));
    if request.national_id_approved && !scopes.contains(claims::NATIONAL_ID) {
        let sentence = format!("there is nothing to approve: {} is not among the scopes", claims::NATIONAL_ID);
        faults.push(Fault::new("approve_national_id", sentence));
    }
    let default = ClientPolicy::default();
    let mut client = Client {
        application_type: request.application_type,
        display: ClientDisplay {
            name: request.name.clone(),
            organisation: request.organisation.clone(),
            purpose: request.purpose.clone(),
            organisation_verified: request.organisation_verified,
            home_uri: request.home_uri.clone(),
            ..ClientDisplay::default()
        },
        redirect_uris: request.redirect_uris.clone(),
        post_logout_redirect_uris: request.post_logout_redirect_uris.clone(),
        scopes,
        subject_type: request.subject_type.unwrap_or(SubjectType::Pairwise),
        policy: ClientPolicy {
            pkce: request.pkce.unwrap_or(default.pkce),
            consent: request.consent.unwrap_or(default.consent),
            id_token_algorithm: request.id_token_algorithm.unwrap_or(default.id_token_algorithm),
            ..default
        },
        ..Client::new(id, authentication, admin.clock.now())
    };
    faults.extend(check(&client, &allowed(admin, request.national_id_approved)).into_iter().map(Fault::from));
    match sector(&client.id, client.subject_type, request.sector_identifier.as_deref(), &client.redirect_uris) {
        Ok(sector) => client.sector_identifier = sector,
        // Where addresses are at fault, that has been said, and no sector follows from them.
        Err(_) if request.sector_identifier.is_none() && faults.iter().any(|fault| fault.field == "redirect_uris") => {}
        Err(fault) => faults.push(fault.into()),
    }
    if faults.is_empty() { Ok(client) } else { Err(faults) }
}

/// What this deployment allows its operators' clients.
pub(super) fn allowed(admin: &Administrator, national_id: bool) -> Allowed<'_> {
    Allowed { algorithms: &admin.settings.keys.rotation.algorithms, national_id }
}

pub(super) fn make_secret(random: &dyn Random) -> SecretString {
    let mut text = String::with_capacity(64);
    text.push_str(SECRET_PREFIX);
    base64url::encode_into(&random.bytes::<32>(), &mut text);
    SecretString::new(text)
}

pub(super) fn authentication(
    method: AuthenticationMethod,
    secret: Option<&SecretString>,
    faults: &mut Vec<Fault>,
) -> ClientAuthentication {
    if let Some(secret) = secret {
        let text = secret.expose();
        // RFC 6749 appendix A.2: printable ASCII.
        if !(LEAST_SECRET..=MOST_SECRET).contains(&text.len())
            || !text.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
        {
            let sentence =
                format!("expected {LEAST_SECRET} to {MOST_SECRET} printable ASCII characters without spaces");
            faults.push(Fault::new("client_secret", sentence));
        }
    }
    let Some(secret) = secret else { return ClientAuthentication::None };
    if method == AuthenticationMethod::None {
        faults.push(Fault::new("client_secret", "a public client has none"));
    }
    method.with_secret(&hash_secret(secret.expose().as_bytes()))
}

/// What works but is seldom meant.
pub(super) fn warnings(admin: &Administrator, client: &Client) -> Vec<String> {
    let mut warnings = Vec::new();
    let loopback = |uri: &&String| Url::parse(uri).is_ok_and(|uri| uri.scheme() == "http");
    if !admin.settings.issuer.is_loopback() && client.application_type == ApplicationType::Web {
        for uri in client.redirect_uris.iter().filter(loopback) {
            warnings.push(format!("{uri} is on the visitor's own machine: only a developer's portal is there"));
        }
    }
    if client.display.organisation.0.is_empty() {
        warnings.push("citizens are not told which organisation stands behind it (--organisation)".to_owned());
    }
    if client.display.purpose.0.is_empty() && client.policy.consent != ConsentPolicy::Implied {
        warnings.push("citizens are not told what it asks for their data for (--purpose)".to_owned());
    }
    warnings
}

impl AuthenticationMethod {
    /// This method, with a secret that is known by its hash alone.
    pub(super) fn with_secret(self, secret: &SecretHash) -> ClientAuthentication {
        let secret = *secret;
        match self {
            Self::ClientSecretBasic => ClientAuthentication::ClientSecretBasic { secret },
            Self::ClientSecretPost => ClientAuthentication::ClientSecretPost { secret },
            Self::None => ClientAuthentication::None,
        }
    }
}

impl FromStr for AuthenticationMethod {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "client_secret_basic" => Ok(Self::ClientSecretBasic),
            "client_secret_post" => Ok(Self::ClientSecretPost),
            "none" => Ok(Self::None),
            _ => Err("expected client_secret_basic, client_secret_post or none"),
        }
    }
}

impl fmt::Display for AuthenticationMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        })
    }
}
