//! A request that a client sends behind a citizen's back, and what becomes of it: OpenID Connect Client-Initiated
//! Backchannel Authentication Core 1.0.
//!
//! ```text
//! asked ─┬─▶ being allowed ─▶ allowed ─▶ redeemed
//!        ├─▶ denied
//!        └─▶ (expired)
//! ```
//!
//! What was asked never changes and stands in one record; what the citizen decided is claimed once, in another, so that of
//! two decisions the first holds, and only the one that holds leaves a consent.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::authorization::AuthorizationRequest;
use super::grant::Approval;
use super::ids::{CitizenId, ClientId, GrantId};
use super::random::Random;
use super::secret::SecretHash;
use super::time::Timestamp;

/// How long a client waits between two polls, where it has not been told to slow down (§7.3).
pub const INTERVAL: Duration = Duration::from_secs(5);
/// How much longer it waits each time it was told to (§11).
const SLOWER_BY: Duration = Duration::from_secs(5);
/// How long a request stands where the client does not say.
pub const LIFETIME: Duration = Duration::from_secs(300);
/// What a client may ask for instead (`requested_expiry`); more or less becomes the nearest of these.
pub const LIFETIMES: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(600));
/// How long a request that is over is still known for what it was.
pub const REMEMBERED: Duration = Duration::from_secs(600);
/// Whoever signed in longer ago than this proves who they are again before they allow anything: whoever has asked may
/// stand beside them, and whoever has found their device open may not answer.
pub const FRESH: Duration = Duration::from_secs(900);

/// How often a client that does not answer is told that there is an answer.
const PING_ATTEMPTS: u32 = 5;
/// After the first attempt that failed.
const PING_AGAIN: Duration = Duration::from_secs(2);
/// An attempt is over long before; a server that was killed in the middle of one holds it no longer.
pub const PING_LEASE: Duration = Duration::from_secs(30);

/// What a client asks of a citizen who is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackChannelRequest {
    /// The grant that it will be, and what it is called on the citizen's pages.
    pub id: GrantId,
    /// Of the `auth_req_id`.
    pub hash: SecretHash,
    /// Who is asked; nobody, where nobody has the name that the client gave.
    pub citizen: CitizenId,
    /// What is asked for, as the authorization endpoint would have it. Nothing is ever redirected.
    pub asked: AuthorizationRequest,
    /// What the citizen is shown here and at the client, so that they know that it is the same request.
    pub binding_message: Option<String>,
    pub requested_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Decision {
    Allowed(Box<Approval>),
    Denied,
    /// The client has come for its tokens.
    Redeemed,
    /// The citizen's is the decision, and what it stands on is being written: nobody else decides, and nothing is issued.
    BeingAllowed,
}

/// That a client is to be told that there is an answer (§10.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// The request's.
    pub id: GrantId,
    pub client: ClientId,
    /// The `auth_req_id` and the token that the client knows us by.
    pub sealed: Vec<u8>,
    /// How often it was tried, the attempt under way included.
    pub attempts: u32,
    pub due_at: Timestamp,
    pub give_up_at: Timestamp,
}

/// How a client polls for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Polls {
    pub last_at: Timestamp,
    /// What it is to wait by now.
    pub interval: Duration,
}

/// Whether a poll kept the interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    Kept,
    TooFast,
}

impl BackChannelRequest {
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}

impl Ping {
    /// When an attempt that failed is made again: twice as late each time, and never by all at the same moment. `None` where
    /// there is nothing to gain any more: the client asks by itself.
    pub fn next_attempt(&self, now: Timestamp, random: &dyn Random) -> Option<Timestamp> {
        let pause = PING_AGAIN.saturating_mul(1 << self.attempts.saturating_sub(1).min(8));
        let share = u32::from(u16::from_be_bytes(random.bytes()));
        let next = now + (pause / 2 + pause / 2 * share / u32::from(u16::MAX));
        (self.attempts < PING_ATTEMPTS && next < self.give_up_at).then_some(next)
    }
}

impl Polls {
    /// One more poll. A client that is too fast waits longer from then on (§11).
    pub fn next(before: Option<Self>, now: Timestamp) -> (Self, Pace) {
        match before {
            None => (Self { last_at: now, interval: INTERVAL }, Pace::Kept),
            Some(before) if before.last_at + before.interval <= now => (Self { last_at: now, ..before }, Pace::Kept),
            Some(before) => {
                // Longer than any request stands, it is no longer told apart.
                let interval = (before.interval + SLOWER_BY).min(LIFETIMES.1);
                (Self { last_at: now, interval }, Pace::TooFast)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_is_too_fast_waits_longer_from_then_on() {
        let at = |seconds: i64| Timestamp::from_seconds(1_000 + seconds);
        let (first, pace) = Polls::next(None, at(0));
        assert_eq!(pace, Pace::Kept);
        let (second, pace) = Polls::next(Some(first), at(5));
        assert_eq!((second.interval, pace), (INTERVAL, Pace::Kept));
        let (third, pace) = Polls::next(Some(second), at(9));
        assert_eq!((third.interval, pace), (Duration::from_secs(10), Pace::TooFast));
        let (fourth, pace) = Polls::next(Some(third), at(18));
        assert_eq!((fourth.interval, pace), (Duration::from_secs(15), Pace::TooFast));
        let (fifth, pace) = Polls::next(Some(fourth), at(33));
        assert_eq!((fifth.interval, pace), (Duration::from_secs(15), Pace::Kept), "it is not forgiven");
    }
}
