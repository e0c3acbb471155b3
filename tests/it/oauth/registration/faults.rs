//! What cannot be registered, each by its member and with what is allowed: RFC 7591 §3.2.2.

use http::Method;
use senid::domain::client::UnknownGrantType;
use serde_json::{Value, json};

use super::{open_world, portal, portal_with, refusal, register, send};
use crate::support::World;
use crate::support::world::web;

const METADATA: &str = "invalid_client_metadata";
const REDIRECT: &str = "invalid_redirect_uri";

async fn refused(world: &World, members: Value) -> (u16, String, String) {
    refusal(&register(world, &portal_with(members)).await)
}

#[tokio::test]
async fn every_fault_names_its_member_and_what_is_allowed() {
    let world = open_world().await;
    let private = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA" }] });
    let host = "is on another host than every redirect URI";
    let cases = [
        (json!({ "redirect_uris": [] }), REDIRECT, "redirect_uris: expected at least one address to return to".to_owned()),
        (json!({ "redirect_uris": "https://portal.example/" }), REDIRECT, "redirect_uris: expected a list of at most 50 strings".to_owned()),
        (json!({ "redirect_uris": ["https://portal.example/#x"] }), REDIRECT, "redirect_uris: 'https://portal.example/#x' has a fragment (RFC 6749 section 3.1.2)".to_owned()),
        (json!({ "redirect_uris": ["vn.gov.app:/cb"] }), REDIRECT, "redirect_uris: 'vn.gov.app:/cb' has a private-use scheme, which only a native client has".to_owned()),
        (json!({ "redirect_uris": ["https://a.example/", "https://a.example/"] }), REDIRECT, "redirect_uris: 'https://a.example/' is there twice".to_owned()),
        (json!({ "response_types": ["id_token"] }), METADATA, "response_types: id_token may not be registered here, only code".to_owned()),
        (json!({ "response_types": ["token"] }), METADATA, "response_types: found 'token', expected code, id_token, id_token token, code id_token, code token, code id_token token or none".to_owned()),
        (json!({ "response_types": [] }), METADATA, "response_types: expected at least one of code".to_owned()),
        (json!({ "grant_types": ["refresh_token"] }), METADATA, "grant_types: refresh_token is of no use without a grant type that refresh tokens come of".to_owned()),
        (json!({ "grant_types": ["refresh_token"], "response_types": ["code"] }), METADATA, "grant_types: authorization_code is missing, which the response type code stands on".to_owned()),
        (json!({ "grant_types": ["client_credentials"] }), METADATA, "grant_types: client_credentials may not be registered here, only authorization_code, refresh_token".to_owned()),
        (json!({ "grant_types": ["authorization_code", "implicit"] }), METADATA, "grant_types: implicit is of no use without a response type that contains id_token or token".to_owned()),
        (json!({ "grant_types": ["password"] }), METADATA, format!("grant_types: found 'password', {}", UnknownGrantType)),
        (json!({ "scope": "openid national_id" }), METADATA, "scope: national_id is given by the authority's approval alone".to_owned()),
        (json!({ "scope": "profile" }), METADATA, "scope: expected openid among them".to_owned()),
        (json!({ "scope": "openid offline_access" }), METADATA, "scope: offline_access is of no use without the grant type refresh_token".to_owned()),
        (json!({ "scope": ["openid"] }), METADATA, "scope: expected a string of 1 to 2000 bytes on one line".to_owned()),
        (json!({ "token_endpoint_auth_signing_alg": "RS256" }), METADATA, "token_endpoint_auth_signing_alg: client_secret_basic signs nothing: only client_secret_jwt and private_key_jwt do".to_owned()),
        (json!({ "token_endpoint_auth_method": "tls_client_auth" }), METADATA, String::new()),
        (json!({ "subject_type": "public" }), METADATA, "subject_type: public may not be registered here, only pairwise".to_owned()),
        (json!({ "redirect_uris": ["https://a.example/", "https://b.example/"] }), METADATA, "sector_identifier_uri: expected one, because the redirect URIs have more than one host (OpenID Connect Core section 8.1)".to_owned()),
        (json!({ "id_token_signed_response_alg": "none" }), METADATA, "id_token_signed_response_alg: found 'none', expected one of ES256, ES384, EdDSA, PS256, RS256".to_owned()),
        (json!({ "id_token_signed_response_alg": "HS256" }), METADATA, "id_token_signed_response_alg: found 'HS256', expected one of ES256, ES384, EdDSA, PS256, RS256".to_owned()),
        (json!({ "id_token_encrypted_response_enc": "A256GCM" }), METADATA, "id_token_encrypted_response_enc: is of no use without id_token_encrypted_response_alg".to_owned()),
        (json!({ "userinfo_encrypted_response_alg": "RSA1_5" }), METADATA, String::new()),
        (json!({ "id_token_encrypted_response_alg": "RSA-OAEP-256" }), METADATA, String::new()),
        (json!({ "jwks": private }), METADATA, String::new()),
        (json!({ "jwks": [] }), METADATA, "jwks: expected a JWK set: an object with a list named keys (RFC 7517 section 5)".to_owned()),
        (json!({ "jwks": { "keys": [{ "kty": "oct" }] }, "jwks_uri": "https://portal.example/jwks" }), METADATA, "jwks: jwks_uri is there as well: expected one or the other".to_owned()),
        (json!({ "jwks_uri": "http://portal.example/jwks" }), METADATA, "jwks_uri: 'http://portal.example/jwks' must begin with https://".to_owned()),
        (json!({ "client_uri": "https://other.example/" }), METADATA, format!("client_uri: 'https://other.example/' {host}")),
        (json!({ "client_uri": "https://portal.example.evil.example/" }), METADATA, format!("client_uri: 'https://portal.example.evil.example/' {host}")),
        (json!({ "logo_uri": "https://other.example/logo.png" }), METADATA, format!("logo_uri: 'https://other.example/logo.png' {host}")),
        (json!({ "tos_uri#vi": "https://portal.example/vi" }), METADATA, "tos_uri#vi: only client_name may be told in several languages".to_owned()),
        (json!({ "client_name#Vietnamese": "Cổng" }), METADATA, "client_name#Vietnamese: expected a language of two or three letters after the #, such as vi".to_owned()),
        (json!({ "client_name": "Por\u{202e}lat" }), METADATA, "client_name: has characters that are not seen or that turn the direction of writing".to_owned()),
        (json!({ "client_name": "Portal\n" }), METADATA, "client_name: expected a string of 1 to 2000 bytes on one line".to_owned()),
        (json!({ "contacts": "admin@portal.example" }), METADATA, "contacts: expected a list of at most 50 strings".to_owned()),
        (json!({ "initiate_login_uri": "http://portal.example/login" }), METADATA, "initiate_login_uri: 'http://portal.example/login' must be https".to_owned()),
        (json!({ "initiate_login_uri": "http://127.0.0.1/login" }), METADATA, "initiate_login_uri: 'http://127.0.0.1/login' must be https".to_owned()),
        (json!({ "default_max_age": -1 }), METADATA, "default_max_age: expected a whole number of seconds, at most 31536000".to_owned()),
        (json!({ "default_max_age": "60" }), METADATA, "default_max_age: expected a whole number of seconds, at most 31536000".to_owned()),
        (json!({ "require_auth_time": "true" }), METADATA, "require_auth_time: expected true or false".to_owned()),
        (json!({ "default_acr_values": ["gold"] }), METADATA, String::new()),
        (json!({ "request_uris": ["ftp://portal.example/r"] }), METADATA, String::new()),
        (json!({ "backchannel_logout_session_required": true }), METADATA, "backchannel_logout_session_required: is of no use without backchannel_logout_uri".to_owned()),
        (json!({ "frontchannel_logout_uri": "https://other.example/out" }), METADATA, "frontchannel_logout_uri: 'https://other.example/out' has another scheme, host or port than every redirect URI".to_owned()),
        (json!({ "dpop_bound_access_tokens": "true" }), METADATA, "dpop_bound_access_tokens: expected true or false".to_owned()),
        (json!({ "use_mtls_endpoint_aliases": true }), METADATA, "use_mtls_endpoint_aliases: is not supported here: expected false, or nothing".to_owned()),
        (json!({ "backchannel_user_code_parameter": true }), METADATA, "backchannel_user_code_parameter: is not supported here: expected false, or nothing".to_owned()),
        (json!({ "tls_client_auth_subject_dn": "CN=x" }), METADATA, "tls_client_auth_subject_dn: is of no use with client_secret_basic, only with tls_client_auth".to_owned()),
        (json!({ "authorization_signed_response_alg": "PS256" }), METADATA, "authorization_signed_response_alg: PS256 is not signed with here: expected one of ES256, EdDSA, RS256".to_owned()),
        (json!({ "authorization_encrypted_response_alg": "ECDH-ES" }), METADATA, "authorization_encrypted_response_alg: expected a key to encrypt to, in jwks or at jwks_uri".to_owned()),
        (json!({ "introspection_encrypted_response_enc": "A256GCM" }), METADATA, "introspection_encrypted_response_enc: is of no use without introspection_encrypted_response_alg".to_owned()),
        (json!({ "authorization_details_types": ["payment"] }), METADATA, "authorization_details_types: 'payment' may not be registered here".to_owned()),
        (json!({ "backchannel_token_delivery_mode": "push" }), METADATA, "backchannel_token_delivery_mode: push hands tokens to whoever answers at an address: expected poll or ping".to_owned()),
        (json!({ "backchannel_token_delivery_mode": "poll" }), METADATA, "backchannel_token_delivery_mode: is of no use without the grant type urn:openid:params:grant-type:ciba".to_owned()),
        (json!({ "software_statement": "x.y.z" }), "invalid_software_statement", "software_statement: is not a signed JWT that names its issuer (iss)".to_owned()),
        (json!({ "client_id": "mine" }), METADATA, "client_id: is the server's to choose: leave it out".to_owned()),
        (json!({ "client_secret": "mine" }), METADATA, "client_secret: is the server's to choose: leave it out".to_owned()),
    ];
    for (members, code, sentence) in cases {
        let member = members.as_object().unwrap().keys().next().unwrap().clone();
        let (status, error, told) = refused(&world, members.clone()).await;
        assert_eq!((status, error.as_str()), (400, code), "{members}: {told}");
        if sentence.is_empty() {
            assert!(told.starts_with(&format!("{member}: ")), "{members}: {told}");
        } else {
            assert_eq!(told, sentence, "{members}");
        }
    }
}

#[tokio::test]
async fn all_faults_are_said_at_once() {
    let world = open_world().await;
    let (_, _, told) =
        refused(&world, json!({ "scope": "profile", "subject_type": "public", "default_acr_values": ["gold"] })).await;
    for member in ["scope: ", "subject_type: ", "default_acr_values: "] {
        assert!(told.contains(member), "{told}");
    }
}

#[tokio::test]
async fn a_body_is_one_json_object_of_bounded_size_that_says_everything_once() {
    let world = open_world().await;
    let whole = "the body is not one JSON object in UTF-8 with every member once";
    let deep = format!(r#"{{"x":{}{}}}"#, "[".repeat(20), "]".repeat(20));
    let deepest = format!(r#"{{"x":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let large = json!({ "client_name": "x".repeat(70_000) }).to_string();
    for (body, error, sentence) in [
        ("", METADATA, whole),
        ("[]", METADATA, whole),
        ("redirect_uris=x", METADATA, whole),
        (r#"{"client_name":"a","client_name":"b","redirect_uris":["https://portal.example/"]}"#, METADATA, whole),
        (r#"{"jwks":{"keys":[],"keys":[]}}"#, METADATA, whole),
        (&deep, METADATA, "the body is more than 8 deep"),
        (&deepest, METADATA, whole),
    ] {
        let reply = send(&world, Method::POST, "/register", None, Some(body.to_owned())).await;
        assert_eq!(refusal(&reply), (400, error.to_owned(), sentence.to_owned()));
    }
    let large = send(&world, Method::POST, "/register", None, Some(large)).await;
    let expected = (413, "invalid_request".to_owned(), "the body is larger than is read here".to_owned());
    assert_eq!(refusal(&large), expected);
}

#[tokio::test]
async fn a_body_says_that_it_is_json() {
    let world = open_world().await;
    for content_type in ["application/x-www-form-urlencoded", "text/plain", "text/json", "application/jsonx"] {
        let headers = [("content-type", content_type)];
        let url = world.at("/register");
        let reply = web::send(Method::POST, &url, &headers, Some(portal().to_string()), [127, 0, 0, 1].into()).await;
        let expected = (400, "invalid_request".to_owned(), "the body must be application/json".to_owned());
        assert_eq!(refusal(&reply), expected, "{content_type}");
    }
}

#[tokio::test]
async fn rs256_is_refused_where_nothing_is_signed_with_it() {
    let world = World::embedded_with(|settings| {
        super::open(settings);
        settings.keys.rotation.algorithms = vec![senid::domain::keys::SignatureAlgorithm::Es256];
    })
    .await;
    let refused = refusal(&register(&world, &portal()).await);
    assert_eq!(refused.2, "id_token_signed_response_alg: RS256 is not signed with here: expected one of ES256");
    let told = super::registered(&world, &portal_with(json!({ "id_token_signed_response_alg": "ES256" }))).await;
    assert_eq!(told["id_token_signed_response_alg"], "ES256");
}
