//! Nobody sets what an operation does not name: every body, with every member of every other document, and with what attackers try.

use std::collections::BTreeSet;
use std::time::Duration;

use http::Method;
use senid::domain::administration::Role;
use senid::http::admin_api::document;
use senid::http::admin_api::table::OPERATIONS;
use serde_json::{Map, Value, json};

use super::{is_problem, is_write, path, program, world};
use crate::support::world::CHAU;

/// What people have become administrators with elsewhere.
const TRIED: &[&str] = &[
    "id",
    "stage",
    "owner",
    "owners",
    "role",
    "roles",
    "trusted",
    "status",
    "organisation_verified",
    "national_id_approved",
    "approved",
    "is_admin",
    "account_level",
    "release",
    "consent",
    "sector_identifier",
    "subject_type",
    "client_secret",
    "created_at",
    "version",
    "__proto__",
    "constructor",
];

/// The schemas of bodies in the document, by operation.
fn schema_of<'d>(document: &'d Value, operation: &str) -> &'d Map<String, Value> {
    let paths = document["paths"].as_object().unwrap();
    let described = paths.values().flat_map(|item| item.as_object().unwrap().values());
    let described = described.into_iter().find(|one| one["operationId"] == operation).unwrap();
    let reference = described["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str().unwrap();
    document["components"]["schemas"][reference.rsplit('/').next().unwrap()].as_object().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_a_body_does_not_have_is_refused_by_its_name() {
    let world = world().await;
    let citizen = world.operator().id_of(&CHAU).await.to_string();
    let (_staff, program) = program(&world, &[Role::Administrator, Role::Registrar, Role::Operator]).await;
    let document = document::of(&world.issuer);
    let everywhere: BTreeSet<&str> = document["components"]["schemas"]
        .as_object()
        .unwrap()
        .values()
        .filter_map(|schema| schema["properties"].as_object())
        .flat_map(|members| members.keys().map(String::as_str))
        .chain(TRIED.iter().copied())
        .collect();
    assert!(everywhere.len() > 40);
    let mut tried = 0;
    for operation in OPERATIONS.iter().filter(|operation| operation.body.is_some()) {
        let schema = schema_of(&document, operation.id);
        assert_eq!(schema["additionalProperties"], false, "{}", operation.id);
        let members = schema["properties"].as_object().unwrap();
        assert!(is_write(operation));
        for foreign in everywhere.iter().filter(|name| !members.contains_key(**name)) {
            let body = json!({ *foreign: "true" });
            let at = path(operation, "library", &citizen);
            let refused = program
                .send(
                    operation.verb.method(),
                    &at,
                    &[("if-match", "*")]
                        [..usize::from(operation.verb == senid::http::admin_api::operation::Verb::Patch)],
                    Some(&body),
                )
                .await;
            is_problem(&refused, 422, "invalid");
            let told = refused.json();
            assert!(told["detail"].as_str().unwrap().contains(&format!("unknown field `{foreign}`")), "{told}");
            tried += 1;
            // One person may ask no more than 3000 times a minute.
            if tried % 2500 == 0 {
                world.wait(Duration::from_secs(60));
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_is_read_exactly() {
    let world = world().await;
    let citizen = world.operator().id_of(&CHAU).await;
    let (_staff, program) = program(&world, &[Role::Registrar, Role::Administrator]).await;
    let at = format!("/citizens/{citizen}/status");
    let sound = r#"{"transition":"lock","reason":"a letter of the court"}"#;
    let send = async |headers: &[(&str, &str)], body: &str| {
        program.send_text(Method::POST, &at, headers, Some(body.to_owned())).await
    };
    // Twice the same member, which two readers read in two ways.
    is_problem(
        &send(&[], r#"{"transition":"unlock","transition":"lock","reason":"a letter"}"#).await,
        400,
        "malformed",
    );
    for body in ["", "[]", "null", "{", "{}{}", "\u{feff}{}"] {
        is_problem(&send(&[], body).await, 400, "malformed");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/problem+json", "multipart/form-data"] {
        is_problem(&send(&[("content-type", kind)], sound).await, 415, "wrong-type");
    }
    let large = format!(r#"{{"transition":"lock","reason":"{}"}}"#, "x".repeat(2_000_000));
    is_problem(&send(&[], &large).await, 413, "too-large");
    // Where the fault is, is said.
    for (body, pointer) in [
        (r#"{"transition":"lock","reason":7}"#, "/reason"),
        (r#"{"transition":"erase","reason":"a letter"}"#, "/transition"),
        (r#"{"transition":"lock","reason":"x"}"#, "/reason"),
    ] {
        let refused = send(&[], body).await;
        is_problem(&refused, 422, "invalid");
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{}", refused.body);
    }
    let refused = program.post("/clients", &json!({ "client_id": "museum", "name": {}, "scope": "openid", "redirect_uris": ["https://a.example/", 5] })).await;
    is_problem(&refused, 422, "invalid");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/redirect_uris/1", "{}", refused.body);
    is_problem(&program.get("/citizens/not-an-id").await, 404, "not-found");
    is_problem(&program.get("/nothing/here").await, 404, "not-found");
    let wrong = program.send_text(Method::DELETE, "/citizens", &[], None).await;
    is_problem(&wrong, 405, "wrong-method");
    assert!(wrong.header("allow").contains("GET"));
    assert_eq!(send(&[], sound).await.status, 200);
}
