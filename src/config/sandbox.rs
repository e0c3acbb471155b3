//! `[sandbox]`: whether this deployment is one where portals are tried out and answers can be made to go wrong.

use std::time::Duration;

use super::limits::Limits;
use super::reader::Reader;
use crate::domain::issuer::Issuer;
use crate::domain::sandbox::Mode;

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
    pub(super) fn read(from: &mut Reader, limits: &Limits) -> Self {
        let default = Self::default();
        let second = Duration::from_secs(1);
        let own = Self {
            issuer: from.optional("sandbox.issuer"),
            delay: from.within("sandbox.delay", default.delay, second..=60 * second),
        };
        // Who runs no sandbox need not know of it, however short their requests are.
        let is_meant = own.issuer.is_some() || from.is_set("sandbox.delay");
        if is_meant && own.delay >= limits.request_timeout {
            let longest = limits.request_timeout.as_secs();
            let problem = format!(
                "expected less than limits.request_timeout ({longest}s): a request that takes as long is answered with 503 instead"
            );
            from.refuse("sandbox.delay", problem);
        }
        own
    }
}

impl super::Settings {
    /// What a deployment with these settings can be served as: one whose settings name it as a sandbox is served as nothing else, and
    /// no other one as that (`app::sandbox`).
    pub fn mode(&self) -> Mode {
        match self.sandbox.issuer.as_ref() == Some(&self.issuer) {
            true => Mode::Sandbox,
            false => Mode::Official,
        }
    }
}
