//! What an authenticator says of itself when it makes a credential, and what is believed of it (WebAuthn §6.5, §7.1 steps 22–24).
//!
//! The ceremony verifies the statement's own signature. Whether its signer is anybody, and whether that is enough, is a
//! [`Policy`]'s to judge.

mod cbor;
mod object;
mod rules;

use webauthn_rs_core::proto::{AttestationFormat, AttestationMetadata, ParsedAttestationData};

use crate::domain::time::Timestamp;

pub use object::MalformedObject;
pub use rules::{Refusal, Rules};

/// What an authenticator said of itself, its signature verified and its signer not.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The attestation object as it came (§6.5.4).
    pub object: Vec<u8>,
    pub format: AttestationFormat,
    /// Who signed it: the certificates, the leaf first, or the credential's own key, or nobody.
    pub signer: ParsedAttestationData,
    /// The model, where the format names one.
    pub metadata: AttestationMetadata,
    /// The key may be copied to other devices: whatever the authenticator is, this key is not bound to it.
    pub backup_eligible: bool,
}

/// What is believed of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attested {
    /// The key cannot leave a piece of hardware that is known and trusted.
    pub hardware_bound: bool,
    /// What the model is called.
    pub model: Option<String>,
}

/// Why a credential is not taken from such an authenticator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unacceptable(pub &'static str);

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

/// Judges statements.
pub trait Policy: std::fmt::Debug + Send + Sync {
    fn conveyance(&self) -> Conveyance;

    /// What is believed of `statement` at `now`.
    ///
    /// # Errors
    /// [`Unacceptable`] where no credential is taken from such an authenticator.
    fn judge(&self, statement: &Statement, now: Timestamp) -> Result<Attested, Unacceptable>;
}

/// Takes credentials from every authenticator, and believes nothing of any.
#[derive(Clone, Copy, Debug)]
pub struct NothingAsked;

impl Policy for NothingAsked {
    fn conveyance(&self) -> Conveyance {
        Conveyance::None
    }

    fn judge(&self, _: &Statement, _: Timestamp) -> Result<Attested, Unacceptable> {
        Ok(Attested::default())
    }
}
