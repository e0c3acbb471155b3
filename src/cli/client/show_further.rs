//! What a client registered beyond plain OpenID Connect, as it is printed.

use serde_json::{Map, Value, json};

use crate::domain::assurance::{AccountLevel, AuthenticationLevel, Requirement};
use crate::domain::client::{Client, ClientAuthentication, ProtectedAnswer};

/// Lines of the table; what is not registered has none.
pub fn rows(client: &Client) -> Vec<(&'static str, String)> {
    let policy = &client.policy;
    let mut rows = Vec::new();
    let mut row = |name, text: String| {
        if !text.is_empty() {
            rows.push((name, text));
        }
    };
    let list = |texts: Vec<&str>| texts.join("\n");
    row("resources", list(client.resources.iter().map(|resource| resource.as_str()).collect()));
    row("authorization details", list(client.authorization_details_types.iter().map(String::as_str).collect()));
    row("access tokens", policy.access_token_format.map_or("", |format| format.as_str()).to_owned());
    row("every sign-in", least(policy.assurance));
    let bound = policy.bound_access_tokens;
    let by: Vec<&str> =
        [bound.dpop.then_some("DPoP"), bound.certificate.then_some("TLS certificate")].into_iter().flatten().collect();
    row("access tokens bound by", by.join(" and "));
    let requests = &client.request_objects;
    let demanded =
        [policy.pushed_requests_required.then_some("pushed"), requests.required.then_some("signed by the client")];
    row("authorization requests", demanded.into_iter().flatten().collect::<Vec<_>>().join(" and "));
    row("request objects", requests.algorithm.map_or_else(String::new, |algorithm| algorithm.to_string()));
    row("authorization answers", protection(policy.authorization_response));
    row("introspection answers", protection(policy.introspection_response));
    row("ID tokens encrypted", protection(ProtectedAnswer { algorithm: None, encryption: policy.id_token_encryption }));
    let userinfo = ProtectedAnswer { algorithm: policy.userinfo_algorithm, encryption: policy.userinfo_encryption };
    row("userinfo", protection(userinfo));
    if let ClientAuthentication::TlsClientAuth { subject } = &client.authentication {
        row("certificate of", subject.text());
    }
    if let Some(registered) = &client.backchannel_authentication {
        let endpoint = registered.delivery.notification_endpoint().unwrap_or_default();
        row("CIBA", format!("{} {endpoint}", registered.delivery.mode()).trim_end().to_owned());
    }
    rows
}

/// What every sign-in for it must reach; nothing where that is nothing.
fn least(assurance: Requirement) -> String {
    let Requirement { account_level, authentication_level, phishing_resistant, hardware_bound, .. } = assurance;
    let authentication = (authentication_level > AuthenticationLevel::OneFactor)
        .then(|| format!("authentication level {}", i16::from(authentication_level)));
    let account =
        (account_level > AccountLevel::SelfAsserted).then(|| format!("account level {}", i16::from(account_level)));
    let properties = [
        phishing_resistant.then(|| "phishing-resistant".to_owned()),
        hardware_bound.then(|| "hardware-bound".to_owned()),
    ];
    [authentication, account].into_iter().chain(properties).flatten().collect::<Vec<_>>().join(", ")
}

fn protection(answer: ProtectedAnswer) -> String {
    let signed = answer.algorithm.map(|algorithm| format!("signed with {algorithm}"));
    let encrypted =
        answer.encryption.map(|encryption| format!("encrypted with {} and {}", encryption.alg, encryption.enc));
    [signed, encrypted].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Members of the document, all of them.
pub fn members(client: &Client) -> Map<String, Value> {
    let policy = &client.policy;
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    put("resources", json!(client.resources));
    put("authorization_details_types", json!(client.authorization_details_types));
    put("access_token_format", json!(policy.access_token_format.map(|format| format.as_str())));
    put("least_account_level", i16::from(policy.assurance.account_level).into());
    put("least_authentication_level", i16::from(policy.assurance.authentication_level).into());
    put("phishing_resistant", policy.assurance.phishing_resistant.into());
    put("hardware_bound", policy.assurance.hardware_bound.into());
    put("tls_client_certificate_bound_access_tokens", policy.bound_access_tokens.certificate.into());
    put("dpop_bound_access_tokens", policy.bound_access_tokens.dpop.into());
    put("require_pushed_authorization_requests", policy.pushed_requests_required.into());
    put("require_signed_request_object", client.request_objects.required.into());
    put("request_object_signing_alg", json!(client.request_objects.algorithm));
    let id_token =
        ProtectedAnswer { algorithm: Some(policy.id_token_algorithm), encryption: policy.id_token_encryption };
    let userinfo = ProtectedAnswer { algorithm: policy.userinfo_algorithm, encryption: policy.userinfo_encryption };
    for (name, answer) in [
        ("authorization", policy.authorization_response),
        ("introspection", policy.introspection_response),
        ("id_token", id_token),
        ("userinfo", userinfo),
    ] {
        put(&format!("{name}_signed_response_alg"), json!(answer.algorithm));
        put(
            &format!("{name}_encrypted_response_alg"),
            json!(answer.encryption.map(|encryption| encryption.alg.name())),
        );
        put(
            &format!("{name}_encrypted_response_enc"),
            json!(answer.encryption.map(|encryption| encryption.enc.name())),
        );
    }
    if let ClientAuthentication::TlsClientAuth { subject } = &client.authentication {
        put(subject.member(), subject.text().into());
    }
    let registered = client.backchannel_authentication.as_ref();
    let endpoint = registered.and_then(|registered| registered.delivery.notification_endpoint());
    put("backchannel_token_delivery_mode", json!(registered.map(|registered| registered.delivery.mode())));
    put("backchannel_client_notification_endpoint", json!(endpoint));
    let algorithm = registered.and_then(|registered| registered.algorithm);
    put("backchannel_authentication_request_signing_alg", json!(algorithm));
    members
}
