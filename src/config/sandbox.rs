//! `[sandbox]`: whether this deployment is one where portals are tried out and answers can be made to go wrong.

use std::time::Duration;

use super::reader::Reader;
use crate::domain::issuer::Issuer;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// The issuer that is a sandbox: the same as `issuer`, said a second time by whoever means it. Without it `--sandbox` is refused,
    /// so that no word on a command line makes one of a deployment that has citizens.
    pub issuer: Option<Issuer>,
    /// How long a slow answer takes.
    pub delay: Duration,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self { issuer: None, delay: Duration::from_secs(8) }
    }
}

impl Sandbox {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let second = Duration::from_secs(1);
        Self {
            issuer: from.optional("sandbox.issuer"),
            // A request that takes longer than `limits.request_timeout` is answered with 503 instead.
            delay: from.within("sandbox.delay", default.delay, second..=60 * second),
        }
    }
}
