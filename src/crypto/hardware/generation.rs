//! New key pairs, made inside the token.

use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectHandle};
use cryptoki::session::Session;

use super::seat::{OURS, Seat};
use super::{KeyReference, ModuleError, ObjectId};
use crate::crypto::jwk::{PublicKey, VerifyingKey};
use crate::domain::keys::SignatureAlgorithm;

/// The curves' object identifiers in DER: RFC 5480 §2.1.1.1; and Ed25519 by the name that PKCS #11 2.40 modules know it by, and
/// the identifier of RFC 8410 §3, which those of 3.0 know.
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
const ED25519_NAME: &[u8] = b"\x13\x0cedwards25519";
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

/// Bits of an RSA key: as of those that are made in memory.
const RSA_BITS: u64 = 2048;

/// What a new key has to sign before it counts: no token is this.
const TRIAL: &[u8] = b"senid: a new key signs this and nobody sees it";

/// A key pair that the token made, signed with once, and holds.
#[derive(Clone, Debug)]
pub struct MadeKey {
    pub reference: KeyReference,
}

impl Seat<'_> {
    /// Makes a key pair whose private part cannot be taken out, under the id that its caller drew. It is labelled with its `kid`.
    ///
    /// # Errors
    /// `CannotMake` where the token has no such keys, `NotHeld` where it made one that could be taken out; then nothing is left in it.
    pub fn make(&mut self, algorithm: SignatureAlgorithm, id: &ObjectId) -> Result<MadeKey, ModuleError> {
        let needed = mechanisms(algorithm);
        if let Some((_, name)) = needed.into_iter().find(|(mechanism, _)| !self.has(*mechanism)) {
            return Err(ModuleError::CannotMake(algorithm, name));
        }
        let session = self.writing()?;
        let (public, private) = generate(&session, algorithm, id)?;
        match self.made(&session, algorithm, id, public, private) {
            Ok(made) => Ok(made),
            Err(error) => {
                for object in [public, private] {
                    let _ = session.destroy_object(object);
                }
                Err(error)
            }
        }
    }

    fn made(
        &mut self,
        session: &Session,
        algorithm: SignatureAlgorithm,
        id: &ObjectId,
        public: ObjectHandle,
        private: ObjectHandle,
    ) -> Result<MadeKey, ModuleError> {
        is_held(session, private)?;
        let key = public_key(session, algorithm, public)?;
        let kid = key.thumbprint();
        // The id finds it; the label is for people, and some tokens let nobody change it.
        for object in [public, private] {
            let label = format!("{OURS}{algorithm} {kid}");
            let _ = session.update_attributes(object, &[Attribute::Label(label.into_bytes())]);
        }
        let announced = VerifyingKey::new(key.clone(), algorithm).map_err(|_| ModuleError::PublicKey)?;
        self.sign(id, TRIAL, &announced)?;
        let token = self.about().label.clone();
        Ok(MadeKey { reference: KeyReference { id: id.clone(), token, public: key } })
    }
}

/// What a token has to have for keys of an algorithm, with its name.
const fn mechanisms(algorithm: SignatureAlgorithm) -> [(MechanismType, &'static str); 2] {
    match algorithm {
        SignatureAlgorithm::Es256 | SignatureAlgorithm::Es384 => {
            [(MechanismType::ECC_KEY_PAIR_GEN, "CKM_EC_KEY_PAIR_GEN"), (MechanismType::ECDSA, "CKM_ECDSA")]
        }
        SignatureAlgorithm::EdDsa => [
            (MechanismType::ECC_EDWARDS_KEY_PAIR_GEN, "CKM_EC_EDWARDS_KEY_PAIR_GEN"),
            (MechanismType::EDDSA, "CKM_EDDSA"),
        ],
        SignatureAlgorithm::Rs256 => [
            (MechanismType::RSA_PKCS_KEY_PAIR_GEN, "CKM_RSA_PKCS_KEY_PAIR_GEN"),
            (MechanismType::SHA256_RSA_PKCS, "CKM_SHA256_RSA_PKCS"),
        ],
        SignatureAlgorithm::Ps256 => [
            (MechanismType::RSA_PKCS_KEY_PAIR_GEN, "CKM_RSA_PKCS_KEY_PAIR_GEN"),
            (MechanismType::SHA256_RSA_PKCS_PSS, "CKM_SHA256_RSA_PKCS_PSS"),
        ],
    }
}

fn generate(
    session: &Session,
    algorithm: SignatureAlgorithm,
    id: &ObjectId,
) -> Result<(ObjectHandle, ObjectHandle), ModuleError> {
    let label = || Attribute::Label(format!("{OURS}{algorithm} {id}").into_bytes());
    let id = || Attribute::Id(id.as_bytes().to_vec());
    let private = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        label(),
        id(),
    ];
    let make = |mechanism: Mechanism<'_>, kind: Vec<Attribute>| {
        let mut public = vec![Attribute::Token(true), Attribute::Verify(true), label(), id()];
        public.extend(kind);
        session.generate_key_pair(&mechanism, &public, &private)
    };
    let curve = |curve: &[u8]| vec![Attribute::EcParams(curve.to_vec())];
    Ok(match algorithm {
        SignatureAlgorithm::Es256 => make(Mechanism::EccKeyPairGen, curve(P256)),
        SignatureAlgorithm::Es384 => make(Mechanism::EccKeyPairGen, curve(P384)),
        SignatureAlgorithm::EdDsa => make(Mechanism::EccEdwardsKeyPairGen, curve(ED25519_NAME))
            .or_else(|_| make(Mechanism::EccEdwardsKeyPairGen, curve(ED25519))),
        SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => make(
            Mechanism::RsaPkcsKeyPairGen,
            vec![Attribute::ModulusBits(RSA_BITS.into()), Attribute::PublicExponent(vec![1, 0, 1])],
        ),
    }?)
}

/// What a token was asked for and what it made may differ.
fn is_held(session: &Session, private: ObjectHandle) -> Result<(), ModuleError> {
    let (mut sensitive, mut extractable) = (false, true);
    for attribute in session.get_attributes(private, &[AttributeType::Sensitive, AttributeType::Extractable])? {
        match attribute {
            Attribute::Sensitive(it_is) => sensitive = it_is,
            Attribute::Extractable(it_is) => extractable = it_is,
            _ => {}
        }
    }
    if sensitive && !extractable { Ok(()) } else { Err(ModuleError::NotHeld { sensitive, extractable }) }
}

fn public_key(
    session: &Session,
    algorithm: SignatureAlgorithm,
    public: ObjectHandle,
) -> Result<PublicKey, ModuleError> {
    let wanted: &[AttributeType] = match algorithm {
        SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => {
            &[AttributeType::Modulus, AttributeType::PublicExponent]
        }
        _ => &[AttributeType::EcPoint],
    };
    let (mut point, mut modulus, mut exponent) = (Vec::new(), Vec::new(), Vec::new());
    for attribute in session.get_attributes(public, wanted)? {
        match attribute {
            Attribute::EcPoint(bytes) => point = bytes,
            Attribute::Modulus(bytes) => modulus = bytes,
            Attribute::PublicExponent(bytes) => exponent = bytes,
            _ => {}
        }
    }
    let key = match algorithm {
        SignatureAlgorithm::Es256 => unwrapped(&point).and_then(|point| point.try_into().ok()).map(PublicKey::P256),
        SignatureAlgorithm::Es384 => unwrapped(&point).and_then(|point| point.try_into().ok()).map(PublicKey::P384),
        SignatureAlgorithm::EdDsa => raw_or::<32>(&point).map(PublicKey::Ed25519),
        SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => {
            // A thumbprint is made of numbers without leading zeros (RFC 7518 §2).
            let bare = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
            let (n, e) = (bare(&modulus), bare(&exponent));
            (n.len() == RSA_BITS as usize / 8 && !e.is_empty()).then_some(PublicKey::Rsa { n, e })
        }
    };
    key.ok_or(ModuleError::PublicKey)
}

/// An uncompressed point, out of its OCTET STRING: PKCS #11 §2.3.3 wants one around it, and some modules leave it out. Both begin
/// with 4; inside of one another 4 follows its length.
fn unwrapped(point: &[u8]) -> Option<&[u8]> {
    match point {
        [4, length, inside @ ..] if *length < 0x80 && usize::from(*length) == inside.len() && inside[0] == 4 => {
            Some(inside)
        }
        [4, 0x81, length, inside @ ..] if usize::from(*length) == inside.len() && inside[0] == 4 => Some(inside),
        [4, ..] => Some(point),
        _ => None,
    }
}

/// A public key of `N` bytes as it is, in an OCTET STRING, or in a BIT STRING (PKCS #11 3.0).
fn raw_or<const N: usize>(point: &[u8]) -> Option<[u8; N]> {
    match point {
        [4, length, inside @ ..] if usize::from(*length) == N && inside.len() == N => inside.try_into().ok(),
        [3, length, 0, inside @ ..] if usize::from(*length) == N + 1 && inside.len() == N => inside.try_into().ok(),
        raw => raw.try_into().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_found_however_a_module_writes_it() {
        let point: Vec<u8> = std::iter::once(4).chain([7; 64]).collect();
        let wrapped: Vec<u8> = [4, 65].into_iter().chain(point.clone()).collect();
        assert_eq!(unwrapped(&point), Some(&point[..]));
        assert_eq!(unwrapped(&wrapped), Some(&point[..]));
        let long: Vec<u8> = std::iter::once(4).chain([7; 132]).collect();
        let wrapped: Vec<u8> = [4, 0x81, 133].into_iter().chain(long.clone()).collect();
        assert_eq!(unwrapped(&wrapped), Some(&long[..]));
        assert_eq!(unwrapped(&[2; 33]), None, "compressed");
        assert_eq!(unwrapped(&[]), None);
        assert_eq!(raw_or::<3>(&[9, 8, 7]), Some([9, 8, 7]));
        assert_eq!(raw_or::<3>(&[4, 3, 9, 8, 7]), Some([9, 8, 7]));
        assert_eq!(raw_or::<3>(&[3, 4, 0, 9, 8, 7]), Some([9, 8, 7]));
        assert_eq!(raw_or::<3>(&[9, 8]), None);
    }
}
