//! Applications' streams of security events, through the API: an owner's are their own, and what an event is about is in no answer.

use std::time::Duration;

use http::Method;
use senid::domain::administration::Role;
use senid::domain::audit::EventKind;
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::owners;
use serde_json::{Value, json};

use super::{Program, is_problem, of, program, world};
use crate::support::World;
use crate::support::outside::{Outside, status};
use crate::support::world::{AN, Backend, CHAU, Reply, eventually};

async fn owns(world: &World, client: &str) {
    let operator = world.operator();
    let an = Who::Id(operator.id_of(&AN).await);
    owners::name(&operator.admin().await, &client.parse().unwrap(), &an).await.unwrap();
}

async fn patch(program: &Program, client: &str, tag: &str, body: &Value) -> Reply {
    program.send(Method::PATCH, &format!("/clients/{client}/stream"), &[("if-match", tag)], Some(body)).await
}

async fn verify(program: &Program) -> Reply {
    program.send(Method::POST, "/clients/library/stream/verify", &[], None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_opens_changes_pauses_checks_and_closes_the_stream_of_their_own() {
    let world = world().await;
    let office = Outside::http(|_| status(202));
    let (_staff, program) = program(&world, &[Role::ClientOwner]).await;
    owns(&world, "library").await;
    is_problem(&program.get("/clients/library/stream").await, 404, "not-found");
    let new = json!({
        "delivery_method": "push", "endpoint_url": office.url("/events"), "authorization_header": "Bearer secret-of-theirs",
    });
    let opened = program.post("/clients/library/stream", &new).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    assert!(!opened.body.contains("secret-of-theirs") && opened.json()["has_authorization_header"] == true);
    assert!(opened.header("location").ends_with("/clients/library/stream"));
    is_problem(&program.post("/clients/library/stream", &new).await, 409, "conflict");

    let seen = program.get("/clients/library/stream").await;
    let version = seen.header("etag").to_owned();
    let wanted = seen.json()["events_delivered"][0].clone();
    is_problem(
        &program.send(Method::PATCH, "/clients/library/stream", &[], Some(&json!({}))).await,
        428,
        "unconditional",
    );
    let changed = patch(&program, "library", &version, &json!({ "events_requested": [wanted] })).await;
    assert_eq!(
        (changed.status.as_u16(), &changed.json()["events_delivered"]),
        (200, &json!([wanted])),
        "{}",
        changed.body
    );
    is_problem(&patch(&program, "library", &version, &json!({ "description": "x" })).await, 412, "changed");
    let now = changed.header("etag").to_owned();
    assert_ne!(now, version);
    assert!(
        patch(&program, "library", &now, &json!({ "events_requested": null })).await.json()["events_requested"]
            .is_null()
    );

    assert_eq!(verify(&program).await.status, 204);
    eventually("it arrives", async || office.requests() == 1).await;
    let authorization = office.seen()[0].head.headers["authorization"].to_str().unwrap().to_owned();
    assert_eq!(authorization, "Bearer secret-of-theirs");
    is_problem(&verify(&program).await, 409, "conflict");
    let turn = async |status: &str| {
        program.post("/clients/library/stream/status", &json!({ "status": status, "reason": "works at night" })).await
    };
    let paused = turn("paused").await;
    assert_eq!((paused.status.as_u16(), &paused.json()["status"]), (200, &json!("paused")), "{}", paused.body);
    is_problem(&turn("paused").await, 409, "conflict");
    assert_eq!(turn("disabled").await.status, 200);
    world.wait(Duration::from_secs(31));
    is_problem(&verify(&program).await, 409, "conflict");
    assert_eq!(turn("enabled").await.status, 200);
    let gone = program.post("/clients/library/stream/remove", &json!({ "reason": "moved elsewhere" })).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    is_problem(&program.get("/clients/library/stream").await, 404, "not-found");
    let events = world.operator().events_of_client("library").await;
    let removed = events.iter().find(|event| event.kind == Some(EventKind::StreamRemoved)).unwrap();
    assert!(removed.actor.starts_with("staff:") && removed.details["reason"] == "moved elsewhere", "{removed:?}");
    let created = events.iter().find(|event| event.kind == Some(EventKind::StreamCreated)).unwrap();
    assert!(!format!("{events:?}").contains("secret-of-theirs") && created.details.contains_key("origin"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_owner_s_stream_is_closed_to_them_in_every_way() {
    let world = world().await;
    let (mut staff, program) = program(&world, &[Role::Administrator]).await;
    let body = json!({ "delivery_method": "poll" });
    assert_eq!(program.post("/clients/archive/stream", &body).await.status, 201);
    world.withdraws(&AN, Role::Administrator).await;
    world.grants(&AN, Role::ClientOwner).await.unwrap();
    owns(&world, "library").await;
    assert_eq!(program.get("/streams").await.json()["items"], json!([]), "none of theirs");
    let thief = json!({ "delivery_method": "push", "endpoint_url": "https://thief.example/" });
    let turn = json!({ "status": "disabled", "reason": "out of spite" });
    for (method, path, body) in [
        (Method::GET, "", None),
        (Method::POST, "", Some(&thief)),
        (Method::PATCH, "", Some(&thief)),
        (Method::POST, "/status", Some(&turn)),
        (Method::POST, "/verify", None),
        (Method::POST, "/remove", Some(&json!({ "reason": "out of spite" }))),
        (Method::GET, "/events", None),
    ] {
        for client in ["archive", "nobody-s"] {
            let path = format!("/clients/{client}/stream{path}");
            // What has no version is refused where one is named.
            let versions = usize::from(method == Method::PATCH);
            let refused = program.send(method.clone(), &path, &[("if-match", "*")][..versions], body).await;
            is_problem(&refused, 403, "forbidden");
        }
    }
    // Nor through the pages.
    for page in ["", "/open", "/change", "/pause", "/disable", "/enable", "/remove"] {
        let page = staff.browser.open(&format!("/admin/applications/archive/stream{page}")).await;
        assert_eq!(page.status, 403, "{}", page.url);
    }
    let mut reading = world.app(0).store.read().await.unwrap();
    let stream = reading.signal_streams().of_client(&"archive".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((stream.status.as_str(), stream.delivery.method()), ("enabled", "urn:ietf:rfc:8936"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_pauses_streams_and_says_nowhere_where_they_go() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    for client in ["archive", "library"] {
        assert_eq!(
            program.post(&format!("/clients/{client}/stream"), &json!({ "delivery_method": "poll" })).await.status,
            201
        );
    }
    world.withdraws(&AN, Role::Administrator).await;
    world.grants(&AN, Role::Operator).await.unwrap();
    let first = program.get("/streams?limit=1").await.json();
    let next = format!("/streams?limit=1&cursor={}", first["next"].as_str().unwrap());
    let second = program.get(&next).await.json();
    assert_eq!(
        (&first["items"][0]["client_id"], &second["items"][0]["client_id"]),
        (&json!("archive"), &json!("library"))
    );
    assert!(second.get("next").is_none(), "{second}");
    let pause = json!({ "status": "paused", "reason": "their request" });
    assert_eq!(program.post("/clients/library/stream/status", &pause).await.status, 200);
    let thief = json!({ "delivery_method": "push", "endpoint_url": "https://thief.example/" });
    is_problem(&patch(&program, "library", "*", &thief).await, 403, "forbidden");
    is_problem(&program.post("/clients/library/stream/remove", &json!({ "reason": "a whim" })).await, 403, "forbidden");
    assert_eq!(program.get("/streams?limit=1").await.json()["items"][0]["waiting"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_stream_can_be_is_refused_by_its_member() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    let own = format!("{}/events", world.issuer);
    let push = |endpoint: &str| json!({ "delivery_method": "push", "endpoint_url": endpoint });
    let with = |mut body: Value, member: &str, value: Value| {
        body[member] = value;
        body
    };
    let good = push("https://portal.example/events");
    for (body, pointer) in [
        (json!({ "delivery_method": "push" }), "/endpoint_url"),
        (push("http://portal.example/"), "/endpoint_url"),
        (push("https://a:b@portal.example/"), "/endpoint_url"),
        (push("https://10.0.0.1/"), "/endpoint_url"),
        (push("https://169.254.169.254/"), "/endpoint_url"),
        (push(&own), "/endpoint_url"),
        (json!({ "delivery_method": "poll", "endpoint_url": "https://x.example/" }), "/endpoint_url"),
        (with(good.clone(), "authorization_header", json!("Bearer x\r\nHost: y")), "/authorization_header"),
        (with(good.clone(), "authorization_header", json!("é")), "/authorization_header"),
        (with(good.clone(), "events_requested", json!(["urn:x"])), "/events_requested"),
        (with(good.clone(), "events_requested", json!([])), "/events_requested"),
        (with(good.clone(), "description", json!("a\nb")), "/description"),
        (with(good.clone(), "status", json!("enabled")), "/status"),
        (with(good, "client_id", json!("library")), "/client_id"),
    ] {
        let refused = program.post("/clients/archive/stream", &body).await;
        is_problem(&refused, 422, "invalid");
        assert_eq!(refused.json()["errors"][0]["pointer"], json!(pointer), "{body}: {}", refused.body);
    }
    is_problem(&program.get("/clients/archive/stream").await, 404, "not-found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_of_events_says_never_whom_they_are_about() {
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = of(backend).await;
        let (_staff, program) = program(&world, &[Role::Administrator]).await;
        assert_eq!(program.post("/clients/library/stream", &json!({ "delivery_method": "poll" })).await.status, 201);
        let portal = world.portal("library");
        let (_, tokens) = world.signed_in(&portal, &CHAU).await;
        let known = portal.id_token(&tokens).await;
        world.operator().locks(&CHAU).await;
        let told = program.get("/clients/library/stream/events?state=pending").await;
        let items = told.json()["items"].as_array().unwrap().clone();
        assert!(items.iter().any(|event| event["kind"] == "account-disabled"), "{}", told.body);
        let id = world.operator().id_of(&CHAU).await.to_string();
        for secret in [id.as_str(), CHAU.identifier, known["sub"].as_str().unwrap(), known["sid"].as_str().unwrap()] {
            assert!(!told.body.contains(secret), "{secret}: {}", told.body);
        }
        let shown = program.get("/clients/library/stream").await.json();
        assert_eq!(shown["waiting"], items.len());
        assert!(shown["oldest_waiting_at"].is_string());
    }
}
