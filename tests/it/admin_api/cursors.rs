//! Cursors lead on in the list that they were made for, and nowhere else.

use senid::domain::administration::Role;
use serde_json::Value;

use super::{Program, every_area, is_problem, program, world};
use crate::support::world::{AN, CHAU};

fn next(page: &Value) -> String {
    page["next"].as_str().expect("a page follows").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_follows_page_and_nothing_is_missing_or_twice() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    let whole = program.get("/clients?limit=200").await.json();
    let (mut seen, mut at) = (Vec::new(), String::new());
    loop {
        let page = program.get(&format!("/clients?limit=2{at}")).await.json();
        seen.extend(page["items"].as_array().unwrap().clone());
        match page.get("next") {
            Some(next) => at = format!("&cursor={}", next.as_str().unwrap()),
            None => break,
        }
    }
    assert_eq!(Value::Array(seen), whole["items"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_of_another_list_of_other_filters_or_of_somebody_else_is_refused() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator, Role::Registrar]).await;
    let clients = next(&program.get("/clients?limit=1").await.json());
    let active = next(&program.get("/citizens?limit=1&status=active").await.json());
    assert_eq!(program.get(&format!("/citizens?limit=1&status=active&cursor={active}")).await.status, 200);
    let altered = format!("{}{}", &active[..active.len() - 2], if active.ends_with("AA") { "BB" } else { "AA" });
    for path in [
        format!("/citizens?cursor={clients}"),
        format!("/citizens?cursor={active}"),
        format!("/citizens?status=locked&cursor={active}"),
        format!("/citizens?status=active&cursor={altered}"),
        format!("/citizens?cursor={}", AN.identifier),
        "/citizens?cursor=".to_owned(),
        format!("/citizens?cursor={}", "A".repeat(600)),
        format!("/citizens?cursor={active}&cursor={active}"),
        "/citizens?limit=0".to_owned(),
        "/citizens?limit=201".to_owned(),
        "/citizens?limit=-1".to_owned(),
        "/citizens?limit=1e2".to_owned(),
        "/citizens?page_size=0".to_owned(),
        "/citizens?status=alive".to_owned(),
    ] {
        is_problem(&program.get(&path).await, 400, "malformed");
    }
    // Somebody else, with the same roles.
    let mut chau = world.staff(&CHAU, &[Role::Registrar]).await;
    let other = Program::of(&world, &mut chau, &CHAU, &every_area()).await;
    is_problem(&other.get(&format!("/citizens?status=active&cursor={active}")).await, 400, "malformed");
}
