//! Why a request is not done: Problem Details for HTTP APIs (RFC 9457), each fault by its place (RFC 6901), with the challenges of
//! RFC 6750, RFC 9449 and RFC 9470 where another token would help.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::Reply;
pub use super::kind::Kind;
use super::kind::type_uri;
use crate::domain::administration::approval::Unfit;
use crate::domain::administration::{Area, Care, Denied};
use crate::flows::FlowError;
use crate::flows::admin::{AdminError, Fault};
use crate::flows::admin_api::{self, Refused};
use crate::http::Site;
use crate::protocol::OAuthError;
use crate::protocol::presented_token::{self, Scheme};

/// A problem on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    pub(super) kind: Kind,
    detail: String,
    errors: Vec<Place>,
    challenge: Challenge,
    retry_after: Option<Duration>,
    /// What is answered instead, where it is none: it was asked of a second person.
    waits: Option<Box<Reply>>,
}

#[derive(Clone, Debug)]
enum Challenge {
    None,
    /// Nothing was shown: what to bring, and nothing of an error (RFC 6750 §3.1).
    Bare,
    Token(OAuthError),
    /// RFC 6750 §3.1.
    Scope(Area),
    /// RFC 9470 §3, for what takes a proof of this age.
    StepUp(Care),
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Place {
    /// A JSON Pointer into the body (RFC 6901); absent where the fault is in the query or a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// The name of the parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    pub detail: String,
}

/// As it stands in the answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// What kind of problem it is; the page that explains it.
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: String,
    /// Every fault of what was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Place>,
}

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            challenge: Challenge::None,
            retry_after: None,
            waits: None,
        }
    }

    /// The answer to what waits for a second person, where that is all there is to say of it.
    pub fn settled(self) -> Result<Reply, Self> {
        match self.waits {
            Some(reply) => Ok(*reply),
            None => Err(self),
        }
    }

    /// No access token came along.
    pub fn unauthenticated() -> Self {
        let told =
            "an access token for the Admin API is needed, with a DPoP proof or the certificate that it is bound to";
        Self { challenge: Challenge::Bare, ..Self::new(Kind::Unauthenticated, told) }
    }

    pub fn too_many(retry_after: Duration) -> Self {
        let told = "more requests than anybody needs; wait as Retry-After says";
        Self { retry_after: Some(retry_after), ..Self::new(Kind::TooMany, told) }
    }

    /// A fault at this place of the body.
    pub fn at(pointer: String, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let place = Place { pointer: Some(pointer), parameter: None, detail: detail.clone() };
        Self { errors: vec![place], ..Self::new(Kind::Invalid, detail) }
    }

    /// A fault of this parameter of the query, or of this header.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let place = Place { pointer: None, parameter: Some(name.to_owned()), detail: detail.clone() };
        Self { errors: vec![place], ..Self::new(Kind::Malformed, format!("{name}: {detail}")) }
    }

    pub fn into_response(self, site: &Site, used: Scheme) -> Response {
        let document = ProblemDocument {
            kind: type_uri(site.app.issuer(), self.kind),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: self.detail,
            errors: self.errors,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (self.kind.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for challenge in self.challenge.values(site, used) {
            headers.extend(HeaderValue::try_from(challenge).map(|value| (WWW_AUTHENTICATE, value)));
        }
        if let Some(span) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(span.as_secs().max(1)));
        }
        response
    }
}

impl Challenge {
    /// The values of `WWW-Authenticate`.
    fn values(&self, site: &Site, used: Scheme) -> Vec<String> {
        let metadata = &*site.admin_api.metadata_url;
        // Bearer alone is no way in here: a token of that scheme is bound to the certificate of its connection.
        let plain =
            |error: Option<&OAuthError>| presented_token::challenges(&[Scheme::Dpop], used, error, Some(metadata));
        let with = |parameters: String| {
            let scheme = if used == Scheme::Bearer { "Bearer" } else { "DPoP" };
            vec![format!("{scheme} realm=\"senid\", {parameters}, resource_metadata=\"{metadata}\"")]
        };
        match self {
            Self::None => Vec::new(),
            Self::Bare => plain(None),
            Self::Token(error) => {
                let accepted = [used];
                presented_token::challenges(&accepted, used, Some(error), Some(metadata))
            }
            Self::Scope(area) => with(format!(
                "error=\"insufficient_scope\", error_description=\"the access token is for something else\", scope=\"{}\"",
                admin_api::scope_of(*area)
            )),
            Self::StepUp(care) => with(format!(
                "error=\"insufficient_user_authentication\", error_description=\"prove again who you are, by two factors of \
                 which one cannot be phished\", acr_values=\"{}\", max_age=\"{}\"",
                admin_api::acr(&site.app),
                admin_api::longest(&site.app, *care).as_secs()
            )),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Token(error) => {
                let told = error.description.to_string();
                Self { challenge: Challenge::Token(error), ..Self::new(Kind::Unauthenticated, told) }
            }
            Refused::StepUp => Self {
                challenge: Challenge::StepUp(Care::Ordinary),
                ..Self::new(Kind::StepUp, "sign in again, by two factors of which one cannot be phished")
            },
            Refused::Unable => Self::new(
                Kind::Forbidden,
                "nothing that this account signs in with is enough: add a passkey that counts for two factors first",
            ),
            Refused::Nobody => Self::new(Kind::Forbidden, "whoever signed in holds no role of the administration"),
            Refused::TooOften { retry_after } => Self::too_many(retry_after),
            Refused::Flow(error) => error.into(),
        }
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Refused(error) => {
                let told = error.description.to_string();
                Self { challenge: Challenge::Token(error), ..Self::new(Kind::Unauthenticated, told) }
            }
            FlowError::Away(part) => Self::away(format!("the {part} does not answer")),
            FlowError::Busy { retry_after } => {
                Self { retry_after: Some(retry_after), ..Self::new(Kind::Away, "more work than there are hands") }
            }
            FlowError::TooOften { retry_after } => Self::too_many(retry_after),
            FlowError::Failed(cause) => Self::failed(&*cause),
        }
    }
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Invalid(faults) => Self::invalid(faults),
            AdminError::NotFound(told) => Self::new(Kind::NotFound, told),
            AdminError::Denied(denied) => denied.into(),
            AdminError::Conflict(told) => Self::new(Kind::Conflict, told),
            AdminError::Waits(approval) => match Reply::waits(&approval) {
                Ok(reply) => {
                    let told = "it waits for a second person";
                    Self { waits: Some(Box::new(reply)), ..Self::new(Kind::Conflict, told) }
                }
                Err(problem) => problem,
            },
            AdminError::Unfit(unfit) => {
                let kind = match &unfit {
                    Unfit::Own | Unfit::Beneficiary => Kind::OwnRequest,
                    Unfit::Expired => Kind::Expired,
                    Unfit::Decided => Kind::Decided,
                    Unfit::ByItself | Unfit::TakenUp => Kind::Conflict,
                    Unfit::Void(_) => Kind::Void,
                };
                Self::new(kind, unfit.to_string())
            }
            AdminError::Changed => Self::new(Kind::Changed, "another version of it is there by now: read it again"),
            AdminError::Away(told) => {
                tracing::error!(cause = told, "an operation of the Admin API could not be done");
                Self::away("a store does not answer")
            }
            AdminError::Failed(cause) => Self::failed(&*cause),
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Missing(_) | Denied::NotOwn(_) => Self::new(Kind::Forbidden, denied.to_string()),
            Denied::OutOfScope(permission) => Self {
                challenge: Challenge::Scope(permission.area()),
                ..Self::new(Kind::Forbidden, denied.to_string())
            },
            Denied::Stale(_) => {
                Self { challenge: Challenge::StepUp(Care::Sensitive), ..Self::new(Kind::StepUp, denied.to_string()) }
            }
        }
    }
}

impl Problem {
    fn invalid(faults: Vec<Fault>) -> Self {
        let detail = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.sentence)).collect::<Vec<_>>();
        let place =
            |fault: Fault| Place { pointer: Some(pointer([fault.field])), parameter: None, detail: fault.sentence };
        Self { errors: faults.into_iter().map(place).collect(), ..Self::new(Kind::Invalid, detail.join("; ")) }
    }

    fn away(told: impl Into<String>) -> Self {
        Self { retry_after: Some(Duration::from_secs(5)), ..Self::new(Kind::Away, told) }
    }

    fn failed(cause: &(dyn std::error::Error + Send + Sync)) -> Self {
        let mut causes = cause.to_string();
        let mut source = cause.source();
        while let Some(below) = source {
            causes.push_str(": ");
            causes.push_str(&below.to_string());
            source = below.source();
        }
        tracing::error!(cause = causes, "an operation of the Admin API failed");
        Self::new(Kind::Failed, "it has been logged, under the reference in X-Request-Id")
    }
}

/// A JSON Pointer of these names (RFC 6901 §3).
pub fn pointer<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1"))).collect()
}

/// Nothing of the table is at this path.
pub async fn no_operation(State(site): State<Arc<Site>>) -> Response {
    Problem::new(Kind::NotFound, "there is no operation at this path").into_response(&site, Scheme::Dpop)
}

/// Something of the table is at this path, with another method. axum adds `Allow`.
pub async fn wrong_method(State(site): State<Arc<Site>>) -> Response {
    Problem::new(Kind::WrongMethod, "what is at this path is called with another method: see Allow")
        .into_response(&site, Scheme::Dpop)
}

/// As many requests are under way as may be, or one took too long.
pub fn overloaded(site: &Site) -> Response {
    Problem::away("more requests than this server has places for").into_response(site, Scheme::Dpop)
}

pub fn too_large() -> Problem {
    Problem::new(Kind::TooLarge, "the body is larger than limits.body")
}

pub fn too_slow() -> Problem {
    Problem::new(Kind::Malformed, "the body did not arrive in time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_what_it_is_written_with() {
        assert_eq!(pointer(["redirect_uris", "0"]), "/redirect_uris/0");
        assert_eq!(pointer(["a/b", "m~n", ""]), "/a~1b/m~0n/");
        assert_eq!(pointer([]), "");
    }

    #[test]
    fn every_kind_of_problem_has_a_name_of_its_own() {
        let slugs: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
    }
}
