//! Changing a client that is registered: judged by the same rules as a new one.
//!
//! What its citizens are known by never changes along: domains, names, owners and secrets come and go, the sector
//! identifier stays, unless it is changed for its own sake by whoever says how many citizens that makes strangers.

use serde_json::{Map, Value};

use crate::domain::audit::EventKind;
use crate::domain::claims;
use crate::domain::client::{Client, ConsentPolicy, Localised, PkcePolicy, SubjectType};
use crate::domain::ids::ClientId;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::secret::SecretString;
use crate::protocol::registration::{check, named_sector, parse_scopes};

use super::create_client::{AuthenticationMethod, Created, allowed, authentication, make_secret, warnings};
use super::{AdminError, Administrator, Fault, registered_clients};

/// What is to be other than it is; everything else stays.
#[derive(Clone, Debug, Default)]
pub struct ClientChange {
    pub name: Option<Localised>,
    pub organisation: Option<Localised>,
    pub purpose: Option<Localised>,
    pub home_uri: Option<HomeChange>,
    pub redirect_uris: ListChange,
    pub post_logout_redirect_uris: ListChange,
    /// Separated by spaces, in the place of those it has.
    pub scope: Option<String>,
    pub authentication: Option<AuthenticationMethod>,
    pub secret: Option<NewSecret>,
    pub pkce: Option<PkcePolicy>,
    pub consent: Option<ConsentPolicy>,
    pub id_token_algorithm: Option<SignatureAlgorithm>,
    pub organisation_verified: Option<bool>,
    pub national_id_approved: bool,
    pub sector: Option<SectorChange>,
}

#[derive(Clone, Debug)]
pub enum HomeChange {
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
pub async fn update(admin: &Administrator, id: &ClientId, change: &ClientChange) -> Result<Created, AdminError> {
    let mut tx = admin.store.begin().await?;
    let stored = tx.clients().find(id).await?.ok_or_else(|| registered_clients::no_such(id))?;
    let before = stored.client;
    let (mut after, secret) = candidate(admin, &before, change).map_err(AdminError::Invalid)?;
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
    let changed = difference(&before, &after)?;
    if !changed.is_empty() {
        after.updated_at = admin.clock.now();
        tx.clients().replace(&after, stored.version).await?;
        let mut event = admin.event(EventKind::ClientChanged).of(id).with("changed", changed.join(" "));
        if before.sector_identifier != after.sector_identifier {
            event = event.with("sector_before", &before.sector_identifier).with("sector", &after.sector_identifier);
        }
        tx.audit().record(&event.build()).await?;
        tx.commit().await?;
    }
    let warnings = warnings(admin, &after);
    Ok(Created { client: after, secret, warnings })
}

/// The client as it would be, and a secret that was made for it.
fn candidate(
    admin: &Administrator,
    before: &Client,
    change: &ClientChange,
) -> Result<(Client, Option<SecretString>), Vec<Fault>> {
    let mut faults = Vec::new();
    let mut after = before.clone();
    let secret = change_authentication(admin, &mut after, change, &mut faults);

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
        Some(HomeChange::To(uri)) => display.home_uri = Some(uri.clone()),
        Some(HomeChange::Gone) => display.home_uri = None,
        None => {}
    }
    change_list("redirect_uris", &mut after.redirect_uris, &change.redirect_uris, &mut faults);
    let (list, wanted) = (&mut after.post_logout_redirect_uris, &change.post_logout_redirect_uris);
    change_list("post_logout_redirect_uris", list, wanted, &mut faults);
    if let Some(scope) = &change.scope {
        let mut unknown = Vec::new();
        after.scopes = parse_scopes(scope, &mut unknown);
        faults.extend(unknown.into_iter().map(Fault::from));
    }
    set(&mut after.policy.pkce, &change.pkce);
    set(&mut after.policy.consent, &change.consent);
    set(&mut after.policy.id_token_algorithm, &change.id_token_algorithm);

    // What was approved once stays approved.
    let approved = change.national_id_approved || before.scopes.contains(claims::NATIONAL_ID);
    faults.extend(check(&after, &allowed(admin, approved)).into_iter().map(Fault::from));
    if faults.is_empty() { Ok((after, secret)) } else { Err(faults) }
}

fn set<T: Clone>(field: &mut T, wanted: &Option<T>) {
    if let Some(wanted) = wanted {
        field.clone_from(wanted);
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

/// Another method, another secret, or both. A method that needs a secret keeps the one there is.
fn change_authentication(
    admin: &Administrator,
    client: &mut Client,
    change: &ClientChange,
    faults: &mut Vec<Fault>,
) -> Option<SecretString> {
    let present = client.authentication.method();
    let method = match (change.authentication, present.parse()) {
        (Some(wanted), _) => wanted,
        (None, Ok(present)) => present,
        // A method that operators cannot ask for by name keeps its own keys.
        (None, Err(_)) => {
            if change.secret.is_some() {
                faults.push(Fault::new("client_secret", format!("{present} has no secret")));
            }
            return None;
        }
    };
    let hash = client.authentication.secret();
    if let (None, Some(hash), true) = (&change.secret, hash, method != AuthenticationMethod::None) {
        client.authentication = method.with_secret(hash);
        return None;
    }
    let made = match (&change.secret, method) {
        (None, AuthenticationMethod::None) | (Some(NewSecret::Given(_)), _) => None,
        (None | Some(NewSecret::Made), _) => Some(make_secret(&*admin.random)),
    };
    let given = match &change.secret {
        Some(NewSecret::Given(secret)) => Some(secret),
        _ => made.as_ref(),
    };
    client.authentication = authentication(method, given, faults);
    made
}

/// The names of what differs, one level down where that says more.
fn difference(before: &Client, after: &Client) -> Result<Vec<String>, AdminError> {
    let (before, after) = (members(before)?, members(after)?);
    Ok(after.iter().filter(|(name, value)| before.get(*name) != Some(*value)).map(|(name, _)| name.clone()).collect())
}

fn members(client: &Client) -> Result<Map<String, Value>, AdminError> {
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
