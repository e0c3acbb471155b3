//! The provider says that somebody is signed out: OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use super::Portal;
use super::provider::SignOutFault;

#[derive(Deserialize)]
pub(super) struct Told {
    logout_token: String,
}

/// Ends the sessions that the logout token names. Whom it names is nobody's business but the provider's, so the answer is
/// the same whether there were any.
pub(super) async fn sign_out(State(portal): State<Arc<Portal>>, told: Result<Form<Told>, FormRejection>) -> Response {
    let answer = match told {
        Err(_) => refused("logout_token: there must be one"),
        Ok(Form(told)) => match portal.provider.signed_out(&told.logout_token).await {
            Ok(signed_out) if portal.sessions.end(&signed_out, portal.clock.now()) => StatusCode::OK.into_response(),
            Ok(_) => refused("logout_token: it was taken before (jti)"),
            Err(SignOutFault::Token(fault)) => refused(&format!("logout_token: {fault}")),
            // Not the token's fault: a provider that is told so comes again, which it does not after a 400.
            Err(SignOutFault::Away(fault)) => {
                tracing::warn!(%fault, "a logout token could not be verified");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        },
    };
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

fn refused(why: &str) -> Response {
    let error = json!({ "error": "invalid_request", "error_description": why });
    (StatusCode::BAD_REQUEST, Json(error)).into_response()
}
