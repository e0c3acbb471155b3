//! A browser session: one sign-in that serves every portal until it ends (single sign-on).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::assurance::Requirement;
use super::grant::Authentication;
use super::time::Timestamp;

/// What stays on the device of somebody who signs in there, as they choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remember {
    /// The device is known as one of theirs; its sign-in page shows nobody's name.
    #[default]
    Device,
    /// The device is known, and its sign-in page shows their name, masked.
    Name,
    /// Others use it: nothing stays, and the session is short.
    Nothing,
}

/// So many people have a device in common as one of their own; of one more, whoever used it longest ago is a stranger there again.
pub const PEOPLE_PER_BROWSER: usize = 6;

/// A session's record in the short-lived store, under the hash of its cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrowserSession {
    pub authentication: Authentication,
    /// Nothing is opened before this has been proven: until then it is a sign-in under way.
    pub demanded: Requirement,
    pub remember: Remember,
    pub started_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// However used, it is over.
    pub expires_at: Timestamp,
    /// What the person recognises the device by: "Chrome on Android".
    pub device: String,
    /// Masked: only enough to recognise one's own network.
    pub address: String,
}

impl BrowserSession {
    /// Whether it still stands at `now` after at most `idle` without use.
    pub fn is_live(&self, idle: Duration, now: Timestamp) -> bool {
        now < self.expires_at && now < self.last_seen_at + idle
    }

    /// Whether everything has been proven that is demanded of it.
    pub fn is_complete(&self) -> bool {
        self.demanded.proven_by(&self.authentication.proofs)
    }

    /// Whether `last_seen_at` is old enough to be worth a write.
    pub fn needs_touch(&self, now: Timestamp) -> bool {
        now.since(self.last_seen_at) >= TOUCH_EVERY
    }

    /// How long ago the person proved themselves (`max_age`, Core §3.1.2.1).
    pub fn age(&self, now: Timestamp) -> Duration {
        now.since(self.authentication.auth_time)
    }
}

/// A session that is read a thousand times a minute is written once.
const TOUCH_EVERY: Duration = Duration::from_secs(60);
