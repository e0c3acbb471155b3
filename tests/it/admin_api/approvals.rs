//! Through the API, too, nobody approves what they asked for: what waits is answered with 202, and decided by somebody else, once.

use http::Method;
use senid::domain::administration::Role;
use senid::domain::administration::approval::Matter;
use senid::domain::audit::Actor;
use senid::flows::admin::rotate_keys::{self, When};
use senid::flows::admin::update_client::{ClientChange, update};
use senid::flows::admin::{AdminError, Administrator};
use serde_json::json;

use super::{BASE, Program, every_area, is_problem, program_of_administrators};
use crate::oauth::registration::{open, portal, registered, text};
use crate::support::World;
use crate::support::world::staff::Staff;
use crate::support::world::{AN, BINH, Backend, CHAU, Reply};

/// Two administrators and their programs, where everything takes a second person.
async fn world() -> (World, (Staff, Program), (Staff, Program)) {
    of(Backend::embedded().await).await
}

async fn of(backend: Backend) -> (World, (Staff, Program), (Staff, Program)) {
    let world = World::with_passkeys_and(backend, |settings| {
        open(settings);
        settings.administration.approvals = Matter::ALL.to_vec();
    })
    .await;
    world.operator().changes("customs", program_of_administrators(&world.issuer)).await;
    let (mut an, mut binh) =
        (world.staff(&AN, &[Role::Administrator]).await, world.staff(&BINH, &[Role::Administrator]).await);
    let of_an = Program::of(&world, &mut an, &AN, &every_area()).await;
    let of_binh = Program::of(&world, &mut binh, &BINH, &every_area()).await;
    (world, (an, of_an), (binh, of_binh))
}

/// Where it waits, below the API.
#[track_caller]
fn waits(world: &World, reply: &Reply) -> String {
    assert_eq!(reply.status, 202, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/json");
    let asked = reply.json();
    assert_eq!((asked["state"].as_str(), asked["decided_by"].is_null()), (Some("waiting"), true), "{asked}");
    let below = format!("{}{BASE}", world.issuer);
    let location = reply.header("location").strip_prefix(&below).unwrap().to_owned();
    assert_eq!(location, format!("/approvals/{}", asked["approval_id"].as_str().unwrap()));
    location
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_approves_their_own_request_and_another_one_does_it_once() {
    let (world, (_an, of_an), (_binh, of_binh)) = world().await;
    let chau = world.operator().id_of(&CHAU).await.to_string();
    let new = json!({ "citizen_id": chau, "role": "registrar" });
    let at = waits(&world, &of_an.post("/roles", &new).await);
    let send = async |by: &Program, act: &str| by.send(Method::POST, &format!("{at}/{act}"), &[], None).await;
    is_problem(&send(&of_an, "approve").await, 409, "own-request");
    // Whoever did not ask withdraws nothing.
    is_problem(&send(&of_binh, "withdraw").await, 409, "conflict");
    let granted = || async {
        let listed = of_binh.get("/roles").await.json();
        listed["items"].as_array().unwrap().iter().filter(|one| one["citizen_id"] == chau.as_str()).count()
    };
    assert_eq!(granted().await, 0);
    let listed = of_binh.get("/approvals").await.json();
    assert_eq!(listed["items"][0]["changes"], json!([{ "field": "roles", "old": [], "new": ["registrar"] }]));
    let done = send(&of_binh, "approve").await;
    assert_eq!((done.status.as_u16(), done.json()["state"].as_str()), (200, Some("approved")), "{}", done.body);
    assert_eq!(granted().await, 1);
    is_problem(&send(&of_binh, "approve").await, 409, "decided");
    is_problem(&send(&of_an, "withdraw").await, 409, "decided");
    let reason = json!({ "reason": "too late for that" });
    is_problem(&of_binh.post(&format!("{at}/deny"), &reason).await, 409, "decided");
    assert_eq!(of_an.get(&at).await.json()["state"], "approved");
    assert_eq!(of_an.get("/approvals").await.json()["items"], json!([]));
    assert_eq!(of_an.get("/approvals?state=all").await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_again_under_its_key_waits_once() {
    let (world, (_an, of_an), (_binh, of_binh)) = world().await;
    let key = [("idempotency-key", "rotate-keys-in-november")];
    let body = json!({ "when": "now" });
    let send = async || waits(&world, &of_an.send(Method::POST, "/keys/rotate", &key, Some(&body)).await);
    assert_eq!(send().await, send().await);
    assert_eq!(of_binh.get("/approvals").await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_void_is_said_to_be_and_the_shell_may_be_the_same_person() {
    let (world, (_an, of_an), (_binh, of_binh)) = world().await;
    let change = |uri: &str| json!({ "redirect_uris": [uri] });
    let patch = async |uri: &str| {
        let reply = of_an.send(Method::PATCH, "/clients/library", &[("if-match", "*")], Some(&change(uri))).await;
        waits(&world, &reply)
    };
    let (one, other) = (patch("https://one.example/callback").await, patch("https://other.example/callback").await);
    let approve = async |at: &str| of_binh.send(Method::POST, &format!("{at}/approve"), &[], None).await;
    assert_eq!(approve(&one).await.status, 200);
    is_problem(&approve(&other).await, 409, "void");
    is_problem(&approve(&other).await, 409, "decided");
    assert_eq!(of_binh.get(&other).await.json()["state"], "void");
    let uris = of_binh.get("/clients/library").await.json()["redirect_uris"].clone();
    assert_eq!(uris, json!(["https://one.example/callback"]));
    // Who has a shell may have an account as well: nothing says whose.
    let lan = Administrator { actor: Actor::Operator("lan".to_owned()), ..world.operator().admin().await };
    let Err(AdminError::Waits(asked)) = rotate_keys::rotate(&lan, When::Now, None).await else { panic!("done alone") };
    is_problem(&approve(&format!("/approvals/{}", asked.id)).await, 409, "own-request");
    // What takes nobody else is done at once.
    let home = ClientChange { organisation_verified: Some(true), ..ClientChange::default() };
    assert!(update(&lan, &"library".parse().unwrap(), &home).await.is_ok());
}

/// Two who come at the same moment: whatever comes first, one of them asks and nobody has approved anything.
async fn what_a_client_asks_for_itself_is_taken_up_by_one(backend: Backend) {
    let (world, (_an, of_an), (_binh, of_binh)) = of(backend).await;
    let told = registered(&world, &portal()).await;
    let client = text(&told, "client_id").to_owned();
    assert_eq!(of_an.get("/approvals").await.json()["items"], json!([]), "not among what people ask");
    let listed = of_an.get("/approvals?state=by_themselves").await.json();
    let at = format!("/approvals/{}", listed["items"][0]["approval_id"].as_str().unwrap());
    let send = async |by: &Program, act: &str| by.send(Method::POST, &format!("{at}/{act}"), &[], None).await;
    let status = async || of_an.get(&format!("/clients/{client}")).await.json()["status"].clone();
    // Two who approve it at once have both asked for nothing.
    let (one, other) = tokio::join!(send(&of_an, "approve"), send(&of_binh, "approve"));
    is_problem(&one, 409, "conflict");
    is_problem(&other, 409, "conflict");
    assert_eq!(status().await, "disabled");
    let (a, b, c, d) = tokio::join!(
        send(&of_an, "take-up"),
        send(&of_binh, "take-up"),
        send(&of_an, "take-up"),
        send(&of_binh, "take-up")
    );
    let mut statuses = [&a, &b, &c, &d].map(|reply| reply.status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);
    assert_eq!(status().await, "disabled", "it is asked for, and no more");
    let (own, another) = if a.status == 200 || c.status == 200 { (&of_an, &of_binh) } else { (&of_binh, &of_an) };
    is_problem(&send(own, "approve").await, 409, "own-request");
    assert_eq!(send(another, "approve").await.status, 200);
    assert_eq!(status().await, "active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_asks_for_itself_is_taken_up_by_one_embedded() {
    what_a_client_asks_for_itself_is_taken_up_by_one(Backend::embedded().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_asks_for_itself_is_taken_up_by_one_in_production() {
    what_a_client_asks_for_itself_is_taken_up_by_one(Backend::production().await).await;
}
