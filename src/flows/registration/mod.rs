//! Clients that register themselves and manage what they registered: RFC 7591, RFC 7592. What may be registered is
//! decided in `protocol::registration::dynamic`; here it is decided who may, and what is written.
//!
//! A registration access token is replaced by every update and by nothing else. Its successor is derived from it, so that
//! an update whose answer was lost can be sent again, as it was, with the old token: it is answered the same and changes
//! nothing, until the new token is first used or the time for it (`lifetimes.refresh_grace`) is over. For everything else the old token is
//! dead from the moment of the update.

mod admission;
mod known;
mod logo;
mod manage;
mod outside;
mod register;
mod secret;
mod statement;
mod untaken;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::crypto::json;
use crate::domain::client::{Client, ClientStatus, PkcePolicy, PolicyName};
use crate::domain::policies::Rule;
use crate::domain::registration::RegistrationTerms;
use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;
use crate::protocol::registration::dynamic::{Faults, Policy, answer};
use crate::{sessions, storage};

use super::{App, FlowError};

pub use known::Known;
pub use logo::logo;
pub use manage::{delete, read, update};
pub use register::register;
pub use untaken::forget_untaken;

/// Lists and objects inside each other: a key in a set in the metadata, and room to spare.
const DEEPEST: usize = 8;

/// What a client is told: RFC 7591 §3.2.1, RFC 7592 §3.
#[derive(Debug)]
pub struct Registered {
    pub client: Client,
    /// One that was made now: it is not kept, so this is the only time that it can be told.
    pub secret: Option<SecretString>,
    pub token: SecretString,
}

/// Why a registration is not answered with what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    #[error("dynamic registration is switched off")]
    Off,
    /// No token, or one that is not good for this: the same for every reason.
    #[error(transparent)]
    Unauthorized(OAuthError),
    /// The authority has disabled the client.
    #[error("the client is disabled")]
    Disabled,
    #[error("too many registrations")]
    TooMany { retry_after: Duration },
    /// As many wait for the authority as it looks at.
    #[error("as many registrations wait for the authority as are kept")]
    Crowded,
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl From<OAuthError> for RegistrationError {
    fn from(error: OAuthError) -> Self {
        Self::Flow(error.into())
    }
}

impl From<Faults> for RegistrationError {
    fn from(faults: Faults) -> Self {
        OAuthError::from(faults).into()
    }
}

impl From<storage::Error> for RegistrationError {
    fn from(error: storage::Error) -> Self {
        Self::Flow(error.into())
    }
}

impl From<sessions::Error> for RegistrationError {
    fn from(error: sessions::Error) -> Self {
        Self::Flow(error.into())
    }
}

impl Registered {
    /// The document.
    pub fn document(&self, app: &App) -> Value {
        let mut document = answer::metadata(&self.client);
        let mut put = |member: &str, value: Value| document.insert(member.to_owned(), value);
        put("client_id", self.client.id.as_str().into());
        put("client_id_issued_at", self.client.created_at.seconds().into());
        put("registration_access_token", self.token.expose().into());
        put("registration_client_uri", app.settings.issuer.at(&format!("/register/{}", self.client.id)).into());
        if let Some(secret) = &self.secret {
            put("client_secret", secret.expose().into());
            // It does not expire.
            put("client_secret_expires_at", 0.into());
        }
        if self.client.status == ClientStatus::Disabled {
            // No member of the standard: without it a developer would look for a fault of their own (RFC 7591 §3.2.1 allows others).
            put("status", "awaiting_approval".into());
        }
        Value::Object(document)
    }
}

/// The members of a body: one JSON object that says everything once and is not deep.
fn members(body: &[u8]) -> Result<Map<String, Value>, OAuthError> {
    let members = json::object(body).ok_or_else(|| {
        OAuthError::invalid_client_metadata("the body is not one JSON object in UTF-8 with every member once")
    })?;
    match members.values().map(json::depth).max().unwrap_or(0) < DEEPEST {
        true => Ok(members),
        false => Err(OAuthError::invalid_client_metadata(format!("the body is more than {DEEPEST} deep"))),
    }
}

/// What may be registered under `terms`, by a new client or in the place of `existing`, with these members of a software
/// statement.
fn policy<'a>(
    app: &'a App,
    terms: &RegistrationTerms,
    existing: Option<&'a Client>,
    vouched_for: BTreeSet<String>,
    known: &'a Known,
) -> Policy<'a> {
    let settings = &app.settings.registration;
    let mut grant_types = terms.grant_types.clone().unwrap_or_else(|| settings.grant_types.clone());
    // What the authority let it have beyond those.
    grant_types.extend(existing.iter().flat_map(|existing| existing.grant_types.iter().copied()));
    let pkce = terms.pkce.unwrap_or(settings.pkce);
    let exception = terms.front_channel_access_tokens.clone();
    let exception = exception.or_else(|| settings.front_channel_access_tokens.clone());
    let set = terms.policy.clone().or_else(|| settings.policy.clone());
    let set = set.unwrap_or_else(|| PolicyName::least(pkce, exception.as_deref()));
    let demands_pkce = app.settings.policies.rules(&set).is_some_and(|rules| rules.contains(&Rule::Pkce));
    let subject_types = match &terms.subject_types {
        Some(granted) => granted.iter().copied().collect(),
        None => settings.subject_types.clone(),
    };
    Policy {
        scopes: terms.scopes.clone().unwrap_or_else(|| settings.scopes.clone()),
        registry: &known.registry,
        existing,
        response_types: terms.response_types.clone().unwrap_or_else(|| settings.response_types.clone()),
        subject_types,
        grant_types,
        set,
        policies: &app.settings.policies,
        acr: &app.settings.acr,
        attainable: &app.attainable,
        details_types: &known.details_types,
        authorization_details_types: terms.authorization_details_types.clone().unwrap_or_default(),
        // No client could say so itself.
        pkce: if demands_pkce { PkcePolicy::Required } else { pkce },
        front_channel_access_tokens: exception,
        certificates: app.settings.accepted_certificates(),
        algorithms: &app.settings.keys.rotation.algorithms,
        development: app.settings.issuer.is_loopback() || app.settings.outbound.allow_loopback,
        vouched_for,
    }
}
