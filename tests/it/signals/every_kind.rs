//! Every kind of event, from the act that causes it to the receiver that it is pushed to; and a receiver that keeps everybody waiting.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use http::{Method, StatusCode};
use senid::domain::account_life::Transition;
use senid::domain::logout::DeliveryState;
use senid::domain::proposal::Registrant;
use senid::domain::signals::{EventType, StreamStatus};
use senid::flows::admin::streams;
use senid::flows::erasure;
use serde_json::{Value, json};

use super::{Receiver, kinds, office, push_to};
use crate::support::World;
use crate::support::authenticator::{Authenticator, Behaviour};
use crate::support::outside::Outside;
use crate::support::world::passkey::{has_enrolled, uses};
use crate::support::world::registrar::seen;
use crate::support::world::{AN, BINH, Backend, CHAU, eventually};

/// What came so far, each proven by the keys that the issuer publishes.
async fn arrived(tax: &Receiver, office: &Outside) -> Vec<Value> {
    let mut claims = Vec::new();
    for seen in office.seen() {
        claims.push(tax.proven(&seen.body).await);
    }
    claims
}

async fn arrives(tax: &Receiver, office: &Outside, kind: EventType) {
    let uri = kind.uri(&tax.issuer);
    eventually(&uri, async || kinds(&arrived(tax, office).await).contains(&uri)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_is_pushed_from_the_act_that_causes_it() {
    let world = World::with_passkeys(Backend::embedded().await).await;
    let office = office();
    let (tax, stream) = Receiver::pushed_to(&world, "tax-office", &office).await;
    let operator = world.operator();
    operator.changes("tax-office", |client| client.scopes = client.scopes.union(&"national_id".parse().unwrap())).await;
    let asked = tax.call(Method::POST, "/ssf/verify", Some(json!({ "stream_id": stream }))).await;
    assert_eq!(asked.status, 204, "{}", asked.body);
    arrives(&tax, &office, EventType::Verification).await;

    let mut key = Authenticator::behaving(&world.issuer, Behaviour::opened_key());
    let (mut browser, _) = world.signed_in(&tax.portal, &AN).await;
    has_enrolled(&world, &AN, &mut key).await;
    arrives(&tax, &office, EventType::CredentialChange).await;
    // A copy that was made when the counter was lower.
    for counter in [7, 1] {
        key.credentials[0].counter = counter;
        let mut other = world.browser();
        let page = other.open(&tax.portal.start().url()).await;
        uses(&mut other, &page, &mut key).await;
    }
    arrives(&tax, &office, EventType::CredentialCompromise).await;

    let page = AN.enters_account(&mut browser, "/account/security/recovery-codes").await;
    let page = browser.press(&page, "show", &[]).await;
    arrives(&tax, &office, EventType::RecoveryInformationChanged).await;
    let code = page.words("#codes code").split_whitespace().next().unwrap_or_default().to_owned();
    let mut other = world.browser();
    let page = other.open("/recover").await;
    let filled = [("username", AN.identifier), ("code", &*code), ("password", "a sentence that nobody else thinks of")];
    other.press(&page, "recover", &filled).await;
    arrives(&tax, &office, EventType::RecoveryActivated).await;

    world.signed_in(&tax.portal, &BINH).await;
    operator.gives_a_new_number(&BINH, "001090000014").await.unwrap();
    arrives(&tax, &office, EventType::NationalIdChanged).await;

    world.signed_in(&tax.portal, &CHAU).await;
    let proposal = world.registrar("lan").sees(&CHAU, seen(Registrant::ThisPerson)).await.unwrap();
    world.registrar("minh").confirms(proposal).await.unwrap();
    arrives(&tax, &office, EventType::AssuranceLevelChange).await;

    operator.locks(&CHAU).await;
    arrives(&tax, &office, EventType::AccountDisabled).await;
    arrives(&tax, &office, EventType::SessionRevoked).await;
    world.wait(Duration::from_secs(1));
    operator.unlocks(&CHAU).await;
    arrives(&tax, &office, EventType::AccountEnabled).await;

    let client = "tax-office".parse().unwrap();
    for status in [StreamStatus::Paused, StreamStatus::Enabled] {
        streams::set_status(&operator.admin().await, &client, status, "works").await.unwrap();
        world.wait(Duration::from_secs(1));
    }
    arrives(&tax, &office, EventType::StreamUpdated).await;

    operator.takes(&CHAU, Transition::Close, "letter 12/2026").await.unwrap();
    let told: BTreeSet<String> = kinds(&arrived(&tax, &office).await).into_iter().collect();
    world.app(0).background.idle().await;
    let before = office.requests();
    world.wait(Duration::from_secs(11 * 366 * 86_400));
    operator.rotates_what_is_due().await;
    assert!(erasure::erase_due(world.app(0)).await.unwrap() >= 1);
    let purged = EventType::AccountPurged.uri(&world.issuer);
    let mut last = BTreeSet::new();
    eventually("who is erased is purged", async || {
        last.clear();
        for seen in office.seen().split_off(before) {
            last.extend(kinds(&[tax.proven(&seen.body).await]));
        }
        last.contains(&purged)
    })
    .await;
    let expected: BTreeSet<String> = EventType::SUPPORTED
        .into_iter()
        .chain([EventType::Verification, EventType::StreamUpdated])
        .map(|kind| kind.uri(&world.issuer))
        .collect();
    assert_eq!(told.into_iter().chain(last).collect::<BTreeSet<_>>(), expected);
}

/// A receiver that takes the request and says nothing, until it is told to.
async fn dawdler() -> (String, Arc<AtomicBool>, Arc<AtomicUsize>) {
    let (answers, requests) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (own, count) = (answers.clone(), requests.clone());
    let respond = move || {
        let (answers, count) = (own.clone(), count.clone());
        async move {
            count.fetch_add(1, Ordering::SeqCst);
            if !answers.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            StatusCode::ACCEPTED
        }
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(respond)).await });
    (url, answers, requests)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_answers_too_late_keeps_nobody_waiting_and_is_tried_again() {
    let world = World::embedded().await;
    let (url, answers, requests) = dawdler().await;
    let office = office();
    let library = Receiver::of(&world, "library").await;
    let delivery = json!({ "method": "urn:ietf:rfc:8935", "endpoint_url": url });
    let slow = library.opens(json!({ "delivery": delivery })).await;
    let (tax, stream) = Receiver::pushed_to(&world, "tax-office", &office).await;
    let verify = async |receiver: &Receiver, stream: &str| {
        let reply = receiver.call(Method::POST, "/ssf/verify", Some(json!({ "stream_id": stream }))).await;
        assert_eq!(reply.status, 204, "{}", reply.body);
    };
    let of_library = async || {
        let client = "library".parse().unwrap();
        let mut store = world.app(0).store.read().await.unwrap();
        let event = store.security_events().list(Some(&client), None, None, 2).await.unwrap().items.remove(0);
        (event.state, event.attempts, event.fault)
    };
    verify(&library, &slow).await;
    eventually("the slow one is knocked at", async || requests.load(Ordering::SeqCst) == 1).await;
    verify(&tax, &stream).await;
    tax.told(&office, 1).await;
    assert_eq!(of_library().await, (DeliveryState::Pending, 1, None), "the attempt is under way all the while");
    let late = (DeliveryState::Pending, 1, Some("timed_out".to_owned()));
    eventually("it was too late", async || of_library().await == late).await;
    answers.store(true, Ordering::SeqCst);
    world.wait(Duration::from_secs(10));
    eventually("it is told again", async || of_library().await.0 == DeliveryState::Delivered).await;
    assert_eq!((of_library().await.1, requests.load(Ordering::SeqCst)), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_pushed_to_no_address_that_is_not_the_portal_s() {
    let world = World::embedded_with(|settings| settings.outbound.allow_loopback = false).await;
    let tax = Receiver::of(&world, "tax-office").await;
    let own = format!("{}/events", world.issuer);
    for (endpoint, told) in [
        (own.as_str(), "must not be this issuer's own"),
        ("https://127.0.0.1/events", "has a host without a public address"),
        ("https://0x7f.1/events", "has a host without a public address"),
        ("https://[::ffff:10.0.0.1]/events", "has a host without a public address"),
        ("https://localhost/events", "has a host without a public address"),
        ("https://10.1.2.3/events", "has a host without a public address"),
        ("https://169.254.169.254/latest", "has a host without a public address"),
        ("http://127.0.0.1:9/events", "must begin with https://"),
    ] {
        let delivery = json!({ "method": "urn:ietf:rfc:8935", "endpoint_url": endpoint });
        let refused = tax.call(Method::POST, "/ssf/stream", Some(json!({ "delivery": delivery }))).await;
        let told = format!("delivery.endpoint_url {told}");
        assert_eq!(
            (refused.status.as_u16(), refused.json()["error_description"].as_str()),
            (400, Some(&*told)),
            "{endpoint}"
        );
    }
    // Nor by a change of one that is there.
    let id = tax.opens(json!({})).await;
    let delivery = json!({ "method": "urn:ietf:rfc:8935", "endpoint_url": "https://192.168.0.1/" });
    let moved = tax.call(Method::PATCH, "/ssf/stream", Some(json!({ "stream_id": id, "delivery": delivery }))).await;
    assert_eq!(moved.status, 400, "{}", moved.body);
    let office = office();
    let refused = tax.call(Method::POST, "/ssf/stream", Some(json!({ "delivery": push_to(&office) }))).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
}
