//! Nobody's change is lost: versions and conditions (RFC 9110 §13).

use http::Method;
use senid::domain::administration::Role;
use serde_json::json;

use super::{is_problem, program, world};

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
