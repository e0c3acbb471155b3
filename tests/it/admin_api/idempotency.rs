//! A request that is sent again under its key is done once.

use http::Method;
use senid::domain::administration::Role;
use serde_json::json;

use super::{is_problem, program, world};

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_is_registered_once_under_a_key_and_its_secret_told_again() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    let new = |id: &str| {
        json!({
            "client_id": id, "name": { "en": "The museum" }, "redirect_uris": ["https://museum.example/callback"],
            "scope": "openid profile",
        })
    };
    let create = async |key: &str, id: &str| {
        program.send(Method::POST, "/clients", &[("idempotency-key", key)], Some(&new(id))).await
    };
    let first = create(KEY, "museum").await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert!(first.json()["client_secret"].is_string() && first.header("location").ends_with("/clients/museum"));
    let again = create(&format!("\"{KEY}\""), "museum").await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("location"), first.header("location"));
    // Under another key it stands in the way of itself, and under this one nothing else is meant.
    is_problem(&create("another-key-of-16", "museum").await, 409, "conflict");
    is_problem(&create(KEY, "gallery").await, 422, "key-reused");
    is_problem(&create("short", "gallery").await, 400, "malformed");
    // What was refused may be sent again under its key, put right.
    is_problem(&create("a-key-of-its-own-1", "a b").await, 422, "invalid");
    assert_eq!(create("a-key-of-its-own-1", "gallery").await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_under_one_key_one_is_done() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    let new = json!({
        "client_id": "museum", "name": { "en": "The museum" }, "redirect_uris": ["https://museum.example/callback"],
        "scope": "openid profile",
    });
    let create = async || {
        let reply = program.send(Method::POST, "/clients", &[("idempotency-key", KEY)], Some(&new)).await;
        (reply.status.as_u16(), reply.body)
    };
    let (a, b, c, d) = tokio::join!(create(), create(), create(), create());
    let replies = [a, b, c, d];
    let done: Vec<_> = replies.iter().filter(|(status, _)| *status == 201).collect();
    assert!(!done.is_empty() && done.iter().all(|reply| *reply == done[0]), "{replies:?}");
    for (status, body) in replies.iter().filter(|(status, _)| *status != 201) {
        assert!(*status == 409 && body.contains("#under-way"), "{status} {body}");
    }
}
