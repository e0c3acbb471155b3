//! `/account/portals`: what was allowed to whom; withdraw it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::Uri;
use url::Url;

use super::{Door, enter};
use crate::domain::citizen::Citizen;
use crate::domain::claims;
use crate::domain::client::Client;
use crate::domain::consent::{Asked, Consent, Required};
use crate::domain::grant::Grant;
use crate::domain::ids::ClientId;
use crate::domain::verified_claims;
use crate::flows::{account, consent, resource_servers};
use crate::http::Site;
use crate::http::details::told;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::http::pages::consent::{answer, basis, services};
use crate::protocol::authorization_details::Types;
use crate::web::account::{Allowed, ConnectedPortal, Notice, Portals, Shared, Withdraw};
use crate::web::claims::ClaimName;
use crate::web::consent::{Need, Standing};
use crate::web::layout;
use crate::web::text::{Language, Moment};

const GUARD: Guarded<'static> = Guarded::Account("withdraw");
const CHOICE: Guarded<'static> = Guarded::Account("choose-claims");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let grants = account::grants_with_details(&site.app, entered.citizen.id).await?;
    let types = site.app.details_types.all(&site.app).await?;
    let mut portals = Vec::new();
    for consent in account::consents(&site.app, entered.citizen.id).await? {
        let language = entered.layout.voice.language;
        if let Some(mut connected) = connected(&site, &entered.citizen, &consent, language).await? {
            connected.allowed = allowed(&types, &grants, &consent.client, language);
            portals.push(connected);
        }
    }
    let notice = match uri.query() {
        Some("done=withdrawn") => Some(Notice::ConsentWithdrawn),
        Some("done=chosen") => Some(Notice::ConsentNarrowed),
        _ => None,
    };
    Ok(Page::render(&Portals { notice, portals, layout: entered.layout })?.into_response())
}

/// Asks first, and says what will happen.
pub async fn ask(State(site): State<Arc<Site>>, visit: Visit, Path(client): Path<String>) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let id: ClientId = client.parse().map_err(|_| Fault::NotFound)?;
    let consents = account::consents(&site.app, entered.citizen.id).await?;
    let found = consents.iter().find(|consent| consent.client == id).ok_or(Fault::NotFound)?;
    let connected =
        connected(&site, &entered.citizen, found, entered.layout.voice.language).await?.ok_or(Fault::NotFound)?;
    let template = Withdraw {
        form: layout::Form { action: connected.withdraw.clone(), csrf: GUARD.token(&visit) },
        connected,
        keep: "/account/portals".to_owned(),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

pub async fn withdraw(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let id: ClientId = client.parse().map_err(|_| Fault::NotFound)?;
    consent::withdraw(&site.app, &visit.visitor, entered.citizen.id, &id).await?;
    Ok(SeeOther::to("/account/portals?done=withdrawn").into_response())
}

/// What one portal may receive, claim by claim.
pub async fn shared(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let client = named(&site, &client).await?;
    let consents = account::consents(&site.app, entered.citizen.id).await?;
    let consent = consents.iter().find(|consent| consent.client == client.id).ok_or(Fault::NotFound)?;
    let asked = Asked::before(&client, consent);
    let standing = |claim: &str| match asked.required(claim) {
        Some(Required::Basis(why)) => Standing::Needed(Need::Basis(basis(why))),
        Some(Required::Essential) => Standing::Needed(Need::Essential),
        None if consent.declined.contains(claim) => Standing::LeftOut,
        None => Standing::Kept,
    };
    let mut claims: Vec<_> = asked.rows().map(|claim| (ClaimName::parse(claim), standing(claim))).collect();
    claims.sort_by(|(one, _), (other, _)| one.cmp(other));
    let template = Shared {
        form: layout::Form { action: format!("/account/portals/{}/claims", client.id), csrf: CHOICE.token(&visit) },
        portal: site.portal(&client, entered.layout.voice.language),
        claims,
        keep: "/account/portals".to_owned(),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

pub async fn choose(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    CHOICE.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let client = named(&site, &client).await?;
    consent::choose(&site.app, &visit.visitor, entered.citizen.id, &client, &answer(&form)).await?;
    Ok(SeeOther::to("/account/portals?done=chosen").into_response())
}

async fn named(site: &Site, client: &str) -> Result<Arc<Client>, Failure> {
    let id: ClientId = client.parse().map_err(|_| Fault::NotFound)?;
    Ok(site.app.clients.find(&site.app, &id).await?.ok_or(Fault::NotFound)?)
}

pub(super) async fn connected(
    site: &Site,
    citizen: &Citizen,
    consent: &Consent,
    language: Language,
) -> Result<Option<ConnectedPortal>, Failure> {
    let client = site.app.clients.find(&site.app, &consent.client).await?;
    let registry = site.app.resource_servers.registry(&site.app).await?;
    let had_accounts = consent.claims.contains(claims::LINKED_ACCOUNTS)
        && account::linked_accounts::list(&site.app, citizen.id)
            .await?
            .iter()
            .any(|link| link.client == consent.client);
    let is_known = |claim: &str| match claim {
        claims::LINKED_ACCOUNTS => had_accounts,
        _ => verified_claims::inner(claim).is_some() || claims::value(citizen, claim).is_some(),
    };
    Ok(client.map(|client| ConnectedPortal {
        portal: site.portal(&client, language),
        // What was allowed and is not known of this person was never sent.
        received: claims::worth_telling(&consent.claims)
            .filter(|claim| is_known(claim))
            .map(ClaimName::parse)
            .collect(),
        services: services(resource_servers::services(&registry, &consent.scope), language),
        allowed: Vec::new(),
        first: Moment::from_micros(consent.granted_at.micros()),
        last: Moment::from_micros(consent.updated_at.micros()),
        open: opening(site.app.issuer(), &client),
        claims: (Asked::before(&client, consent).rows().next().is_some())
            .then(|| format!("/account/portals/{}/claims", client.id)),
        withdraw: format!("/account/portals/{}/withdraw", client.id),
    }))
}

/// What was granted to the client one request at a time.
fn allowed(types: &Types, grants: &[Grant], client: &ClientId, language: Language) -> Vec<Allowed> {
    let of_client = grants.iter().filter(|grant| grant.client == *client);
    let allowed = |grant: &Grant| Allowed {
        at: Moment::from_micros(grant.created_at.micros()),
        details: told(types, &grant.authorization_details, language),
    };
    of_client.map(allowed).collect()
}

/// Where the portal is. One that said where its sign-in begins is asked to begin one, here (Core §4); of another, the
/// front page.
fn opening(issuer: &str, client: &Client) -> Option<String> {
    if !client.is_active() {
        return None;
    }
    let begin = client.initiate_login_uri.as_deref().and_then(|uri| Url::parse(uri).ok());
    match begin {
        Some(mut uri) => {
            uri.query_pairs_mut().append_pair("iss", issuer);
            Some(uri.into())
        }
        None => client.display.home_uri.clone(),
    }
}
