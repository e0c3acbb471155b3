//! Who may open, read and change which stream: SSF 1.0 §8.1.

use std::time::Duration;

use http::Method;
use senid::domain::audit::EventKind;
use serde_json::json;

use super::{CAEP, Receiver, own_token, push_to};
use crate::support::World;
use crate::support::outside::{Outside, status};
use crate::support::world::{AN, on_every_backend, web};

on_every_backend! {
    async fn a_client_opens_reads_changes_replaces_and_closes_its_stream(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        assert_eq!(tax.call(Method::GET, "/ssf/stream", None).await.json(), json!([]));
        let opened = tax.call(Method::POST, "/ssf/stream", None).await;
        assert_eq!(opened.status, 201, "{}", opened.body);
        let document = opened.json();
        let id = document["stream_id"].as_str().unwrap().to_owned();
        // §8.1.1.1: whoever names no delivery fetches, and asks for everything.
        let poll = format!("{}/ssf/poll/{id}", world.issuer);
        assert_eq!(document["delivery"], json!({ "method": "urn:ietf:rfc:8936", "endpoint_url": poll }));
        assert_eq!((&document["iss"], &document["aud"]), (&json!(world.issuer), &json!("tax-office")));
        assert_eq!(document["events_delivered"], document["events_supported"]);
        assert_eq!(opened.header("cache-control"), "no-store");
        let again = tax.call(Method::POST, "/ssf/stream", Some(json!({}))).await;
        assert_eq!((again.status.as_u16(), &again.json()["error"]), (409, &json!("stream_exists")));
        assert_eq!(tax.call(Method::GET, "/ssf/stream", None).await.json(), json!([document]));

        let wanted = format!("{CAEP}session-revoked");
        let change = json!({ "stream_id": id, "events_requested": [wanted, "urn:x"], "description": "taxes" });
        let changed = tax.call(Method::PATCH, "/ssf/stream", Some(change)).await.json();
        assert_eq!(changed["events_delivered"], json!([wanted]));
        assert_eq!(changed["events_requested"], json!([wanted, "urn:x"]));
        let office = Outside::http(|_| status(202));
        let push = tax.call(Method::PATCH, "/ssf/stream", Some(json!({ "stream_id": id, "delivery": push_to(&office) })));
        let push = push.await;
        assert!(!push.body.contains("of-the-portal"), "nobody reads it back");
        assert_eq!((&push.json()["description"], &push.json()["events_delivered"]), (&json!("taxes"), &json!([wanted])));
        // §8.1.1.4: what is not named goes.
        let replaced = tax.call(Method::PUT, "/ssf/stream", Some(json!({ "stream_id": id }))).await.json();
        assert_eq!(replaced["delivery"]["endpoint_url"], json!(poll));
        assert!(replaced.get("description").is_none() && replaced.get("events_requested").is_none());
        let path = format!("/ssf/stream?stream_id={id}");
        assert_eq!(tax.call(Method::GET, &path, None).await.json(), replaced);
        assert_eq!(tax.call(Method::DELETE, &path, None).await.status, 204);
        assert_eq!(tax.call(Method::DELETE, &path, None).await.status, 404);
        let events: Vec<_> = world.operator().events_of_client("tax-office").await;
        let kinds: Vec<_> = events.iter().filter_map(|event| event.kind).map(EventKind::as_str).filter(|kind| kind.starts_with("stream.")).collect();
        assert_eq!(kinds.len(), 5, "{kinds:?}");
    }

    async fn another_client_s_stream_is_as_if_there_were_none(world: World) {
        let (tax, library) = (Receiver::of(&world, "tax-office").await, Receiver::of(&world, "library").await);
        let id = tax.opens(json!({})).await;
        let named = format!("stream_id={id}");
        for forged in [&*id, "00000000-0000-0000-0000-000000000000", "x"] {
            let named = format!("stream_id={forged}");
            for (method, path, body) in [
                (Method::GET, format!("/ssf/stream?{named}"), None),
                (Method::PATCH, "/ssf/stream".to_owned(), Some(json!({ "stream_id": forged, "description": "mine" }))),
                (Method::PUT, "/ssf/stream".to_owned(), Some(json!({ "stream_id": forged }))),
                (Method::DELETE, format!("/ssf/stream?{named}"), None),
                (Method::GET, format!("/ssf/status?{named}"), None),
                (Method::POST, "/ssf/status".to_owned(), Some(json!({ "stream_id": forged, "status": "disabled" }))),
                (Method::POST, "/ssf/verify".to_owned(), Some(json!({ "stream_id": forged }))),
                (Method::POST, format!("/ssf/poll/{forged}"), Some(json!({}))),
            ] {
                let reply = library.call(method.clone(), &path, body).await;
                assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (404, &json!("not_found")), "{method} {path}");
            }
        }
        assert_eq!(library.call(Method::GET, "/ssf/stream", None).await.json(), json!([]));
        assert_eq!(tax.call(Method::GET, &format!("/ssf/status?{named}"), None).await.json()["status"], "enabled");
    }

    async fn only_a_client_s_own_token_with_the_scope_opens_the_door(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let id = tax.opens(json!({})).await;
        let (_browser, tokens) = world.signed_in(&tax.portal, &AN).await;
        let read = own_token(&tax.portal, "ssf.read").await;
        let path = format!("/ssf/stream?stream_id={id}");
        for (token, method, expected, error) in [
            (tokens.access_token(), Method::GET, 403, "insufficient_scope"),
            (tokens.id_token(), Method::GET, 401, "invalid_token"),
            ("x".to_owned(), Method::GET, 401, "invalid_token"),
            (read.clone(), Method::DELETE, 403, "insufficient_scope"),
        ] {
            let reply = tax.call_with(&token, method, &path, None).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (expected, &json!(error)));
        }
        assert_eq!(tax.call_with(&read, Method::GET, &path, None).await.status, 200);
        // No token, and one in the query.
        let bare = world.get(&path).await;
        assert_eq!(bare.status, 401);
        assert!(bare.header("www-authenticate").starts_with("Bearer"), "{:?}", bare.headers);
        assert_eq!(world.get(&format!("{path}&access_token={}", tax.token)).await.status, 400);
        // What the client loses, it loses here at once; and so does a client that is disabled.
        world.operator().changes("tax-office", |client| client.scopes = "openid".parse().unwrap()).await;
        assert_eq!(tax.call(Method::GET, &path, None).await.status, 403);
        world.operator().disables("tax-office").await;
        assert_eq!(tax.call(Method::GET, &path, None).await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_grants_no_such_scope() {
    let world = World::embedded().await;
    let tax = Receiver::of(&world, "tax-office").await;
    let started = tax.portal.start().with("scope", "openid ssf.manage");
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    let tokens = tax.portal.exchange(&started, &page.code()).await;
    // To people it is a scope that nobody defines (Core §3.1.2.1).
    assert_eq!(tokens.scope(), "openid");
    let reply = tax.call_with(&tokens.access_token(), Method::GET, "/ssf/stream", None).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (403, &json!("insufficient_scope")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_stream_can_be_is_refused_by_its_member() {
    let world = World::embedded().await;
    let tax = Receiver::of(&world, "tax-office").await;
    let push = |endpoint: &str| json!({ "delivery": { "method": "urn:ietf:rfc:8935", "endpoint_url": endpoint } });
    for (body, told) in [
        (json!([]), "one JSON object"),
        (json!({ "delivery": 1 }), "delivery must be an object"),
        (json!({ "delivery": { "method": "urn:x" } }), "delivery.method"),
        (json!({ "delivery": { "method": "urn:ietf:rfc:8935" } }), "delivery.endpoint_url is missing"),
        (push("http://portal.example/"), "https"),
        (push("https://a:b@portal.example/"), "credentials"),
        (push("file:///etc/passwd"), "https"),
        (
            json!({ "delivery": { "method": "urn:ietf:rfc:8936", "endpoint_url": "https://x.example/" } }),
            "the server's to say",
        ),
        (
            json!({ "delivery": { "method": "urn:ietf:rfc:8935", "endpoint_url": "https://x.example/",
            "authorization_header": "x\r\ny: z" } }),
            "authorization_header",
        ),
        (json!({ "events_requested": "all" }), "events_requested"),
        (json!({ "events_requested": vec!["x"; 65] }), "events_requested"),
        (json!({ "description": "a\nb" }), "one line"),
    ] {
        let reply = tax.call(Method::POST, "/ssf/stream", Some(body.clone())).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (400, &json!("invalid_request")), "{body}");
        assert!(reply.json()["error_description"].as_str().unwrap().contains(told), "{body}: {}", reply.body);
    }
    let id = tax.opens(json!({})).await;
    for (member, value) in
        [("iss", json!("https://other.example")), ("aud", json!("library")), ("events_delivered", json!([]))]
    {
        let reply = tax.call(Method::PATCH, "/ssf/stream", Some(json!({ "stream_id": id, member: value }))).await;
        assert_eq!(reply.status, 400, "{member}");
    }
    for status in [json!("running"), json!(null), json!(1)] {
        let reply = tax.call(Method::POST, "/ssf/status", Some(json!({ "stream_id": id, "status": status }))).await;
        assert_eq!(reply.status, 400, "{status}");
    }
    // A form is no JSON: a page of another site can send one without asking.
    let bearer = format!("Bearer {}", tax.token);
    let form = web::post(&world.at("/ssf/verify"), &[("authorization", &bearer)], &[("stream_id", &id)]).await;
    assert_eq!(form.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_names_what_is_there() {
    for world in [World::embedded().await, World::embedded_below("/sso").await] {
        let base = world.issuer.clone();
        let path = url::Url::parse(&base).unwrap().path().trim_end_matches('/').to_owned();
        let host = base.strip_suffix(&*path).unwrap_or(&base).to_owned();
        // §7.2: between host and path.
        let document = web::get(&format!("{host}/.well-known/ssf-configuration{path}"), &[]).await.json();
        assert_eq!(
            document,
            json!({
                "spec_version": "1_0",
                "issuer": base,
                "jwks_uri": format!("{base}/jwks.json"),
                "delivery_methods_supported": ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"],
                "configuration_endpoint": format!("{base}/ssf/stream"),
                "status_endpoint": format!("{base}/ssf/status"),
                "verification_endpoint": format!("{base}/ssf/verify"),
                "authorization_schemes": [{ "spec_urn": "urn:ietf:rfc:6749" }],
                "default_subjects": "ALL",
            })
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verification_event_comes_back_with_its_state_and_not_more_often_than_it_may() {
    let world = World::embedded().await;
    let tax = Receiver::of(&world, "tax-office").await;
    let id = tax.opens(json!({})).await;
    let ask = async |state: &str| {
        tax.call(Method::POST, "/ssf/verify", Some(json!({ "stream_id": id, "state": state }))).await
    };
    assert_eq!(ask("one").await.status, 204);
    let too_soon = ask("two").await;
    assert_eq!((too_soon.status.as_u16(), too_soon.header("retry-after")), (429, "30"));
    let told = tax.fetches(&id).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["sub_id"], json!({ "format": "opaque", "id": id }));
    assert_eq!(super::event(&told[0]), (format!("{}verification", super::SSF), json!({ "state": "one" })));
    world.wait(Duration::from_secs(30));
    assert_eq!(ask("three").await.status, 204);
}
