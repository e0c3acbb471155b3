//! `/.well-known/ssf-configuration`: SSF 1.0 §7.1.

use serde::Serialize;

use crate::domain::signals::Delivery;

#[derive(Debug, Serialize)]
pub struct Metadata {
    spec_version: &'static str,
    issuer: String,
    jwks_uri: String,
    delivery_methods_supported: [&'static str; 2],
    configuration_endpoint: String,
    status_endpoint: String,
    verification_endpoint: String,
    /// OAuth 2.0: the client's own access token (RFC 6749 §4.4).
    authorization_schemes: [Scheme; 1],
    /// Everybody whom the client knows is in its stream from the first; nobody is added or taken out.
    default_subjects: &'static str,
}

#[derive(Debug, Serialize)]
struct Scheme {
    spec_urn: &'static str,
}

impl Metadata {
    pub fn new(issuer: &str) -> Self {
        let at = |path: &str| format!("{issuer}{path}");
        Self {
            spec_version: "1_0",
            issuer: issuer.to_owned(),
            jwks_uri: at("/jwks.json"),
            delivery_methods_supported: [Delivery::PUSH, Delivery::POLL],
            configuration_endpoint: at("/ssf/stream"),
            status_endpoint: at("/ssf/status"),
            verification_endpoint: at("/ssf/verify"),
            authorization_schemes: [Scheme { spec_urn: "urn:ietf:rfc:6749" }],
            default_subjects: "ALL",
        }
    }
}
