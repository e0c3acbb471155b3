//! `/.well-known/openid-configuration`: OpenID Connect Discovery §4. Prepared once, and again when a type of authorization
//! details comes or goes.

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use serde::Serialize;
use serde_json::Value;

use crate::config::{RegistrationMode, Settings};
use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::domain::issuer::Issuer;
use crate::domain::sandbox::{MARK, Mode};
use crate::flows::{self, App};
use crate::http::Site;
use crate::protocol::discovery::{IdentityProof, Metadata, OF_A_CERTIFICATE, OF_A_REGISTRY, Offer};

/// A JSON document as it is sent, and its entity tag.
#[derive(Clone, Debug)]
pub struct Document {
    bytes: Bytes,
    etag: HeaderValue,
}

/// The metadata as they were told last, and the types of authorization details that they name.
#[derive(Debug)]
pub struct Discovery(ArcSwap<(Vec<String>, Document)>);

impl Discovery {
    pub fn new(settings: &Settings, mode: Mode) -> Self {
        Self(ArcSwap::from_pointee((Vec::new(), Document::new(settings, mode, &[]))))
    }

    /// Where the identity store is away, what was told last still holds.
    async fn current(&self, app: &App) -> Arc<(Vec<String>, Document)> {
        let told = self.0.load_full();
        let Ok(types) = app.details_types.all(app).await else { return told };
        let names: Vec<String> = types.active().map(|known| known.registered.name.clone()).collect();
        if names == told.0 {
            return told;
        }
        let document = Document::new(&app.settings, app.mode, &names);
        let current = Arc::new((names, document));
        self.0.store(current.clone());
        current
    }
}

impl Document {
    fn new(settings: &Settings, mode: Mode, authorization_details_types: &[String]) -> Self {
        let metadata = Metadata::new(Offer {
            issuer: settings.issuer.as_str(),
            mode,
            algorithms: &settings.keys.rotation.algorithms,
            acr_values: settings.acr.attainable(&settings.attainable()).map(str::to_owned).collect(),
            languages: settings.languages.enabled.iter().map(ToString::to_string).collect(),
            policy_uri: settings.authority.privacy_url.as_ref().map(ToString::to_string),
            terms_uri: settings.authority.terms_url.as_ref().map(ToString::to_string),
            registration: (settings.registration.mode != RegistrationMode::Off).then_some("/register"),
            assertions: flows::token::assertions(settings),
            methods: settings.client_authentication_methods().collect(),
            certificates: settings.accepted_certificates(),
            authorization_details_types,
            identity: IdentityProof {
                trust_framework: &settings.identity.trust_framework,
                evidence: [
                    (settings.registry.server.is_some(), OF_A_REGISTRY),
                    (settings.proves_by_certificate(), OF_A_CERTIFICATE),
                ]
                .into_iter()
                .filter_map(|(is_there, evidence)| is_there.then_some(evidence))
                .collect(),
            },
            mtls_url: settings.mtls.public_url.as_ref().map(Issuer::as_str),
        });
        // Texts and lists of texts always become JSON.
        Self::from_bytes(serde_json::to_vec(&metadata).unwrap_or_default().into())
    }

    /// What `metadata` says, marked in a sandbox.
    pub fn of(metadata: &impl Serialize, mode: Mode) -> Self {
        // Texts and lists of texts always become JSON.
        let mut document = serde_json::to_value(metadata).unwrap_or_default();
        if let (Mode::Sandbox, Value::Object(members)) = (mode, &mut document) {
            members.insert(MARK.to_owned(), true.into());
        }
        Self::from_bytes(serde_json::to_vec(&document).unwrap_or_default().into())
    }

    pub fn from_bytes(bytes: Bytes) -> Self {
        let tag = format!("\"{}\"", &base64url::encode(&sha256(&bytes))[..16]);
        let etag = HeaderValue::try_from(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        Self { bytes, etag }
    }

    pub fn is(&self, bytes: &[u8]) -> bool {
        self.bytes == bytes
    }

    /// The document, or 304 where the asker has it.
    pub fn answer(&self, asked: &HeaderMap, cache: &str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, self.etag.clone());
        headers.extend(HeaderValue::try_from(cache).map(|cache| (CACHE_CONTROL, cache)));
        if asked.get(IF_NONE_MATCH).is_some_and(|tag| *tag == self.etag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        (headers, self.bytes.clone()).into_response()
    }
}

pub async fn show(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    site.discovery.current(&site.app).await.1.answer(&headers, "public, max-age=3600")
}
