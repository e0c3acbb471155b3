//! What an authenticator says of itself when it makes a credential, and what is believed of it (WebAuthn §6.5, §7.1 steps 22–24).
//!
//! The ceremony verifies the statement's own signature. Whether its signer is anybody, and whether that is enough, is a
//! [`Policy`]'s to judge, by its [`Rules`].

mod cbor;
mod object;
mod rules;

use crate::domain::attestation::Provenance;
use crate::domain::time::Timestamp;

pub use object::MalformedObject;
pub use rules::{Refusal, Rules};

/// What browsers are asked to pass on of it (§5.4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conveyance {
    None,
    Direct,
}

impl Conveyance {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Direct => "direct",
        }
    }
}

/// Judges authenticators by what is known of them now.
pub trait Policy {
    fn conveyance(&self) -> Conveyance;

    /// What an attestation object proves at `now`, whose statement's signature the ceremony has verified.
    ///
    /// # Errors
    /// Where no credential is taken from such an authenticator.
    fn enrol(&self, object: &[u8], now: Timestamp) -> Result<Provenance, Refusal>;

    /// Whether a key that was enrolled from there cannot leave its hardware.
    fn is_hardware_bound(&self, credential: &Provenance) -> bool;
}
