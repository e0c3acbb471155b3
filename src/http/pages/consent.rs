//! `/sign-in/{id}/consent`: who receives what, why and for how long.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::account::organisations::role;
use super::frame::{extended, guard};
use super::{dispatch, follow, leads_to, load, people, ui_locales};
use crate::domain::client::{LegalBasis, Localised};
use crate::domain::consent::{Answer, Required};
use crate::domain::sign_in::SignIn;
use crate::flows::account::organisations::Held;
use crate::flows::resource_servers;
use crate::flows::sign_in::ask_consent::{self, Asked, Item, ItemStanding, Preview, Question};
use crate::flows::sign_in::whom;
use crate::http::Site;
use crate::http::details::told;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::Page;
use crate::protocol::parameters::Parameters;
use crate::web::claims::{Claim, ClaimName};
use crate::web::consent::{
    Access, ActingFor, AskedClaim, Basis, Consent, KEEP_LATER, Lasting, Later, Need, Service, Standing,
};
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
        Some("allow") => match ask_consent::allow(&site.app, &visit.visitor, sign_in.clone(), &answer(&form)).await? {
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
        basis: basis(question.basis),
        claims: claims(question.items, layout.voice.language),
        later: later(question.unknown, question.unknown_left_out),
        services: services(question.services, layout.voice.language),
        lasting: Lasting::Until(Moment::from_micros(ends.micros())),
        access: if question.offline { Access::Offline } else { Access::WhilePresent },
        person: None,
        acting: question.acting.map(acting),
        limit: None,
        elsewhere: None,
        withdraw: "/account/portals".to_owned(),
        layout,
    }
}

fn acting(held: Held) -> ActingFor {
    ActingFor {
        organisation: held.organisation.name.as_str().to_owned(),
        code: held.organisation.code.written(),
        role: role(held.mandate.role),
        position: held.mandate.position.map(|position| position.as_str().to_owned()),
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

/// What the form says of the claims that its page showed.
pub(super) fn answer(form: &Parameters) -> Answer {
    let [shown, later, mut kept]: [BTreeSet<String>; 3] =
        ["shown", "later", "keep"].map(|name| form.all(name).map(str::to_owned).collect());
    if form.is_present(KEEP_LATER) {
        kept.extend(later.iter().cloned());
    }
    Answer { shown: shown.union(&later).cloned().collect(), kept }
}

/// The claims as a page shows them, in reading order.
pub(super) fn claims(items: Vec<Item>, language: Language) -> Vec<AskedClaim> {
    let mut rows: Vec<AskedClaim> = items.into_iter().filter_map(|item| claim(item, language)).collect();
    rows.sort_by(|one, other| one.claim.name.cmp(&other.claim.name));
    rows
}

pub(super) fn later(unknown: Vec<String>, left_out: bool) -> Later {
    let names = unknown.iter().map(|name| ClaimName::parse(name)).collect();
    Later { names, standing: if left_out { Standing::LeftOut } else { Standing::Kept } }
}

pub(super) fn basis(basis: LegalBasis) -> Basis {
    match basis {
        LegalBasis::Consent => Basis::Consent,
        LegalBasis::Contract => Basis::Contract,
        LegalBasis::LegalObligation => Basis::LegalObligation,
        LegalBasis::PublicTask => Basis::PublicTask,
        LegalBasis::VitalInterests => Basis::VitalInterests,
    }
}

fn claim(item: Item, language: Language) -> Option<AskedClaim> {
    let value = match item.value {
        Preview::Text(value) | Preview::Date(value) | Preview::Gender(value) => value,
        Preview::Flag(flag) => flag.to_string(),
        Preview::Moment(seconds) => seconds.to_string(),
        Preview::Level(level) => level.to_string(),
        Preview::Nothing => return None,
    };
    Some(AskedClaim {
        claim: Claim::new(ClaimName::parse(&item.claim), value),
        purpose: item.purpose.map(|purpose| purpose.in_language(language.tag()).to_owned()),
        standing: match item.standing {
            ItemStanding::Required(Required::Essential) => Standing::Needed(Need::Essential),
            ItemStanding::Required(Required::Basis(why)) => Standing::Needed(Need::Basis(basis(why))),
            ItemStanding::Voluntary => Standing::Kept,
            ItemStanding::LeftOut => Standing::LeftOut,
        },
    })
}
