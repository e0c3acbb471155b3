//! The document says what is there.

use senid::domain::administration::Role;
use senid::http::admin_api::document;
use senid::http::admin_api::operation::Verb;
use senid::http::admin_api::table::OPERATIONS;
use serde_json::{Value, json};

use super::{BASE, program, world};
use crate::support::world::{AN, BINH};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_in_the_document_and_no_other() {
    let world = world().await;
    let served = world.get(&format!("{BASE}/openapi.json")).await;
    assert_eq!((served.status.as_u16(), served.header("content-type")), (200, "application/json"));
    let document = served.json();
    assert_eq!(document, document::of(&world.issuer));
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut described = 0;
    for item in document["paths"].as_object().unwrap().values() {
        described += item.as_object().unwrap().values().filter(|one| one.get("operationId").is_some()).count();
    }
    assert_eq!(described, OPERATIONS.len());
    for operation in OPERATIONS {
        let verb = operation.verb.method().as_str().to_lowercase();
        let one = &document["paths"][operation.path][verb];
        assert_eq!(one["operationId"], operation.id);
        assert_eq!(one["security"][0]["dpop"], json!([format!("senid.admin.{}", operation.permission.area())]));
        assert_eq!(one.get("requestBody").is_some(), operation.body.is_some());
        for status in ["400", "401", "403", "429", "503"] {
            assert!(one["responses"].get(status).is_some(), "{}: {status}", operation.id);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reference_leads_somewhere() {
    let document = document::of("https://id.example");
    fn references<'d>(value: &'d Value, found: &mut Vec<&'d str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > OPERATIONS.len());
    for reference in found {
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_says_where_its_tokens_come_from() {
    let world = world().await;
    let about = world.get("/.well-known/oauth-protected-resource/admin/api/v1").await.json();
    assert_eq!(about["resource"], format!("{}{BASE}", world.issuer));
    assert_eq!(about["authorization_servers"], json!([world.issuer]));
    assert!(about["scopes_supported"].as_array().unwrap().contains(&json!("senid.admin.citizen")));
    let challenged = world.get(&format!("{BASE}/clients")).await;
    let metadata = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource{BASE}\"", world.issuer);
    assert!(challenged.header("www-authenticate").contains(&metadata), "{:?}", challenged.headers);
    // A page of another origin reads nothing here.
    assert_eq!(challenged.header("access-control-allow-origin"), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_citizen_is_masked_until_they_are_asked_for_with_a_reason() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Support]).await;
    let id = world.operator().id_of(&BINH).await;
    let found = program.post("/citizens/search", &json!({ "name": BINH.identifier })).await;
    assert_eq!((found.status.as_u16(), found.json()["id"].as_str().unwrap()), (200, id.to_string().as_str()));
    let whole = program.get("/citizens?limit=200").await;
    for reply in [&found, &program.get(&format!("/citizens/{id}")).await, &whole] {
        for text in [BINH.identifier, BINH.name, AN.identifier] {
            assert!(!reply.body.contains(text), "{}", reply.body);
        }
    }
    let revealed =
        program.post(&format!("/citizens/{id}/reveal"), &json!({ "reason": "they called about a letter" })).await;
    assert_eq!(revealed.json()["claims"]["national_id"], BINH.identifier, "{}", revealed.body);
    let events = world.operator().events_of(&BINH).await;
    let told =
        events.iter().find(|event| event.details.get("reason").is_some_and(|why| why == "they called about a letter"));
    assert!(told.expect("it was recorded").actor.starts_with("staff:"));
    assert!(OPERATIONS.iter().filter(|one| one.verb == Verb::Get).all(|one| one.body.is_none()));
}
