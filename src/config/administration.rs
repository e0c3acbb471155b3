//! `[administration]`: who may come in to administer, and what they do in twos (docs/administration.md).

use std::time::Duration;

use super::reader::Reader;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administration {
    /// How old the proof may be that somebody administers with.
    pub proof: Duration,
    /// How old it may be for what is sensitive.
    pub sensitive_proof: Duration,
    /// How long the link is good that makes the first administrator.
    pub bootstrap_link: Duration,
}

impl Default for Administration {
    fn default() -> Self {
        Self { proof: 30 * MINUTE, sensitive_proof: 5 * MINUTE, bootstrap_link: 30 * MINUTE }
    }
}

impl Administration {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            proof: from.within("administration.proof", default.proof, 5 * MINUTE..=12 * HOUR),
            sensitive_proof: from.within("administration.sensitive_proof", default.sensitive_proof, MINUTE..=HOUR),
            bootstrap_link: from.within(
                "administration.bootstrap_link",
                default.bootstrap_link,
                5 * MINUTE..=24 * HOUR,
            ),
        }
    }
}
