//! When what was said of a certificate is still said: RFC 6960 §4.2.2.1, RFC 5280 §6.3.3 (a).

use std::time::Duration;

use crate::domain::time::Timestamp;

/// By how much an issuer's clock may be ahead of ours.
pub const AHEAD: Duration = Duration::from_secs(2 * 60);
/// For how long an answer counts that does not say when the next one comes.
pub const UNDATED: Duration = Duration::from_secs(15 * 60);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatesFault {
    #[error("is from the future, by more than 2 minutes")]
    Future,
    #[error("is older than 15 minutes and does not say until when it holds")]
    Stale,
    #[error("should have been replaced by a newer one")]
    Overdue,
    #[error("ends before it begins")]
    Reversed,
}

/// Whether what was said at `this_update`, to be replaced by `next_update`, is still said at `now`.
pub(super) fn check(this_update: Timestamp, next_update: Option<Timestamp>, now: Timestamp) -> Result<(), DatesFault> {
    if this_update > now + AHEAD {
        return Err(DatesFault::Future);
    }
    match next_update {
        Some(next) if next <= this_update => Err(DatesFault::Reversed),
        Some(next) if next <= now => Err(DatesFault::Overdue),
        Some(_) => Ok(()),
        None if this_update + UNDATED < now => Err(DatesFault::Stale),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_window_holds_at_its_edge_and_not_beyond() {
        let (now, moment, day) =
            (Timestamp::from_seconds(1_800_000_000), Duration::from_micros(1), Duration::from_secs(86_400));
        for (this, next, expected) in [
            (now, None, Ok(())),
            (now + AHEAD, None, Ok(())),
            (now + AHEAD + moment, None, Err(DatesFault::Future)),
            (now - UNDATED, None, Ok(())),
            (now - UNDATED - moment, None, Err(DatesFault::Stale)),
            (now - day, Some(now + moment), Ok(())),
            (now - day, Some(now), Err(DatesFault::Overdue)),
            (now - day, Some(now - moment), Err(DatesFault::Overdue)),
            (now + AHEAD + moment, Some(now + day), Err(DatesFault::Future)),
            (now, Some(now), Err(DatesFault::Reversed)),
            (now, Some(now - day), Err(DatesFault::Reversed)),
        ] {
            assert_eq!(check(this, next, now), expected, "{this:?} {next:?}");
        }
    }
}
