//! Around every request: its reference, a place in the queue, a time limit, the page of what went wrong, the log line.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_FRAME_OPTIONS};
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use tracing::Instrument;

use crate::domain::ids::RequestId;
use crate::flows::metrics::with_caller;
use crate::flows::traces::Parent;
use crate::http::Site;
use crate::http::admin_api;
use crate::http::error::{Challenge, Failure, Fault, Pending};
use crate::http::extract::Visit;
use crate::http::page::{Framed, Loaded, OF_PAGES, Page, safety};
use crate::web::error::{ErrorPage, Trouble};

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is larger than is read here. One that broke off looks the same, and nobody waits for the answer.
    TooLarge,
    TooSlow,
}

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub async fn wrap(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let reference = RequestId::new(&*site.app.random);
    request.extensions_mut().insert(reference);
    let route =
        request.extensions().get::<MatchedPath>().map_or("unmatched".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let (traceparent, linked) = came_from(&site, &request);
    let (visit_parts, request) = read_whole(&site, request).await;

    let span = tracing::info_span!("request", %reference, %method, route, traceparent, linked);
    let started = site.stopwatch();
    let answered = with_caller(&route, answer(&site, &route, request, next));
    let (mut response, caller) = answered.instrument(span.clone()).await;
    if let Some(pending) = response.extensions_mut().remove::<Pending>() {
        let visit = Visit::new(&site, &visit_parts);
        response = span.in_scope(|| page(&site, &visit, pending));
    }
    let took = started.elapsed();
    let status = response.status().as_u16();
    site.app.metrics.request(&route, status, caller, took);
    site.app.statistics.request(site.app.clock.now(), &route, status, took);
    span.in_scope(|| tracing::info!(status, micros = took.as_micros(), "answered"));

    let framed = response.extensions_mut().remove::<Framed>().is_some();
    let loaded = response.extensions_mut().remove::<Loaded>().is_some();
    let headers = response.headers_mut();
    for (name, value) in safety() {
        let needless = (framed && name == X_FRAME_OPTIONS) || (loaded && OF_PAGES.contains(&name));
        if !needless {
            headers.entry(name).or_insert(value);
        }
    }
    headers.extend(HeaderValue::try_from(reference.to_string()).map(|value| (X_REQUEST_ID, value)));
    if site.app.settings.issuer.is_https() {
        // On a shared host, hosts below it are somebody else's to decide for.
        let whose = match site.app.settings.issuer.path() {
            "" => "max-age=31536000; includeSubDomains",
            _ => "max-age=31536000",
        };
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(whose));
    }
    response
}

/// The trace that a proxy of ours says this request belongs to; or the one that somebody else says so of, which is named and not followed:
/// who could choose a trace could have this server make spans for every request, and hang them below anybody's.
fn came_from(site: &Site, request: &Request) -> (Option<String>, Option<String>) {
    if site.app.settings.tracing.otlp.is_none() {
        return (None, None);
    }
    let mut all = request.headers().get_all(TRACEPARENT).into_iter();
    let (Some(one), None) = (all.next(), all.next()) else { return (None, None) };
    let told = one.to_str().ok().filter(|text| Parent::parse(text).is_some());
    let told = told.and_then(|text| text.get(..TRACEPARENT_LENGTH)).map(str::to_owned);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    match peer.is_some_and(|ConnectInfo(peer)| site.app.settings.proxies.trusts(peer.ip())) {
        true => (told, None),
        false => (None, told),
    }
}

/// W3C Trace Context §3.2.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACEPARENT_LENGTH: usize = 55;

/// Reads the body before the request takes a place: who sends slowly keeps nobody else waiting. Gives the head, too.
async fn read_whole(site: &Site, request: Request) -> (Parts, Request) {
    let limits = &site.app.settings.limits;
    let most = usize::try_from(limits.body.as_bytes()).unwrap_or(usize::MAX);
    let (mut parts, body) = request.into_parts();
    let body = match tokio::time::timeout(limits.request_timeout, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Body::from(bytes),
        Ok(Err(_)) => {
            parts.extensions.insert(Unread::TooLarge);
            Body::empty()
        }
        Err(_) => {
            parts.extensions.insert(Unread::TooSlow);
            Body::empty()
        }
    };
    (parts.clone(), Request::from_parts(parts, body))
}

/// Lets the request in if there is room, and for as long as its time is not up.
async fn answer(site: &Site, route: &str, request: Request, next: Next) -> Response {
    let Ok(_place) = site.places.try_acquire() else {
        return turned_away(site, route, Fault::Overloaded);
    };
    match tokio::time::timeout(site.app.settings.limits.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!("a request took longer than it may");
            turned_away(site, route, Fault::TimedOut)
        }
    }
}

/// What a program calls is answered to a program, here too.
fn turned_away(site: &Site, route: &str, fault: Fault) -> Response {
    let failure = Failure::from(fault);
    match route {
        "/token"
        | "/revoke"
        | "/introspect"
        | "/par"
        | "/bc-authorize"
        | "/device_authorization"
        | "/register"
        | "/register/{client_id}"
        | "/userinfo"
        | "/ssf/stream"
        | "/ssf/status"
        | "/ssf/verify"
        | "/ssf/poll/{stream_id}" => failure.into_json(Challenge::Client),
        route if route.starts_with(admin_api::BASE) => admin_api::overloaded(site),
        _ => failure.into_response(),
    }
}

fn page(site: &Site, visit: &Visit, pending: Pending) -> Response {
    // Where there is no portal to name, the account is a way on.
    let retry = matches!(pending.trouble, Trouble::NotFound | Trouble::SignInOver).then(|| "/account".to_owned());
    let shown = Page::render(&ErrorPage {
        layout: site.layout(visit, &[], None),
        trouble: pending.trouble,
        reference: Some(visit.visitor.request.to_string()),
        detail: pending.detail,
        back: None,
        retry,
    });
    let mut response = match shown {
        Ok(page) => page.with_status(pending.status).into_response(),
        Err(_) => pending.status.into_response(),
    };
    if let Some(span) = pending.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(span.as_secs().max(1)));
    }
    response
}
