//! What a client that registers itself is held against, which it does not choose; and what it registers beyond plain OpenID
//! Connect.

use std::collections::BTreeSet;

use http::Method;
use senid::domain::assurance::{AuthenticationLevel, Requirement};
use senid::domain::client::{GrantType, PkcePolicy, PolicyName};
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::registration::RegistrationTerms;
use serde_json::{Value, json};

use super::{
    as_portal, gated, manage, on_every_open_backend, open, open_world, portal, portal_with, refusal, register,
    registered, send, text, update_of,
};
use crate::support::World;
use crate::support::world::AN;
use crate::support::world::assertion::{jwks, key};
use crate::support::world::certificates::{Authority, behind_a_proxy};
use crate::support::world::web::Reply;

const CIBA: &str = "urn:openid:params:grant-type:ciba";

/// A portal with a key of its own, and these members.
fn with_key(members: Value) -> Value {
    let mut all = portal_with(json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": jwks(&[key("registers itself", SignatureAlgorithm::Es256)]),
    }));
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    all
}

async fn policy_of(world: &World, told: &Value) -> String {
    world.operator().client(text(told, "client_id")).await.policy.set.to_string()
}

async fn register_with(world: &World, token: &str, metadata: &Value) -> Reply {
    send(world, Method::POST, "/register", Some(token), Some(metadata.to_string())).await
}

on_every_open_backend! {
    async fn no_member_of_the_metadata_is_a_policy(world: World) {
        let told = registered(&world, &portal_with(json!({ "policy": "legacy-openid", "pkce": "optional" }))).await;
        assert!(told.get("policy").is_none() && told.get("pkce").is_none());
        assert_eq!(policy_of(&world, &told).await, "baseline");
        let update = update_of(&told, &portal_with(json!({ "policy": "legacy-openid" })));
        let updated = manage(&world, Method::PUT, &told, Some(&update)).await;
        assert_eq!(updated.status, 200);
        assert_eq!(policy_of(&world, &told).await, "baseline");
    }

    async fn what_is_demanded_of_a_client_s_sign_ins_is_neither_registered_nor_taken_away(world: World) {
        let asks = json!({ "least_authentication_level": 1, "default_acr_values": ["urn:senid:aal:1"] });
        let told = registered(&world, &portal_with(asks.clone())).await;
        let id = text(&told, "client_id").to_owned();
        let two = Requirement::level(AuthenticationLevel::TwoFactors);
        world.operator().changes(&id, |client| client.policy.assurance = two).await;
        let updated = manage(&world, Method::PUT, &told, Some(&update_of(&told, &portal_with(asks)))).await;
        assert_eq!(updated.status, 200, "{}", updated.body);
        assert_eq!(world.operator().client(&id).await.policy.assurance, two);
        let portal = as_portal(&world, &told);
        let mut browser = world.browser();
        let page = browser.open(&portal.start().url()).await;
        let page = AN.signs_in(&mut browser, &page).await;
        let refused = browser.press(&page, "leave", &[]).await;
        assert_eq!(refused.refusal().0, "unmet_authentication_requirements");
    }
}

#[tokio::test]
async fn nobody_registers_an_acr_value_that_nothing_here_proves() {
    // At an address there are no passkeys, and no certificate is trusted.
    let world = open_world().await;
    for value in ["phr", "phrh", "urn:senid:aal:3"] {
        let (status, error, told) =
            refusal(&register(&world, &portal_with(json!({ "default_acr_values": [value] }))).await);
        assert_eq!((status, error.as_str()), (400, "invalid_client_metadata"));
        assert!(told.contains("default_acr_values: there is no") && told.contains("urn:senid:aal:2"), "{told}");
    }
}

#[tokio::test]
async fn the_settings_say_what_clients_are_under_and_every_fault_is_said() {
    let world = World::embedded_with(|settings| {
        open(settings);
        settings.registration.policy = Some(PolicyName::fapi2());
    })
    .await;
    let (status, error, told) = refusal(&register(&world, &portal()).await);
    assert_eq!((status, error.as_str()), (400, "invalid_client_metadata"));
    let expected =
        "token_endpoint_auth_method: the policy fapi2 demands key_based_authentication: expected private_key_jwt,";
    assert!(told.starts_with(expected), "{told}");
    let weak = refusal(&register(&world, &with_key(json!({ "id_token_signed_response_alg": "RS256" }))).await).2;
    assert!(weak.contains("id_token_signed_response_alg: the policy fapi2 demands strong_signatures"), "{weak}");
    let told = registered(&world, &with_key(json!({ "dpop_bound_access_tokens": true }))).await;
    assert_eq!(text(&told, "id_token_signed_response_alg"), "ES256", "what the policy allows, where none is named");
    assert_eq!(policy_of(&world, &told).await, "fapi2");
}

#[tokio::test]
async fn settings_that_depart_from_the_baseline_put_their_clients_under_the_older_policy() {
    let world = World::embedded_with(|settings| {
        open(settings);
        settings.registration.pkce = PkcePolicy::Optional;
    })
    .await;
    assert_eq!(policy_of(&world, &registered(&world, &portal()).await).await, "legacy-openid");
}

#[tokio::test]
async fn an_initial_access_token_says_it_for_its_own_clients() {
    let world = World::embedded_with(gated).await;
    let terms = RegistrationTerms {
        policy: Some(PolicyName::fapi2()),
        grant_types: Some(BTreeSet::from([GrantType::AuthorizationCode, GrantType::Ciba])),
        ..RegistrationTerms::default()
    };
    let (_, token) = world.operator().hands_out(2, terms).await;
    assert_eq!(register_with(&world, &token, &portal()).await.status, 400);
    let asked = with_key(json!({
        "grant_types": ["authorization_code", CIBA],
        "backchannel_token_delivery_mode": "ping",
        "backchannel_client_notification_endpoint": "https://portal.example/ping",
        "backchannel_authentication_request_signing_alg": "ES256",
        "backchannel_user_code_parameter": false,
    }));
    let reply = register_with(&world, &token, &asked).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let told = reply.json();
    for (member, value) in asked.as_object().unwrap() {
        assert_eq!(&told[member], value, "{member}");
    }
    assert_eq!(policy_of(&world, &told).await, "fapi2");
    // The address that it is told at is its own.
    let elsewhere = with_key(json!({
        "grant_types": ["authorization_code", CIBA],
        "backchannel_token_delivery_mode": "ping",
        "backchannel_client_notification_endpoint": "https://other.example/ping",
    }));
    let refused = refusal(&register_with(&world, &token, &elsewhere).await).2;
    let expected = "backchannel_client_notification_endpoint: 'https://other.example/ping' is on another host";
    assert!(refused.contains(expected), "{refused}");
}

#[tokio::test]
async fn an_update_keeps_the_policy_that_the_authority_chose() {
    let world = open_world().await;
    let told = registered(&world, &with_key(json!({}))).await;
    world.operator().changes(text(&told, "client_id"), |client| client.policy.set = PolicyName::fapi2()).await;
    let back = json!({ "token_endpoint_auth_method": "client_secret_basic", "jwks": null });
    let refused = manage(&world, Method::PUT, &told, Some(&update_of(&told, &with_key(back)))).await;
    assert!(refusal(&refused).2.contains("the policy fapi2 demands key_based_authentication"), "{}", refused.body);
    let same = with_key(json!({ "id_token_signed_response_alg": "ES256" }));
    let updated = manage(&world, Method::PUT, &told, Some(&update_of(&told, &same))).await;
    assert_eq!(updated.status, 200, "{}", updated.body);
    assert_eq!(policy_of(&world, &told).await, "fapi2");
}

#[tokio::test]
async fn a_client_that_asks_for_itself_alone_registers_without_an_address() {
    let world = World::embedded_with(|settings| {
        open(settings);
        behind_a_proxy(settings, &[&Authority::new("Clients")]);
        settings.registration.grant_types = BTreeSet::from([GrantType::ClientCredentials]);
    })
    .await;
    let told = registered(
        &world,
        &json!({
            "client_name": "Reports",
            "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_san_dns": "reports.example.gov",
            "tls_client_certificate_bound_access_tokens": true,
        }),
    )
    .await;
    for (member, value) in [
        ("response_types", json!([])),
        ("grant_types", json!(["client_credentials"])),
        ("scope", json!("")),
        ("tls_client_auth_san_dns", json!("reports.example.gov")),
        ("tls_client_certificate_bound_access_tokens", json!(true)),
    ] {
        assert_eq!(told[member], value, "{member}");
    }
    assert!(told.get("redirect_uris").is_none() && told.get("client_secret").is_none());
    let public =
        json!({ "grant_types": ["client_credentials"], "token_endpoint_auth_method": "none", "client_name": "R" });
    let refused = refusal(&register(&world, &public).await).2;
    assert_eq!(refused, "grant_types: client_credentials is for clients that prove themselves");
    let code = refusal(&register(&world, &portal()).await).2;
    assert_eq!(code, "grant_types: authorization_code may not be registered here, only client_credentials");
}

#[tokio::test]
async fn a_certificate_s_subject_is_named_once() {
    let world = World::embedded_with(|settings| {
        open(settings);
        behind_a_proxy(settings, &[&Authority::new("Clients")]);
    })
    .await;
    for (members, expected) in [
        (
            json!({ "token_endpoint_auth_method": "tls_client_auth" }),
            "token_endpoint_auth_method: expected one of tls_client_auth_subject_dn,",
        ),
        (
            json!({
                "token_endpoint_auth_method": "tls_client_auth",
                "tls_client_auth_san_dns": "portal.example",
                "tls_client_auth_san_email": "portal@portal.example",
            }),
            "tls_client_auth_san_email: is there beside tls_client_auth_san_dns: expected one of them",
        ),
        (
            json!({ "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_ip": "portal.example" }),
            "tls_client_auth_san_ip: expected an IP address",
        ),
        (
            json!({ "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "*.example" }),
            "tls_client_auth_san_dns: expected the name of a host",
        ),
        (
            json!({ "token_endpoint_auth_method": "self_signed_tls_client_auth" }),
            "jwks_uri: expected the keys with the certificates (x5c) that it proves itself with, or jwks",
        ),
        (
            with_key(json!({ "token_endpoint_auth_method": "self_signed_tls_client_auth" })),
            "jwks: has no certificate (x5c) that self_signed_tls_client_auth proves a client by",
        ),
    ] {
        let (status, error, told) = refusal(&register(&world, &portal_with(members.clone())).await);
        assert_eq!((status, error.as_str()), (400, "invalid_client_metadata"), "{members}: {told}");
        assert!(told.starts_with(expected), "{members}: {told}");
    }
}
