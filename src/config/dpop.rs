//! `[dpop]`: proofs that a sender holds a key (RFC 9449).

use std::time::Duration;

use super::reader::Reader;
use super::value::words;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dpop {
    pub nonces: DpopNonces,
    /// How long a nonce is good.
    pub nonce_lifetime: Duration,
}

/// Whether a proof needs a nonce of this server's (§8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DpopNonces {
    /// Every answer to a proof has one for the next; a client's policy may still demand them.
    Offered,
    /// A proof without one is refused, with one to try again with.
    Required,
}

words!(DpopNonces, "\"offered\" or \"required\"", Offered = "offered", Required = "required");

impl Default for Dpop {
    fn default() -> Self {
        Self { nonces: DpopNonces::Offered, nonce_lifetime: Duration::from_secs(300) }
    }
}

impl Dpop {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let second = Duration::from_secs(1);
        Self {
            nonces: from.value("dpop.nonces", default.nonces),
            nonce_lifetime: from.within("dpop.nonce_lifetime", default.nonce_lifetime, 30 * second..=3600 * second),
        }
    }
}
