//! `/health/live`, `/health/ready`, `/metrics`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Map, Value, json};

use super::Site;
use crate::domain::sandbox::MARK;
use crate::domain::time::Timestamp;
use crate::flows::admin::trust::Standing;
use crate::flows::metrics::HouseLoad;
use crate::flows::readiness::{self, Found};

/// From how many days before its end a certificate of the trust folder is spoken of: authorities are not renewed in a week.
const SOON_DAYS: i64 = 60;

/// The process answers.
pub async fn live() -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Json(json!({ "status": "live" })))
}

/// Whether this server can serve, for anyone who balances load. What is missing is nobody's business on the public listener.
pub async fn ready(State(site): State<Arc<Site>>) -> Response {
    let found = readiness::look(&site.app).await;
    answer(&site, &found, Map::new())
}

/// Whether this server can serve, which part keeps it from it, and since when; on the operations' listener.
pub async fn ready_in_parts(State(site): State<Arc<Site>>) -> Response {
    let found = readiness::look(&site.app).await;
    let soon = site.app.trust.standing(site.app.clock.now()).into_iter().filter(|one| one.days_left < SOON_DAYS);
    let ending =
        |one: Standing| json!({ "authority": one.authority, "subject": one.subject, "days_left": one.days_left });
    let missing: Vec<&str> = found.iter().filter(|one| one.is_in_the_way()).map(|one| one.part.as_str()).collect();
    let parts: Map<String, Value> = found.iter().map(|one| (one.part.as_str().to_owned(), part(one))).collect();
    let told = Map::from_iter([
        ("draining".to_owned(), site.is_draining().into()),
        ("missing".to_owned(), missing.into()),
        ("parts".to_owned(), parts.into()),
        // It keeps nobody from serving: whose certificates come from others sign in.
        ("trust_ending".to_owned(), soon.map(ending).collect::<Vec<_>>().into()),
        // Sign-in by certificate goes on with what other sources say, or does not: it is no reason to send nobody here.
        ("revocation_sources_away".to_owned(), json!(site.app.revocation.away())),
    ]);
    answer(&site, &found, told)
}

fn answer(site: &Site, found: &[Found], mut body: Map<String, Value>) -> Response {
    let ready = !site.is_draining() && !found.iter().any(Found::is_in_the_way);
    let (status, word) = if ready { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") };
    body.insert("status".to_owned(), word.into());
    if site.app.mode.is_sandbox() {
        body.insert(MARK.to_owned(), true.into());
    }
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn part(found: &Found) -> Value {
    let mut told = json!({
        "state": found.state.as_str(),
        "since": at(found.since),
        "needed": found.part.is_needed(),
    });
    if let Some(reason) = found.state.reason() {
        told["reason"] = reason.into();
    }
    told
}

/// RFC 3339, in UTC, to the second.
fn at(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.seconds()).map_or_else(|_| at.seconds().to_string(), |at| at.to_string())
}

pub async fn metrics(State(site): State<Arc<Site>>) -> Response {
    let (app, load) = (&site.app, HouseLoad::of(&site.app));
    if let Some(hardware) = app.keys.hardware() {
        app.metrics.hardware(hardware.load().waiting, hardware.standing());
    }
    app.metrics.load(&load);
    app.metrics.parts(&readiness::look(app).await);
    match app.metrics.encode(load.hashing.waiting) {
        Ok(text) => {
            ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
