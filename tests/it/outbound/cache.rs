//! Documents that are kept: how long, and what happens while their host is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use senid::domain::time::ManualClock;
use senid::outbound::{Cache, FetchError, Fetcher, Kept, Limits, Purpose, Reach, SystemResolver};
use url::Url;

use crate::support::outside::{Outside, ok, status};
use crate::support::world::NOW;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

struct House {
    clock: Arc<ManualClock>,
    fetcher: Fetcher,
    cache: Cache<String>,
    portal: Outside,
    url: Url,
}

impl House {
    /// A portal that counts its answers out, with this `Cache-Control`.
    fn new(cache_control: &'static str) -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let reach = Reach { loopback: true, ..Reach::default() };
        let fetcher = Fetcher::new(reach, Limits::default(), Arc::new(SystemResolver), clock.clone()).unwrap();
        let portal = Outside::http(counting(cache_control));
        let url = portal.url("/document").parse().unwrap();
        Self { clock, fetcher, cache: Cache::new(Purpose::JwksUri, text), portal, url }
    }

    async fn get(&self) -> Result<String, FetchError> {
        self.kept().await.map(|kept| kept.value.clone())
    }

    async fn kept(&self) -> Result<Arc<Kept<String>>, FetchError> {
        self.cache.get(&self.fetcher, &self.url).await
    }

    async fn renew(&self, seen: &Arc<Kept<String>>) -> Option<Arc<Kept<String>>> {
        self.cache.renew(&self.fetcher, &self.url, seen).await
    }
}

fn counting(cache_control: &'static str) -> impl Fn(&crate::support::outside::Seen) -> Response {
    let count = AtomicUsize::new(0);
    move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        let answer = Response::builder().header("content-type", "application/json");
        let answer = if cache_control.is_empty() { answer } else { answer.header("cache-control", cache_control) };
        answer.body(Body::from(number.to_string())).unwrap()
    }
}

fn text(bytes: &[u8]) -> Result<String, &'static str> {
    match std::str::from_utf8(bytes) {
        Ok("nonsense") => Err("is nonsense"),
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err("is no text"),
    }
}

#[tokio::test]
async fn a_document_is_kept_as_long_as_its_host_says_within_a_floor_and_a_ceiling() {
    for (cache_control, kept_for) in [
        ("max-age=600", 10 * MINUTE),
        ("max-age=1", MINUTE),
        ("no-store", MINUTE),
        ("max-age=31536000", HOUR),
        ("", 5 * MINUTE),
    ] {
        let house = House::new(cache_control);
        assert_eq!(house.get().await.unwrap(), "1");
        house.clock.advance(kept_for - SECOND);
        assert_eq!(house.get().await.unwrap(), "1", "{cache_control}");
        house.clock.advance(SECOND);
        assert_eq!(house.get().await.unwrap(), "2", "{cache_control}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_at_once_are_one_fetch() {
    let house = Arc::new(House::new("max-age=600"));
    let all: Vec<_> = (0..100)
        .map(|_| {
            let house = house.clone();
            tokio::spawn(async move { house.get().await.unwrap() })
        })
        .collect();
    for one in all {
        assert_eq!(one.await.unwrap(), "1");
    }
    assert_eq!(house.portal.requests(), 1);
}

#[tokio::test]
async fn while_its_host_is_away_a_document_serves_for_six_hours_and_the_host_is_asked_now_and_then() {
    let house = House::new("max-age=600");
    assert_eq!(house.get().await.unwrap(), "1");
    house.portal.answers(|_| status(503));
    house.clock.advance(10 * MINUTE);
    for _ in 0..10 {
        assert_eq!(house.get().await.unwrap(), "1");
    }
    assert_eq!(house.portal.requests(), 2, "one attempt");
    house.clock.advance(30 * SECOND);
    assert_eq!(house.get().await.unwrap(), "1");
    assert_eq!(house.portal.requests(), 3, "and another half a minute later");
    house.clock.advance(6 * HOUR - 10 * MINUTE - 31 * SECOND);
    assert_eq!(house.get().await.unwrap(), "1");
    house.clock.advance(SECOND);
    assert_eq!(house.get().await, Err(FetchError::Status(503)));
    // Back again, it is asked when its pause is over.
    house.portal.answers(|_| ok("application/json", "back"));
    assert_eq!(house.get().await, Err(FetchError::Status(503)));
    house.clock.advance(30 * SECOND);
    assert_eq!(house.get().await.unwrap(), "back");
}

#[tokio::test]
async fn a_failure_is_remembered_for_half_a_minute() {
    let house = House::new("");
    house.portal.answers(|_| ok("application/json", "nonsense"));
    for _ in 0..5 {
        assert_eq!(house.get().await, Err(FetchError::Unusable("is nonsense")));
    }
    assert_eq!(house.portal.requests(), 1);
    house.portal.answers(|_| ok("application/json", "sense"));
    house.clock.advance(30 * SECOND);
    assert_eq!(house.get().await.unwrap(), "sense");
}

#[tokio::test]
async fn what_is_demanded_before_its_time_is_fetched_at_once_and_then_every_half_minute() {
    let house = House::new("max-age=600");
    let first = house.kept().await.unwrap();
    let second = house.renew(&first).await.expect("the first demand is met at once");
    assert_eq!(second.value, "2");
    assert!(house.renew(&second).await.is_none(), "not again so soon");
    assert_eq!(house.renew(&first).await.unwrap().value, "2", "what came meanwhile is handed out");
    assert_eq!(house.portal.requests(), 2);
    house.clock.advance(29 * SECOND);
    assert!(house.renew(&second).await.is_none());
    house.clock.advance(SECOND);
    assert_eq!(house.renew(&second).await.unwrap().value, "3");
    // A host that is away does not take away what there is.
    house.portal.answers(|_| status(503));
    house.clock.advance(MINUTE);
    let third = house.kept().await.unwrap();
    assert!(house.renew(&third).await.is_none());
    assert_eq!(house.get().await.unwrap(), "3");
}
