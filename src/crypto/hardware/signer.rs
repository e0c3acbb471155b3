//! What a key in a module signs: tokens of ours, with the headers that name it.

use std::fmt;

use serde::Serialize;

use super::KeyReference;
use crate::crypto::jwk::VerifyingKey;
use crate::crypto::jws::{Headers, Typ};
use crate::crypto::private_key::PrivateKeyError;
use crate::domain::keys::{KeyId, SignatureAlgorithm};

/// As [`Signer`](crate::crypto::jws::Signer), of a key in a hardware module: what it begins, the module signs.
pub struct HardwareSigner {
    reference: KeyReference,
    verifying: VerifyingKey,
    kid: KeyId,
    headers: Headers,
}

impl HardwareSigner {
    /// # Errors
    /// `Rejected` if the key is of another type than the algorithm works with.
    pub fn new(reference: KeyReference, algorithm: SignatureAlgorithm) -> Result<Self, PrivateKeyError> {
        let verifying =
            VerifyingKey::new(reference.public.clone(), algorithm).map_err(|_| PrivateKeyError::Rejected)?;
        let kid = reference.public.thumbprint();
        let headers = Headers::new(&kid, algorithm);
        Ok(Self { reference, verifying, kid, headers })
    }

    pub const fn kid(&self) -> &KeyId {
        &self.kid
    }

    pub const fn reference(&self) -> &KeyReference {
        &self.reference
    }

    /// What was announced, which verifies what the module signs before it goes out.
    pub const fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// As [`Headers::begin`].
    ///
    /// # Errors
    /// As [`Headers::begin`].
    pub fn begin(&self, typ: Typ, claims: &impl Serialize) -> Result<String, PrivateKeyError> {
        self.headers.begin(typ, claims)
    }
}

impl fmt::Debug for HardwareSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HardwareSigner({}, {})", self.verifying.algorithm(), self.kid)
    }
}
