//! What a citizen granted to a client: the authorization code that stands for it, and the grant that outlives it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::assurance::{AccountLevel, AuthenticationLevel, Proofs, Requirement};
use super::authorization::CodeChallenge;
use super::authorization_details::AuthorizationDetails;
use super::claims_request::{ClaimsRequest, GrantedClaims};
use super::ids::{CitizenId, ClientId, GrantId, SessionId};
use super::key_binding::{KeyBinding, Thumbprint};
use super::mandate::Acting;
use super::resource::ResourceId;
use super::scope::ScopeSet;
use super::secret::SecretHash;
use super::time::Timestamp;

/// Who signed in, when and how: what ID tokens say and what a session remembers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    pub citizen: CitizenId,
    pub session: SessionId,
    /// When they last proved something.
    pub auth_time: Timestamp,
    /// How well they were known when they did. Whoever is known less since is signed out.
    pub account_level: AccountLevel,
    pub proofs: Proofs,
}

impl Authentication {
    pub fn level(&self) -> AuthenticationLevel {
        self.proofs.level()
    }

    pub fn meets(&self, requirement: Requirement) -> bool {
        requirement.met_by(self.account_level, &self.proofs)
    }

    /// As it counts for a device elsewhere, which somebody may have begun to deceive the person (device grant, CIBA).
    #[must_use]
    pub fn across_devices(self) -> Self {
        Self { proofs: self.proofs.across_devices(), ..self }
    }
}

/// What a citizen approved, until the client comes for it: with a code, a device code or the id of a CIBA request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The grant that it will be.
    pub grant: GrantId,
    pub client: ClientId,
    pub scope: ScopeSet,
    pub claims: ClaimsRequest,
    pub nonce: Option<String>,
    pub authentication: Authentication,
    /// The `acr` that answers the request.
    pub acr: String,
    pub resources: Vec<ResourceId>,
    pub authorization_details: AuthorizationDetails,
    /// For whom they act with it, where it is not themselves.
    pub acting: Option<Acting>,
}

/// An authorization code's record in the short-lived store (RFC 6749 §4.1.2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuthorizationCode {
    pub approval: Approval,
    pub redirect_uri: String,
    pub challenge: Option<CodeChallenge>,
    /// The key that alone may redeem it (RFC 9449 §10).
    pub dpop_jkt: Option<Thumbprint>,
    /// The code's own hash, which no other grant is ever written for.
    pub hash: SecretHash,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A grant as the identity store holds it, from the exchange of its code on.
#[derive(Clone, Debug)]
pub struct Grant {
    pub id: GrantId,
    pub client: ClientId,
    pub scope: ScopeSet,
    /// Beside the scope.
    pub claims: GrantedClaims,
    pub nonce: Option<String>,
    pub authentication: Authentication,
    /// The `acr` that answered the request, which its refreshed ID tokens say too.
    pub acr: String,
    /// What its tokens may be for; this server itself where none is named.
    pub resources: Vec<ResourceId>,
    pub authorization_details: AuthorizationDetails,
    /// For whom the citizen acts with it, where it is not themselves. It ends with their mandate.
    pub acting: Option<Acting>,
    /// The key that its refresh tokens are good with, where the client's own authentication does not bind them.
    pub binding: Option<KeyBinding>,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    /// Present where `offline_access` was granted.
    pub refresh: Option<RefreshState>,
}

/// The one live refresh token of a grant, and its parent while a lost answer may still be asked for again.
///
/// The successor of a token is derived from it by a keyed function, so a retry within the grace gets the same
/// successor and there is always exactly one live branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshState {
    pub current: SecretHash,
    pub parent: Option<SecretHash>,
    pub rotated_at: Timestamp,
    /// Unused for this long, it is over.
    pub idle_expires_at: Timestamp,
    /// However used, it is over.
    pub expires_at: Timestamp,
    /// The version of the derivation key that made `current` from `parent`.
    pub key_version: i32,
}

/// What a refresh token that was presented turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshStanding {
    /// The live one: rotate it.
    Current,
    /// Its successor was made but not used, and the grace has not passed: an answer was lost, give the same successor.
    Retried,
    /// Its successor was used or the grace has passed: someone else holds it. The grant must die.
    Stolen,
    /// Over by age or idleness.
    Expired,
}

impl RefreshState {
    /// What `presented` is at `now`; `grace` is how long a parent is answered again.
    pub fn standing(&self, presented: &SecretHash, grace: Duration, now: Timestamp) -> RefreshStanding {
        if *presented == self.current {
            return match now >= self.expires_at || now >= self.idle_expires_at {
                true => RefreshStanding::Expired,
                false => RefreshStanding::Current,
            };
        }
        let is_parent = self.parent.as_ref() == Some(presented);
        match is_parent && now < self.rotated_at + grace {
            true => RefreshStanding::Retried,
            false => RefreshStanding::Stolen,
        }
    }
}

impl Grant {
    pub const fn is_live(&self) -> bool {
        self.revoked_at.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(60);

    fn hash(byte: u8) -> SecretHash {
        SecretHash::from_bytes([byte; 32])
    }

    fn rotated_at(at: i64) -> RefreshState {
        RefreshState {
            current: hash(2),
            parent: Some(hash(1)),
            rotated_at: Timestamp::from_seconds(at),
            idle_expires_at: Timestamp::from_seconds(at + 1000),
            expires_at: Timestamp::from_seconds(at + 5000),
            key_version: 1,
        }
    }

    #[test]
    fn a_parent_is_answered_again_within_the_grace_and_is_theft_after_it() {
        let state = rotated_at(100);
        assert_eq!(state.standing(&hash(1), GRACE, Timestamp::from_seconds(159)), RefreshStanding::Retried);
        assert_eq!(state.standing(&hash(1), GRACE, Timestamp::from_seconds(160)), RefreshStanding::Stolen);
    }

    #[test]
    fn a_grandparent_is_theft_at_once() {
        assert_eq!(rotated_at(100).standing(&hash(9), GRACE, Timestamp::from_seconds(101)), RefreshStanding::Stolen);
    }

    #[test]
    fn an_idle_token_is_over_without_being_theft() {
        let state = rotated_at(100);
        assert_eq!(state.standing(&hash(2), GRACE, Timestamp::from_seconds(1099)), RefreshStanding::Current);
        assert_eq!(state.standing(&hash(2), GRACE, Timestamp::from_seconds(1100)), RefreshStanding::Expired);
    }
}
