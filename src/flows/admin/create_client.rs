//! Registering a client. Every fault of what was asked is said at once, by the member it concerns.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::Deserialize;
use serde::de::IgnoredAny;
use url::Url;

use crate::domain::administration::Permission;
use crate::domain::administration::approval::Matter;
use crate::domain::audit::EventKind;
use crate::domain::authorization::ResponseType;
use crate::domain::claims;
use crate::domain::client::{
    ApplicationType, Client, ClientAuthenticationMethod, ClientDisplay, ClientKeys, ClientPolicy, ClientStatus,
    ConsentPolicy, EncryptedRelease, Localised, LogoutEndpoint, LogoutEndpoints, PkcePolicy, PolicyName, SubjectType,
};
use crate::domain::ids::{CitizenId, ClientId};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::secret::SecretString;
use crate::domain::stage::Stage;
use crate::flows::client_secret::{self, Asked};
use crate::flows::registration::Known;
use crate::protocol::registration::{self, Allowed, check, parse_scopes, response_types_of, sector};
use crate::storage;

use super::further::Further;
use super::{AdminError, Administrator, Fault, approvals};

/// What is asked for, in the members of registration metadata (RFC 7591 §2) where those have them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
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
    pub backchannel_logout_uri: Option<String>,
    pub backchannel_logout_session_required: bool,
    pub frontchannel_logout_uri: Option<String>,
    pub frontchannel_logout_session_required: bool,
    /// Separated by spaces.
    pub scope: String,
    #[serde(rename = "token_endpoint_auth_method")]
    pub authentication: ClientAuthenticationMethod,
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// Its keys themselves, or where they are published.
    pub jwks: Option<serde_json::Value>,
    pub jwks_uri: Option<String>,
    pub application_type: ApplicationType,
    pub subject_type: Option<SubjectType>,
    pub sector_identifier: Option<String>,
    /// Only `code` where none is named.
    pub response_types: BTreeSet<ResponseType>,
    /// Why it may be handed access tokens through the browser.
    pub front_channel_access_tokens: Option<String>,
    pub pkce: Option<PkcePolicy>,
    pub consent: Option<ConsentPolicy>,
    #[serde(rename = "id_token_signed_response_alg")]
    pub id_token_algorithm: Option<SignatureAlgorithm>,
    /// The authority has verified that the organisation stands behind it.
    pub organisation_verified: bool,
    /// The authority has approved that it is told national identifiers.
    pub national_id_approved: bool,
    #[serde(flatten)]
    pub further: Further,
    /// Members that there are none of.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, IgnoredAny>,
}

/// A client that now is, and what its operator must be told.
#[derive(Debug)]
pub struct Registered {
    pub client: Client,
    /// The version that this is, whoever has changed it since.
    pub version: i64,
    /// One that was made here: this is the only time that it can be seen.
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
) -> Result<Registered, AdminError> {
    admin.may(Permission::ClientCreate)?;
    let birth = Birth { kind: EventKind::ClientCreated, owner: None, faults: &[] };
    register(admin, request, secret, birth, |_| {}).await
}

/// How a client comes to be.
#[derive(Clone, Copy, Debug)]
pub(in crate::flows) struct Birth<'a> {
    pub kind: EventKind,
    /// Whose it is from its first moment on.
    pub owner: Option<CitizenId>,
    /// What was found wrong before: nothing is registered then.
    pub faults: &'a [Fault],
}

/// As [`create`], where what was asked has been found at fault before, or is finished by whoever asks.
///
/// # Errors
/// As there; without the faults that were found before, which whoever found them says.
pub(in crate::flows) async fn register(
    admin: &Administrator,
    request: &ClientRequest,
    secret: Option<&SecretString>,
    birth: Birth<'_>,
    finish: impl FnOnce(&mut Client),
) -> Result<Registered, AdminError> {
    let method = request.authentication;
    let made = (secret.is_none() && method.has_secret())
        .then(|| client_secret::make(admin.settings.mode(), &*admin.random, method));
    let known = Known::load(&admin.store, admin.settings.issuer.as_str()).await?;
    let mut client = candidate(admin, request, secret.or(made.as_ref()), &known)?;
    if !birth.faults.is_empty() {
        return Err(AdminError::Invalid(Vec::new()));
    }
    finish(&mut client);
    let id = client.id.clone();
    // It is registered switched off, and a second person is asked to switch it on, who sees all of it.
    let takes_two = [Matter::RedirectUris, Matter::Identifiers].into_iter().any(|one| approvals::is_needed(admin, one));
    // Nobody real comes to the sandbox.
    let waits = takes_two && client.stage == Stage::Production;
    if waits {
        client.status = ClientStatus::Disabled;
    }
    let response_types: Vec<&str> = client.response_types.iter().map(|asked| asked.as_str()).collect();
    let event = admin
        .event(birth.kind)
        .of(&id)
        .with("stage", client.stage)
        .with("authentication", client.authentication.method())
        .with("policy", &client.policy.set)
        .with("response_types", response_types.join(", "))
        .with("scopes", &client.scopes)
        .with("subject_type", client.subject_type.as_str())
        .with("sector", &client.sector_identifier);
    let event = match &client.policy.front_channel_access_tokens {
        Some(why) => event.with("front_channel_access_tokens", why),
        None => event,
    };
    let mut tx = admin.store.begin().await?;
    match tx.clients().insert(&client).await {
        Err(storage::Error::Conflict(_)) => {
            return Err(AdminError::Conflict(format!("there is a client {id} already")));
        }
        done => done?,
    }
    tx.audit().record(&event.build()).await?;
    if let Some(owner) = birth.owner {
        tx.role_grants().name_owner(&id, owner, &admin.actor.to_text(), admin.clock.now()).await?;
        tx.audit().record(&admin.event(EventKind::OwnerNamed).about(owner).of(&id).build()).await?;
    }
    let mut warnings = warnings(admin, &client);
    if waits {
        let approval = approvals::to_switch_on(admin, &mut tx, &client).await?;
        warnings
            .push(format!("it is switched off until somebody else approves it: senid approvals approve {approval}"));
    }
    tx.commit().await?;
    Ok(Registered { client, version: storage::FIRST_VERSION, secret: made, warnings })
}

/// The client that was asked for, held against the rules that every client is held against.
fn candidate(
    admin: &Administrator,
    request: &ClientRequest,
    secret: Option<&SecretString>,
    known: &Known,
) -> Result<Client, AdminError> {
    let unknown = request.unknown.keys();
    let mut faults: Vec<Fault> =
        unknown.map(|name| Fault::new("from", format!("there is no member {name:?}"))).collect();
    // Without a name of its own it is judged under another, so that everything is said at once.
    let id = ClientId::from_str(&request.id).or_else(|fault| {
        faults.push(Fault::new("client_id", fault.to_string()));
        ClientId::from_str("unnamed")
    });
    let Ok(id) = id else { return Err(AdminError::Invalid(faults)) };
    let mut wrong = Vec::new();
    let subject = request.further.certificate_subject(&mut wrong);
    let asked = Asked {
        certificate_subject: subject.as_ref(),
        method: request.authentication,
        signing_algorithm: request.token_endpoint_auth_signing_alg.as_deref(),
        secret,
    };
    let authentication = asked.keep(&id, &admin.sealing, &*admin.random, &mut wrong)?;
    let keys = keys(request, &mut wrong);
    faults.extend(wrong.into_iter().map(Fault::from));
    let mut unknown = Vec::new();
    let scopes = parse_scopes(&request.scope, &known.registry, &mut unknown);
    faults.extend(unknown.into_iter().map(Fault::from));
    let national_id_approved = request.national_id_approved || request.further.release.approves_identifiers();
    if request.national_id_approved && !scopes.contains(claims::NATIONAL_ID) {
        let sentence = format!("there is nothing to approve: {} is not among the scopes", claims::NATIONAL_ID);
        faults.push(Fault::new("approve_national_id", sentence));
    }
    let default = ClientPolicy::default();
    let mut client = Client {
        application_type: request.application_type,
        keys,
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
        response_types: request.response_types.clone(),
        logout: logout_endpoints(request),
        scopes,
        subject_type: request.subject_type.unwrap_or(SubjectType::Pairwise),
        policy: ClientPolicy {
            set: PolicyName::baseline(),
            pkce: request.pkce.unwrap_or(default.pkce),
            consent: request.consent.unwrap_or(default.consent),
            id_token_algorithm: request.id_token_algorithm.unwrap_or(default.id_token_algorithm),
            front_channel_access_tokens: request.front_channel_access_tokens.clone(),
            ..default
        },
        ..Client::new(id, authentication, admin.clock.now())
    };
    if request.response_types.is_empty() {
        client.response_types = response_types_of(request.further.grant_types.as_ref());
    }
    request.further.apply_grant_types(&mut client, true);
    let mut wrong = Vec::new();
    request.further.apply(&mut client, &known.registry, &admin.settings.attainable(), &mut wrong);
    let found = check(&client, &allowed(admin, national_id_approved, known));
    faults.extend(said_once(wrong, found));
    match sector(&client.id, client.subject_type, request.sector_identifier.as_deref(), &client.redirect_uris) {
        Ok(sector) => client.sector_identifier = sector,
        // Where addresses are at fault, that has been said, and no sector follows from them.
        Err(_) if request.sector_identifier.is_none() && faults.iter().any(|fault| fault.field == "redirect_uris") => {}
        Err(fault) => faults.push(fault.into()),
    }
    if faults.is_empty() { Ok(client) } else { Err(AdminError::Invalid(faults)) }
}

fn logout_endpoints(request: &ClientRequest) -> LogoutEndpoints {
    let endpoint =
        |uri: &Option<String>, session_required| uri.clone().map(|uri| LogoutEndpoint { uri, session_required });
    LogoutEndpoints {
        back_channel: endpoint(&request.backchannel_logout_uri, request.backchannel_logout_session_required),
        front_channel: endpoint(&request.frontchannel_logout_uri, request.frontchannel_logout_session_required),
    }
}

/// What this deployment allows its operators' clients.
pub(super) fn allowed<'a>(admin: &'a Administrator, national_id: bool, known: &'a Known) -> Allowed<'a> {
    Allowed {
        algorithms: &admin.settings.keys.rotation.algorithms,
        national_id,
        loopback: admin.settings.outbound.allow_loopback,
        policies: &admin.settings.policies,
        registry: &known.registry,
        details_types: &known.details_types,
        certificates: admin.settings.accepted_certificates(),
    }
}

/// The keys themselves, or where they are.
fn keys(request: &ClientRequest, faults: &mut Vec<registration::Fault>) -> ClientKeys {
    match (&request.jwks, &request.jwks_uri) {
        (None, None) => ClientKeys::None,
        (Some(jwks), None) => ClientKeys::Given(jwks.to_string()),
        (None, Some(uri)) => ClientKeys::Published(uri.clone()),
        (Some(_), Some(_)) => {
            faults.push(registration::Fault::new("jwks", "expected either jwks or jwks_uri, not both"));
            ClientKeys::None
        }
    }
}

/// What is wrong with a member that was read, and of the others what the rules found.
pub(super) fn said_once(wrong: Vec<registration::Fault>, found: Vec<registration::Fault>) -> Vec<Fault> {
    let said: Vec<&str> = wrong.iter().map(|fault| fault.member).collect();
    let unsaid: Vec<_> = found.into_iter().filter(|fault| !said.contains(&fault.member)).collect();
    wrong.into_iter().chain(unsaid).map(Fault::from).collect()
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
    let back_channel = client.logout.back_channel.as_ref().map(|endpoint| &endpoint.uri);
    if let Some(uri) = back_channel.filter(loopback).filter(|_| !admin.settings.outbound.allow_loopback) {
        warnings.push(format!("{uri} is on this machine, which is not called: outbound.allow_loopback"));
    }
    let encrypted = [client.policy.id_token_encryption, client.policy.userinfo_encryption];
    if client.release.encrypted != EncryptedRelease::Nothing && encrypted.iter().all(Option::is_none) {
        warnings.push(format!(
            "it is not told {} of what it asks for: nothing that it is told is encrypted \
             (--id-token-encrypted-response-alg, --userinfo-encrypted-response-alg)",
            match client.release.encrypted {
                EncryptedRelease::Everything => "anything",
                _ => "what is sensitive",
            }
        ));
    }
    if client.display.organisation.0.is_empty() {
        warnings.push("citizens are not told which organisation stands behind it (--organisation)".to_owned());
    }
    if client.display.purpose.0.is_empty() && client.policy.consent != ConsentPolicy::Implied {
        warnings.push("citizens are not told what it asks for their data for (--purpose)".to_owned());
    }
    warnings
}
