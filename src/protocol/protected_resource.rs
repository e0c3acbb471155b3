//! What a protected resource says of itself: RFC 9728 §2. Userinfo's document is published here; that of a registered
//! resource server is its own to publish.

use serde::Serialize;
use url::Url;

use crate::domain::certificate::AcceptedCertificates;
use crate::domain::claims;
use crate::domain::client::ClientKeys;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::ResourceServer;
use crate::protocol::dpop;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

#[derive(Debug, Serialize)]
pub struct Metadata {
    resource: String,
    authorization_servers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<String>,
    scopes_supported: Vec<String>,
    bearer_methods_supported: &'static [&'static str],
    /// What this resource signs its answers with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_policy_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_tos_uri: Option<String>,
    /// No token is bound to a certificate by a server that none comes to.
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details_types_supported: Vec<String>,
    dpop_signing_alg_values_supported: Vec<&'static str>,
    dpop_bound_access_tokens_required: bool,
}

impl Metadata {
    /// Of userinfo, whose resource is the issuer: signed answers are signed with these.
    pub fn of_userinfo(
        issuer: &str,
        algorithms: &[SignatureAlgorithm],
        certificates: AcceptedCertificates,
        policy_uri: Option<String>,
        terms_uri: Option<String>,
    ) -> Self {
        Self {
            resource: issuer.to_owned(),
            authorization_servers: vec![issuer.to_owned()],
            jwks_uri: Some(format!("{issuer}/jwks.json")),
            // `offline_access` asks for a refresh token, which is for the token endpoint alone.
            scopes_supported: claims::all_scopes()
                .into_iter()
                .filter(|scope| *scope != "offline_access")
                .map(str::to_owned)
                .collect(),
            bearer_methods_supported: &["header", "body"],
            resource_signing_alg_values_supported: algorithms.iter().map(|algorithm| algorithm.name()).collect(),
            resource_name: None,
            resource_policy_uri: policy_uri,
            resource_tos_uri: terms_uri,
            tls_client_certificate_bound_access_tokens: certificates != AcceptedCertificates::None,
            authorization_details_types_supported: Vec::new(),
            dpop_signing_alg_values_supported: dpop_algorithms(),
            dpop_bound_access_tokens_required: false,
        }
    }

    /// Of a registered resource server, for it to publish: what this server knows of it.
    pub fn of(server: &ResourceServer, issuer: &str, certificates: AcceptedCertificates) -> Self {
        Self {
            resource: server.id.to_string(),
            authorization_servers: vec![issuer.to_owned()],
            jwks_uri: match &server.keys {
                ClientKeys::Published(uri) => Some(uri.clone()),
                _ => None,
            },
            scopes_supported: server.scopes.keys().map(ToString::to_string).collect(),
            bearer_methods_supported: &["header"],
            resource_signing_alg_values_supported: Vec::new(),
            resource_name: Some(server.name.in_language("en").to_owned()).filter(|name| !name.is_empty()),
            resource_policy_uri: None,
            resource_tos_uri: None,
            tls_client_certificate_bound_access_tokens: certificates != AcceptedCertificates::None,
            authorization_details_types_supported: server.authorization_details_types.iter().cloned().collect(),
            dpop_signing_alg_values_supported: dpop_algorithms(),
            dpop_bound_access_tokens_required: false,
        }
    }

    /// It takes no token that whoever has it can use.
    #[must_use]
    pub fn only_bound(self) -> Self {
        // A token that is bound to a certificate instead has no proof beside it.
        Self { dpop_bound_access_tokens_required: !self.tls_client_certificate_bound_access_tokens, ..self }
    }
}

fn dpop_algorithms() -> Vec<&'static str> {
    dpop::ALGORITHMS.map(SignatureAlgorithm::name).into()
}

/// Where the metadata of `resource` is: the well-known path goes between its host and its own path (RFC 9728 §3.1). `None`
/// for what is no address.
pub fn metadata_url(resource: &str) -> Option<String> {
    let url = Url::parse(resource).ok().filter(Url::has_host)?;
    let mut at = url.clone();
    at.set_path(&format!("{WELL_KNOWN}{}", url.path().trim_end_matches('/')));
    Some(at.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_path_goes_before_the_resource_s_own() {
        for (resource, at) in [
            ("https://id.example", "https://id.example/.well-known/oauth-protected-resource"),
            ("https://id.example/", "https://id.example/.well-known/oauth-protected-resource"),
            ("https://id.example/sso", "https://id.example/.well-known/oauth-protected-resource/sso"),
            ("https://a.example:8443/x?y=z", "https://a.example:8443/.well-known/oauth-protected-resource/x?y=z"),
        ] {
            assert_eq!(metadata_url(resource).as_deref(), Some(at));
        }
        assert_eq!(metadata_url("urn:health"), None);
    }
}
