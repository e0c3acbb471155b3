//! Passkeys and security keys (Web Authentication Level 3): the two ceremonies, values in and values out.
//!
//! What a browser is told to do is written here, and what comes back is read here: `webauthn-rs-core` reads CBOR and COSE, verifies
//! statements and signatures, and holds flags and counters against each other. What it leaves to its caller (whose credential it is,
//! `crossOrigin` of an assertion, one spelling of an origin) is held here beside it.

mod assertion;
pub mod attestation;
mod client_data;
mod enrolment;
mod key;
pub mod metadata;
mod refusal;
mod relying_party;

pub use assertion::{Assertion, Owner, Verified};
pub use enrolment::{Enrolment, NewCredential};
pub use key::{Key, Unreadable};
pub use refusal::Refusal;
pub use relying_party::{InvalidOrigin, RelyingParty};

use serde::{Deserialize, Serialize};

/// 32 bytes that nobody knows before: one ceremony, once.
pub type ChallengeBytes = [u8; 32];

/// Whether the authenticator is to make sure of its owner, by a PIN or a finger (§5.8.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserVerification {
    /// Nothing is gained by it, and nobody is bothered.
    Discouraged,
    Preferred,
    /// An answer without it is refused.
    Required,
}

impl UserVerification {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Discouraged => "discouraged",
            Self::Preferred => "preferred",
            Self::Required => "required",
        }
    }
}

/// Where the browser is to look first (§5.8.7). It is a hint: what answers, answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    None,
    SecurityKey,
}

impl Hint {
    fn values(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::SecurityKey => &["security-key"],
        }
    }
}

/// How long a browser lets a person take (§5.4, §5.5), in milliseconds: what WebAuthn recommends where somebody has to be verified.
const TIMEOUT_MILLISECONDS: u32 = 300_000;
