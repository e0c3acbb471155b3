//! Discovery and the key set, as every portal reads them: OpenID Connect Discovery 1.0, RFC 7517.

use http::Method;
use serde_json::Value;

use crate::support::World;
use crate::support::world::web;

#[tokio::test]
async fn discovery_says_what_there_is() {
    let world = World::embedded().await;
    let reply = world.get("/.well-known/openid-configuration").await;
    assert_eq!((reply.header("content-type"), reply.header("access-control-allow-origin")), ("application/json", "*"));
    let document: Value = serde_json::from_str(&reply.body.replace(&world.issuer, "[issuer]")).unwrap();
    insta::assert_snapshot!(format!("{document:#}"));
}

#[tokio::test]
async fn every_endpoint_that_discovery_names_answers() {
    let world = World::embedded().await;
    let document = world.get("/.well-known/openid-configuration").await.json();
    for (name, address) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let reply = web::get(address.as_str().unwrap(), &[]).await;
            assert_ne!(reply.status, 404, "{name}");
        }
    }
}

#[tokio::test]
async fn the_key_set_has_public_members_only_and_every_key_a_name_of_its_own() {
    let world = World::embedded().await;
    let reply = world.get("/jwks.json").await;
    assert_eq!(reply.header("cache-control"), "public, max-age=300");
    let mut jwks = reply.json();
    let keys = jwks["keys"].as_array_mut().unwrap();
    let mut names: Vec<String> = keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), keys.len());
    for key in keys.iter_mut() {
        for (name, value) in key.as_object_mut().unwrap() {
            if ["kid", "x", "y", "n"].contains(&name.as_str()) {
                *value = format!("[{} characters]", value.as_str().unwrap().len()).into();
            }
        }
    }
    keys.sort_by_key(Value::to_string);
    insta::assert_snapshot!(format!("{jwks:#}"));
}

#[tokio::test]
async fn whoever_has_the_document_is_not_sent_it_again() {
    let world = World::embedded().await;
    for path in ["/.well-known/openid-configuration", "/jwks.json"] {
        let first = world.get(path).await;
        let again = web::get(&world.at(path), &[("if-none-match", first.header("etag"))]).await;
        assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{path}");
        assert_eq!(again.header("etag"), first.header("etag"));
        let other = web::get(&world.at(path), &[("if-none-match", "\"other\"")]).await;
        assert_eq!((other.status.as_u16(), other.body), (200, first.body), "{path}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_called_with_the_wrong_method_says_which_it_takes() {
    let world = World::embedded().await;
    for (method, path, allowed, told) in [
        (Method::GET, "/token", "POST", "this endpoint is called with POST"),
        (Method::PUT, "/token", "POST", "this endpoint is called with POST"),
        (Method::GET, "/revoke", "POST", "this endpoint is called with POST"),
        (Method::DELETE, "/userinfo", "GET,HEAD,POST", "this endpoint is called with GET or POST"),
    ] {
        let reply = web::send(method.clone(), &world.at(path), &[], None, [127, 0, 0, 1].into()).await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, allowed), "{method} {path}");
        let told = serde_json::json!({ "error": "invalid_request", "error_description": told });
        assert_eq!((reply.json(), reply.header("cache-control")), (told, "no-store"), "{method} {path}");
    }
}
