//! `[limits]`: what one server takes on at a time.

use std::time::Duration;

use super::reader::Reader;
use super::value::Size;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest body of a request.
    pub body: Size,
    /// Requests under way at once; more are answered with 503 and `Retry-After`.
    pub concurrent_requests: u32,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long requests under way may go on after the program was told to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: Size::kib(64),
            concurrent_requests: 1024,
            request_timeout: Duration::from_secs(10),
            drain: Duration::from_secs(20),
        }
    }
}

impl Limits {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let second = Duration::from_secs(1);
        Self {
            body: from.within("limits.body", default.body, Size::kib(8)..=Size::mib(1)),
            concurrent_requests: from.within("limits.concurrent_requests", default.concurrent_requests, 16..=65_536),
            request_timeout: from.within("limits.request_timeout", default.request_timeout, second..=120 * second),
            drain: from.within("limits.drain", default.drain, Duration::ZERO..=300 * second),
        }
    }
}
