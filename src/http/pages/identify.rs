//! `/sign-in/{id}`: who asks, and who is there.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::frame::{given_up, guard};
use super::schemes::{self, Typed};
use super::{dispatch, leads_to, load, method_path, request, ui_locales};
use super::{passkey, people};
use crate::domain::sign_in::{Named, OutOfOrder, SignIn, State as Standing};
use crate::domain::sign_in_name::NameFault;
use crate::flows::sign_in::identify::{self, Identified, Said};
use crate::flows::{certificate, self_registration, session, sign_in};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::claims::Method;
use crate::web::layout;
use crate::web::people::Standing::GoesOn;
use crate::web::sign_in as view;

const STEP: &str = "identify";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match &sign_in.state {
        Standing::Requested | Standing::Identified(_) => {
            let typed = typed_before(&site, &sign_in)?;
            Ok(page(&site, &visit, &sign_in, typed, None).await?.into_response())
        }
        Standing::Offered | Standing::Authenticated(_) | Standing::Consented(_) => {
            dispatch(&site, &visit, sign_in).await
        }
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
    if let Some(response) = people::answered(&site, &visit, &sign_in, &form).await? {
        return Ok(response);
    }
    let sign_in = people::kept(&site, sign_in, &form).await?;
    let typed = Typed::sent(&site, &form)?;
    let chosen = form.single("choice")?;
    let fault = match chosen {
        Some("cancel") => return given_up(&site, &visit, sign_in).await,
        Some("extend") => {
            // Shown anew and not redirected to, so that what was typed stays.
            let sign_in = sign_in::extend(&site.app, sign_in).await?.map_err(Fault::SignIn)?;
            return Ok(page(&site, &visit, &sign_in, typed, None).await?.into_response());
        }
        Some(chosen @ ("use-passkey" | "use-security-key" | "use-certificate")) if offers(&site, chosen) => {
            // It says by itself whose it is. Without script, or where the browser cannot, the page of its own says so.
            let method = methods(&site).into_iter().find(|method| method.id() == chosen);
            match method.and_then(|method| method_path(&sign_in, &method)) {
                Some(path) => return Ok(SeeOther::to(path).into_response()),
                None => view::Fault::MethodNotOffered,
            }
        }
        Some(chosen @ "use-counter-code") if !offers(&site, chosen) => view::Fault::MethodNotOffered,
        // Whoever was chosen types no name.
        None | Some("continue" | "use-password" | "use-counter-code") if is_chosen(&sign_in) => {
            let method = chosen.filter(|chosen| *chosen == Method::CounterCode.id()).map(|_| Method::CounterCode);
            let path = method_path(&sign_in, &method.unwrap_or(Method::Password));
            return Ok(path.map(SeeOther::to).ok_or(Fault::NotFound)?.into_response());
        }
        None | Some("continue" | "use-password" | "use-counter-code") => {
            let identified = match typed.scheme {
                Some(scheme) => identify::identify(&site.app, sign_in.clone(), &typed.name, scheme).await?,
                None => Identified::Refused(NameFault::Unrecognised),
            };
            match identified {
                Identified::Noted(sign_in) if chosen == Some(Method::CounterCode.id()) => {
                    return Ok(SeeOther::to(format!("/sign-in/{}/counter", sign_in.id)).into_response());
                }
                Identified::Noted(sign_in) => return dispatch(&site, &visit, *sign_in).await,
                Identified::OutOfOrder(OutOfOrder) => {
                    return dispatch(&site, &visit, sign_in).await;
                }
                Identified::Refused(NameFault::Empty) => view::Fault::IdentifierMissing,
                Identified::Refused(NameFault::Unrecognised) => typed.malformed(&site),
            }
        }
        Some(_) => view::Fault::MethodNotOffered,
    };
    let shown = page(&site, &visit, &sign_in, typed, Some(fault)).await?;
    Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

fn is_chosen(sign_in: &SignIn) -> bool {
    matches!(sign_in.state, Standing::Identified(Named::Chosen(_)))
}

/// What was typed before, or what the portal said.
fn typed_before(site: &Site, sign_in: &SignIn) -> Result<Typed, Failure> {
    if let Some(Said { typed, scheme, .. }) = identify::named(&site.app, sign_in)? {
        return Ok(Typed { name: typed, scheme: Some(scheme) });
    }
    let hint = request(sign_in).and_then(|request| request.login_hint.clone());
    Ok(Typed { name: hint.unwrap_or_default(), scheme: None })
}

/// The same for everybody: what is offered tells nothing about a name.
fn methods(site: &Site) -> Vec<Method> {
    let webauthn = site.app.relying_party.is_some().then_some([Method::Passkey, Method::SecurityKey]);
    let counter = site.app.settings.counter.enabled.then_some(Method::CounterCode);
    let certificate = certificate::is_offered(&site.app).then_some(Method::Certificate);
    webauthn.into_iter().flatten().chain(certificate).chain([Method::Password]).chain(counter).collect()
}

fn offers(site: &Site, chosen: &str) -> bool {
    methods(site).iter().any(|method| method.id() == chosen)
}

async fn page(
    site: &Site,
    visit: &Visit,
    sign_in: &SignIn,
    typed: Typed,
    fault: Option<view::Fault>,
) -> Result<Page, Failure> {
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let portal = portal(site, sign_in, &layout).await?;
    let people = people::shown(site, visit, sign_in).await?;
    let template = view::SignIn {
        form: layout::Form { action: format!("/sign-in/{}", sign_in.id), csrf: guard(sign_in, STEP).token(visit) },
        portal,
        reason: match people.people.iter().any(|person| person.standing == GoesOn) {
            true => view::Reason::NotSignedIn,
            false => reason(site, visit, sign_in).await?,
        },
        people,
        username: typed.name,
        schemes: schemes::shown(&site.app.settings.national_id, typed.scheme),
        register: self_registration::is_offered(&site.app).then(|| format!("/sign-in/{}/register", sign_in.id)),
        methods: methods(site),
        ceremony: site.app.relying_party.is_some().then(|| passkey::ceremony(visit, sign_in)),
        problem: fault.map(|fault| view::Problem { fault, reference: visit.visitor.request.to_string() }),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}

/// The portal that asks, as the page shows it.
pub(super) async fn portal(
    site: &Site,
    sign_in: &SignIn,
    layout: &layout::Layout,
) -> Result<Option<layout::Portal>, Failure> {
    let Some(request) = request(sign_in) else {
        return Ok(None);
    };
    let client = site.app.clients.find(&site.app, &request.client_id).await?;
    Ok(client.map(|client| site.portal(&client, layout.voice.language)))
}

/// Why someone who is signed in is asked again.
async fn reason(site: &Site, visit: &Visit, sign_in: &SignIn) -> Result<view::Reason, Failure> {
    let Some(request) = request(sign_in) else {
        return Ok(view::Reason::NotSignedIn);
    };
    let Some(current) = session::current(&site.app, &visit.visitor).await? else {
        return Ok(view::Reason::NotSignedIn);
    };
    Ok(match sign_in::names_someone_else(&site.app, request, current.citizen()).await? {
        true => view::Reason::OtherPerson,
        false => view::Reason::AskedAgain,
    })
}
