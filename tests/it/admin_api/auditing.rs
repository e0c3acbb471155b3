//! The audit log through the API: looked through, proven and taken along, and each of that recorded.

use senid::domain::administration::Role;
use senid::domain::audit::EventKind;

use super::{is_problem, of, program};
use crate::support::world::{BINH, Backend};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_finds_proves_and_takes_along_what_was_done() {
    for world in [of(Backend::embedded().await).await, of(Backend::production().await).await] {
        let operator = world.operator();
        operator.locks(&BINH).await;
        let id = operator.id_of(&BINH).await;
        let (_staff, program) = program(&world, &[Role::Auditor]).await;
        let found = program.get(&format!("/audit/events?kind=citizen.locked&citizen_id={id}&outcome=success")).await;
        assert_eq!(found.status, 200, "{}", found.body);
        let found = found.json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
        assert_eq!(found["items"][0]["citizen_id"], id.to_string());
        let event = found["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(
            program.get("/audit/events?outcome=refused&kind=citizen.locked").await.json()["items"]
                .as_array()
                .unwrap()
                .len(),
            0
        );
        for wrong in [
            "kind=everything",
            "since=yesterday",
            "citizen_id=x",
            "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
        ] {
            assert!(
                [400, 422].contains(&program.get(&format!("/audit/events?{wrong}")).await.status.as_u16()),
                "{wrong}"
            );
        }
        // A cursor is good for its own filters alone.
        let first = program.get("/audit/events?limit=1").await.json();
        let next = first["next"].as_str().unwrap();
        let second = program.get(&format!("/audit/events?limit=1&cursor={next}")).await.json();
        assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
        is_problem(&program.get(&format!("/audit/events?kind=sign_in&cursor={next}")).await, 400, "malformed");

        let shown = program.get(&format!("/audit/events/{event}")).await;
        assert_eq!(
            (shown.status.as_u16(), &shown.json()["event"]["id"]),
            (200, &event.as_str().into()),
            "{}",
            shown.body
        );
        is_problem(&program.get("/audit/events/0190a3c2-0000-7000-8000-000000000000").await, 404, "not-found");

        let exported = program.get("/audit/export?limit=200").await;
        assert_eq!(exported.status, 200, "{}", exported.body);
        let log = operator.events_of(&BINH).await;
        assert!(log.iter().any(|one| one.kind == Some(EventKind::AuditRead)), "that it was read is recorded");
        // Nobody whose role does not say so takes anything along.
        world.withdraws(&crate::support::world::AN, Role::Auditor).await;
        world.grants(&crate::support::world::AN, Role::Administrator).await.unwrap();
        is_problem(&program.get("/audit/export").await, 403, "forbidden");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_deployment_is_seen_and_its_secrets_are_not() {
    let world = of(Backend::embedded().await).await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    let settings = program.get("/settings").await;
    assert_eq!(settings.status, 200, "{}", settings.body);
    let health = program.get("/health").await.json();
    assert_eq!((&health["identity_store"], &health["short_lived_store"]), (&true.into(), &true.into()), "{health}");
    for path in ["/statistics?figure=sign_in&spans=24&hours=1", "/registration-tokens", "/resource-servers"] {
        let reply = program.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    }
    is_problem(&program.get("/corrections").await, 403, "forbidden");
}
