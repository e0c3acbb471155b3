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
