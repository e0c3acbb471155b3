//! Events that are pushed: RFC 8935.

use std::time::Duration;

use http::Method;
use senid::domain::account_life::Transition;
use senid::domain::logout::DeliveryState;
use senid::domain::signals::StreamStatus;
use senid::flows::admin::{AdminError, streams};
use serde_json::{Value, json};

use super::{RISC, Receiver, SSF, a_while, event, header, office, push_to};
use crate::support::World;
use crate::support::outside::{Outside, ok, status};
use crate::support::world::{AN, BINH, eventually, on_every_backend};

async fn states(world: &World) -> Vec<(DeliveryState, u32, Option<String>)> {
    let mut store = world.app(0).store.read().await.unwrap();
    let found = store.security_events().list(None, None, None, 50).await.unwrap().items;
    found.into_iter().map(|event| (event.state, event.attempts, event.fault)).collect()
}

async fn verify(receiver: &Receiver, stream: &str) {
    let reply = receiver.call(Method::POST, "/ssf/verify", Some(json!({ "stream_id": stream }))).await;
    assert_eq!(reply.status, 204, "{}", reply.body);
}

fn refusing(code: &'static str) -> Outside {
    Outside::http(move |_| {
        let mut reply = ok("application/json", json!({ "err": code, "description": "no" }).to_string());
        *reply.status_mut() = http::StatusCode::BAD_REQUEST;
        reply
    })
}

on_every_backend! {
    async fn an_event_is_posted_as_the_standard_has_it_and_once(world: World) {
        let office = office();
        let (tax, stream) = Receiver::pushed_to(&world, "tax-office", &office).await;
        verify(&tax, &stream).await;
        tax.told(&office, 1).await;
        let seen = office.seen().remove(0);
        assert_eq!((seen.head.method.as_str(), seen.head.uri.path()), ("POST", "/events"));
        assert_eq!(header(&seen, "content-type"), "application/secevent+jwt");
        assert_eq!(header(&seen, "accept"), "application/json");
        assert_eq!(header(&seen, "authorization"), "Bearer of-the-portal");
        eventually("it is settled", async || states(&world).await == [(DeliveryState::Delivered, 1, None)]).await;
        world.wait(Duration::from_secs(600));
        world.app(0).background.idle().await;
        assert_eq!(office.requests(), 1);
    }

    async fn a_receiver_in_trouble_is_told_again_with_the_same_jti(world: World) {
        let office = Outside::http(|_| status(503));
        let (tax, stream) = Receiver::pushed_to(&world, "tax-office", &office).await;
        verify(&tax, &stream).await;
        eventually("it was tried", async || office.requests() == 1).await;
        eventually("it waits", async || matches!(&*states(&world).await, [(DeliveryState::Pending, 1, Some(_))])).await;
        office.answers(|_| status(202));
        world.wait(Duration::from_secs(10));
        let told = tax.told(&office, 2).await;
        assert_eq!((&told[0]["jti"], &told[0]["iat"]), (&told[1]["jti"], &told[1]["iat"]));
        eventually("it is settled", async || states(&world).await[0].0 == DeliveryState::Delivered).await;
    }

    async fn of_one_person_nothing_overtakes_what_came_before(world: World) {
        let office = Outside::http(|_| status(500));
        let (tax, _) = Receiver::pushed_to(&world, "tax-office", &office).await;
        let (_, tokens) = world.signed_in(&tax.portal, &AN).await;
        let an = tax.portal.id_token(&tokens).await["sub"].as_str().unwrap().to_owned();
        world.signed_in(&tax.portal, &BINH).await;
        let operator = world.operator();
        operator.locks(&AN).await;
        eventually("the first is tried", async || office.requests() >= 1).await;
        world.wait(Duration::from_millis(5));
        operator.unlocks(&AN).await;
        world.app(0).background.idle().await;
        // Another person's do not wait for it.
        operator.takes(&BINH, Transition::Lock, "a letter").await.unwrap();
        eventually("the other's is tried", async || {
            let mut people = std::collections::BTreeSet::new();
            for seen in office.seen() {
                let claims = tax.proven(&seen.body).await;
                people.insert(subject(&claims));
            }
            people.len() == 2
        })
        .await;
        world.app(0).background.idle().await;
        let failed = office.requests();
        let wanted = (an.clone(), format!("{RISC}account-enabled"));
        let told = async || {
            let mut told = Vec::new();
            for seen in office.seen() {
                let claims = tax.proven(&seen.body).await;
                told.push((subject(&claims), event(&claims).0));
            }
            told
        };
        assert!(!told().await.contains(&wanted), "what came before has not arrived");
        office.answers(|_| status(202));
        eventually("the last one arrives", async || {
            world.wait(Duration::from_secs(60));
            a_while(Duration::from_millis(100)).await;
            told().await.contains(&wanted)
        })
        .await;
        let arrived = told().await.split_off(failed);
        let place = |kind: &str| arrived.iter().position(|(whom, arrived)| *whom == an && arrived.ends_with(kind));
        assert!(place("account-disabled").unwrap() < place("account-enabled").unwrap(), "{arrived:?}");
    }

    async fn a_paused_stream_holds_what_happens_and_a_disabled_one_does_not(world: World) {
        let office = office();
        let (tax, stream) = Receiver::pushed_to(&world, "tax-office", &office).await;
        world.signed_in(&tax.portal, &AN).await;
        let set = async |status: &str| {
            let body = json!({ "stream_id": stream, "status": status, "reason": "works" });
            let reply = tax.call(Method::POST, "/ssf/status", Some(body)).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["status"]), (200, &json!(status)));
        };
        set("paused").await;
        world.operator().locks(&AN).await;
        world.app(0).background.idle().await;
        a_while(Duration::from_millis(1500)).await;
        assert_eq!(office.requests(), 0, "held");
        set("enabled").await;
        eventually("it arrives", async || office.requests() >= 2).await;
        let before = office.requests();
        set("disabled").await;
        world.wait(Duration::from_secs(1));
        world.operator().unlocks(&AN).await;
        set("enabled").await;
        a_while(Duration::from_millis(1500)).await;
        world.app(0).background.idle().await;
        assert_eq!(office.requests(), before, "what happened meanwhile is not told");
    }

    async fn what_an_operator_does_to_a_stream_is_told_in_it(world: World) {
        let office = office();
        let (tax, stream) = Receiver::pushed_to(&world, "tax-office", &office).await;
        let client = "tax-office".parse().unwrap();
        for (at, status) in [StreamStatus::Paused, StreamStatus::Disabled, StreamStatus::Enabled].into_iter().enumerate() {
            streams::set_status(&world.operator().admin().await, &client, status, "works").await.unwrap();
            let told = tax.told(&office, at + 1).await;
            let updated = (format!("{SSF}stream-updated"), json!({ "status": status.as_str(), "reason": "works" }));
            assert_eq!((event(&told[at]), &told[at]["sub_id"]["id"]), (updated, &json!(stream)));
            world.wait(Duration::from_secs(1));
        }
        let again = streams::set_status(&world.operator().admin().await, &client, StreamStatus::Enabled, "x").await;
        assert!(matches!(again, Err(AdminError::Conflict(_))));
    }
}

fn subject(claims: &Value) -> String {
    let sub_id = &claims["sub_id"];
    let person = if sub_id["format"] == "complex" { &sub_id["user"] } else { sub_id };
    person["sub"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_receiver_can_make_nothing_of_is_not_said_again_and_the_rest_is() {
    for (code, settled) in [
        ("invalid_request", true),
        ("invalid_audience", true),
        ("<script>", true),
        ("authentication_failed", false),
        ("invalid_key", false),
    ] {
        let world = World::embedded().await;
        let office = refusing(code);
        let (tax, stream) = Receiver::pushed_to(&world, "tax-office", &office).await;
        verify(&tax, &stream).await;
        eventually("it was tried", async || office.requests() == 1).await;
        let expected = if settled { DeliveryState::Refused } else { DeliveryState::Pending };
        let fault = if code.starts_with('<') { "unknown_error" } else { code };
        eventually("it is written down", async || states(&world).await == [(expected, 1, Some(fault.to_owned()))])
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_is_not_followed_and_a_page_that_says_200_has_taken_nothing_in() {
    for answer in [200, 204, 301, 302, 307, 401, 404, 429, 500] {
        let world = World::embedded().await;
        let elsewhere = office();
        let to = elsewhere.url("/stolen");
        let office = Outside::http(move |_| {
            let mut reply = status(answer);
            reply.headers_mut().insert("location", to.parse().unwrap());
            reply
        });
        let (tax, stream) = Receiver::pushed_to(&world, "tax-office", &office).await;
        verify(&tax, &stream).await;
        eventually("it was tried", async || office.requests() == 1).await;
        let fault = if (300..400).contains(&answer) { "redirect".to_owned() } else { format!("status_{answer}") };
        eventually("it waits for the next time", async || {
            states(&world).await == [(DeliveryState::Pending, 1, Some(fault.clone()))]
        })
        .await;
        assert_eq!(elsewhere.requests(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_never_go_to_another_address() {
    let world = World::embedded().await;
    let office = office();
    let (tax, stream) = Receiver::pushed_to(&world, "tax-office", &office).await;
    let other = super::office();
    let delivery = json!({ "method": "urn:ietf:rfc:8935", "endpoint_url": other.url("/events") });
    let moved =
        tax.call(Method::PATCH, "/ssf/stream", Some(json!({ "stream_id": stream, "delivery": delivery }))).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    verify(&tax, &stream).await;
    tax.told(&other, 1).await;
    assert_eq!(header(&other.seen()[0], "authorization"), "");
    // The same address, named again without them, keeps them.
    let back = json!({ "stream_id": stream, "delivery": push_to(&office) });
    tax.call(Method::PATCH, "/ssf/stream", Some(back)).await;
    let same = json!({ "method": "urn:ietf:rfc:8935", "endpoint_url": office.url("/events") });
    tax.call(Method::PATCH, "/ssf/stream", Some(json!({ "stream_id": stream, "delivery": same }))).await;
    world.wait(Duration::from_secs(30));
    verify(&tax, &stream).await;
    tax.told(&office, 1).await;
    assert_eq!(header(&office.seen()[0], "authorization"), "Bearer of-the-portal");
}
