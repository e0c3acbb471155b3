//! Userinfo: OpenID Connect Core §5.3, RFC 6750.

use std::time::Duration;

use http::Method;
use serde_json::json;

use crate::support::World;
use crate::support::world::web::{self, post};
use crate::support::world::{AN, on_every_backend};

on_every_backend! {
    async fn a_token_may_come_in_the_header_or_in_a_form(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let token = tokens.access_token();
        let (url, bearer, lower) = (world.at("/userinfo"), format!("Bearer {token}"), format!("bearer {token}"));
        let expected = portal.claims(&token).await;
        let home = std::net::Ipv4Addr::LOCALHOST.into();
        for reply in [
            web::get(&url, &[("authorization", &lower)]).await,
            web::send(Method::POST, &url, &[("authorization", &bearer)], None, home).await,
            post(&url, &[("authorization", &bearer)], &[]).await,
            post(&url, &[], &[("access_token", &token)]).await,
        ] {
            assert_eq!((reply.status.as_u16(), reply.json()), (200, expected.clone()));
            assert_eq!((reply.header("content-type"), reply.header("cache-control")), ("application/json", "no-store"));
        }
    }

    async fn a_token_in_the_query_or_in_two_places_is_refused(world: World) {
        let portal = world.portal("tax-office");
        let (_, tokens) = world.signed_in(&portal, &AN).await;
        let token = tokens.access_token();
        let (url, bearer) = (world.at("/userinfo"), format!("Bearer {token}"));
        for (reply, sentence) in [
            (
                web::get(&format!("{url}?access_token={token}"), &[]).await,
                "an access token in the query ends up in logs: send it in the Authorization header",
            ),
            (
                web::get(&format!("{url}?access_token={token}"), &[("authorization", &bearer)]).await,
                "an access token in the query ends up in logs: send it in the Authorization header",
            ),
            (
                post(&url, &[("authorization", &bearer)], &[("access_token", &token)]).await,
                "an access token in the header and one in the form",
            ),
            (web::get(&url, &[("authorization", "Bearer")]).await, "the Authorization header has no access token"),
        ] {
            assert_eq!(reply.status, 400, "{}", reply.body);
            assert_eq!(reply.json(), json!({ "error": "invalid_request", "error_description": sentence }));
            assert!(reply.header("www-authenticate").starts_with("Bearer realm=\"senid\", error=\"invalid_request\""));
        }
    }
}

#[tokio::test]
async fn without_a_token_there_is_a_challenge_and_nothing_else() {
    let world = World::embedded().await;
    let (url, basic) = (world.at("/userinfo"), world.portal("tax-office").basic());
    for reply in [
        web::get(&url, &[]).await,
        post(&url, &[], &[]).await,
        // Another scheme is as good as none (RFC 6750 §3.1).
        web::get(&url, &[("authorization", &basic)]).await,
    ] {
        assert_eq!((reply.status.as_u16(), reply.body.as_str()), (401, ""));
        assert_eq!(reply.header("www-authenticate"), challenge(&world, ""));
    }
}

#[tokio::test]
async fn a_token_that_has_expired_or_is_none_is_refused_by_name() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let token = tokens.access_token();
    let altered = format!("{}AAAA", &token[..token.len() - 4]);
    let not_ours = "not an access token of this issuer";
    for other in ["x", &altered, &tokens.id_token(), &tokens.refresh_token()] {
        let reply = portal.userinfo(other).await;
        assert_eq!(reply.status, 401);
        assert_eq!(reply.json(), json!({ "error": "invalid_token", "error_description": not_ours }), "{other}");
    }
    world.wait(Duration::from_secs(599));
    assert_eq!(portal.userinfo(&token).await.status, 200);
    world.wait(Duration::from_secs(1));
    let reply = portal.userinfo(&token).await;
    let expected = challenge(&world, ", error=\"invalid_token\", error_description=\"the access token has expired\"");
    assert_eq!((reply.status.as_u16(), reply.header("www-authenticate")), (401, expected.as_str()));
}

#[tokio::test]
async fn scripts_of_other_origins_may_call_it_and_read_why_not() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let (url, bearer) = (world.at("/userinfo"), format!("Bearer {}", tokens.access_token()));
    let origin = ("origin", "https://tax.example");
    let reply = web::get(&url, &[("authorization", &bearer), origin]).await;
    assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (200, "*"));
    assert_eq!(reply.header("access-control-allow-credentials"), "", "no cookie is read here");
    let refused = web::get(&url, &[("authorization", "Bearer x"), origin]).await;
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    assert!(refused.header("access-control-expose-headers").contains("www-authenticate"));

    let asked = [
        origin,
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    let home = std::net::Ipv4Addr::LOCALHOST.into();
    let preflight = web::send(Method::OPTIONS, &world.at("/token"), &asked, None, home).await;
    assert_eq!((preflight.status.as_u16(), preflight.header("access-control-allow-origin")), (200, "*"));
    assert!(preflight.header("access-control-allow-headers").contains("authorization"));
    // Pages are for people: no script of another origin reads them.
    let page = web::get(&world.at("/account/sign-in"), &[origin]).await;
    assert_eq!(page.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn only_the_methods_of_core_are_answered() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&portal, &AN).await;
    let (url, header) = (world.at("/userinfo"), format!("Bearer {}", tokens.access_token()));
    let home = std::net::Ipv4Addr::LOCALHOST.into();
    for (method, status) in [(Method::PUT, 405), (Method::DELETE, 405), (Method::PATCH, 405)] {
        let reply = web::send(method.clone(), &url, &[("authorization", &header)], None, home).await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (status, "GET,HEAD,POST"), "{method}");
    }
    // What GET would say of its answer, without the answer (RFC 9110 §9.3.2).
    let head = web::send(Method::HEAD, &url, &[("authorization", &header)], None, home).await;
    assert_eq!((head.status.as_u16(), head.header("content-type"), &*head.body), (200, "application/json", ""));
    let head = web::send(Method::HEAD, &url, &[], None, home).await;
    assert_eq!((head.status.as_u16(), head.header("www-authenticate")), (401, challenge(&world, "").as_str()));
    // An answer to a preflight needs no token.
    let asked = [("origin", "https://tax.example"), ("access-control-request-method", "GET")];
    let preflight = web::send(Method::OPTIONS, &url, &asked, None, home).await;
    assert_eq!((preflight.status.as_u16(), preflight.header("access-control-allow-methods")), (200, "GET,POST"));
}

/// The challenge that says this, and where the metadata is (RFC 9728 §5.1).
fn challenge(world: &World, error: &str) -> String {
    let metadata = world.at("/.well-known/oauth-protected-resource");
    format!("Bearer realm=\"senid\"{error}, resource_metadata=\"{metadata}\"")
}
