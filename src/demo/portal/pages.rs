//! What the portal answers to browsers.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::middleware;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use http::{StatusCode, Uri, header};
use serde::Deserialize;

use crate::domain::secret::SecretString;
use crate::web::assets;
use crate::web::claims::{Claim, ClaimName};
use crate::web::layout::Form as FormOf;
use crate::web::portal::{Citizen, Home, Layout, News, PortalError, PortalFault};
use crate::web::text::Language;

use super::back_channel;
use super::guard::{self, ContentPolicy};
use super::provider::{Answer, SignInFault, UserInfo};
use super::sessions::{Asking, Begun, Session};
use super::visitor::{LANGUAGE_COOKIE, SESSION_COOKIE, Visitor};
use super::{InvalidPortal, Portal};

/// The name by which the portal calls the service that people sign in with.
const PROVIDER: &str = "SenID";
const SIGN_IN: &str = "/sign-in";
const SIGNED_OUT: &str = "/signed-out";
const CANCELLED: &str = "/cancelled";

pub(super) fn router(portal: Arc<Portal>) -> Result<Router, InvalidPortal> {
    let policy = ContentPolicy::of(&portal.settings)?;
    Ok(Router::new()
        .route("/", get(home))
        .route(SIGN_IN, get(sign_in))
        .route("/callback", get(callback))
        .route("/sign-out", post(sign_out))
        .route(SIGNED_OUT, get(signed_out))
        .route(CANCELLED, get(cancelled))
        .route("/back-channel-logout", post(back_channel::sign_out))
        .route("/language", post(choose_language))
        .route("/static/{name}", get(static_file))
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(Arc::clone(&portal), guard::require_own_form))
        .layer(middleware::from_fn_with_state(policy, guard::protect))
        .with_state(portal))
}

async fn home(State(portal): State<Arc<Portal>>, visitor: Visitor) -> Response {
    match portal.session(&visitor) {
        Some(session) => citizen(&portal, &visitor, &session),
        None => front_page(&portal, &visitor, "/", None),
    }
}

#[derive(Deserialize)]
struct SignInQuery {
    /// `none`: sign in only if that needs no page of the provider.
    prompt: Option<String>,
    /// Asks for a stronger sign-in than there was.
    stronger: Option<String>,
}

async fn sign_in(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
    query: Result<Query<SignInQuery>, QueryRejection>,
) -> Response {
    let asking = match query {
        Ok(Query(query)) if query.prompt.as_deref() == Some("none") => Asking::Silently,
        Ok(Query(query)) if query.stronger.is_some() => Asking::Stronger,
        Ok(_) | Err(_) => Asking::Openly,
    };
    // A second tab keeps the first one's cookie, or one of the two answers would come back to a stranger.
    let browser = visitor.session.clone().unwrap_or_else(|| SecretString::new(portal.unpredictable()));
    let begun = Begun {
        browser: browser.clone(),
        nonce: SecretString::new(portal.unpredictable()),
        code_verifier: SecretString::new(portal.unpredictable()),
        asking,
    };
    let state = portal.unpredictable();
    match portal.provider.authorization_url(&begun, state.clone(), visitor.language).await {
        Ok(url) => {
            portal.sessions.begin(state, begun, portal.clock.now());
            (CookieJar::new().add(portal.cookie(SESSION_COOKIE, browser.expose())), Redirect::to(url.as_str()))
                .into_response()
        }
        Err(fault) => failure(&portal, &visitor, fault),
    }
}

async fn callback(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let answer = answer.ok().map(|Query(answer)| answer);
    let begun = answer.and_then(|answer| {
        let (state, browser) = (answer.state.as_deref()?, visitor.session.as_ref()?);
        Some((portal.sessions.redeem(state, browser, portal.clock.now())?, answer))
    });
    let Some((begun, answer)) = begun else {
        // Back to the answer's address, or a second tab: whoever is signed in already has nothing to mend.
        return match portal.session(&visitor) {
            Some(_) => Redirect::to("/").into_response(),
            None => {
                let detail = Some("the answer belongs to no sign-in of this browser (state)".to_owned());
                error_page(&portal, &visitor, StatusCode::BAD_REQUEST, PortalFault::Unexpected, detail)
            }
        };
    };
    match portal.provider.finish(&begun, answer).await {
        Ok(signed_in) => {
            // Another cookie than before signing in, so that nobody knows it who planted the first one.
            portal.sessions.close(&begun.browser);
            let cookie = SecretString::new(portal.unpredictable());
            let session = Session { signed_in, csrf: SecretString::new(portal.unpredictable()) };
            portal.sessions.open(&cookie, session, portal.clock.now());
            (CookieJar::new().add(portal.cookie(SESSION_COOKIE, cookie.expose())), Redirect::to("/")).into_response()
        }
        Err(fault) => failure(&portal, &visitor, fault),
    }
}

#[derive(Deserialize)]
struct SignOutForm {
    csrf: SecretString,
}

/// Signs out here, and then at the provider (RP-Initiated Logout §2).
async fn sign_out(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
    form: Result<Form<SignOutForm>, FormRejection>,
) -> Response {
    let (Some(cookie), Some(session)) = (&visitor.session, portal.session(&visitor)) else {
        return Redirect::to("/").into_response();
    };
    if !form.is_ok_and(|Form(form)| form.csrf == session.csrf) {
        return error_page(&portal, &visitor, StatusCode::FORBIDDEN, PortalFault::Unexpected, None);
    }
    portal.sessions.close(cookie);
    let elsewhere = portal.provider.sign_out_url(&session.signed_in, visitor.language).await;
    let next = elsewhere.map_or_else(|| SIGNED_OUT.to_owned(), String::from);
    (CookieJar::new().add(portal.no_cookie(SESSION_COOKIE)), Redirect::to(&next)).into_response()
}

async fn signed_out(State(portal): State<Arc<Portal>>, visitor: Visitor) -> Response {
    news(&portal, &visitor, SIGNED_OUT, News::SignedOut)
}

async fn cancelled(State(portal): State<Arc<Portal>>, visitor: Visitor) -> Response {
    news(&portal, &visitor, CANCELLED, News::Cancelled)
}

#[derive(Deserialize)]
struct LanguageForm {
    language: String,
    return_to: String,
}

async fn choose_language(
    State(portal): State<Arc<Portal>>,
    form: Result<Form<LanguageForm>, FormRejection>,
) -> Response {
    let chosen = form.ok().and_then(|Form(form)| Some((Language::parse(&form.language)?, form.return_to)));
    let Some((language, return_to)) = chosen else {
        return Redirect::to("/").into_response();
    };
    // Only pages of the portal that can be opened again lead anywhere.
    let return_to = [SIGNED_OUT, CANCELLED].into_iter().find(|path| *path == return_to).unwrap_or("/");
    let cookie = portal.lasting_cookie(LANGUAGE_COOKIE, language.tag());
    (CookieJar::new().add(cookie), Redirect::to(return_to)).into_response()
}

async fn static_file(uri: Uri) -> Response {
    match assets::find(uri.path()) {
        Some(asset) => {
            let headers = [
                (header::CONTENT_TYPE, asset.content_type),
                (header::CACHE_CONTROL, assets::CACHE_CONTROL),
                (header::ETAG, asset.etag),
            ];
            (headers, asset.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn not_found(State(portal): State<Arc<Portal>>, visitor: Visitor) -> Response {
    error_page(&portal, &visitor, StatusCode::NOT_FOUND, PortalFault::NotFound, None)
}

fn front_page(portal: &Portal, visitor: &Visitor, path: &str, news: Option<News>) -> Response {
    let layout = layout(portal, visitor, path);
    page(StatusCode::OK, &Home { layout, sign_in: SIGN_IN.to_owned(), news })
}

/// The front page with what just happened, unless it is no longer so.
fn news(portal: &Portal, visitor: &Visitor, path: &str, news: News) -> Response {
    match portal.session(visitor) {
        Some(_) => Redirect::to("/").into_response(),
        None => front_page(portal, visitor, path, Some(news)),
    }
}

fn citizen(portal: &Portal, visitor: &Visitor, session: &Session) -> Response {
    let user_info = &session.signed_in.user_info;
    let claims = received(user_info);
    let name = claims.iter().find(|claim| claim.name == ClaimName::Name).map(|claim| claim.value.clone());
    let page_of_citizen = Citizen {
        layout: layout(portal, visitor, "/"),
        name: name.unwrap_or_else(|| user_info.subject().to_string()),
        claims,
        account_level: user_info.additional_claims().account_level.unwrap_or(0),
        authentication_level: session.signed_in.authentication_level,
        stronger: format!("{SIGN_IN}?stronger=yes"),
        sign_out: FormOf { action: "/sign-out".to_owned(), csrf: session.csrf.expose().to_owned() },
        account: portal.settings.issuer.at("/account/portals"),
    };
    page(StatusCode::OK, &page_of_citizen)
}

/// What the provider said of the citizen, in the order to show it.
fn received(user_info: &UserInfo) -> Vec<Claim> {
    let own = user_info.additional_claims();
    let address = user_info.address().and_then(|address| address.formatted.as_ref());
    let values = [
        (ClaimName::Name, user_info.name().and_then(|name| name.get(None)).map(|name| name.to_string())),
        (ClaimName::Birthdate, user_info.birthdate().map(|date| date.to_string())),
        (ClaimName::Gender, user_info.gender().map(|gender| gender.to_string())),
        (ClaimName::NationalId, own.national_id.clone()),
        (ClaimName::Phone, user_info.phone_number().map(|number| number.to_string())),
        (ClaimName::Email, user_info.email().map(|address| address.to_string())),
        (ClaimName::Address, address.map(|address| address.to_string())),
    ];
    values.into_iter().filter_map(|(name, value)| Some(Claim::new(name, value?))).collect()
}

fn failure(portal: &Portal, visitor: &Visitor, fault: SignInFault) -> Response {
    match fault {
        SignInFault::Denied => Redirect::to(CANCELLED).into_response(),
        SignInFault::NotSilent => Redirect::to("/").into_response(),
        SignInFault::Refused(detail) => {
            error_page(portal, visitor, StatusCode::BAD_GATEWAY, PortalFault::Refused, Some(detail))
        }
        SignInFault::Unverifiable(detail) => {
            tracing::warn!(portal = %portal.settings.base_url, detail, "a sign-in could not be verified");
            error_page(portal, visitor, StatusCode::BAD_GATEWAY, PortalFault::Unverifiable, Some(detail))
        }
    }
}

fn error_page(
    portal: &Portal,
    visitor: &Visitor,
    status: StatusCode,
    fault: PortalFault,
    detail: Option<String>,
) -> Response {
    let layout = layout(portal, visitor, "/");
    page(status, &PortalError { layout, fault, detail, sign_in: SIGN_IN.to_owned() })
}

fn layout(portal: &Portal, visitor: &Visitor, path: &str) -> Layout {
    Layout { voice: visitor.voice(portal.clock.now()), return_to: path.to_owned(), provider: PROVIDER.to_owned() }
}

fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(fault) => {
            tracing::error!(%fault, "a page of the portal could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
