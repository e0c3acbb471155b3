//! What was registered, in the members that it was asked for with: RFC 7591 §3.2.1.

use serde_json::{Map, Value, json};

use crate::domain::client::{ApplicationType, Client, ClientAuthentication, ClientKeys, Localised};
use crate::domain::encryption::Encryption;

/// All of the client's metadata. What the authority decided about it is not told.
pub fn metadata(client: &Client) -> Map<String, Value> {
    let mut answer = Answer(Map::new());
    answer.texts("redirect_uris", &client.redirect_uris);
    answer.texts("post_logout_redirect_uris", &client.post_logout_redirect_uris);
    let application = match client.application_type {
        ApplicationType::Web => "web",
        ApplicationType::Native => "native",
    };
    answer.put("application_type", application);
    answer.put("response_types", client.response_types.iter().map(|one| one.as_str()).collect::<Vec<_>>());
    answer.put("grant_types", client.grant_types.iter().map(|one| one.as_str()).collect::<Vec<_>>());
    answer.put("scope", client.scopes.to_string());
    answer.put("token_endpoint_auth_method", client.authentication.method().as_str());
    answer.optional("token_endpoint_auth_signing_alg", client.authentication.signing_algorithm());
    if let ClientAuthentication::TlsClientAuth { subject } = &client.authentication {
        answer.put(subject.member(), subject.text());
    }
    answer.localised("client_name", &client.display.name);
    answer.optional("client_uri", client.display.home_uri.as_deref());
    answer.optional("logo_uri", client.display.fetched_logo.as_ref().map(|logo| logo.uri.as_str()));
    answer.optional("policy_uri", client.display.policy_uri.as_deref());
    answer.optional("tos_uri", client.display.terms_uri.as_deref());
    answer.texts("contacts", &client.display.contacts);
    answer.optional("software_id", client.software.id.as_deref());
    answer.optional("software_version", client.software.version.as_deref());
    answer.optional("software_statement", client.software.statement.as_deref());
    match &client.keys {
        ClientKeys::None => {}
        // It was JSON when it was stored.
        ClientKeys::Given(set) => answer.put("jwks", serde_json::from_str::<Value>(set).unwrap_or_default()),
        ClientKeys::Published(uri) => answer.put("jwks_uri", uri.as_str()),
    }
    answer.put("subject_type", client.subject_type.as_str());
    answer.optional("sector_identifier_uri", client.sector_identifier_uri.as_deref());

    let policy = &client.policy;
    answer.put("id_token_signed_response_alg", policy.id_token_algorithm.name());
    answer.encryption("id_token_encrypted_response", policy.id_token_encryption);
    answer.optional("userinfo_signed_response_alg", policy.userinfo_algorithm.map(|algorithm| algorithm.name()));
    answer.encryption("userinfo_encrypted_response", policy.userinfo_encryption);
    answer.put("tls_client_certificate_bound_access_tokens", policy.bound_access_tokens.certificate);
    answer.put("dpop_bound_access_tokens", policy.bound_access_tokens.dpop);
    answer.put("require_pushed_authorization_requests", policy.pushed_requests_required);
    for (name, protected) in
        [("authorization", &policy.authorization_response), ("introspection", &policy.introspection_response)]
    {
        let algorithm = protected.algorithm.map(|algorithm| algorithm.name());
        answer.optional(&format!("{name}_signed_response_alg"), algorithm);
        answer.encryption(&format!("{name}_encrypted_response"), protected.encryption);
    }
    if !client.authorization_details_types.is_empty() {
        answer.put("authorization_details_types", json!(client.authorization_details_types));
    }
    if let Some(registered) = &client.backchannel_authentication {
        answer.put("backchannel_token_delivery_mode", registered.delivery.mode());
        answer.optional("backchannel_client_notification_endpoint", registered.delivery.notification_endpoint());
        let algorithm = registered.algorithm.map(|algorithm| algorithm.name());
        answer.optional("backchannel_authentication_request_signing_alg", algorithm);
        answer.put("backchannel_user_code_parameter", false);
    }
    let requests = &client.request_objects;
    answer.optional("request_object_signing_alg", requests.algorithm.map(|algorithm| algorithm.name()));
    answer.encryption("request_object_encryption", requests.encryption);
    answer.texts("request_uris", &requests.uris);
    answer.put("require_signed_request_object", requests.required);
    let defaults = &client.request_defaults;
    answer.optional("default_max_age", defaults.max_age.map(|age| age.as_secs()));
    answer.texts("default_acr_values", &defaults.acr_values);
    answer.put("require_auth_time", defaults.auth_time);
    answer.optional("initiate_login_uri", client.initiate_login_uri.as_deref());
    for (name, endpoint) in
        [("backchannel_logout", &client.logout.back_channel), ("frontchannel_logout", &client.logout.front_channel)]
    {
        if let Some(endpoint) = endpoint {
            answer.put(format!("{name}_uri"), endpoint.uri.as_str());
            answer.put(format!("{name}_session_required"), endpoint.session_required);
        }
    }
    answer.0
}

struct Answer(Map<String, Value>);

impl Answer {
    fn put(&mut self, member: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(member.into(), value.into());
    }

    fn optional(&mut self, member: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(member, value);
        }
    }

    fn texts(&mut self, member: &str, texts: &[String]) {
        if !texts.is_empty() {
            self.put(member, json!(texts));
        }
    }

    fn localised(&mut self, member: &str, texts: &Localised) {
        for (language, text) in &texts.0 {
            let name = if language.is_empty() { member.to_owned() } else { format!("{member}#{language}") };
            self.put(name, text.as_str());
        }
    }

    fn encryption(&mut self, member: &str, encryption: Option<Encryption>) {
        if let Some(Encryption { alg, enc }) = encryption {
            self.put(format!("{member}_alg"), alg.name());
            self.put(format!("{member}_enc"), enc.name());
        }
    }
}
