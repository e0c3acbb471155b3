//! A client reads, replaces and deletes what it registered: RFC 7592.

use std::time::Duration;

use http::Method;
use senid::domain::ids::ClientId;
use senid::domain::logout::DeliveryState;
use senid::flows::admin::AdminError;
use senid::flows::admin::streams::{self, Method as By, Wanted};
use serde_json::{Value, json};

use super::{
    as_portal, manage, on_every_open_backend, open_world, portal, portal_with, refusal, registered, send, text,
    update_of,
};
use crate::support::World;
use crate::support::outside::{Outside, status};
use crate::support::world::web::Reply;
use crate::support::world::{AN, eventually};

async fn updated(world: &World, answer: &Value, metadata: &Value) -> Value {
    let reply = manage(world, Method::PUT, answer, Some(&update_of(answer, metadata))).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

fn unauthorized(reply: &Reply) {
    let sentence = "the registration access token is missing, or is not that of this client";
    assert_eq!(refusal(reply), (401, "invalid_token".to_owned(), sentence.to_owned()));
    assert!(reply.header("www-authenticate").starts_with("Bearer realm=\"senid\", error=\"invalid_token\""));
    assert_eq!(reply.header("cache-control"), "no-store");
}

on_every_open_backend! {
    async fn a_client_reads_replaces_and_deletes_its_registration(world: World) {
        let first = registered(&world, &portal_with(json!({ "contacts": ["a@portal.example"] }))).await;
        let read = manage(&world, Method::GET, &first, None).await;
        assert_eq!((read.status.as_u16(), read.header("cache-control")), (200, "no-store"));
        let mut expected = first.clone();
        for secret in ["client_secret", "client_secret_expires_at"] {
            expected.as_object_mut().unwrap().remove(secret);
        }
        assert_eq!(read.json(), expected, "all but the secret, which is not kept");

        let second = updated(&world, &first, &portal_with(json!({ "client_name": "Another name" }))).await;
        assert_eq!(second["client_name"], "Another name");
        assert!(second.get("contacts").is_none(), "what is left out is gone");
        assert!(second.get("client_secret").is_none(), "the secret stays as it was");
        assert_eq!((&second["client_id"], &second["client_id_issued_at"]), (&first["client_id"], &first["client_id_issued_at"]));
        assert_ne!(second["registration_access_token"], first["registration_access_token"]);
        unauthorized(&manage(&world, Method::GET, &first, None).await);
        assert_eq!(manage(&world, Method::GET, &second, None).await.json()["client_name"], "Another name");
        world.signed_in(&as_portal(&world, &first), &AN).await;

        let gone = manage(&world, Method::DELETE, &second, None).await;
        assert_eq!((gone.status.as_u16(), gone.body.as_str(), gone.header("cache-control")), (204, "", "no-store"));
        for method in [Method::GET, Method::DELETE] {
            unauthorized(&manage(&world, method, &second, None).await);
        }
    }

    async fn everything_a_deleted_client_held_is_dead(world: World) {
        let metadata = portal_with(json!({ "grant_types": ["authorization_code", "refresh_token"] }));
        let told = registered(&world, &metadata).await;
        let portal = as_portal(&world, &told);
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        let started = portal.start();
        let code = browser.open(&started.url()).await.code();
        assert_eq!(manage(&world, Method::DELETE, &told, None).await.status, 204);
        eventually("the server hears that the client is gone", async || {
            portal.userinfo(&tokens.access_token()).await.status == 401
        })
        .await;
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(401), "invalid_client");
        assert_eq!(portal.exchange(&started, &code).await.refused(401), "invalid_client");
        let page = browser.open(&portal.start().url()).await;
        assert_eq!(page.status, 400, "{}", page.text());
        // What names it still finds it.
        assert_eq!(browser.open("/account/portals").await.status, 200);
    }

    async fn a_deleted_client_takes_its_stream_of_events_along(world: World) {
        let office = Outside::http(|_| status(503));
        let told = registered(&world, &portal()).await;
        let client: ClientId = text(&told, "client_id").parse().unwrap();
        let admin = world.operator().admin().await;
        let wanted = Wanted { method: Some(By::Push), endpoint: Some(office.url("/events")), ..Wanted::default() };
        streams::create(&admin, world.app(0), &client, wanted).await.unwrap();
        world.signed_in(&as_portal(&world, &told), &AN).await;
        world.operator().locks(&AN).await;
        eventually("it is told of somebody", async || office.requests() >= 1).await;
        let of_client = async || {
            let mut reading = world.app(0).store.read().await.unwrap();
            let stream = reading.signal_streams().of_client(&client).await.unwrap();
            let events = reading.security_events().list(Some(&client), None, None, 5).await.unwrap().items;
            (stream.is_some(), events.len())
        };
        assert!(of_client().await.0 && of_client().await.1 > 0);
        assert_eq!(manage(&world, Method::DELETE, &told, None).await.status, 204);
        assert_eq!(of_client().await, (false, 0), "with everything that waited");
        world.app(0).background.idle().await;
        let before = office.requests();
        world.wait(Duration::from_secs(60));
        world.operator().unlocks(&AN).await;
        world.app(0).background.idle().await;
        assert_eq!((office.requests(), of_client().await), (before, (false, 0)));
    }

    async fn what_a_deleted_client_was_still_to_be_told_is_given_up(world: World) {
        let nobody_there = format!("http://127.0.0.1:{}/logout", crate::support::free_port());
        let told = registered(&world, &portal_with(json!({ "backchannel_logout_uri": nobody_there }))).await;
        let portal = as_portal(&world, &told);
        let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
        browser.open(&portal.logout(&[("id_token_hint", &tokens.id_token())])).await;
        let client: ClientId = text(&told, "client_id").parse().unwrap();
        let delivery = async || {
            let mut reading = world.app(0).store.read().await.unwrap();
            reading.logout_outbox().list(Some(&client), None, None, 2).await.unwrap().items.remove(0)
        };
        eventually("it was tried in vain", async || delivery().await.fault.is_some()).await;
        assert_eq!(manage(&world, Method::DELETE, &told, None).await.status, 204);
        eventually("nothing is left to tell it", async || {
            world.wait(Duration::from_secs(60));
            delivery().await.state == DeliveryState::Undelivered
        })
        .await;
        assert_eq!(delivery().await.fault.as_deref(), Some("no_endpoint"));
    }

    async fn of_a_hundred_updates_at_once_one_is_made(world: World) {
        let first = registered(&world, &portal()).await;
        let mut updates = tokio::task::JoinSet::new();
        let world = std::sync::Arc::new(world);
        for number in 0..100 {
            let (world, first) = (world.clone(), first.clone());
            updates.spawn(async move {
                let body = update_of(&first, &portal_with(json!({ "client_name": format!("Name {number}") })));
                manage(&world, Method::PUT, &first, Some(&body)).await
            });
        }
        let replies = updates.join_all().await;
        let made: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
        assert_eq!(made.len(), 1);
        assert!(replies.iter().all(|reply| reply.status == 200 || reply.status == 401));
        let told = made[0].json();
        assert_eq!(manage(&world, Method::GET, &told, None).await.json()["client_name"], told["client_name"]);
    }
}

#[tokio::test]
async fn an_update_whose_answer_was_lost_is_answered_again() {
    let world = open_world().await;
    // From public to confidential, so that a secret is in the lost answer too.
    let first = registered(&world, &portal_with(json!({ "token_endpoint_auth_method": "none" }))).await;
    let body = update_of(&first, &portal_with(json!({ "client_name": "New" })));
    let lost = manage(&world, Method::PUT, &first, Some(&body)).await;
    world.wait(Duration::from_secs(50));
    let again = manage(&world, Method::PUT, &first, Some(&body)).await;
    assert_eq!((lost.status.as_u16(), &lost.json()), (200, &again.json()));
    assert!(text(&again.json(), "client_secret").starts_with("senid_cs_"));

    let other = update_of(&first, &portal_with(json!({ "client_name": "Other" })));
    unauthorized(&manage(&world, Method::PUT, &first, Some(&other)).await);
    unauthorized(&manage(&world, Method::GET, &first, None).await);
    unauthorized(&manage(&world, Method::DELETE, &first, None).await);
    // The answer has arrived: now the old token is good for nothing at all.
    assert_eq!(manage(&world, Method::GET, &again.json(), None).await.status, 200);
    unauthorized(&manage(&world, Method::PUT, &first, Some(&body)).await);
}

#[tokio::test]
async fn an_update_is_not_answered_again_after_its_time() {
    let world = open_world().await;
    let first = registered(&world, &portal()).await;
    let body = update_of(&first, &portal_with(json!({ "client_name": "New" })));
    let answer = manage(&world, Method::PUT, &first, Some(&body)).await.json();
    world.wait(Duration::from_secs(60));
    unauthorized(&manage(&world, Method::PUT, &first, Some(&body)).await);
    assert_eq!(manage(&world, Method::GET, &answer, None).await.status, 200);
}

#[tokio::test]
async fn an_update_repeats_the_client_id_and_brings_nothing_that_is_the_server_s() {
    let world = open_world().await;
    let first = registered(&world, &portal()).await;
    let with = |member: &str, value: Value| {
        let mut body = update_of(&first, &portal());
        body[member] = value;
        body
    };
    let mut without_id = portal();
    without_id["client_name"] = json!("x");
    let id = "client_id: expected that of the client that is updated";
    let secret = "client_secret: is not the client's: a secret is made by the server, never chosen";
    let of_server =
        |member: &str| format!("{member}: is the server's: an update must not name it (RFC 7592 section 2.2)");
    for (body, expected) in [
        (without_id, id.to_owned()),
        (with("client_id", json!("tax-office")), id.to_owned()),
        (with("client_secret", json!("senid_cs_chosen-by-the-client")), secret.to_owned()),
        (
            with("registration_access_token", first["registration_access_token"].clone()),
            of_server("registration_access_token"),
        ),
        (with("registration_client_uri", json!("https://evil.example/")), of_server("registration_client_uri")),
        (with("client_id_issued_at", json!(1)), of_server("client_id_issued_at")),
        (with("client_secret_expires_at", json!(0)), of_server("client_secret_expires_at")),
    ] {
        let reply = manage(&world, Method::PUT, &first, Some(&body)).await;
        assert_eq!(refusal(&reply), (400, "invalid_client_metadata".to_owned(), expected));
    }
    // What was refused has changed nothing, the token neither.
    let own = with("client_secret", first["client_secret"].clone());
    assert_eq!(manage(&world, Method::PUT, &first, Some(&own)).await.status, 200);
}

#[tokio::test]
async fn a_client_may_become_public_and_confidential_again() {
    let world = open_world().await;
    let first = registered(&world, &portal()).await;
    let public = updated(&world, &first, &portal_with(json!({ "token_endpoint_auth_method": "none" }))).await;
    assert!(public.get("client_secret").is_none());
    let confidential = updated(&world, &public, &portal()).await;
    assert_ne!(confidential["client_secret"], first["client_secret"], "a secret that was given up does not come back");
    let portal = as_portal(&world, &confidential);
    eventually("the server hears of the new secret", async || {
        portal.token(&[("grant_type", "authorization_code"), ("code", "x")]).await.status == 400
    })
    .await;
}

#[tokio::test]
async fn a_disabled_client_does_not_manage_itself() {
    let world = open_world().await;
    let first = registered(&world, &portal()).await;
    world.operator().disables(text(&first, "client_id")).await;
    for (method, body) in
        [(Method::GET, None), (Method::PUT, Some(update_of(&first, &portal()))), (Method::DELETE, None)]
    {
        let reply = manage(&world, method, &first, body.as_ref()).await;
        let expected = (
            403,
            "access_denied".to_owned(),
            "the authority has disabled this client, or has not approved it yet".to_owned(),
        );
        assert_eq!(refusal(&reply), expected);
    }
}

#[tokio::test]
async fn a_deleted_client_is_changed_by_nobody() {
    let world = open_world().await;
    let first = registered(&world, &portal()).await;
    assert_eq!(manage(&world, Method::DELETE, &first, None).await.status, 204);
    let refused = world.operator().updates(text(&first, "client_id"), Default::default()).await.unwrap_err();
    assert!(matches!(&refused, AdminError::NotFound(why) if why.ends_with("was deleted by its owner")), "{refused}");
}

#[tokio::test]
async fn nobody_is_told_which_clients_there_are() {
    let world = open_world().await;
    let (own, other) = (registered(&world, &portal()).await, registered(&world, &portal()).await);
    let token = text(&own, "registration_access_token");
    let others = format!("/register/{}", text(&other, "client_id"));
    for (path, token) in [
        (others.as_str(), Some(token)),
        ("/register/tax-office", Some(token)),
        ("/register/nobody", Some(token)),
        (&others, None),
        (&others, Some("senid_rg_x")),
        (&others, Some(text(&own, "client_secret"))),
    ] {
        unauthorized(&send(&world, Method::GET, path, token, None).await);
        unauthorized(&send(&world, Method::DELETE, path, token, None).await);
    }
}

#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    let world = open_world().await;
    for (method, path, allow) in
        [(Method::GET, "/register", "POST"), (Method::POST, "/register/x", "GET,HEAD,PUT,DELETE")]
    {
        let reply = send(&world, method, path, None, Some("{}".to_owned())).await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, allow), "{path}");
        assert_eq!(reply.json()["error"], "invalid_request");
    }
}
