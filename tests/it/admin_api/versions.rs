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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_to_a_change_names_the_version_that_this_change_made() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    let change = async |purpose: String| {
        let body = json!({ "purpose": { "en": purpose } });
        // Whatever is there: somebody else may be faster, and then it is sent again.
        loop {
            let reply = program.send(Method::PATCH, "/clients/library", &[("if-match", "*")], Some(&body)).await;
            if ![409, 412].contains(&reply.status.as_u16()) {
                assert_eq!(reply.status, 200, "{}", reply.body);
                return (reply.header("etag").to_owned(), purpose);
            }
        }
    };
    let all = futures_util::future::join_all((0..24).map(|number| change(format!("to lend book {number}")))).await;
    let mut tags: Vec<&String> = all.iter().map(|(tag, _)| tag).collect();
    tags.sort_unstable();
    tags.dedup();
    assert_eq!(tags.len(), all.len(), "each made a version of its own: {all:?}");
    // Whoever wrote last holds the one that is there, so that their next change undoes nobody's.
    let now = program.get("/clients/library").await;
    let last = all.iter().find(|(tag, _)| tag == now.header("etag")).unwrap();
    assert_eq!(now.json()["purpose"]["en"], last.1.as_str());
}
