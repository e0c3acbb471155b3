//! From what went wrong to a status and a page. Nobody else knows the status codes of failures, but for those that only
//! dynamic registration has (`oauth::register`).
//!
//! A handler that fails answers with a [`Failure`]; the envelope middleware, which knows whom it answers and in which
//! language, turns it into the page. What clients' programs call turns it into JSON instead ([`Failure::into_json`]).

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use crate::flows::sign_in::Missing;
use crate::flows::{FlowError, Part};
use crate::protocol::authorize::PageError;
use crate::protocol::logout::LogoutFault;
use crate::protocol::presented_token::{self, Scheme};
use crate::protocol::{ErrorCode, OAuthError};
use crate::web::error::Trouble;

/// Why a request is not answered with what it asked for.
#[derive(Debug)]
pub enum Failure {
    Fault(Fault),
    Flow(FlowError),
}

/// A fault of the request that only its page can be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    NotFound,
    StaleForm,
    CrossSite,
    Overloaded,
    TimedOut,
    /// The body is larger than is read here.
    TooLarge,
    SignIn(Missing),
    Authorize(PageError),
    Logout(LogoutFault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        Self::Flow(error)
    }
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        Self::Flow(FlowError::Refused(error))
    }
}

/// A failure on its way to the envelope, inside a response that has nothing else yet.
#[derive(Clone, Debug)]
pub struct Pending {
    pub trouble: Trouble,
    pub status: StatusCode,
    /// For a portal's developer.
    pub detail: Option<String>,
    pub retry_after: Option<Duration>,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let pending = self.pending();
        let mut response = pending.status.into_response();
        response.extensions_mut().insert(pending);
        response
    }
}

impl Failure {
    fn pending(self) -> Pending {
        let (trouble, status) = match &self {
            Self::Fault(fault) => fault.page(),
            Self::Flow(FlowError::Refused(_)) => (Trouble::BadRequest, StatusCode::BAD_REQUEST),
            Self::Flow(FlowError::Away(_)) => (Trouble::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
            Self::Flow(FlowError::Busy { .. }) => (Trouble::Busy, StatusCode::SERVICE_UNAVAILABLE),
            Self::Flow(FlowError::TooOften { .. }) => (Trouble::Busy, StatusCode::TOO_MANY_REQUESTS),
            Self::Flow(FlowError::Failed(_)) => (Trouble::Internal, StatusCode::INTERNAL_SERVER_ERROR),
        };
        self.log();
        Pending { trouble, status, retry_after: self.retry_after(), detail: self.detail() }
    }

    /// A precise sentence for the developer of the portal whose request this is; nothing of ours.
    fn detail(&self) -> Option<String> {
        match self {
            Self::Flow(FlowError::Refused(error)) => Some(error.to_string()),
            Self::Fault(Fault::Authorize(fault)) => Some(fault.to_string()),
            Self::Fault(Fault::Logout(fault)) => Some(fault.to_string()),
            Self::Fault(_) | Self::Flow(_) => None,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Flow(FlowError::Busy { retry_after } | FlowError::TooOften { retry_after }) => Some(*retry_after),
            Self::Flow(FlowError::Away(_)) | Self::Fault(Fault::TimedOut) => Some(Duration::from_secs(5)),
            Self::Fault(Fault::Overloaded) => Some(Duration::from_secs(2)),
            _ => None,
        }
    }

    fn log(&self) {
        if let Self::Flow(FlowError::Failed(cause)) = self {
            let mut causes = cause.to_string();
            let mut source = cause.source();
            while let Some(below) = source {
                causes.push_str(": ");
                causes.push_str(&below.to_string());
                source = below.source();
            }
            tracing::error!(cause = causes, "a request failed");
        }
    }

    /// The answer to a program: RFC 6749 §5.2, RFC 6750 §3.1.
    pub fn into_json(self, challenge: Challenge<'_>) -> Response {
        self.log();
        let retry_after = self.retry_after();
        let (status, error) = match self {
            Self::Flow(FlowError::Refused(error)) => (challenge.status(error.code), error),
            Self::Fault(Fault::Overloaded | Fault::TimedOut)
            | Self::Flow(FlowError::Busy { .. } | FlowError::Away(_)) => {
                let part = match self {
                    Self::Flow(FlowError::Away(Part::IdentityStore)) => "the identity store is away; try again later",
                    Self::Flow(FlowError::Away(Part::ShortLivedStore)) => "the session store is away; try again later",
                    Self::Flow(FlowError::Away(Part::KeyModule)) => "the module that signs is away; try again later",
                    _ => "overloaded; try again later",
                };
                (StatusCode::SERVICE_UNAVAILABLE, OAuthError::temporarily_unavailable(part))
            }
            Self::Flow(FlowError::TooOften { .. }) => (
                StatusCode::TOO_MANY_REQUESTS,
                OAuthError::temporarily_unavailable("too many requests from this network; try again later"),
            ),
            Self::Fault(Fault::TooLarge) => {
                (StatusCode::PAYLOAD_TOO_LARGE, OAuthError::invalid_request("the body is larger than is read here"))
            }
            Self::Fault(_) => (StatusCode::BAD_REQUEST, OAuthError::invalid_request("the request cannot be answered")),
            Self::Flow(FlowError::Failed(_)) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                OAuthError::server_error("an error on our side; it has been logged"),
            ),
        };
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        challenge.add(Some(&error), &mut headers);
        if let Some(span) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(span.as_secs().max(1)));
        }
        let body = json!({ "error": error.code.as_str(), "error_description": error.description });
        (status, headers, Json(body)).into_response()
    }
}

/// What an endpoint challenges for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge<'m> {
    /// Client authentication.
    Client,
    /// Client authentication that the client tried by the `Authorization` header: Basic, where it failed (RFC 6749 §5.2).
    ClientHeader,
    /// A registration access token, which is a bearer token (RFC 7592).
    Bearer,
    /// An access token, by the scheme that the request used, at a resource whose metadata is at this address.
    Resource(Scheme, &'m str),
}

impl<'m> Challenge<'m> {
    /// What a request with these headers is challenged for, at an endpoint that clients authenticate at.
    pub fn of_client(headers: &HeaderMap) -> Self {
        if headers.contains_key(AUTHORIZATION) { Self::ClientHeader } else { Self::Client }
    }

    /// What a request with these headers is challenged for, at an endpoint that access tokens are for.
    pub fn of_resource(headers: &HeaderMap, metadata: &'m str) -> Self {
        let scheme = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(Scheme::of);
        Self::Resource(scheme.unwrap_or(Scheme::Bearer), metadata)
    }

    /// The answer to a request that brings no credentials: what it is told to bring, and nothing of an error (RFC 6750 §3.1).
    pub fn bare(self) -> Response {
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        self.add(None, response.headers_mut());
        response
    }

    fn add(self, error: Option<&OAuthError>, headers: &mut HeaderMap) {
        let challenges = match self {
            Self::ClientHeader if error.is_some_and(|error| error.code == ErrorCode::InvalidClient) => {
                vec!["Basic realm=\"senid\"".to_owned()]
            }
            Self::Client | Self::ClientHeader => return,
            Self::Bearer | Self::Resource(..)
                if error.is_some_and(|error| !presented_token::is_challenged(error.code)) =>
            {
                return;
            }
            Self::Bearer => presented_token::challenges(&[Scheme::Bearer], Scheme::Bearer, error, None),
            Self::Resource(used, metadata) => presented_token::challenges(&Scheme::ALL, used, error, Some(metadata)),
        };
        for challenge in challenges.into_iter().filter_map(|challenge| HeaderValue::try_from(challenge).ok()) {
            headers.append(WWW_AUTHENTICATE, challenge);
        }
    }

    fn status(self, code: ErrorCode) -> StatusCode {
        match (self, code) {
            // RFC 9449 §7.1: at a resource a bad proof is a bad credential; to a client it is a bad request (§5).
            (Self::Resource(..), ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce) => StatusCode::UNAUTHORIZED,
            (_, code) => status_of(code),
        }
    }
}

fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidClient | ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl Fault {
    fn page(&self) -> (Trouble, StatusCode) {
        match self {
            Self::NotFound => (Trouble::NotFound, StatusCode::NOT_FOUND),
            Self::StaleForm => (Trouble::StaleForm, StatusCode::FORBIDDEN),
            Self::CrossSite => (Trouble::StaleForm, StatusCode::FORBIDDEN),
            Self::Overloaded => (Trouble::Busy, StatusCode::SERVICE_UNAVAILABLE),
            Self::TimedOut => (Trouble::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
            Self::TooLarge => (Trouble::BadRequest, StatusCode::PAYLOAD_TOO_LARGE),
            Self::SignIn(Missing::Gone) => (Trouble::SignInOver, StatusCode::GONE),
            Self::SignIn(Missing::OtherBrowser) => (Trouble::OtherBrowser, StatusCode::FORBIDDEN),
            Self::Authorize(PageError::ClientUnknown | PageError::ClientDisabled | PageError::ClientIdMissing) => {
                (Trouble::UnknownPortal, StatusCode::BAD_REQUEST)
            }
            Self::Authorize(
                PageError::RedirectUriMissing | PageError::RedirectUriRepeated | PageError::RedirectUriUnregistered,
            )
            | Self::Logout(LogoutFault::RedirectUnregistered) => (Trouble::ReturnAddress, StatusCode::BAD_REQUEST),
            Self::Authorize(
                PageError::ClientIdMalformed
                | PageError::RequestObject(_)
                | PageError::RequestUriUnknown
                | PageError::Undecodable,
            )
            | Self::Logout(_) => (Trouble::BadRequest, StatusCode::BAD_REQUEST),
        }
    }
}
