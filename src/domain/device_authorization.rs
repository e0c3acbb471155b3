//! A device that waits for a person to decide on another one: RFC 8628.
//!
//! ```text
//! Pending ─▶ Approved ─▶ Spent
//!    └─────▶ Denied
//! ```
//!
//! Whoever takes the record of the user code decides, so that one decision is made; whoever takes the approval out of
//! this record is issued tokens, so that they are issued once.

use serde::{Deserialize, Serialize};

use super::authorization::AuthorizationRequest;
use super::grant::Approval;
use super::ids::GrantId;
use super::secret::SecretHash;
use super::time::Timestamp;
use super::user_code::UserCode;

/// The record of a device code in the short-lived store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAuthorization {
    /// What the device's program asked for.
    pub request: AuthorizationRequest,
    pub user_code: UserCode,
    /// The device code's own hash.
    pub hash: SecretHash,
    pub asked_from: AskedFrom,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: DeviceState,
}

/// Where a request came from, as the person who is asked about it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFrom {
    /// Masked, like every address that is kept.
    pub address: String,
    /// What the program called itself (`User-Agent`).
    pub device: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceState {
    Pending,
    Approved(Box<Approval>),
    Denied,
    /// The tokens of this grant were issued for it.
    Spent(GrantId),
}
