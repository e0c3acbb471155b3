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
use crate::domain::scope::{Scope, ScopeSet};
use crate::domain::secret::SecretString;
use crate::protocol::redirect::{check_registration, sector_of};
use crate::storage;

use super::{AdminError, Administrator, Fault};

/// Says to whoever finds it in a file or a log what it is.
const SECRET_PREFIX: &str = "senid_cs_";
/// A secret is kept as a plain hash, so it must be beyond guessing: one that SenID makes has 32 random bytes.
const LEAST_SECRET: usize = 16;
const MOST_SECRET: usize = 256;
const MOST_TEXT: usize = 200;

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
    let mut faults = Vec::new();
    let made =
        (secret.is_none() && request.authentication != AuthenticationMethod::None).then(|| make_secret(&*admin.random));
    let authentication = authentication(request, secret.or(made.as_ref()), &mut faults);
    let id = ClientId::from_str(&request.id).map_err(|fault| faults.push(Fault::new("client_id", fault.to_string())));
    let display = display(request, &mut faults);
    check_uris(request, &mut faults);
    let scopes = scopes(request, &mut faults);
    let subject_type = request.subject_type.unwrap_or(SubjectType::Pairwise);
    let sector_identifier = sector(request, subject_type, &mut faults);
    let policy = policy(admin, request, &mut faults);
    let Ok(id) = id else { return Err(AdminError::Invalid(faults)) };
    if !faults.is_empty() {
        return Err(AdminError::Invalid(faults));
    }

    let now = admin.clock.now();
    let client = Client {
        application_type: request.application_type,
        display,
        redirect_uris: request.redirect_uris.clone(),
        post_logout_redirect_uris: request.post_logout_redirect_uris.clone(),
        scopes,
        subject_type,
        sector_identifier,
        policy,
        ..Client::new(id.clone(), authentication, now)
    };
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
    let warnings = warnings(admin, request);
    Ok(Created { client, secret: made, warnings })
}

fn make_secret(random: &dyn Random) -> SecretString {
    let mut text = String::with_capacity(64);
    text.push_str(SECRET_PREFIX);
    base64url::encode_into(&random.bytes::<32>(), &mut text);
    SecretString::new(text)
}

fn authentication(
    request: &ClientRequest,
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
    let hash = |secret: &SecretString| hash_secret(secret.expose().as_bytes());
    match (request.authentication, secret) {
        (AuthenticationMethod::ClientSecretBasic, Some(secret)) => {
            ClientAuthentication::ClientSecretBasic { secret: hash(secret) }
        }
        (AuthenticationMethod::ClientSecretPost, Some(secret)) => {
            ClientAuthentication::ClientSecretPost { secret: hash(secret) }
        }
        (AuthenticationMethod::None, Some(_)) => {
            faults.push(Fault::new("client_secret", "a public client has none"));
            ClientAuthentication::None
        }
        (_, None) => ClientAuthentication::None,
    }
}

fn display(request: &ClientRequest, faults: &mut Vec<Fault>) -> ClientDisplay {
    if request.name.0.is_empty() {
        faults.push(Fault::new("name", "expected the name that citizens will read, in one language or more"));
    }
    for (field, texts) in
        [("name", &request.name), ("organisation", &request.organisation), ("purpose", &request.purpose)]
    {
        for (language, text) in &texts.0 {
            if !language.is_empty() && !(2..=3).contains(&language.len())
                || !language.bytes().all(|byte| byte.is_ascii_lowercase())
            {
                faults.push(Fault::new(field, format!("{language:?} is no language: expected one such as vi or en")));
            }
            let fits = (1..=MOST_TEXT).contains(&text.trim().chars().count()) && !text.chars().any(char::is_control);
            if !fits {
                faults.push(Fault::new(field, format!("expected 1 to {MOST_TEXT} characters on one line")));
            }
        }
    }
    ClientDisplay {
        name: request.name.clone(),
        organisation: request.organisation.clone(),
        purpose: request.purpose.clone(),
        organisation_verified: request.organisation_verified,
        home_uri: request.home_uri.clone(),
        ..ClientDisplay::default()
    }
}

fn is_of_the_web(uri: &str) -> bool {
    url::Url::parse(uri).is_ok_and(|uri| matches!(uri.scheme(), "http" | "https"))
}

fn check_uris(request: &ClientRequest, faults: &mut Vec<Fault>) {
    if request.redirect_uris.is_empty() {
        faults.push(Fault::new("redirect_uri", "expected at least one address to return to"));
    }
    let lists = [
        ("redirect_uri", request.redirect_uris.as_slice()),
        ("post_logout_redirect_uri", request.post_logout_redirect_uris.as_slice()),
        ("home_uri", request.home_uri.as_slice()),
    ];
    for (field, uris) in lists {
        for (at, uri) in uris.iter().enumerate() {
            if let Err(why) = check_registration(uri) {
                faults.push(Fault::new(field, format!("{uri} {why}")));
            } else if request.application_type == ApplicationType::Web && !is_of_the_web(uri) {
                faults
                    .push(Fault::new(field, format!("{uri} has a private-use scheme, which only a native client has")));
            }
            if uris[..at].contains(uri) {
                faults.push(Fault::new(field, format!("{uri} is there twice")));
            }
        }
    }
}

fn scopes(request: &ClientRequest, faults: &mut Vec<Fault>) -> ScopeSet {
    let mut scopes = Vec::new();
    for word in request.scope.split_ascii_whitespace() {
        match Scope::from_str(word) {
            Ok(scope) if claims::is_known_scope(word) => scopes.push(scope),
            _ => {
                let known = claims::known_scopes().join(", ");
                faults.push(Fault::new("scope", format!("there is no scope {word:?}; there are {known}")));
            }
        }
    }
    let scopes: ScopeSet = scopes.into_iter().collect();
    if !scopes.contains("openid") {
        faults.push(Fault::new("scope", "expected openid among them"));
    }
    match (scopes.contains(claims::NATIONAL_ID), request.national_id_approved) {
        (true, false) => faults.push(Fault::new(
            "scope",
            format!("{} tells a client national identifiers: it needs --approve-national-id", claims::NATIONAL_ID),
        )),
        (false, true) => faults.push(Fault::new(
            "approve_national_id",
            format!("there is nothing to approve: {} is not among the scopes", claims::NATIONAL_ID),
        )),
        _ => {}
    }
    scopes
}

/// What pairwise subjects will be derived from, once and for all.
fn sector(request: &ClientRequest, subject_type: SubjectType, faults: &mut Vec<Fault>) -> String {
    match &request.sector_identifier {
        Some(named) => match url::Host::parse(named) {
            Ok(host) => return host.to_string(),
            Err(_) => faults.push(Fault::new("sector", format!("{named:?} is no host name"))),
        },
        None => match sector_of(&request.redirect_uris) {
            Ok(host) => return host,
            // Nothing is derived from it.
            Err(_) if subject_type == SubjectType::Public => return request.id.clone(),
            // What is wrong with them has been said.
            Err(_) if request.redirect_uris.is_empty() || !faults.is_empty() => {}
            Err(_) => faults.push(Fault::new("sector", "the redirect URIs do not share one host: name the sector")),
        },
    }
    String::new()
}

fn policy(admin: &Administrator, request: &ClientRequest, faults: &mut Vec<Fault>) -> ClientPolicy {
    let default = ClientPolicy::default();
    if request.authentication == AuthenticationMethod::None && request.pkce == Some(PkcePolicy::Optional) {
        faults.push(Fault::new("pkce", "a public client always proves its codes with PKCE"));
    }
    let algorithm = request.id_token_algorithm.unwrap_or(default.id_token_algorithm);
    let offered = &admin.settings.keys.rotation.algorithms;
    if !offered.contains(&algorithm) {
        let names: Vec<&str> = offered.iter().map(|algorithm| algorithm.name()).collect();
        faults.push(Fault::new("id_token_alg", format!("the settings offer {} (keys.algorithms)", names.join(", "))));
    }
    ClientPolicy {
        pkce: request.pkce.unwrap_or(default.pkce),
        consent: request.consent.unwrap_or(default.consent),
        id_token_algorithm: algorithm,
        ..default
    }
}

fn warnings(admin: &Administrator, request: &ClientRequest) -> Vec<String> {
    let mut warnings = Vec::new();
    let loopback = |uri: &&String| Url::parse(uri).is_ok_and(|uri| uri.scheme() == "http");
    if !admin.settings.issuer.is_loopback() && request.application_type == ApplicationType::Web {
        for uri in request.redirect_uris.iter().filter(loopback) {
            warnings.push(format!("{uri} is on the visitor's own machine: only a developer's portal is there"));
        }
    }
    if request.organisation.0.is_empty() {
        warnings.push("citizens are not told which organisation stands behind it (--organisation)".to_owned());
    }
    if request.purpose.0.is_empty() && request.consent != Some(ConsentPolicy::Implied) {
        warnings.push("citizens are not told what it asks for their data for (--purpose)".to_owned());
    }
    warnings
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
