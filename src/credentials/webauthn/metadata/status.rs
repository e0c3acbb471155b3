//! What became known of a model: FIDO Metadata Service §3.1.4 (AuthenticatorStatus).

use std::fmt;

/// A status by its name. Names that came after this was written are kept as they are and change nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    name: String,
    /// The date as it stands there, where there is one.
    pub since: Option<String>,
}

/// Whoever got hold of such a model's keys, of what unlocks them or of what vouches for them, passes for it.
const ENDS_TRUST: [&str; 5] = [
    "REVOKED",
    "USER_VERIFICATION_BYPASS",
    "ATTESTATION_KEY_COMPROMISE",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_KEY_PHYSICAL_COMPROMISE",
];

impl Status {
    pub(super) const fn new(name: String, since: Option<String>) -> Self {
        Self { name, since }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether nothing that such a model says counts any more. An update that is there, or a certificate that came later,
    /// takes nothing back: which firmware a key has, it does not say.
    pub fn ends_trust(&self) -> bool {
        ENDS_TRUST.contains(&self.name.as_str())
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.since {
            Some(since) => write!(f, "{} since {since}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
