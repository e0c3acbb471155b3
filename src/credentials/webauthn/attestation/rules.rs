//! Whether it is proven which model of authenticator holds a credential's key, and what that is worth: W3C WebAuthn §7.1
//! (steps 22 to 24), §8.2.1.
//!
//! The ceremony (webauthn-rs) verifies the statement's signature and the requirements that §8.2.1 has of its certificate.
//! Here is judged what it leaves open: that the certificate's key fits the statement's algorithm, that it names the model,
//! that a root of that model's maker vouches for it now, and what is known of the model.

use std::time::Duration;

use rustls_pki_types::CertificateDer;

use super::Conveyance;
use super::object::{AttestationObject, MalformedObject, Voucher};
use crate::credentials::webauthn::metadata::{KeyProtection, Metadata, Model};
use crate::crypto::certificate::{CertificateFault, TrustAnchors, UnusableAuthority, optional_extension, public_key};
use crate::crypto::jwk::PublicKey;
use crate::domain::attestation::{Aaguid, AttestationPolicy, Provenance, Unattested};
use crate::domain::time::Timestamp;

/// id-fido-gen-ce-aaguid: the model that an attestation certificate is for.
const AAGUID_EXTENSION: &str = "1.3.6.1.4.1.45724.1.1.4";

/// What a deployment demands of authenticators.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub policy: AttestationPolicy,
    pub unattested: Unattested,
    /// The models that the operator knows; used by that policy.
    pub known: Vec<Aaguid>,
    /// Whose word the operator takes for them, beside the metadata's.
    roots: TrustAnchors,
    /// For how long metadata that is overdue still vouches for what is new.
    pub grace: Duration,
}

/// Why a credential is not enrolled. The sentence is the operator's; a citizen is told that this device cannot be used here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the attestation object cannot be used: {0}")]
    Malformed(#[from] MalformedObject),
    #[error("the authenticator proves no model: its statement is none, its own, or of another format than packed")]
    NotAttested,
    #[error("the model {0} is not among those that are known here")]
    UnknownModel(Aaguid),
    #[error("the model {0} is not trusted any more: {1}")]
    Distrusted(Aaguid, String),
    #[error("there is no metadata of models, or it is overdue for longer than is tolerated")]
    NoMetadata,
    #[error("the attestation certificate names no model, or another than the credential")]
    OtherModel,
    #[error("the attestation certificate's key is of another type than the statement's algorithm")]
    Algorithm,
    #[error("no root that counts for the model {0} vouches for the attestation certificate: {1}")]
    Chain(Aaguid, CertificateFault),
}

impl Refusal {
    /// Whether nothing was proven, rather than something false: such a credential may be enrolled as what it is.
    const fn is_silence(&self) -> bool {
        matches!(self, Self::NotAttested | Self::UnknownModel(_) | Self::NoMetadata)
    }
}

impl Rules {
    /// # Errors
    /// Where one of the roots is no authority's certificate.
    pub fn new(
        policy: AttestationPolicy,
        unattested: Unattested,
        known: Vec<Aaguid>,
        roots: &[CertificateDer<'static>],
        grace: Duration,
    ) -> Result<Self, UnusableAuthority> {
        Ok(Self { policy, unattested, known, roots: TrustAnchors::new(roots)?, grace })
    }

    /// Browsers ask people whether they mind.
    pub fn conveyance(&self) -> Conveyance {
        match self.policy {
            AttestationPolicy::None => Conveyance::None,
            AttestationPolicy::KnownModels | AttestationPolicy::Metadata => Conveyance::Direct,
        }
    }

    /// What is known of the authenticator that made a new credential, where the ceremony has verified all the rest.
    ///
    /// # Errors
    /// Why it is not enrolled.
    pub fn enrol(&self, object: &[u8], metadata: Option<&Metadata>, now: Timestamp) -> Result<Provenance, Refusal> {
        let object = AttestationObject::read(object)?;
        let AttestationObject { aaguid, single_device, .. } = object;
        let unattested = Provenance { aaguid, attested: false, single_device };
        if self.policy == AttestationPolicy::None {
            return Ok(unattested);
        }
        // Nobody gains by claiming to be one of these.
        if let Some(model) = metadata.and_then(|metadata| metadata.model(aaguid))
            && let Some(status) = model.distrusted()
        {
            return Err(Refusal::Distrusted(aaguid, status.to_string()));
        }
        match self.attest(&object, metadata, now) {
            Ok(()) => Ok(Provenance { attested: true, ..unattested }),
            Err(refusal) if self.unattested == Unattested::Enrolled && refusal.is_silence() => Ok(unattested),
            Err(refusal) => Err(refusal),
        }
    }

    fn attest(
        &self,
        object: &AttestationObject<'_>,
        metadata: Option<&Metadata>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Voucher::Maker { algorithm, leaf, intermediates } = &object.voucher else {
            return Err(Refusal::NotAttested);
        };
        let aaguid = object.aaguid;
        let sources = self.sources(aaguid, metadata, now)?;
        // The ceremony takes the algorithm from the key, so the statement's own must agree.
        if !public_key(leaf).is_some_and(|key| signs_with(&key, *algorithm)) {
            return Err(Refusal::Algorithm);
        }
        // An OCTET STRING inside the extension's OCTET STRING.
        let named = optional_extension(leaf, AAGUID_EXTENSION);
        if named.as_deref().and_then(|value| value.strip_prefix(&[4, 16])) != Some(aaguid.as_bytes()) {
            return Err(Refusal::OtherModel);
        }
        let mut fault = CertificateFault::Untrusted;
        for source in sources {
            match source.vouches_for(leaf, intermediates, now) {
                Ok(()) => return Ok(()),
                Err(why) => fault = why,
            }
        }
        Err(Refusal::Chain(aaguid, fault))
    }

    /// Who may vouch for this model.
    fn sources<'s>(
        &'s self,
        aaguid: Aaguid,
        metadata: Option<&'s Metadata>,
        now: Timestamp,
    ) -> Result<Vec<Source<'s>>, Refusal> {
        let fresh = metadata.filter(|metadata| metadata.overdue(now) <= self.grace);
        let model = fresh.and_then(|metadata| metadata.model(aaguid)).map(Source::Model);
        match self.policy {
            AttestationPolicy::None => Err(Refusal::NotAttested),
            AttestationPolicy::KnownModels if self.known.contains(&aaguid) => {
                Ok(model.into_iter().chain([Source::Operator(&self.roots)]).collect())
            }
            AttestationPolicy::KnownModels => Err(Refusal::UnknownModel(aaguid)),
            AttestationPolicy::Metadata if fresh.is_none() => Err(Refusal::NoMetadata),
            AttestationPolicy::Metadata => Ok(vec![model.ok_or(Refusal::UnknownModel(aaguid))?]),
        }
    }

    /// Whether the key of a credential cannot leave a piece of hardware, as far as is known now.
    ///
    /// What is overdue still counts for what was enrolled: else whoever cuts the metadata off would lock people out.
    pub fn is_hardware_bound(&self, credential: &Provenance, metadata: Option<&Metadata>) -> bool {
        let Provenance { aaguid, attested, single_device } = *credential;
        let model = metadata.and_then(|metadata| metadata.model(aaguid));
        let sound = |model: &Model| model.protection == KeyProtection::Hardware && model.distrusted().is_none();
        attested
            && single_device
            && match self.policy {
                AttestationPolicy::None => false,
                AttestationPolicy::KnownModels => self.known.contains(&aaguid) && model.is_none_or(sound),
                AttestationPolicy::Metadata => model.is_some_and(sound),
            }
    }
}

/// Somebody whose word for a model counts.
enum Source<'s> {
    Model(&'s Model),
    Operator(&'s TrustAnchors),
}

impl Source<'_> {
    fn vouches_for(&self, leaf: &[u8], intermediates: &[&[u8]], now: Timestamp) -> Result<(), CertificateFault> {
        match self {
            Self::Model(model) => model.vouches_for(leaf, intermediates, now),
            Self::Operator(roots) => roots.issued(leaf, intermediates, now),
        }
    }
}

/// Whether a key of this type makes signatures of the COSE algorithm.
const fn signs_with(key: &PublicKey, algorithm: i64) -> bool {
    matches!(
        (key, algorithm),
        (PublicKey::P256(_), -7)
            | (PublicKey::P384(_), -35)
            | (PublicKey::Rsa { .. }, -257)
            | (PublicKey::Ed25519(_), -8)
    )
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
