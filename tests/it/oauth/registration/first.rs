//! A first registration: what is answered, what holds where nothing is said, and that the client works.

use std::collections::BTreeMap;

use serde_json::json;

use super::{as_portal, on_every_open_backend, open, open_world, portal, portal_with, register, registered, text};
use crate::support::World;
use crate::support::world::AN;
use crate::support::world::certificates::behind_a_proxy;

on_every_open_backend! {
    async fn a_client_registers_itself_and_citizens_sign_in_to_it(world: World) {
        let answer = register(&world, &portal_with(json!({ "grant_types": ["authorization_code", "refresh_token"] }))).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert_eq!((answer.header("cache-control"), answer.header("content-type")), ("no-store", "application/json"));
        let told = answer.json();
        assert!(text(&told, "client_secret").starts_with("senid_cs_"));
        assert_eq!(told["client_secret_expires_at"], 0);
        assert_eq!(told["client_id_issued_at"], 1_800_000_000);
        assert!(text(&told, "registration_access_token").starts_with("senid_rg_"));
        let own = format!("{}/register/{}", world.issuer, text(&told, "client_id"));
        assert_eq!(told["registration_client_uri"], own);

        let portal = as_portal(&world, &told);
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.status, 200);
    }
}

#[tokio::test]
async fn where_nothing_is_said_the_standard_s_defaults_hold() {
    let world = open_world().await;
    let told = registered(&world, &portal()).await;
    for (member, default) in [
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("response_types", json!(["code"])),
        ("grant_types", json!(["authorization_code"])),
        ("application_type", json!("web")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("subject_type", json!("pairwise")),
        ("require_auth_time", json!(false)),
        ("require_signed_request_object", json!(false)),
        ("scope", json!("address email openid phone profile")),
    ] {
        assert_eq!(told[member], default, "{member}");
    }
    for absent in ["userinfo_signed_response_alg", "default_max_age", "jwks", "logo_uri", "software_statement"] {
        assert!(told.get(absent).is_none(), "{absent}");
    }
    let (_, tokens) = world.signed_in(&as_portal(&world, &told), &AN).await;
    assert!(tokens.id_token().starts_with("eyJhbGciOiJSUzI1NiI"), "RS256: {}", tokens.id_token());
}

/// Everything that can be said is said back as it was said.
#[tokio::test]
async fn every_member_that_is_honoured_is_told_back() {
    let world = World::embedded_with(|settings| {
        open(settings);
        behind_a_proxy(settings, &[]);
    })
    .await;
    let said = json!({
        "redirect_uris": ["https://portal.example/callback", "https://portal.example/other?x=1"],
        "post_logout_redirect_uris": ["https://portal.example/bye"],
        "application_type": "web",
        "response_types": ["code"],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "offline_access openid profile",
        "token_endpoint_auth_method": "client_secret_post",
        "client_name": "Portal",
        "client_name#vi": "Cổng",
        "client_uri": "https://portal.example/",
        "policy_uri": "https://portal.example/privacy",
        "tos_uri": "https://portal.example/terms",
        "contacts": ["admin@portal.example"],
        "software_id": "8f6f3b1e",
        "software_version": "2.1",
        "jwks_uri": "https://portal.example/jwks.json",
        "subject_type": "pairwise",
        "id_token_signed_response_alg": "ES256",
        "id_token_encrypted_response_alg": "RSA-OAEP-256",
        "id_token_encrypted_response_enc": "A256GCM",
        "userinfo_signed_response_alg": "RS256",
        "userinfo_encrypted_response_alg": "ECDH-ES",
        "userinfo_encrypted_response_enc": "A128CBC-HS256",
        "request_object_signing_alg": "ES256",
        "request_object_encryption_alg": "ECDH-ES+A256KW",
        "request_object_encryption_enc": "A256CBC-HS512",
        "request_uris": ["https://portal.example/request#abc"],
        "require_signed_request_object": true,
        "default_max_age": 3600,
        "default_acr_values": ["urn:senid:aal:1"],
        "require_auth_time": true,
        "initiate_login_uri": "https://portal.example/login",
        "backchannel_logout_uri": "https://portal.example/backchannel",
        "backchannel_logout_session_required": true,
        "frontchannel_logout_uri": "https://portal.example/frontchannel",
        "frontchannel_logout_session_required": true,
    });
    let beyond = json!({
        "tls_client_certificate_bound_access_tokens": true,
        "dpop_bound_access_tokens": true,
        "require_pushed_authorization_requests": true,
        "authorization_signed_response_alg": "ES256",
        "authorization_encrypted_response_alg": "ECDH-ES",
        "authorization_encrypted_response_enc": "A256GCM",
        "introspection_signed_response_alg": "EdDSA",
        "introspection_encrypted_response_alg": "RSA-OAEP-256",
        "introspection_encrypted_response_enc": "A128CBC-HS256",
    });
    let said = json!(said.as_object().unwrap().iter().chain(beyond.as_object().unwrap()).collect::<BTreeMap<_, _>>());
    let told = registered(&world, &said).await;
    for (member, value) in said.as_object().unwrap() {
        assert_eq!(&told[member], value, "{member}");
    }
    let own = [
        "client_id",
        "client_id_issued_at",
        "client_secret",
        "client_secret_expires_at",
        "registration_access_token",
        "registration_client_uri",
    ];
    let said = said.as_object().unwrap();
    let others: Vec<_> = told
        .as_object()
        .unwrap()
        .keys()
        .filter(|own_or| !own.contains(&own_or.as_str()) && !said.contains_key(*own_or))
        .collect();
    assert_eq!(others, [""; 0], "told and never said");
}

#[tokio::test]
async fn a_member_that_nobody_knows_is_left_out_of_the_answer() {
    let world = open_world().await;
    let told = registered(&world, &portal_with(json!({ "favourite_colour": "red", "client_uri": null }))).await;
    assert!(told.get("favourite_colour").is_none() && told.get("client_uri").is_none());
}

#[tokio::test]
async fn a_client_without_a_name_is_called_by_the_host_it_lives_on() {
    let world = open_world().await;
    let told = registered(&world, &json!({ "redirect_uris": ["https://portal.example/callback"] })).await;
    assert_eq!(told["client_name"], "portal.example");
}

#[tokio::test]
async fn a_public_client_has_no_secret_and_proves_its_codes() {
    let world = open_world().await;
    let native = json!({
        "client_name": "App",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "application_type": "native",
        "token_endpoint_auth_method": "none",
    });
    let told = registered(&world, &native).await;
    assert!(told.get("client_secret").is_none() && told.get("client_secret_expires_at").is_none());
    let portal = as_portal(&world, &told);
    let page = world.browser().open(&portal.start().without_pkce().url()).await;
    assert_eq!(page.refusal().0, "invalid_request");
    world.signed_in(&portal, &AN).await;
}

/// Two applications on people's own devices must not learn that they see the same person.
#[tokio::test]
async fn clients_on_the_visitor_s_own_device_share_no_sector() {
    let world = open_world().await;
    let native = json!({
        "client_name": "App",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "application_type": "native",
        "token_endpoint_auth_method": "none",
    });
    let mut subjects = Vec::new();
    for _ in 0..2 {
        let portal = as_portal(&world, &registered(&world, &native).await);
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        subjects.push(portal.id_token(&tokens).await["sub"].clone());
    }
    assert_ne!(subjects[0], subjects[1]);
}

#[tokio::test]
async fn who_did_not_register_the_grant_type_gets_no_refresh_token() {
    let world = open_world().await;
    let with =
        registered(&world, &portal_with(json!({ "grant_types": ["authorization_code", "refresh_token"] }))).await;
    assert!(text(&with, "scope").contains("offline_access"));
    let without = registered(&world, &portal()).await;
    let portal = as_portal(&world, &without);
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    assert!(tokens.json().get("refresh_token").is_none());
    let refused = portal.token(&[("grant_type", "refresh_token"), ("refresh_token", "x")]).await;
    assert_eq!(refused.refused(400), "unauthorized_client");
}

#[tokio::test]
async fn discovery_says_where_to_register_only_where_that_is_possible() {
    let world = open_world().await;
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["registration_endpoint"], world.at("/register"));
    let closed = crate::support::World::embedded().await;
    let metadata = closed.get("/.well-known/openid-configuration").await.json();
    assert!(metadata.get("registration_endpoint").is_none());
}
