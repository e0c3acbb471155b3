//! Whatever a sandbox hands out says that nothing of it is real, wherever it ends up: in a program, in a log, in a mailbox.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use http::Method;
use senid::demo::people::{MADE_UP, PASSWORD, SANDBOX_CLIENT};
use senid::domain::client::GrantType;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::resource::AccessTokenFormat;
use serde_json::{Value, json};

use super::sandbox::{answered, chooses, exchanged, unproven};
use crate::support::World;
use crate::support::world::resources::for_itself;
use crate::support::world::web::{self, Reply, send};
use crate::support::world::{Backend, Citizen, Office, Page, Portal, Started, eventually, proof};

const MARK: &str = "sandbox";
const HEADER: &str = "senid-sandbox";

async fn sandbox() -> (World, Portal) {
    let world = World::sandbox(Backend::bare_embedded().await).await;
    let portal = world.portal(SANDBOX_CLIENT);
    (world, portal)
}

#[track_caller]
fn is_marked(what: &str, said: &Value) {
    assert_eq!(said[MARK], true, "{what}: {said}");
}

#[track_caller]
fn carries(what: &str, reply: &Reply) {
    assert_eq!(reply.header(HEADER), "true", "{what}: {} {}", reply.status, reply.body);
}

/// Every path that the router names, filled in.
fn paths() -> BTreeSet<String> {
    let router = include_str!("../../../src/http/router.rs");
    let quoted = router.split('"').skip(1).step_by(2).filter(|text| text.starts_with('/'));
    let filled = quoted.map(|path| {
        let parts = path
            .split('/')
            .map(|part| if part.starts_with('{') { "0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6d" } else { part });
        parts.collect::<Vec<_>>().join("/")
    });
    filled.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_at_every_door_carries_the_header_and_elsewhere_none_does() {
    let (world, _) = sandbox().await;
    let official = World::embedded().await;
    let operations = |world: &World| format!("http://{}", world.operations(0));
    let paths = paths();
    assert!(paths.len() > 80, "the router names more: {paths:?}");
    for path in
        paths.iter().map(String::as_str).chain(["/nothing", "/admin/api/v1/clients", "/admin/api/v1/openapi.json"])
    {
        for method in [Method::GET, Method::POST, Method::PUT, Method::OPTIONS] {
            let ask =
                async |address: String| send(method.clone(), &address, &[], None, Ipv4Addr::LOCALHOST.into()).await;
            carries(&format!("{method} {path}"), &ask(world.at(path)).await);
            assert!(!ask(official.at(path)).await.headers.contains_key(HEADER), "{method} {path}");
        }
    }
    for path in ["/metrics", "/health/ready", "/health/live", "/nothing"] {
        carries(path, &web::get(&format!("{}{path}", operations(&world)), &[]).await);
        assert!(!web::get(&format!("{}{path}", operations(&official)), &[]).await.headers.contains_key(HEADER));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_document_says_it_and_so_do_health_and_figures() {
    let (world, _) = sandbox().await;
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/admin/api/v1",
        "/.well-known/ssf-configuration",
        "/jwks.json",
        "/health/ready",
    ] {
        is_marked(path, &world.get(path).await.json());
    }
    let figures = web::get(&format!("http://{}/metrics", world.operations(0)), &[]).await.body;
    assert!(figures.lines().any(|line| line == "senid_sandbox 1"), "{figures}");
    let page = world.browser().open("/account").await;
    assert!(page.words("aside").starts_with("Sandbox: nobody here is real"), "{}", page.text());
}

/// The answers of a whole sign-in, as the client's policy has them.
async fn signed_in(world: &World, portal: &Portal) -> Value {
    let started = portal.start().with("scope", "openid profile offline_access").with("prompt", "consent");
    let page = goes_through(world, &started).await;
    let tokens = portal.exchange(&started, &page.code()).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    assert!(page.code().starts_with("senid_sandbox_ac_"), "{}", page.code());
    tokens.json()
}

async fn goes_through(world: &World, started: &Started) -> Page {
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let page = chooses(&mut browser, &page, "").await;
    if page.has("#allow") { browser.press(&page, "allow", &[]).await } else { page }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_token_says_it_whether_it_is_signed_or_drawn() {
    let (world, portal) = sandbox().await;
    let tokens = signed_in(&world, &portal).await;
    is_marked("the token endpoint", &tokens);
    let text =
        |tokens: &Value, name: &str| tokens[name].as_str().unwrap_or_else(|| panic!("{name}: {tokens}")).to_owned();
    is_marked("an ID token", &unproven(&text(&tokens, "id_token")));
    is_marked("a JWT access token", &unproven(&text(&tokens, "access_token")));
    let refresh = text(&tokens, "refresh_token");
    assert!(refresh.starts_with("senid_sandbox_rt_"), "{refresh}");

    // What follows a refresh token says it, too, and without its mark it is nobody's.
    let unmarked = refresh.replace("senid_sandbox_rt_", "senid_rt_");
    assert_eq!(portal.refresh(&unmarked).await.refused(400), "invalid_grant");
    let next = portal.refresh(&refresh).await;
    assert!(next.refresh_token().starts_with("senid_sandbox_rt_"), "{}", next.body);

    for token in [next.refresh_token(), next.access_token(), "nothing".to_owned()] {
        is_marked("introspection", &portal.introspection(&token).await);
        let headers = [("authorization", &*portal.basic()), ("accept", "application/token-introspection+jwt")];
        let signed = web::post(&world.at("/introspect"), &headers, &[("token", &token)]).await;
        assert_eq!(signed.status, 200, "{}", signed.body);
        let said = unproven(&signed.body);
        is_marked("signed introspection", &said);
        is_marked("what is introspected", &said["token_introspection"]);
    }
    is_marked("userinfo", &portal.claims(&next.access_token()).await);

    world
        .operator()
        .changes(SANDBOX_CLIENT, |client| {
            client.policy.userinfo_algorithm = Some(SignatureAlgorithm::Es256);
            client.policy.access_token_format = Some(AccessTokenFormat::Opaque);
        })
        .await;
    let opaque = text(&signed_in(&world, &portal).await, "access_token");
    assert!(opaque.starts_with("senid_sandbox_at_"), "{opaque}");
    let signed = portal.userinfo(&opaque).await;
    assert_eq!(signed.header("content-type"), "application/jwt");
    is_marked("signed userinfo", &unproven(&signed.body));
    assert_eq!(portal.userinfo(&opaque.replace("senid_sandbox_at_", "senid_at_")).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_a_token_says_it_and_goes_wrong_as_was_chosen() {
    let (world, portal) = sandbox().await;
    let response = async |fault: &str| {
        let started = portal.start().with("response_mode", "jwt");
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let page = chooses(&mut browser, &page, fault).await;
        let page = if page.has("#allow") { browser.press(&page, "allow", &[]).await } else { page };
        (started, unproven(&page.answer()["response"]))
    };
    for (fault, issuer) in [
        ("", json!(world.issuer)),
        ("missing_issuer", Value::Null),
        ("other_issuer", json!("https://other-issuer.invalid")),
    ] {
        let (started, said) = response(fault).await;
        is_marked(fault, &said);
        assert_eq!((&said["iss"], &said["state"]), (&issuer, &json!(started.state)), "{fault}: {said}");
        assert!(said["code"].is_string(), "{said}");
    }
    let (started, said) = response("wrong_state").await;
    assert_ne!(said["state"], json!(started.state));
    let (_, said) = response("access_denied").await;
    is_marked("a refusal", &said);
    assert_eq!(said["error"], "access_denied");
    // And where it is no token.
    let (started, page) = answered(&world, &portal, "other_issuer").await;
    let answer = page.answer();
    assert_eq!((&*answer["iss"], &answer["state"]), ("https://other-issuer.invalid", &started.state));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_portals_are_told_afterwards_says_it() {
    let (world, portal) = sandbox().await;
    let mut office = Office::new(&world.issuer, SANDBOX_CLIENT, world.clock.clone());
    office.opens();
    world.operator().changes(SANDBOX_CLIENT, office.registers()).await;
    world
        .operator()
        .changes(SANDBOX_CLIENT, |client| {
            for_itself(client);
            client.scopes = client.scopes.union(&"ssf.manage ssf.read".parse().unwrap());
        })
        .await;
    let own = portal.token(&[("grant_type", "client_credentials"), ("scope", "ssf.manage")]).await;
    assert_eq!(own.status, 200, "{}", own.body);
    let bearer = format!("Bearer {}", own.access_token());
    let call = async |path: String, body: Value| {
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        send(Method::POST, &world.at(&path), &headers, Some(body.to_string()), Ipv4Addr::LOCALHOST.into()).await.json()
    };
    let stream = call("/ssf/stream".to_owned(), json!({})).await["stream_id"].as_str().unwrap().to_owned();

    let (_, tokens) = exchanged(&world, &portal, "").await;
    office.signs_in(&portal.id_token(&tokens).await);
    for person in &MADE_UP {
        world
            .operator()
            .locks(&Citizen { name: person.name, identifier: person.national_id, password: PASSWORD })
            .await;
    }
    eventually("the portal is told of the end", async || !office.told().is_empty()).await;
    for token in office.told() {
        is_marked("a logout token", &unproven(&token));
    }
    let told = call(format!("/ssf/poll/{stream}"), json!({ "returnImmediately": true })).await;
    let sets = told["sets"].as_object().unwrap();
    assert!(!sets.is_empty(), "{told}");
    for token in sets.values() {
        is_marked("a security event", &unproven(token.as_str().unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_devices_and_call_centres_wait_with_says_it() {
    let (world, portal) = sandbox().await;
    world
        .operator()
        .changes(SANDBOX_CLIENT, |client| {
            client.grant_types.insert(GrantType::DeviceCode);
        })
        .await;
    let begun = web::post(
        &world.at("/device_authorization"),
        &[("authorization", &*portal.basic())],
        &[("scope", "openid"), ("client_id", SANDBOX_CLIENT)],
    )
    .await;
    carries("/device_authorization", &begun);
    let code = begun.json()["device_code"].as_str().unwrap().to_owned();
    assert!(code.starts_with("senid_sandbox_dc_"), "{code}");
    assert_eq!(
        portal
            .token(&[("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", &code)])
            .await
            .refused(400),
        "authorization_pending"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_sandbox_is_worth_anything_in_production() {
    let (world, portal) = sandbox().await;
    let official = World::embedded().await;
    // The same portal, with the same secret: what its developer carries over by mistake.
    let real = official.portal(SANDBOX_CLIENT);
    let tokens = signed_in(&world, &portal).await;
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let published = official.get("/jwks.json").await.json();
    for token in [text("id_token"), text("access_token")] {
        let kid = proof::header(&token)["kid"].clone();
        assert!(published["keys"].as_array().unwrap().iter().all(|key| key["kid"] != kid), "{kid}");
    }
    world
        .operator()
        .changes(SANDBOX_CLIENT, |client| {
            client.policy.access_token_format = Some(AccessTokenFormat::Opaque);
        })
        .await;
    let opaque = signed_in(&world, &portal).await["access_token"].as_str().unwrap().to_owned();
    for token in [text("access_token"), opaque.clone(), opaque.replace("senid_sandbox_at_", "senid_at_")] {
        assert_eq!(real.userinfo(&token).await.status, 401, "{token}");
        assert_eq!(real.introspection(&token).await, json!({ "active": false }), "{token}");
    }
    let refresh = text("refresh_token");
    for token in [refresh.clone(), refresh.replace("senid_sandbox_rt_", "senid_rt_")] {
        assert_eq!(real.refresh(&token).await.refused(400), "invalid_grant");
    }
    let started = portal.start();
    let code = goes_through(&world, &started).await.code();
    assert_eq!(real.exchange(&started, &code).await.refused(400), "invalid_grant");
}
