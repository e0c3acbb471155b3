//! Key agreement (RFC 7518 §4.6, RFC 8037 §3.2): the curves, and the ephemeral key that a header carries.

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521, UnparsedPublicKey, X25519, agree};
use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::JweError;
use crate::crypto::base64url;
use crate::crypto::jwk::{self, PublicKey};

/// What two parties agree on.
pub(super) type SharedSecret = Zeroizing<Vec<u8>>;

/// The curve of a key that agrees, and its point as the library wants it.
fn point(key: &PublicKey) -> Option<(&'static agreement::Algorithm, &[u8])> {
    match key {
        PublicKey::P256(point) => Some((&ECDH_P256, point)),
        PublicKey::P384(point) => Some((&ECDH_P384, point)),
        PublicKey::P521(point) => Some((&ECDH_P521, point)),
        PublicKey::X25519(u) => Some((&X25519, u)),
        PublicKey::Rsa { .. } | PublicKey::Ed25519(_) => None,
    }
}

/// The public part of `private`.
pub(super) fn public_part(private: &agreement::PrivateKey) -> Option<PublicKey> {
    let public = private.compute_public_key().ok()?;
    let bytes = public.as_ref();
    let algorithm = private.algorithm();
    if *algorithm == ECDH_P256 {
        bytes.try_into().map(PublicKey::P256).ok()
    } else if *algorithm == ECDH_P384 {
        bytes.try_into().map(PublicKey::P384).ok()
    } else if *algorithm == ECDH_P521 {
        bytes.try_into().map(PublicKey::P521).ok()
    } else {
        bytes.try_into().map(PublicKey::X25519).ok()
    }
}

/// Agrees on a secret with the holder of `key`, by a key pair made for this once.
///
/// # Errors
/// `NotEncrypted` if `key` is not of a curve, or not a point on its own.
pub(super) fn agree_once(key: &PublicKey) -> Result<(SharedSecret, EphemeralKey), JweError> {
    let (algorithm, bytes) = point(key).ok_or(JweError::NotEncrypted)?;
    let ephemeral = agreement::PrivateKey::generate(algorithm).map_err(|_| JweError::NotEncrypted)?;
    let epk = public_part(&ephemeral).as_ref().and_then(EphemeralKey::of).ok_or(JweError::NotEncrypted)?;
    let secret = secret(&ephemeral, algorithm, bytes).ok_or(JweError::NotEncrypted)?;
    Ok((secret, epk))
}

/// The secret that the sender of `ephemeral` agreed on with `private`.
///
/// # Errors
/// `Decryption` if the key is on another curve, or no point of this one: the library refuses what is not on the curve,
/// the point at infinity, and for X25519 the points of small order.
pub(super) fn agree_with(private: &agreement::PrivateKey, ephemeral: &PublicKey) -> Result<SharedSecret, JweError> {
    let (algorithm, bytes) = point(ephemeral).ok_or(JweError::Decryption)?;
    if algorithm != private.algorithm() {
        return Err(JweError::Decryption);
    }
    secret(private, algorithm, bytes).ok_or(JweError::Decryption)
}

fn secret(
    private: &agreement::PrivateKey,
    algorithm: &'static agreement::Algorithm,
    point: &[u8],
) -> Option<SharedSecret> {
    agree(private, UnparsedPublicKey::new(algorithm, point), (), |z| Ok(Zeroizing::new(z.to_vec()))).ok()
}

/// An `epk` (RFC 7518 §4.6.1.1): nothing but the point.
#[derive(Debug, Serialize)]
pub(super) struct EphemeralKey {
    kty: &'static str,
    crv: &'static str,
    x: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

impl EphemeralKey {
    fn of(key: &PublicKey) -> Option<Self> {
        let ec = |crv, coordinates: &[u8]| {
            let (x, y) = coordinates.split_at(coordinates.len() / 2);
            Self { kty: "EC", crv, x: base64url::encode(x), y: Some(base64url::encode(y)) }
        };
        match key {
            PublicKey::P256(point) => Some(ec("P-256", &point[1..])),
            PublicKey::P384(point) => Some(ec("P-384", &point[1..])),
            PublicKey::P521(point) => Some(ec("P-521", &point[1..])),
            PublicKey::X25519(u) => Some(Self { kty: "OKP", crv: "X25519", x: base64url::encode(u), y: None }),
            PublicKey::Rsa { .. } | PublicKey::Ed25519(_) => None,
        }
    }

    /// The point that a header's `epk` names.
    ///
    /// # Errors
    /// `Header` if it is no public key of a curve.
    pub(super) fn read(members: &Map<String, Value>) -> Result<PublicKey, JweError> {
        let key = jwk::public_key(members).map_err(|_| JweError::Header)?;
        match point(&key) {
            // Whoever shows the private part does not know what they are doing, and neither would anyone who goes on.
            Some(_) if !jwk::has_private_members(members) => Ok(key),
            _ => Err(JweError::Header),
        }
    }
}
