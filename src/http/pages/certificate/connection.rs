//! `/sign-in/{id}/certificate/card` sends the browser to the certificate's listener, `/certificate/{errand}` there sees what its
//! connection has, and `/sign-in/{id}/certificate/ticket` is where it comes back to.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CONNECTION;

use super::{choice, ended, refused};
use crate::domain::certificate::ClientCertificate;
use crate::flows::certificate::connection::{answer, present, send, spend};
use crate::flows::sign_in::Missing;
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::Visit;
use crate::http::page::SeeOther;
use crate::http::pages::{dispatch, load};

pub async fn leave(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match send(&site.app, &sign_in).await? {
        Some(url) => Ok(SeeOther::to(url).into_response()),
        None => dispatch(&site, &visit, sign_in).await,
    }
}

/// On the certificate's listener, or through a proxy that passes certificates on. Whatever was shown is judged where the browser
/// that began the sign-in is known, so that what is refused gets a page like any other.
pub async fn meet(
    State(site): State<Arc<Site>>,
    Path(errand): Path<String>,
    shown: Option<Extension<Arc<ClientCertificate>>>,
) -> Result<Response, Failure> {
    let shown = shown.map(|Extension(certificate)| certificate);
    let url = present(&site.app, &errand, shown).await?.ok_or(Fault::SignIn(Missing::Gone))?;
    let mut response = SeeOther::to(url).into_response();
    // The next person at this browser, or the next card in it, begins a connection of its own.
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    Ok(response)
}

pub async fn come_back(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    // Before anything else: in whatever browser it has turned up, it is spent.
    let ticket = match query.get("ticket") {
        Some(ticket) => spend(&site.app, ticket).await?,
        None => None,
    };
    let sign_in = load(&site, &visit, &id).await?;
    let proof = answer(&site.app, &visit.visitor, sign_in.clone(), ticket).await?;
    match ended(&site, &visit, sign_in.clone(), proof).await? {
        Ok(response) => Ok(response),
        Err(refusal) => Ok(refused(choice(&site, &visit, &sign_in, Some(&refusal)).await?, &refusal)),
    }
}
