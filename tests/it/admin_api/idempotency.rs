//! A request that is sent again under its key is done once.

use std::time::Duration;

use http::Method;
use senid::crypto::random::SystemRandom;
use senid::domain::administration::Role;
use senid::domain::audit::{Actor, EventKind, Outcome};
use senid::domain::ids::RequestId;
use senid::domain::time::Clock;
use senid::flows::admin_api::{Attempt, Repeated, begin};
use senid::flows::audit::EventBuilder;
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection};

use super::{is_problem, program, program_of_administrators, world};
use crate::support::World;
use crate::support::world::{BINH, Backend};

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

/// One server on Postgres whose requests have five seconds.
async fn hurried() -> World {
    let world = World::with_passkeys_and(Backend::production().await, |settings| {
        settings.limits.request_timeout = Duration::from_secs(5);
    })
    .await;
    world.grants(&BINH, Role::Administrator).await.unwrap();
    world.operator().changes("customs", program_of_administrators(&world.issuer)).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_failed_or_was_cut_off_is_done_when_it_is_sent_again() {
    let world = hurried().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    let new = |id: &str| {
        json!({ "client_id": id, "name": { "en": "The museum" }, "redirect_uris": ["https://museum.example/callback"],
            "scope": "openid profile" })
    };
    let create = async |key: &str, id: &str| {
        program.send(Method::POST, "/clients", &[("idempotency-key", key)], Some(&new(id))).await
    };
    let mut db = PgConnection::connect(world.backend().postgres_url()).await.unwrap();

    // The key of a 500 is free again.
    db.execute("ALTER TABLE clients ADD CONSTRAINT no_museum CHECK (id <> 'museum')").await.unwrap();
    is_problem(&create("the-key-of-a-500", "museum").await, 500, "failed");
    db.execute("ALTER TABLE clients DROP CONSTRAINT no_museum").await.unwrap();
    let done = create("the-key-of-a-500", "museum").await;
    assert_eq!(done.status, 201, "{}", done.body);
    assert_eq!(create("the-key-of-a-500", "museum").await.body, done.body);

    // Whoever is stopped in the middle says nothing any more: the key is under way for as long as a request could be, and no longer.
    db.execute("BEGIN").await.unwrap();
    db.execute("LOCK TABLE clients IN EXCLUSIVE MODE").await.unwrap();
    is_problem(&create("a-key-cut-off-here", "gallery").await, 503, "away");
    db.execute("ROLLBACK").await.unwrap();
    is_problem(&create("a-key-cut-off-here", "gallery").await, 409, "under-way");
    is_problem(&create("a-key-cut-off-here", "archives").await, 422, "key-reused");
    world.wait(Duration::from_secs(12));
    is_problem(&create("a-key-cut-off-here", "archives").await, 422, "key-reused");
    let done = create("a-key-cut-off-here", "gallery").await;
    assert_eq!(done.status, 201, "{}", done.body);
    assert_eq!(create("a-key-cut-off-here", "gallery").await.body, done.body);
}

/// A server that is killed between its commit and the answer has done it: its event says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_before_a_server_was_killed_is_not_done_again() {
    for world in [world().await, super::of(Backend::production().await).await] {
        let app = world.app(0);
        let actor = Actor::Staff(world.operator().id_of(&BINH).await);
        let attempt = |key: &str| Attempt {
            actor: actor.to_text(),
            operation: "createClient",
            key: key.to_owned(),
            fingerprint: [7; 32],
            request: RequestId::new(&SystemRandom::new()),
        };
        let (done, undone) = (attempt("a-key-that-was-done"), attempt("a-key-that-was-not"));
        for begun in [&done, &undone] {
            assert_eq!(begin(app, begun).await.unwrap(), Repeated::First);
            assert_eq!(begin(app, begun).await.unwrap(), Repeated::Underway);
        }
        let event =
            EventBuilder::new(world.clock.now(), &SystemRandom::new(), EventKind::ClientCreated, Outcome::Success);
        let event = event.by(actor.clone()).in_request(done.request).build();
        // What was refused in the other request was not done.
        let refused = EventBuilder::new(
            world.clock.now(),
            &SystemRandom::new(),
            EventKind::AdministrationRefused,
            Outcome::Success,
        );
        let refused = refused.by(actor.clone()).in_request(undone.request).refused().build();
        app.store.write().await.unwrap().audit().record_all(&[event, refused]).await.unwrap();
        world.wait(2 * app.settings.limits.request_timeout + Duration::from_secs(2));
        let again = |attempt: &Attempt| Attempt { request: RequestId::new(&SystemRandom::new()), ..attempt.clone() };
        assert_eq!(begin(app, &again(&done)).await.unwrap(), Repeated::Unanswered);
        assert_eq!(begin(app, &Attempt { fingerprint: [8; 32], ..again(&done) }).await.unwrap(), Repeated::Another);
        let (one, other) = (again(&undone), again(&undone));
        let (a, b) = tokio::join!(begin(app, &one), begin(app, &other));
        let mut both = [a.unwrap(), b.unwrap()];
        both.sort_by_key(|repeated| *repeated != Repeated::First);
        assert_eq!(both, [Repeated::First, Repeated::Underway]);
    }
}
