//! `[revocation]`: how authorities are asked whether citizens' certificates were revoked.

use std::time::Duration;

use super::reader::Reader;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// For how long somebody who signs in waits for one source. A list goes on being fetched after that.
    pub time_limit: Duration,
    /// For how long an answer that a certificate is good serves again, if its authority does not say that it ends sooner.
    pub keep_answers: Duration,
}

impl Default for Revocation {
    fn default() -> Self {
        Self { time_limit: Duration::from_secs(4), keep_answers: Duration::from_secs(300) }
    }
}

impl Revocation {
    pub(super) fn read(from: &mut Reader) -> Self {
        let (default, second) = (Self::default(), Duration::from_secs(1));
        Self {
            time_limit: from.within("revocation.time_limit", default.time_limit, second..=5 * second),
            keep_answers: from.within("revocation.keep_answers", default.keep_answers, Duration::ZERO..=3600 * second),
        }
    }
}
