//! A certificate that somebody presented, and the chain that it is trusted by.

use std::fmt;
use std::sync::Arc;

use super::anchors::TrustStore;
use super::refusal::Refusal;
use super::{path, policy};
use crate::crypto::certificate::KeyKind;
use crate::crypto::hash::sha256;
use crate::domain::assurance::Factors;
use crate::domain::time::Timestamp;
use crate::domain::trust::{ObjectIdentifier, TrustedAuthority};

/// A certificate as it came, DER. That its key is at hand was proven by whoever made this; nothing else is known of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Presented {
    pub leaf: Vec<u8>,
    /// What came beside it, in any order.
    pub intermediates: Vec<Vec<u8>>,
}

/// A certificate that an authority of the trust folder issued, by its policy. Only [`TrustStore::prove`] makes one.
#[derive(Clone)]
pub struct TrustedChain {
    leaf: Vec<u8>,
    authorities: Vec<Vec<u8>>,
    authority: Arc<TrustedAuthority>,
    facts: Facts,
}

/// What is known of a trusted certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The contents of the INTEGER, as it stands in the certificate.
    pub serial: Vec<u8>,
    /// DER.
    pub issuer: Vec<u8>,
    /// DER.
    pub subject: Vec<u8>,
    /// Of the whole certificate (SHA-256).
    pub thumbprint: [u8; 32],
    /// Of its `SubjectPublicKeyInfo` (SHA-256): what a renewed certificate of the same card keeps.
    pub key_thumbprint: [u8; 32],
    pub key: KeyKind,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// Those that hold on the whole chain.
    pub policies: Vec<ObjectIdentifier>,
    /// The authority says that the key lives in a device that a PIN opens.
    pub device_protected: bool,
}

impl TrustStore {
    /// Follows the certificate to an authority of the folder, and holds it against that authority's policy.
    ///
    /// Nothing is fetched, and of revocation nothing is asked.
    ///
    /// # Errors
    /// Why it is not trusted.
    pub fn prove(&self, presented: &Presented, now: Timestamp) -> Result<TrustedChain, Refusal> {
        let path = path::find(self, presented, now)?;
        let authority = Arc::clone(&path.anchor.authority);
        let judged = policy::judge(&path.certificates, &authority.policy)?;
        let (Some(leaf), authorities) = (path.certificates.first(), path.certificates.iter().skip(1)) else {
            return Err(Refusal::ChainTooLong);
        };
        let facts = Facts {
            serial: leaf.parsed.raw_serial().to_vec(),
            issuer: leaf.issuer().to_vec(),
            subject: leaf.subject().to_vec(),
            thumbprint: sha256(leaf.der),
            key_thumbprint: sha256(leaf.key()),
            key: leaf.check_key()?,
            not_before: leaf.not_before(),
            not_after: leaf.not_after(),
            policies: judged.policies,
            device_protected: judged.device_protected,
        };
        Ok(TrustedChain {
            leaf: leaf.der.to_vec(),
            authorities: authorities.map(|one| one.der.to_vec()).collect(),
            authority,
            facts,
        })
    }
}

impl TrustedChain {
    /// The citizen's certificate (DER).
    pub fn leaf(&self) -> &[u8] {
        &self.leaf
    }

    /// The certificate of the authority that issued it (DER).
    pub fn issuer(&self) -> &[u8] {
        self.authorities.first().map_or(&self.authority.anchor, |issuer| issuer)
    }

    /// From the one that issued it to the anchor (DER each).
    pub fn authorities(&self) -> &[Vec<u8>] {
        &self.authorities
    }

    /// Whose word this is.
    pub fn authority(&self) -> &TrustedAuthority {
        &self.authority
    }

    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// One factor, and two where the authority says that a PIN opens the key.
    pub const fn factors(&self) -> Factors {
        if self.facts.device_protected { Factors::UNLOCKED } else { Factors::POSSESSION }
    }
}

/// Of whom it is says nothing that is printed.
impl fmt::Debug for TrustedChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustedChain").field("authority", &self.authority.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented").field("intermediates", &self.intermediates.len()).finish_non_exhaustive()
    }
}
