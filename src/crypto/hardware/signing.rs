//! Signatures by a key of the token's, in the form that JWS wants them (RFC 7518 §3).

use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};

use super::seat::Seat;
use super::{ModuleError, ObjectId};
use crate::crypto::hash::sha256;
use crate::crypto::jwk::VerifyingKey;
use crate::domain::keys::SignatureAlgorithm;

impl Seat<'_> {
    /// The signature of the key `id` over `message`, which `announced` verifies.
    ///
    /// It is verified before anybody sees it. A fault while it was made could give an RSA key away (Boneh, DeMillo and Lipton
    /// 1997), or an Ed25519 key; and a token in which another key has taken this one's place would sign what nobody can verify.
    ///
    /// # Errors
    /// `WrongSignature` where it does not verify; `NoKey`, `TwoKeys`, `Away` and what the module refuses.
    pub fn sign(&mut self, id: &ObjectId, message: &[u8], announced: &VerifyingKey) -> Result<Vec<u8>, ModuleError> {
        let key = self.private_key(id)?;
        let session = self.session();
        // Short digests go to the module instead of long messages wherever its mechanism takes one.
        let signature = match announced.algorithm() {
            SignatureAlgorithm::Es256 => session.sign(&Mechanism::Ecdsa, key, &sha256(message)),
            SignatureAlgorithm::Es384 => session.sign(&Mechanism::Ecdsa, key, &crate::crypto::hash::sha384(message)),
            SignatureAlgorithm::EdDsa => {
                let pure = EddsaParams::new(EddsaSignatureScheme::Ed25519);
                session.sign(&Mechanism::Eddsa(pure), key, message)
            }
            SignatureAlgorithm::Rs256 => session.sign(&Mechanism::Sha256RsaPkcs, key, message),
            SignatureAlgorithm::Ps256 => {
                // RFC 7518 §3.5: SHA-256 for both, and a salt as long as the digest.
                let parameters =
                    PkcsPssParams { hash_alg: MechanismType::SHA256, mgf: PkcsMgfType::MGF1_SHA256, s_len: 32.into() };
                session.sign(&Mechanism::Sha256RsaPkcsPss(parameters), key, message)
            }
        }?;
        if announced.verifies(message, &signature) { Ok(signature) } else { Err(ModuleError::WrongSignature) }
    }
}
