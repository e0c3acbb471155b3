//! `/sign-in/{id}/in-whose-name`: myself, or an organisation that one acts for at this portal.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::account::organisations::role;
use super::frame::{extended, given_up, guard};
use super::{dispatch, leads_to, load, people, ui_locales};
use crate::domain::sign_in::SignIn;
use crate::flows::sign_in::in_whose_name::{self, Choice, Chosen, Question};
use crate::flows::sign_in::whom;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::Page;
use crate::web::in_whose_name as view;
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};

const STEP: &str = "in-whose-name";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match in_whose_name::question(&site.app, &sign_in).await? {
        Some(question) => Ok(page(&site, &visit, &sign_in, question, None).await?.into_response()),
        None => dispatch(&site, &visit, sign_in).await,
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
    let chosen = match form.single("choice")? {
        Some("cancel") => return given_up(&site, &visit, sign_in).await,
        Some("somebody-else") => return people::somebody_else(&site, &visit, sign_in).await,
        Some("extend") => return extended(&site, sign_in, &visit.path).await,
        Some("myself") => Some(Chosen::Myself),
        Some(mandate) => mandate.parse().ok().map(Chosen::By),
        None => None,
    };
    let taken = match chosen {
        Some(chosen) => in_whose_name::choose(&site.app, sign_in.clone(), chosen).await?,
        None => Choice::NotOffered,
    };
    match taken {
        Choice::Taken(chosen) => dispatch(&site, &visit, *chosen).await,
        Choice::OutOfOrder => dispatch(&site, &visit, sign_in).await,
        Choice::NotOffered => match in_whose_name::question(&site.app, &sign_in).await? {
            Some(question) => {
                let fault = Some(Fault::ChoiceNotOffered);
                let shown = page(&site, &visit, &sign_in, question, fault).await?;
                Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
            }
            None => dispatch(&site, &visit, sign_in).await,
        },
    }
}

async fn page(
    site: &Site,
    visit: &Visit,
    sign_in: &SignIn,
    question: Question,
    fault: Option<Fault>,
) -> Result<Page, Failure> {
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let choices = question.options.iter().enumerate().map(|(at, held)| view::Choice {
        value: held.mandate.id.to_string(),
        organisation: held.organisation.name.as_str().to_owned(),
        code: held.organisation.code.written(),
        role: role(held.mandate.role),
        position: held.mandate.position.as_ref().map(|position| position.as_str().to_owned()),
        expected: if at == 0 && question.hinted { view::Expected::Yes } else { view::Expected::No },
    });
    let template = view::InWhoseName {
        form: layout::Form {
            action: format!("/sign-in/{}/in-whose-name", sign_in.id),
            csrf: guard(sign_in, STEP).token(visit),
        },
        portal: site.portal(&question.client, layout.voice.language),
        myself: in_whose_name::own_name(&site.app, sign_in).await?,
        person: whom::shown(&site.app, sign_in).await?,
        choices: choices.collect(),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}
