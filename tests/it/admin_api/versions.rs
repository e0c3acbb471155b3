//! Nobody's change is lost: versions and conditions (RFC 9110 §13).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::Method;
use senid::domain::administration::Role;
use serde_json::json;

use super::{is_problem, program, world};
use crate::support::world::Backend;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_names_the_version_that_it_changes() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    let change = async |condition: Option<&str>, purpose: &str| {
        let headers: Vec<_> = condition.map(|tag| ("if-match", tag)).into_iter().collect();
        let body = json!({ "purpose": { "en": purpose } });
        program.send(Method::PATCH, "/clients/library", &headers, Some(&body)).await
    };
    is_problem(&change(None, "to lend books").await, 428, "unconditional");
    let seen = program.get("/clients/library").await;
    let version = seen.header("etag").to_owned();
    assert!(version.starts_with('"') && version.ends_with('"'), "{version}");
    let changed = change(Some(&version), "to lend books").await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.json()["application"]["purpose"]["en"], "to lend books");
    assert_ne!(changed.header("etag"), version);
    // Whoever looked at the same version comes second, and overwrites nothing.
    is_problem(&change(Some(&version), "to lend films").await, 412, "changed");
    assert_eq!(program.get("/clients/library").await.json()["purpose"]["en"], "to lend books");
    // One of several will do; a weak one never does.
    let now = changed.header("etag").to_owned();
    is_problem(&change(Some(&format!("W/{now}")), "x").await, 400, "malformed");
    assert_eq!(change(Some(&format!("{version}, {now}")), "to lend music").await.status, 200);
    assert_eq!(change(Some("*"), "to lend maps").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_changes_of_one_version_at_once_one_is_done() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    let version = program.get("/clients/library").await.header("etag").to_owned();
    let change = async |purpose: &str| {
        let body = json!({ "purpose": { "en": purpose } });
        program.send(Method::PATCH, "/clients/library", &[("if-match", &version)], Some(&body)).await.status.as_u16()
    };
    let (a, b, c, d) = tokio::join!(change("a"), change("b"), change("c"), change("d"));
    let mut statuses = [a, b, c, d];
    statuses.sort_unstable();
    assert!(statuses[0] == 200 && statuses[1..].iter().all(|status| [409, 412].contains(status)), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_to_a_change_names_the_version_that_this_change_made() {
    let world = super::of(Backend::production().await).await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    // Somebody else writes without a pause: between a change and its answer, too.
    let (store, stop) = (world.app(0).store.clone(), Arc::new(AtomicBool::new(false)));
    let others = tokio::spawn({
        let (stop, id) = (stop.clone(), "library".parse().unwrap());
        async move {
            let mut versions = BTreeSet::new();
            while !stop.load(Ordering::Relaxed) {
                let mut tx = store.begin().await.unwrap();
                let stored = tx.clients().find(&id).await.unwrap().unwrap();
                if let Ok(version) = tx.clients().replace(&stored.client, stored.version).await {
                    tx.commit().await.unwrap();
                    versions.insert(format!("\"{version}\""));
                }
            }
            versions
        }
    });
    let mut own = BTreeSet::new();
    for number in 0..40 {
        let body = json!({ "purpose": { "en": format!("to lend book {number}") } });
        // Whatever is there: who was faster is no matter, and then it is sent again.
        let reply = loop {
            let reply = program.send(Method::PATCH, "/clients/library", &[("if-match", "*")], Some(&body)).await;
            if ![409, 412].contains(&reply.status.as_u16()) {
                break reply;
            }
        };
        assert_eq!(reply.status, 200, "{}", reply.body);
        own.insert(reply.header("etag").to_owned());
    }
    stop.store(true, Ordering::Relaxed);
    let others = others.await.unwrap();
    assert_eq!(own.len(), 40, "each made a version of its own: {own:?}");
    let foreign: Vec<_> = own.intersection(&others).collect();
    assert!(foreign.is_empty() && !others.is_empty(), "what somebody else wrote: {foreign:?} of {}", others.len());
}
