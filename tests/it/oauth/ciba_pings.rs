//! Clients that want to be told that there is an answer: CIBA Core §10.2.

use std::time::Duration;

use senid::domain::client::BackChannelDelivery;

use crate::support::World;
use crate::support::outside::{Outside, Seen, ok, status};
use crate::support::world::{AN, Backend, Portal, eventually, on_every_backend};

/// As RFC 6750 §2.1 allows.
const TOKEN: &str = "8d67dc78-7faa-4d41-aabd-67707b374255.+/~_=";

/// A portal that wants to be told at `office`.
async fn pinged(world: &World, office: &Outside) -> Portal {
    let notification_endpoint = office.url("/ciba/notifications");
    world.may_ask("tax-office", BackChannelDelivery::Ping { notification_endpoint }).await;
    world.portal("tax-office")
}

async fn asked(portal: &Portal) -> String {
    let parameters = [("login_hint", AN.identifier), ("client_notification_token", TOKEN), ("requested_expiry", "60")];
    let reply = portal.asks(&parameters).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["auth_req_id"].as_str().unwrap().to_owned()
}

async fn told(office: &Outside, times: usize) -> Seen {
    eventually("the portal is told", async || office.requests() == times).await;
    office.seen().remove(times - 1)
}

fn says(seen: &Seen, id: &str) {
    let header = |name: &str| seen.head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!((seen.head.method.as_str(), seen.head.uri.path()), ("POST", "/ciba/notifications"));
    assert_eq!(header("authorization"), format!("Bearer {TOKEN}"));
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(seen.body, format!(r#"{{"auth_req_id":"{id}"}}"#), "that and nothing else");
}

on_every_backend! {
    async fn a_client_is_told_when_the_citizen_has_decided(world: World) {
        let office = Outside::http(|_| status(204));
        let portal = pinged(&world, &office).await;
        let mut browser = world.browser();
        for (times, (button, comes_for)) in [("allow", 200), ("deny", 400)].into_iter().enumerate() {
            let id = asked(&portal).await;
            assert_eq!(office.requests(), times, "nobody has decided");
            AN.answers_request(&mut browser, button).await;
            says(&told(&office, times + 1).await, &id);
            assert_eq!(portal.comes_for(&id).await.status, comes_for);
        }
    }

    async fn a_client_is_told_that_nobody_answered(world: World) {
        let office = Outside::http(|_| ok("text/plain", "a body that nobody reads"));
        let portal = pinged(&world, &office).await;
        let id = asked(&portal).await;
        world.wait(Duration::from_secs(60));
        says(&told(&office, 1).await, &id);
        assert_eq!(portal.comes_for(&id).await.refused(400), "expired_token");
    }

    async fn what_a_client_refuses_or_sends_elsewhere_is_not_said_again(world: World) {
        for answer in [400, 401, 403, 404, 429, 301, 307] {
            let office = Outside::http(move |_| {
                let mut reply = status(answer);
                reply.headers_mut().insert("location", "/ciba/elsewhere".parse().unwrap());
                reply
            });
            let portal = pinged(&world, &office).await;
            let id = asked(&portal).await;
            world.wait(Duration::from_secs(60));
            says(&told(&office, 1).await, &id);
            eventually("it is settled", async || waiting(&world).await == 0).await;
            world.wait(Duration::from_secs(600));
            world.app(0).background.idle().await;
            assert_eq!(office.requests(), 1, "{answer}");
        }
    }

    async fn a_client_in_trouble_is_told_again_and_not_for_ever(world: World) {
        let office = Outside::http(|_| status(503));
        let portal = pinged(&world, &office).await;
        let id = asked(&portal).await;
        AN.answers_request(&mut world.browser(), "allow").await;
        for times in 1..=5 {
            told(&office, times).await;
            world.app(0).background.idle().await;
            world.wait(Duration::from_secs(40));
        }
        eventually("it is given up", async || waiting(&world).await == 0).await;
        assert_eq!(office.requests(), 5);
        let _ = id;
    }

    async fn another_client_s_requests_do_not_wait_for_one_that_is_slow(world: World) {
        let office = Outside::http(|_| status(500));
        let portal = pinged(&world, &office).await;
        asked(&portal).await;
        let other = Outside::http(|_| status(204));
        let notification_endpoint = other.url("/ciba/notifications");
        world.may_ask("library", BackChannelDelivery::Ping { notification_endpoint }).await;
        world.wait(Duration::from_secs(1));
        let id = asked(&world.portal("library")).await;
        AN.answers_request(&mut world.browser(), "deny").await;
        says(&told(&other, 1).await, &id);
    }
}

/// How many pings are still to be sent.
async fn waiting(world: &World) -> usize {
    let far = senid::domain::time::Clock::now(&*world.clock) + Duration::from_secs(86_400);
    world.app(0).store.read().await.unwrap().backchannel_pings().due_clients(far).await.unwrap().len()
}

#[tokio::test]
async fn what_a_server_did_not_say_its_successor_says() {
    let office = Outside::http(|_| status(503));
    let world = World::start(Backend::production().await, |_| {}).await;
    let portal = pinged(&world, &office).await;
    let id = asked(&portal).await;
    AN.answers_request(&mut world.browser(), "allow").await;
    told(&office, 1).await;
    world.app(0).background.idle().await;
    let issuer = world.issuer.clone();
    let clock = world.clock.clone();
    let backend = world.stop().await;
    office.answers(|_| status(204));
    let world = World::at_issuer(backend, &issuer).await;
    world.wait(senid::domain::time::Clock::now(&*clock).since(senid::domain::time::Clock::now(&*world.clock)));
    world.wait(Duration::from_secs(5));
    says(&told(&office, 2).await, &id);
}

#[tokio::test]
async fn the_token_that_a_client_is_told_with_is_a_bearer_token_of_128_bits() {
    let world = World::embedded().await;
    let portal = pinged(&world, &Outside::http(|_| status(204))).await;
    let (long, longest) = ("a".repeat(1025), "a".repeat(1024));
    for (token, named) in [
        (None, "is missing"),
        (Some("short"), "128 bits"),
        (Some(long.as_str()), "1024"),
        (Some("a token that has 22 characters"), "bearer token"),
        (Some("0123456789012345678901\r\nx: y"), "bearer token"),
        (Some("0123456789=0123456789012"), "bearer token"),
    ] {
        let token = token.map(|token| ("client_notification_token", token));
        let parameters: Vec<_> = [("login_hint", AN.identifier)].into_iter().chain(token).collect();
        let reply = portal.asks(&parameters).await;
        let sentence = reply.json()["error_description"].as_str().unwrap().to_owned();
        assert!(reply.status == 400 && sentence.contains(named), "{token:?}: {}", reply.body);
    }
    let parameters = [("login_hint", AN.identifier), ("client_notification_token", &longest)];
    assert_eq!(portal.asks(&parameters).await.status, 200);
}
