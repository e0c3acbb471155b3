//! Changing a client that is registered: judged by the same rules as a new one.
//!
//! What its citizens are known by never changes along: domains, names, owners and secrets come and go, the sector
//! identifier stays, unless it is changed for its own sake by whoever says how many citizens that makes strangers.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::domain::administration::Permission;
use crate::domain::administration::approval::{Act, FieldChange, Matter};
use crate::domain::audit::EventKind;
use crate::domain::authorization::ResponseType;
use crate::domain::claims;
use crate::domain::client::{
    Client, ClientAuthentication, ClientAuthenticationMethod, ClientKeys, ConsentPolicy, Localised, LogoutEndpoint,
    PkcePolicy, SubjectType,
};
use crate::domain::ids::ClientId;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::ResourceId;
use crate::domain::scope::Scope;
use crate::domain::secret::SecretString;
use crate::domain::stage::Stage;
use crate::flows::admin_api;
use crate::flows::client_secret::{self, Asked};
use crate::flows::registration::Known;
use crate::protocol::registration::{self, check, named_sector, parse_scopes, policy_faults};
use crate::storage::Transaction;

use super::create_client::{Registered, allowed, said_once, warnings};
use super::further::Further;
use super::{AdminError, Administrator, Fault, approvals, registered_clients};

/// What is to be other than it is; everything else stays.
#[derive(Clone, Debug, Default)]
pub struct ClientChange {
    pub name: Option<Localised>,
    pub organisation: Option<Localised>,
    pub purpose: Option<Localised>,
    pub home_uri: Option<AddressChange>,
    pub backchannel_logout_uri: Option<AddressChange>,
    pub frontchannel_logout_uri: Option<AddressChange>,
    pub redirect_uris: ListChange,
    pub post_logout_redirect_uris: ListChange,
    /// Separated by spaces, in the place of those it has.
    pub scope: Option<String>,
    /// In the place of those it has; none named, none changed.
    pub response_types: BTreeSet<ResponseType>,
    /// Why it may be handed access tokens through the browser.
    pub front_channel_access_tokens: Option<String>,
    pub authentication: Option<ClientAuthenticationMethod>,
    /// `token_endpoint_auth_signing_alg`.
    pub signing_algorithm: Option<String>,
    pub secret: Option<NewSecret>,
    pub keys: Option<ClientKeys>,
    pub pkce: Option<PkcePolicy>,
    pub consent: Option<ConsentPolicy>,
    pub id_token_algorithm: Option<SignatureAlgorithm>,
    pub organisation_verified: Option<bool>,
    pub national_id_approved: bool,
    pub sector: Option<SectorChange>,
    pub further: Further,
    /// The version that this changes; another one is not changed.
    pub expected: Option<i64>,
}

#[derive(Clone, Debug)]
pub enum AddressChange {
    To(String),
    Gone,
}

/// Of a list: another in its place, then entries taken away, then entries added.
#[derive(Clone, Debug, Default)]
pub struct ListChange {
    pub whole: Option<Vec<String>>,
    pub gone: Vec<String>,
    pub added: Vec<String>,
}

#[derive(Clone, Debug)]
pub enum NewSecret {
    Made,
    Given(SecretString),
}

/// Every citizen of the client becomes a stranger to it.
#[derive(Clone, Debug)]
pub struct SectorChange {
    pub sector: String,
    /// How many those are, as whoever wants it has to say.
    pub citizens: Option<u64>,
}

/// Changes the client.
///
/// # Errors
/// `NotFound`; `Invalid` with every fault of what it would be; `Conflict` where somebody else changed it meanwhile, or
/// where the sector is to change and the citizens are not counted right.
pub async fn update(admin: &Administrator, id: &ClientId, change: &ClientChange) -> Result<Registered, AdminError> {
    admin.may_on(Permission::ClientUpdate, id)?;
    let known = Known::load(&admin.store, admin.settings.issuer.as_str()).await?;
    let mut tx = admin.store.begin().await?;
    let stored = registered_clients::find_to_change(&mut tx, id).await?;
    if change.expected.is_some_and(|expected| expected != stored.version) {
        return Err(AdminError::Changed);
    }
    let before = stored.client;
    let Candidate { client: mut after, secret, standing } = candidate(admin, &before, change, &known)?;
    if let Some(wanted) = &change.sector {
        let sector = named_sector(&wanted.sector).map_err(|fault| AdminError::Invalid(vec![fault.into()]))?;
        let strangers = match before.subject_type {
            SubjectType::Pairwise if sector != before.sector_identifier => tx.clients().known_citizens(id).await?,
            SubjectType::Pairwise | SubjectType::Public => 0,
        };
        if strangers != 0 && wanted.citizens != Some(strangers) {
            return Err(AdminError::Conflict(format!(
                "{strangers} citizens are known to {id} by subjects of the sector {}; of the sector {sector} they would \
                 have others, and {id} would take every one of them for somebody new. If that is meant: --citizens \
                 {strangers}",
                before.sector_identifier
            )));
        }
        after.sector_identifier = sector;
    }
    // Whoever may ask for tokens of the Admin API or of somebody's resource server is approved for it, in the sandbox, too: an owner
    // gives themselves none.
    let is_of_own_api = |scope: &Scope| admin_api::is_own_scope(scope.as_str());
    if after.scopes.difference(&before.scopes).iter().any(is_of_own_api)
        || !reached(&after, &known).is_subset(&reached(&before, &known))
    {
        admin.may(Permission::ClientRelease)?;
    }
    let changed = difference(&before, &after)?;
    // Another key or secret is that, by whichever way it comes.
    if secret.is_some() || changed.iter().any(|name| name.starts_with("keys") || name.starts_with("authentication")) {
        admin.may_on(Permission::ClientRotateSecret, id)?;
    }
    if let Some(matter) = second_person(admin, &before, &after, &changed) {
        if secret.is_some() || changed.iter().any(|name| name.starts_with("authentication")) {
            return Err(AdminError::Conflict(
                "change how it proves itself apart from this: what waits keeps no secret".to_owned(),
            ));
        }
        let act = Act::ChangeClient { client: id.clone() };
        let changes = changes(&before, &after)?;
        return approvals::ask(admin, tx, matter, act, changes).await;
    }
    let mut version = stored.version;
    if !changed.is_empty() {
        after.updated_at = admin.clock.now();
        version = tx.clients().replace(&after, stored.version).await?;
        let mut event = admin.event(EventKind::ClientChanged).of(id).with("changed", changed.join(" "));
        if before.sector_identifier != after.sector_identifier {
            event = event.with("sector_before", &before.sector_identifier).with("sector", &after.sector_identifier);
        }
        tx.audit().record(&event.build()).await?;
        tx.commit().await?;
    }
    let mut warnings = warnings(admin, &after);
    warnings.extend(standing.into_iter().map(|fault| format!("{}: {}", fault.member, fault.sentence)));
    Ok(Registered { client: after, version, secret, warnings })
}

/// Whose tokens it may ask for.
fn reached(client: &Client, known: &Known) -> BTreeSet<ResourceId> {
    let named = known.registry.owners(&client.scopes, &client.authorization_details_types);
    named.into_iter().chain(client.resources.iter().cloned()).collect()
}

/// What a second person is asked for, where somebody has to be: it would be told more of citizens, or answered elsewhere.
fn second_person(admin: &Administrator, before: &Client, after: &Client, changed: &[String]) -> Option<Matter> {
    if before.stage == Stage::Sandbox {
        // Nobody real comes there.
        return None;
    }
    let differs = |names: &[&str]| changed.iter().any(|name| names.iter().any(|whole| name.starts_with(whole)));
    let is_told_more = after.scopes.iter().any(|scope| !before.scopes.contains(scope.as_str()))
        || !after.resources.is_subset(&before.resources)
        || !after.authorization_details_types.is_subset(&before.authorization_details_types)
        || after.policy.consent != before.policy.consent
        || differs(&["release", "sector_identifier", "subject_type", "token_exchange"]);
    let is_answered_elsewhere = after.redirect_uris.iter().any(|uri| !before.redirect_uris.contains(uri))
        || !after.grant_types.is_subset(&before.grant_types)
        || !after.response_types.is_subset(&before.response_types)
        || differs(&["backchannel_authentication"]);
    let asked = [(is_told_more, Matter::Identifiers), (is_answered_elsewhere, Matter::RedirectUris)];
    let asked = asked.into_iter().find(|(touched, matter)| *touched && approvals::is_needed(admin, *matter));
    asked.map(|(_, matter)| matter)
}

/// Every value that differs, as it is and as it would be.
fn changes(before: &Client, after: &Client) -> Result<Vec<FieldChange>, AdminError> {
    let (before, after) = (members(before)?, members(after)?);
    let value = |map: &Map<String, Value>, name: &String| map.get(name).cloned().unwrap_or(Value::Null);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = names.into_iter().filter(|name| before.get(*name) != after.get(*name) && *name != "updated_at");
    Ok(differ
        .map(|name| FieldChange { field: name.clone(), old: value(&before, name), new: value(&after, name) })
        .collect())
}

/// Makes the changes that were approved, where each value is still what it was when they were asked for; every other may have changed.
/// The client as it would be is held against every rule anew.
///
/// # Errors
/// `NotFound`; `Conflict` where a value is another one by now; `Invalid` where a rule speaks against it by now.
pub(super) async fn apply(
    admin: &Administrator,
    tx: &mut Transaction,
    id: &ClientId,
    changes: &[FieldChange],
    kind: EventKind,
) -> Result<(), AdminError> {
    let stored = registered_clients::find_to_change(tx, id).await?;
    let now_is = members(&stored.client)?;
    let mut document = serde_json::to_value(&stored.client).map_err(AdminError::failed)?;
    for change in changes {
        if now_is.get(&change.field).unwrap_or(&Value::Null) != &change.old {
            return Err(AdminError::Conflict(format!("{} of {id} was changed since", change.field)));
        }
        let place = match change.field.split_once('.') {
            Some((whole, part)) => {
                let member = document.get_mut(whole);
                match member {
                    // It is another kind of thing by then: nothing of its parts is left, or they are all there is of it.
                    Some(member) if !member.is_object() && change.new.is_null() => continue,
                    Some(member) if !member.is_object() => *member = Value::Object(Map::new()),
                    None if change.new.is_null() => continue,
                    None => document[whole] = Value::Object(Map::new()),
                    Some(_) => {}
                }
                document.get_mut(whole).and_then(Value::as_object_mut).map(|map| (map, part))
            }
            None => document.as_object_mut().map(|map| (map, change.field.as_str())),
        };
        let (map, name) =
            place.ok_or_else(|| AdminError::Conflict(format!("{} of {id} was changed since", change.field)))?;
        match &change.new {
            Value::Null => drop(map.remove(name)),
            new => drop(map.insert(name.to_owned(), new.clone())),
        }
    }
    let mut after: Client = serde_json::from_value(document).map_err(AdminError::failed)?;
    let known = Known::load(&admin.store, admin.settings.issuer.as_str()).await?;
    // That identifiers are told is what was approved.
    let faults = check(&after, &allowed(admin, true, &known));
    if !faults.is_empty() {
        return Err(AdminError::Invalid(said_once(Vec::new(), faults)));
    }
    after.updated_at = admin.clock.now();
    tx.clients().replace(&after, stored.version).await?;
    let differ = changes.iter().filter(|change| change.old != change.new);
    let names: Vec<&str> = differ.map(|change| change.field.as_str()).collect();
    tx.audit().record(&admin.event(kind).of(id).with("changed", names.join(" ")).build()).await?;
    Ok(())
}

/// The client as it would be.
struct Candidate {
    client: Client,
    /// One that was made for it.
    secret: Option<SecretString>,
    /// What its policy refuses of it now as before: its requests are refused for it, and changes to other things are not.
    standing: Vec<registration::Fault>,
}

fn candidate(
    admin: &Administrator,
    before: &Client,
    change: &ClientChange,
    known: &Known,
) -> Result<Candidate, AdminError> {
    let mut faults = Vec::new();
    let mut after = before.clone();
    let secret = change_authentication(admin, &mut after, change, &mut faults)?;
    if change.secret.is_some() {
        // At once, as whoever gives it another one here wants it.
        (after.former_secret, after.secret_until) = (None, None);
    }
    set(&mut after.keys, &change.keys);

    let display = &mut after.display;
    if let Some(organisation) = change.organisation.clone()
        && organisation != display.organisation
    {
        // Nobody has verified that this one stands behind it.
        display.organisation_verified = false;
        display.organisation = organisation;
    }
    set(&mut display.name, &change.name);
    set(&mut display.purpose, &change.purpose);
    set(&mut display.organisation_verified, &change.organisation_verified);
    match &change.home_uri {
        Some(AddressChange::To(uri)) => display.home_uri = Some(uri.clone()),
        Some(AddressChange::Gone) => display.home_uri = None,
        None => {}
    }
    change_endpoint(&mut after.logout.back_channel, change.backchannel_logout_uri.as_ref());
    change_endpoint(&mut after.logout.front_channel, change.frontchannel_logout_uri.as_ref());
    change_list("redirect_uris", &mut after.redirect_uris, &change.redirect_uris, &mut faults);
    let (list, wanted) = (&mut after.post_logout_redirect_uris, &change.post_logout_redirect_uris);
    change_list("post_logout_redirect_uris", list, wanted, &mut faults);
    if let Some(scope) = &change.scope {
        let mut unknown = Vec::new();
        after.scopes = parse_scopes(scope, &known.registry, &mut unknown);
        // Those of its scopes come back, as that is today.
        after.resources.clear();
        faults.extend(unknown.into_iter().map(Fault::from));
    }
    if !change.response_types.is_empty() {
        after.response_types = change.response_types.clone();
        // The exception ends with what it was for.
        if !after.response_types.iter().any(|response_type| response_type.issues_access_token()) {
            after.policy.front_channel_access_tokens = None;
        }
    }
    if change.front_channel_access_tokens.is_some() {
        after.policy.front_channel_access_tokens = change.front_channel_access_tokens.clone();
    }
    change.further.apply_grant_types(&mut after, !change.response_types.is_empty());
    let mut wrong = Vec::new();
    change.further.apply(&mut after, &known.registry, &admin.settings.attainable(), &mut wrong);
    set(&mut after.policy.pkce, &change.pkce);
    set(&mut after.policy.consent, &change.consent);
    set(&mut after.policy.id_token_algorithm, &change.id_token_algorithm);

    // Who verified it verified what people are shown of it.
    let is_shown_the_same = before.display.name == after.display.name
        && before.display.home_uri == after.display.home_uri
        && before.display.purpose == after.display.purpose;
    if change.organisation_verified.is_none() && !is_shown_the_same && !admin.authority.has(Permission::ClientRelease) {
        after.display.organisation_verified = false;
    }

    // What was approved once stays approved.
    let approved = change.national_id_approved
        || change.further.release.approves_identifiers()
        || before.scopes.contains(claims::NATIONAL_ID);
    let allowed = allowed(admin, approved, known);
    let mut found = check(&after, &allowed);
    let mut standing = Vec::new();
    if change.further.policy.is_none() && after.scopes == before.scopes {
        standing = policy_faults(before, &allowed);
        standing.retain(|fault| found.contains(fault));
        found.retain(|fault| !standing.contains(fault));
    }
    faults.extend(said_once(wrong, found));
    if faults.is_empty() { Ok(Candidate { client: after, secret, standing }) } else { Err(AdminError::Invalid(faults)) }
}

fn set<T: Clone>(field: &mut T, wanted: &Option<T>) {
    if let Some(wanted) = wanted {
        field.clone_from(wanted);
    }
}

/// What the client needs there is its own to say, and stays as it was.
fn change_endpoint(endpoint: &mut Option<LogoutEndpoint>, wanted: Option<&AddressChange>) {
    let session_required = endpoint.as_ref().is_some_and(|endpoint| endpoint.session_required);
    match wanted {
        Some(AddressChange::To(uri)) => *endpoint = Some(LogoutEndpoint { uri: uri.clone(), session_required }),
        Some(AddressChange::Gone) => *endpoint = None,
        None => {}
    }
}

fn change_list(member: &'static str, list: &mut Vec<String>, change: &ListChange, faults: &mut Vec<Fault>) {
    set(list, &change.whole);
    for gone in &change.gone {
        match list.iter().position(|uri| uri == gone) {
            Some(place) => drop(list.remove(place)),
            None => faults.push(Fault::new(member, format!("{gone} is not registered"))),
        }
    }
    list.extend(change.added.iter().cloned());
}

/// Another method, another algorithm, another secret, or several of them. A method that needs a secret keeps the one
/// there is, as far as it is known.
fn change_authentication(
    admin: &Administrator,
    client: &mut Client,
    change: &ClientChange,
    faults: &mut Vec<Fault>,
) -> Result<Option<SecretString>, AdminError> {
    let present = client.authentication.clone();
    let method = change.authentication.unwrap_or(present.method());
    let stays = method == present.method();
    let mut wrong = Vec::new();
    let subject = change.further.certificate_subject(&mut wrong);
    faults.extend(wrong.drain(..).map(Fault::from));
    let own_subject = match &present {
        ClientAuthentication::TlsClientAuth { subject } if stays => Some(subject),
        _ => None,
    };
    let own_algorithm = present.signing_algorithm().filter(|_| stays);
    let signing_algorithm = change.signing_algorithm.as_deref().or(own_algorithm);
    if stays && change.secret.is_none() && signing_algorithm == own_algorithm && subject.is_none() {
        return Ok(None);
    }
    if let (None, None, Some(secret)) = (&change.secret, signing_algorithm, present.secret().copied()) {
        // Where in a request it is presented does not change a secret.
        let other = match method {
            ClientAuthenticationMethod::ClientSecretBasic => Some(ClientAuthentication::ClientSecretBasic { secret }),
            ClientAuthenticationMethod::ClientSecretPost => Some(ClientAuthentication::ClientSecretPost { secret }),
            _ => None,
        };
        if let Some(other) = other {
            client.authentication = other;
            return Ok(None);
        }
    }
    let kept = match &present {
        ClientAuthentication::ClientSecretJwt { secret, .. } if method.has_secret() => {
            Some(client_secret::open(&admin.sealing, &client.id, secret)?)
        }
        _ => None,
    };
    let made = match (&change.secret, &kept) {
        (Some(NewSecret::Made), _) => Some(client_secret::make(admin.settings.mode(), &*admin.random, method)),
        (None, None) if method.has_secret() => Some(client_secret::make(admin.settings.mode(), &*admin.random, method)),
        _ => None,
    };
    let secret = match &change.secret {
        Some(NewSecret::Given(secret)) => Some(secret),
        _ => made.as_ref().or(kept.as_ref()),
    };
    let certificate_subject = subject.as_ref().or(own_subject);
    client.authentication = Asked { method, signing_algorithm, secret, certificate_subject }.keep(
        &client.id,
        &admin.sealing,
        &*admin.random,
        &mut wrong,
    )?;
    faults.extend(wrong.into_iter().map(Fault::from));
    Ok(made)
}

/// The names of what differs, one level down where that says more.
fn difference(before: &Client, after: &Client) -> Result<Vec<String>, AdminError> {
    let (before, after) = (members(before)?, members(after)?);
    Ok(after.iter().filter(|(name, value)| before.get(*name) != Some(*value)).map(|(name, _)| name.clone()).collect())
}

pub(super) fn members(client: &Client) -> Result<Map<String, Value>, AdminError> {
    let mut members = Map::new();
    let Value::Object(whole) = serde_json::to_value(client).map_err(AdminError::failed)? else {
        return Ok(members);
    };
    for (name, value) in whole {
        match value {
            Value::Object(parts) => {
                members.extend(parts.into_iter().map(|(part, value)| (format!("{name}.{part}"), value)));
            }
            value => drop(members.insert(name, value)),
        }
    }
    Ok(members)
}
