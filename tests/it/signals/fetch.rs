//! Events that are fetched: RFC 8936.

use std::time::Duration;

use http::Method;
use senid::domain::audit::EventKind;
use serde_json::json;

use super::{RISC, Receiver, a_while, kinds, push_to};
use crate::support::World;
use crate::support::world::{AN, on_every_backend};

on_every_backend! {
    async fn what_is_acknowledged_is_gone_and_what_is_not_comes_again(world: World) {
        let (tax, library) = (Receiver::of(&world, "tax-office").await, Receiver::of(&world, "library").await);
        let (stream, other) = (tax.opens(json!({})).await, library.opens(json!({})).await);
        world.signed_in(&tax.portal, &AN).await;
        world.operator().locks(&AN).await;
        let told = tax.fetches(&stream).await;
        assert_eq!(told.len(), 2, "{told:?}");
        let jti = |at: usize| told[at]["jti"].as_str().unwrap().to_owned();
        // They are held for a while, and are nobody else's to acknowledge.
        assert!(tax.fetches(&stream).await.is_empty());
        library.poll(&other, json!({ "ack": [jti(0), jti(1)], "returnImmediately": true })).await;
        world.wait(Duration::from_secs(31));
        let again = tax.fetches(&stream).await;
        assert_eq!(again.iter().map(|claims| &claims["jti"]).collect::<Vec<_>>(), [&told[0]["jti"], &told[1]["jti"]]);
        let faults = json!({ jti(1): { "err": "invalid_audience", "description": "?" } });
        tax.poll(&stream, json!({ "ack": [jti(0), "x"], "setErrs": faults, "returnImmediately": true })).await;
        world.wait(Duration::from_secs(31));
        assert!(tax.fetches(&stream).await.is_empty(), "one is had, the other is not wanted");
        let refused = world.operator().events_of_client("tax-office").await;
        assert!(refused.iter().any(|event| event.kind == Some(EventKind::SecurityEventUndelivered)));
        // A replay of what was settled changes nothing.
        tax.poll(&stream, json!({ "setErrs": { jti(0): { "err": "invalid_key" } }, "returnImmediately": true })).await;
    }

    async fn no_more_is_given_than_is_asked_for(world: World) {
        let tax = Receiver::of(&world, "tax-office").await;
        let stream = tax.opens(json!({})).await;
        world.signed_in(&tax.portal, &AN).await;
        world.operator().locks(&AN).await;
        let none = tax.poll(&stream, json!({ "maxEvents": 0, "returnImmediately": true })).await;
        assert_eq!((&none["sets"], &none["moreAvailable"]), (&json!({}), &json!(true)));
        let one = tax.poll(&stream, json!({ "maxEvents": 1, "returnImmediately": true })).await;
        assert_eq!((one["sets"].as_object().unwrap().len(), &one["moreAvailable"]), (1, &json!(true)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_waits_for_something_and_not_for_ever() {
    let world = World::embedded().await;
    let tax = Receiver::of(&world, "tax-office").await;
    let stream = tax.opens(json!({})).await;
    world.signed_in(&tax.portal, &AN).await;
    let waits = tokio::time::timeout(Duration::from_secs(2), tax.poll(&stream, json!({}))).await;
    assert!(waits.is_err(), "nothing has happened");
    let nothing = tokio::time::timeout(Duration::from_secs(20), tax.poll(&stream, json!({}))).await.unwrap();
    assert_eq!(nothing, json!({ "sets": {}, "moreAvailable": false }));
    let operator = world.operator();
    let (answer, ()) = tokio::join!(tax.poll(&stream, json!({})), async {
        a_while(Duration::from_millis(500)).await;
        operator.locks(&AN).await;
    });
    assert!(!answer["sets"].as_object().unwrap().is_empty(), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_pushed_is_not_fetched_from_and_one_that_nobody_fetches_is_given_up() {
    let world = World::embedded().await;
    let tax = Receiver::of(&world, "tax-office").await;
    let office = super::office();
    let stream = tax.opens(json!({})).await;
    world.signed_in(&tax.portal, &AN).await;
    world.operator().locks(&AN).await;
    assert!(kinds(&tax.fetches(&stream).await).contains(&format!("{RISC}account-disabled")));
    world.wait(Duration::from_secs(8 * 86_400));
    senid::flows::clean_up::clean_up(world.app(0)).await.unwrap();
    let tax = Receiver::of(&world, "tax-office").await;
    assert!(tax.fetches(&stream).await.is_empty());
    let push = json!({ "stream_id": stream, "delivery": push_to(&office) });
    assert_eq!(tax.call(Method::PATCH, "/ssf/stream", Some(push)).await.status, 200);
    let reply = tax.call(Method::POST, &format!("/ssf/poll/{stream}"), Some(json!({}))).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (400, &json!("invalid_request")));
}
