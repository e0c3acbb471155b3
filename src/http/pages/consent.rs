//! `/sign-in/{id}/consent`: who receives what, why and for how long.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::frame::{extended, guard};
use super::{dispatch, follow, leads_to, load, people, ui_locales};
use crate::domain::client::Localised;
use crate::domain::sign_in::SignIn;
use crate::flows::resource_servers;
use crate::flows::sign_in::ask_consent::{self, Asked, Item, Preview, Question};
use crate::flows::sign_in::whom;
use crate::http::Site;
use crate::http::details::told;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::Page;
use crate::web::claims::{Claim, ClaimName};
use crate::web::consent::{Access, Consent, Lasting, Service};
use crate::web::layout;
use crate::web::text::{Language, Moment};

const STEP: &str = "consent";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match ask_consent::question(&site.app, &sign_in).await? {
        Asked::Question(question) => Ok(page(&site, &visit, &sign_in, *question).await?.into_response()),
        Asked::OutOfOrder => dispatch(&site, &visit, sign_in).await,
        Asked::Over(next) => follow(&site, &visit, sign_in.id, next),
    }
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    guard(&sign_in, STEP).check(&visit, &form)?;
    match form.single("choice")? {
        Some("allow") => match ask_consent::allow(&site.app, &visit.visitor, sign_in.clone()).await? {
            Ok(allowed) => dispatch(&site, &visit, allowed).await,
            Err(_) => dispatch(&site, &visit, sign_in).await,
        },
        Some("deny") => {
            let id = sign_in.id;
            follow(&site, &visit, id, ask_consent::deny(&site.app, &visit.visitor, sign_in).await?)
        }
        Some("somebody-else") => people::somebody_else(&site, &visit, sign_in).await,
        Some("extend") => extended(&site, sign_in, &visit.path).await,
        // Nothing was chosen: nothing is allowed, and the question stands.
        _ => dispatch(&site, &visit, sign_in).await,
    }
}

async fn page(site: &Site, visit: &Visit, sign_in: &SignIn, question: Question) -> Result<Page, Failure> {
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let form =
        layout::Form { action: format!("/sign-in/{}/consent", sign_in.id), csrf: guard(sign_in, STEP).token(visit) };
    let person = whom::shown(&site.app, sign_in).await?;
    let limit = Some(site.limit(sign_in.expires_at));
    let template = Consent { person, limit, ..view(site, layout, form, question) };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}

/// The question as a page shows it, here or where another device waits for the answer.
pub(super) fn view(site: &Site, layout: layout::Layout, form: layout::Form, question: Question) -> Consent {
    let ends = site.app.clock.now() + site.app.settings.lifetimes.consent;
    Consent {
        form,
        portal: site.portal(&question.client, layout.voice.language),
        details: told(&question.details_types, &question.request.authorization_details, layout.voice.language),
        claims: Claim::rows(question.items.into_iter().filter_map(claim).collect()),
        later: question.unknown.into_iter().map(ClaimName::parse).collect(),
        services: services(question.services, layout.voice.language),
        lasting: Lasting::Until(Moment::from_micros(ends.micros())),
        access: if question.offline { Access::Offline } else { Access::WhilePresent },
        person: None,
        limit: None,
        elsewhere: None,
        withdraw: "/account/portals".to_owned(),
        layout,
    }
}

/// In the person's language.
pub fn services(services: Vec<resource_servers::Service>, language: Language) -> Vec<Service> {
    let tag = language.tag();
    let in_language = |text: &Localised| text.in_language(tag).to_owned();
    let service = |service: resource_servers::Service| Service {
        name: in_language(&service.name),
        rights: service.rights.iter().map(in_language).collect(),
    };
    services.into_iter().map(service).collect()
}

/// An item as a page shows it.
pub(super) fn claim(item: Item) -> Option<Claim> {
    let name = ClaimName::parse(item.claim);
    match item.value {
        Preview::Text(value) | Preview::Date(value) | Preview::Gender(value) => Some(Claim::new(name, value)),
        Preview::Flag(flag) => Some(Claim::new(name, flag.to_string())),
        Preview::Moment(seconds) => Some(Claim::new(name, seconds.to_string())),
        Preview::Level(level) => Some(Claim::new(name, level.to_string())),
        Preview::Nothing => None,
    }
}
