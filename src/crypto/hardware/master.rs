//! A master key out of the token: derived from a key that never leaves it.
//!
//! `CKM_SHA256_HMAC` is what there is of it everywhere, and it always gives the same: modules that are run as FIPS 140 demands draw
//! the nonce of AES-GCM themselves, and some know no key wrapping with padding. The key is the input of the key derivation of NIST
//! SP 800-108 §4.1 (counter mode, one block), whose output is the master key. It is in memory from then on.

use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use zeroize::Zeroizing;

use super::ModuleError;
use super::seat::Seat;
use crate::domain::secret::SecretBytes;

/// `[i]₃₂ ‖ Label ‖ 0 ‖ Context ‖ [L]₃₂`. What is sealed depends on it: it is never changed.
const INPUT: &[u8] = b"\0\0\0\x01senid master key\0v1\0\0\x01\0";

impl Seat<'_> {
    /// Makes the secret key of that label. It cannot be taken out.
    ///
    /// # Errors
    /// `CannotHoldMaster` where the token has no such keys; `TwoKeys` where the label is taken.
    pub fn make_master(&mut self, label: &str) -> Result<SecretBytes<32>, ModuleError> {
        for (mechanism, name) in [
            (MechanismType::GENERIC_SECRET_KEY_GEN, "CKM_GENERIC_SECRET_KEY_GEN"),
            (MechanismType::SHA256_HMAC, "CKM_SHA256_HMAC"),
        ] {
            if !self.has(mechanism) {
                return Err(ModuleError::CannotHoldMaster(name));
            }
        }
        let session = self.writing()?;
        if !session.find_objects(&[Attribute::Label(label.as_bytes().to_vec())])?.is_empty() {
            return Err(ModuleError::TwoKeys(label.to_owned()));
        }
        let template = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            Attribute::ValueLen(32.into()),
            Attribute::Label(label.as_bytes().to_vec()),
        ];
        let made = session.generate_key(&Mechanism::GenericSecretKeyGen, &template)?;
        let (mut sensitive, mut extractable) = (false, true);
        for attribute in session.get_attributes(made, &[AttributeType::Sensitive, AttributeType::Extractable])? {
            match attribute {
                Attribute::Sensitive(it_is) => sensitive = it_is,
                Attribute::Extractable(it_is) => extractable = it_is,
                _ => {}
            }
        }
        if !sensitive || extractable {
            let _ = session.destroy_object(made);
            return Err(ModuleError::NotHeld { sensitive, extractable });
        }
        drop(session);
        self.master(label)
    }

    /// The master key that the secret key of that label gives: the same every time.
    ///
    /// # Errors
    /// `NoKey` where there is none, `TwoKeys` where it is not clear which one it is.
    pub fn master(&mut self, label: &str) -> Result<SecretBytes<32>, ModuleError> {
        let template = [Attribute::Class(ObjectClass::SECRET_KEY), Attribute::Label(label.as_bytes().to_vec())];
        let key = self.only(&template, || label.to_owned())?;
        let derived = Zeroizing::new(self.session().sign(&Mechanism::Sha256Hmac, key, INPUT)?);
        let derived: [u8; 32] =
            derived.as_slice().try_into().map_err(|_| ModuleError::Refused("a MAC of another length".to_owned()))?;
        Ok(SecretBytes::new(derived))
    }
}
