//! Public keys as JSON Web Keys: RFC 7517, RFC 7518 §6, RFC 8037 §2; their thumbprints: RFC 7638.

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::domain::encryption::KeyManagementAlgorithm;
use crate::domain::key_binding::Thumbprint;
use crate::domain::keys::{KeyId, SignatureAlgorithm};

/// RSA keys of 2048 to 4096 bits: below is weak, above makes verifying a way to tire the server out.
const RSA_MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
const RSA_EXPONENT_BYTES: std::ops::RangeInclusive<usize> = 1..=4;

/// A public key that verifies signatures, or that something is encrypted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// An uncompressed point (SEC 1 §2.3.3): `4 ‖ x ‖ y`.
    P256([u8; 65]),
    P384([u8; 97]),
    P521([u8; 133]),
    /// Big-endian, without leading zeros.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    Ed25519([u8; 32]),
    X25519([u8; 32]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    #[error(
        "not a JSON Web Key of a type that is of use here (EC P-256, P-384 or, to encrypt to, P-521; RSA; OKP Ed25519 to verify, X25519 to encrypt to)"
    )]
    Type,
    #[error("the key holds a private or secret member")]
    Private,
    #[error("a member of the key is missing, badly encoded or of the wrong size")]
    Member,
    #[error("an RSA key must have 2048 to 4096 bits and an exponent of at most 32")]
    RsaSize,
    #[error("the key is not meant for this use")]
    Use,
    #[error("the key does not fit the algorithm")]
    Algorithm,
}

impl PublicKey {
    /// Whether the algorithm works with this type of key.
    pub const fn fits(&self, algorithm: SignatureAlgorithm) -> bool {
        matches!(
            (self, algorithm),
            (Self::P256(_), SignatureAlgorithm::Es256)
                | (Self::P384(_), SignatureAlgorithm::Es384)
                | (Self::Rsa { .. }, SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256)
                | (Self::Ed25519(_), SignatureAlgorithm::EdDsa)
        )
    }

    /// Whether something can be encrypted to this type of key with the algorithm.
    pub const fn receives(&self, algorithm: KeyManagementAlgorithm) -> bool {
        match algorithm {
            KeyManagementAlgorithm::RsaOaep256 => matches!(self, Self::Rsa { .. }),
            KeyManagementAlgorithm::EcdhEs | KeyManagementAlgorithm::EcdhEsA256Kw => {
                matches!(self, Self::P256(_) | Self::P384(_) | Self::P521(_) | Self::X25519(_))
            }
        }
    }

    /// The key's thumbprint (RFC 7638 §3) as text, which is its `kid`.
    pub fn thumbprint(&self) -> KeyId {
        KeyId::new(base64url::encode(self.digest().as_bytes()))
    }

    /// The key's thumbprint.
    pub fn digest(&self) -> Thumbprint {
        let encode = base64url::encode;
        // The members that RFC 7638 §3.2 requires, in lexicographic order, without white space.
        let canonical = match self {
            Self::P256(point) => thumbprint_input_ec("P-256", &point[1..]),
            Self::P384(point) => thumbprint_input_ec("P-384", &point[1..]),
            Self::P521(point) => thumbprint_input_ec("P-521", &point[1..]),
            Self::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n)),
            Self::Ed25519(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(x)),
            Self::X25519(x) => format!(r#"{{"crv":"X25519","kty":"OKP","x":"{}"}}"#, encode(x)),
        };
        Thumbprint::from_bytes(sha256(canonical.as_bytes()))
    }

    /// The key as a JWKS publishes it, for verifying with one algorithm.
    pub fn to_jwk(&self, algorithm: SignatureAlgorithm) -> PublicJwk {
        self.publish("sig", Some(algorithm.name()))
    }

    /// The key as a JWKS publishes it, for others to encrypt to. A key that agrees names no algorithm: it serves both.
    pub fn to_encryption_jwk(&self) -> PublicJwk {
        let algorithm = KeyManagementAlgorithm::RsaOaep256;
        self.publish("enc", self.receives(algorithm).then(|| algorithm.name()))
    }

    fn publish(&self, usage: &'static str, alg: Option<&'static str>) -> PublicJwk {
        let kid = self.thumbprint();
        let mut jwk = PublicJwk { kty: "EC", usage, alg, kid, crv: None, x: None, y: None, n: None, e: None };
        match self {
            Self::P256(point) => jwk.set_point("P-256", &point[1..]),
            Self::P384(point) => jwk.set_point("P-384", &point[1..]),
            Self::P521(point) => jwk.set_point("P-521", &point[1..]),
            Self::Rsa { n, e } => {
                jwk.kty = "RSA";
                (jwk.n, jwk.e) = (Some(base64url::encode(n)), Some(base64url::encode(e)));
            }
            Self::Ed25519(x) => {
                jwk.kty = "OKP";
                (jwk.crv, jwk.x) = (Some("Ed25519"), Some(base64url::encode(x)));
            }
            Self::X25519(x) => {
                jwk.kty = "OKP";
                (jwk.crv, jwk.x) = (Some("X25519"), Some(base64url::encode(x)));
            }
        }
        jwk
    }
}

fn thumbprint_input_ec(curve: &str, coordinates: &[u8]) -> String {
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    format!(r#"{{"crv":"{curve}","kty":"EC","x":"{}","y":"{}"}}"#, base64url::encode(x), base64url::encode(y))
}

/// A public key as a JWKS publishes it. It has no room for a private member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicJwk {
    kty: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<&'static str>,
    kid: KeyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
}

impl PublicJwk {
    fn set_point(&mut self, curve: &'static str, coordinates: &[u8]) {
        let (x, y) = coordinates.split_at(coordinates.len() / 2);
        self.crv = Some(curve);
        (self.x, self.y) = (Some(base64url::encode(x)), Some(base64url::encode(y)));
    }
}

/// A public key that someone else published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    pub key: PublicKey,
    pub kid: Option<KeyId>,
    /// The only algorithm the key is for, if it says so.
    pub algorithm: Option<SignatureAlgorithm>,
}

impl Jwk {
    /// Reads a key that verifies signatures.
    ///
    /// # Errors
    /// `Private` for a key with private members, which its owner must not have shown, and for a shared secret;
    /// otherwise what is wrong with it.
    pub fn parse(members: &Map<String, Value>) -> Result<Self, JwkError> {
        if has_private_members(members) {
            return Err(JwkError::Private);
        }
        if !for_verifying(members) {
            return Err(JwkError::Use);
        }
        let key = public_key(members)?;
        if !SignatureAlgorithm::ALL.iter().any(|algorithm| key.fits(*algorithm)) {
            return Err(JwkError::Type);
        }
        let kid = kid(members)?;
        let algorithm = match members.get("alg") {
            None => None,
            Some(name) => {
                let algorithm = name.as_str().and_then(SignatureAlgorithm::from_name);
                Some(algorithm.filter(|algorithm| key.fits(*algorithm)).ok_or(JwkError::Algorithm)?)
            }
        };
        Ok(Self { key, kid, algorithm })
    }

    /// The key for verifying with `algorithm` and nothing else.
    ///
    /// # Errors
    /// `Algorithm` if it is of another type, or names another algorithm itself.
    pub fn verifying(self, algorithm: SignatureAlgorithm) -> Result<VerifyingKey, JwkError> {
        if self.algorithm.is_some_and(|own| own != algorithm) {
            return Err(JwkError::Algorithm);
        }
        VerifyingKey::new(self.key, algorithm)
    }
}

fn for_verifying(members: &Map<String, Value>) -> bool {
    let usage = members.get("use").is_none_or(|usage| usage == "sig");
    let operations = members.get("key_ops").is_none_or(|operations| {
        operations.as_array().is_some_and(|operations| operations.iter().any(|operation| operation == "verify"))
    });
    usage && operations
}

/// Whether it is a private key or a shared secret.
pub(super) fn has_private_members(members: &Map<String, Value>) -> bool {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|private| members.contains_key(*private))
}

pub(super) fn kid(members: &Map<String, Value>) -> Result<Option<KeyId>, JwkError> {
    match members.get("kid") {
        None => Ok(None),
        Some(Value::String(kid)) => Ok(Some(KeyId::new(kid.as_str()))),
        Some(_) => Err(JwkError::Member),
    }
}

/// The key itself, whatever it is for.
pub(super) fn public_key(members: &Map<String, Value>) -> Result<PublicKey, JwkError> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    match (text("kty"), text("crv")) {
        (Some("EC"), Some("P-256")) => point::<32, 65>(text("x"), text("y")).map(PublicKey::P256),
        (Some("EC"), Some("P-384")) => point::<48, 97>(text("x"), text("y")).map(PublicKey::P384),
        (Some("EC"), Some("P-521")) => point::<66, 133>(text("x"), text("y")).map(PublicKey::P521),
        (Some("OKP"), Some("Ed25519")) => {
            text("x").and_then(base64url::decode_array).map(PublicKey::Ed25519).ok_or(JwkError::Member)
        }
        (Some("OKP"), Some("X25519")) => {
            text("x").and_then(base64url::decode_array).map(PublicKey::X25519).ok_or(JwkError::Member)
        }
        (Some("RSA"), _) => {
            let n = text("n").and_then(base64url::decode).ok_or(JwkError::Member)?;
            let e = text("e").and_then(base64url::decode).ok_or(JwkError::Member)?;
            // Base64urlUInt (RFC 7518 §2) has no leading zeros; with one, a key would have a second thumbprint.
            if n.first() == Some(&0) || e.first() == Some(&0) {
                return Err(JwkError::Member);
            }
            let bits_short = n.first().is_some_and(|first| n.len() == *RSA_MODULUS_BYTES.start() && *first < 0x80);
            if !RSA_MODULUS_BYTES.contains(&n.len()) || bits_short || !RSA_EXPONENT_BYTES.contains(&e.len()) {
                return Err(JwkError::RsaSize);
            }
            Ok(PublicKey::Rsa { n, e })
        }
        _ => Err(JwkError::Type),
    }
}

fn point<const C: usize, const P: usize>(x: Option<&str>, y: Option<&str>) -> Result<[u8; P], JwkError> {
    let coordinate = |text: Option<&str>| text.and_then(base64url::decode_array::<C>).ok_or(JwkError::Member);
    let mut point = [4; P];
    point[1..=C].copy_from_slice(&coordinate(x)?);
    point[1 + C..].copy_from_slice(&coordinate(y)?);
    Ok(point)
}

/// A public key together with the one algorithm it is used with: what a token's header says cannot change that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    key: PublicKey,
    algorithm: SignatureAlgorithm,
}

impl VerifyingKey {
    /// # Errors
    /// `Algorithm` if the key is of another type than the algorithm works with.
    pub fn new(key: PublicKey, algorithm: SignatureAlgorithm) -> Result<Self, JwkError> {
        if key.fits(algorithm) { Ok(Self { key, algorithm }) } else { Err(JwkError::Algorithm) }
    }

    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    pub const fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match (&self.key, self.algorithm) {
            (PublicKey::P256(point), SignatureAlgorithm::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            (PublicKey::P384(point), SignatureAlgorithm::Es384) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(message, signature)
            }
            (PublicKey::Ed25519(key), SignatureAlgorithm::EdDsa) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature)
            }
            (PublicKey::Rsa { n, e }, SignatureAlgorithm::Rs256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (PublicKey::Rsa { n, e }, SignatureAlgorithm::Ps256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            // `new` lets no other pair come about.
            _ => return false,
        };
        verified.is_ok()
    }
}

#[cfg(test)]
#[path = "jwk_tests.rs"]
mod tests;
