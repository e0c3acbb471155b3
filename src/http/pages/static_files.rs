//! `/static/…`: style sheets, fonts, scripts, the operator's logo. Paths name their content, so they may be kept for ever.

use std::io;
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH};
use http::{StatusCode, Uri};

use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::page::Loaded;
use crate::web::assets;

pub async fn show(State(site): State<Arc<Site>>, uri: Uri, headers: HeaderMap) -> Result<Response, Failure> {
    let path = uri.path();
    if path == site.brand.theme.path {
        return Ok(file(site.brand.theme.css.clone().into(), "text/css; charset=utf-8"));
    }
    if let Some(logo) = site.logo.as_ref().filter(|logo| logo.path == path) {
        return Ok(file(logo.bytes.clone(), logo.content_type));
    }
    let asset = assets::find(path).ok_or(Fault::NotFound)?;
    if headers.get(IF_NONE_MATCH).is_some_and(|tag| tag == asset.etag) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let mut response = file(Bytes::from_static(asset.bytes), asset.content_type);
    response.headers_mut().insert(ETAG, http::HeaderValue::from_static(asset.etag));
    Ok(response)
}

/// An SVG that someone opens by itself runs nothing: the policy sees to it.
fn file(bytes: Bytes, content_type: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, assets::CACHE_CONTROL),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    ];
    let mut response = (headers, bytes).into_response();
    response.extensions_mut().insert(Loaded);
    response
}

/// The operator's logo, read once.
#[derive(Clone, Debug)]
pub struct Logo {
    path: String,
    bytes: Bytes,
    content_type: &'static str,
}

impl Logo {
    /// # Errors
    /// Where the file cannot be read. That it is a picture of a kind that is allowed, the settings have made sure of.
    pub fn read(file: &FilePath) -> io::Result<Self> {
        let bytes = Bytes::from(std::fs::read(file)?);
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
        let content_type = match extension.as_str() {
            "svg" => "image/svg+xml",
            "webp" => "image/webp",
            _ => "image/png",
        };
        let path = format!("/static/logo.{}.{extension}", &base64url::encode(&sha256(&bytes))[..12]);
        Ok(Self { path, bytes, content_type })
    }

    pub fn path(&self) -> String {
        self.path.clone()
    }
}
