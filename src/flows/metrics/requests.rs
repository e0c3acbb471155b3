//! Rate, errors and duration of requests, by the pattern of their route, their status, and whose program or person sent them.

use std::cell::Cell;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

use super::{Metrics, Recorder};
use crate::domain::client::Kind;

#[derive(Debug)]
pub(super) struct Requests {
    requests: Family<RequestLabels, Histogram, fn() -> Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    /// A pattern of the router, so that nobody can make up labels.
    route: String,
    status: u16,
    client: &'static str,
}

/// Who a request is of, as finely as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// No client was found for it: a page's files, discovery, a stranger.
    Nobody,
    Client(Kind),
    /// A client that asks about tokens for a resource server which it may ask for.
    ResourceServer,
    /// A citizen at their own account.
    Account,
    /// An administrator, or their program.
    Administration,
}

impl Caller {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nobody => "none",
            Self::Client(kind) => kind.as_str(),
            Self::ResourceServer => "resource-server",
            Self::Account => "account",
            Self::Administration => "administration",
        }
    }

    /// Whose pages and doors some routes are, whichever clients are looked at there.
    fn of_route(route: &str) -> Option<Self> {
        let is_below =
            |folder: &str| route.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        match route {
            _ if is_below("/admin") => Some(Self::Administration),
            _ if is_below("/account") => Some(Self::Account),
            _ => None,
        }
    }
}

tokio::task_local! {
    /// Of the request that this task answers.
    static CALLER: Cell<Caller>;
}

/// Says who sent the request that is being answered. The first client that is found counts; a resource server is said later and counts
/// all the same.
pub fn note_caller(caller: Caller) {
    // What is done without a request is of nobody.
    let _ = CALLER.try_with(|noted| {
        if noted.get() == Caller::Nobody || caller == Caller::ResourceServer {
            noted.set(caller);
        }
    });
}

/// Does `work` for a request of `route`, and tells who had sent it.
pub async fn with_caller<T>(route: &str, work: impl Future<Output = T>) -> (T, Caller) {
    let answered = async {
        let done = work.await;
        (done, CALLER.try_with(Cell::get).unwrap_or(Caller::Nobody))
    };
    let (done, noted) = CALLER.scope(Cell::new(Caller::Nobody), answered).await;
    (done, Caller::of_route(route).unwrap_or(noted))
}

/// From half a millisecond to four seconds.
fn request_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.000_5, 2.0, 14))
}

impl Requests {
    pub(super) fn new(recorder: &mut Recorder) -> Self {
        let requests = Family::new_with_constructor(request_histogram as fn() -> Histogram);
        let help = "Requests by route, status and kind of client";
        Self { requests: recorder.register("http_request_duration_seconds", help, requests) }
    }
}

impl Metrics {
    /// A request was answered.
    pub fn request(&self, route: &str, status: u16, caller: Caller, took: Duration) {
        let labels = RequestLabels { route: route.to_owned(), status, client: caller.as_str() };
        self.requests.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_client_that_is_found_is_who_asked() {
        let (done, caller) = with_caller("/token", async {
            note_caller(Caller::Client(Kind::Native));
            note_caller(Caller::Client(Kind::Web));
            7
        })
        .await;
        assert_eq!((done, caller), (7, Caller::Client(Kind::Native)));
        assert_eq!(with_caller("/token", async {}).await.1, Caller::Nobody);
        let introspected = with_caller("/introspect", async {
            note_caller(Caller::Client(Kind::Service));
            note_caller(Caller::ResourceServer);
        });
        assert_eq!(introspected.await.1, Caller::ResourceServer);
        note_caller(Caller::ResourceServer);
    }

    #[tokio::test]
    async fn whose_pages_they_are_counts_before_the_clients_on_them() {
        for (route, caller) in [
            ("/account/portals", Caller::Account),
            ("/account", Caller::Account),
            ("/accounts", Caller::Client(Kind::Web)),
            ("/admin/api/v1/clients", Caller::Administration),
            ("/sign-in/{id}", Caller::Client(Kind::Web)),
        ] {
            let asked = with_caller(route, async { note_caller(Caller::Client(Kind::Web)) });
            assert_eq!(asked.await.1, caller, "{route}");
        }
    }
}
