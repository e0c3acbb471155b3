//! `/health/live`, `/health/ready`, `/metrics`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::json;

use super::Site;
use crate::domain::sandbox::MARK;
use crate::flows::admin::trust::Standing;
use crate::flows::hardware::ModuleStanding;

/// From how many days before its end a certificate of the trust folder is spoken of: authorities are not renewed in a week.
const SOON_DAYS: i64 = 60;

/// The process answers.
pub async fn live() -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Json(json!({ "status": "live" })))
}

/// Whether this server can serve, and which part keeps it from it.
pub async fn ready(State(site): State<Arc<Site>>) -> Response {
    let (identity, short_lived) = tokio::join!(site.app.store.ping(), site.app.sessions.health());
    let word = |up: bool| if up { "up" } else { "away" };
    let (identity, short_lived) = (identity.is_ok(), short_lived.is_ok());
    // One that answers late is better than none, and so is late everywhere: no server is taken out for it.
    let module = site.app.keys.hardware().map(|hardware| hardware.standing());
    let signs = module.is_none_or(|standing| matches!(standing, ModuleStanding::Up | ModuleStanding::Late));
    let ready = identity && short_lived && signs && !site.is_draining();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let soon = site.app.trust.standing(site.app.clock.now()).into_iter().filter(|one| one.days_left < SOON_DAYS);
    let ending =
        |one: Standing| json!({ "authority": one.authority, "subject": one.subject, "days_left": one.days_left });
    let mut body = json!({
        "status": if ready { "ready" } else { "not ready" },
        "identity_store": word(identity),
        "short_lived_store": word(short_lived),
        "draining": site.is_draining(),
        // It keeps nobody from serving: whose certificates come from others sign in.
        "trust_ending": soon.map(ending).collect::<Vec<_>>(),
        // Sign-in by certificate goes on with what other sources say, or does not: it is no reason to send nobody here.
        "revocation_sources_away": site.app.revocation.away(),
    });
    if let Some(standing) = module {
        body["key_module"] = standing.as_str().into();
    }
    if site.app.mode.is_sandbox() {
        body[MARK] = true.into();
    }
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

pub async fn metrics(State(site): State<Arc<Site>>) -> Response {
    if let Some(hardware) = site.app.keys.hardware() {
        site.app.metrics.hardware(hardware.load().waiting, hardware.standing());
    }
    match site.app.metrics.encode(site.app.hasher.load().waiting) {
        Ok(text) => {
            ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
