//! Encrypted tokens: JWE in its compact form (RFC 7516 §7.1).
//!
//! As with signatures, a token's header chooses nothing: which key decrypts and which algorithms may have been used comes
//! from whoever expects the token, and what the header says has to agree. Compression (`zip`) is refused, because a small
//! token could become an endless one and its length would tell of its contents; extensions (`crit`) are refused; `dir`,
//! RSAES-PKCS1-v1_5, RSA-OAEP with SHA-1 and PBES2 do not exist here, so a `p2c` is never looked at.
//!
//! Encryption says nothing about who encrypted: whatever is decrypted is still to be verified.

mod concat_kdf;
mod content;
mod curve;
mod decryption_key;
mod key_management;
mod recipient;

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::crypto::base64url;
use crate::crypto::json;
use crate::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
use crate::domain::keys::KeyId;
use crate::domain::random::Random;

use content::Sealed;
use curve::EphemeralKey;
use key_management::{Agreement, Delivered};

pub use decryption_key::DecryptionKey;
pub use recipient::Recipient;

/// A signed token of the longest that is accepted, encrypted.
const MAX_LENGTH: usize = 24 * 1024;
/// The longest `apu` or `apv`, decoded: names, not documents.
const MAX_PARTY: usize = 128;

/// Why a token is refused, or none was made. Whoever presented it learns that it was, not why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JweError {
    #[error("the token is longer than 24 KiB")]
    TooLong,
    #[error("the token is not five parts of base64url")]
    NotCompact,
    #[error("the header is not a JSON object with every member once, of its type, and needed by its algorithm")]
    Header,
    #[error("the header demands an extension (crit) that is not understood")]
    Critical,
    #[error("the content is compressed (zip)")]
    Compressed,
    #[error("the algorithms are not those that are accepted here")]
    Algorithm,
    #[error("the token names no key that is known here")]
    UnknownKey,
    /// The key, the tag, the initialisation vector, the content: these are not told apart.
    #[error("the token does not decrypt")]
    Decryption,
    #[error("nothing could be encrypted")]
    NotEncrypted,
}

/// What is encrypted.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// A signed token: the header then says `cty: JWT` (RFC 7519 §5.2).
    Token(&'a str),
    /// Claims that nobody signed.
    Claims(&'a [u8]),
}

#[derive(Serialize)]
struct NewHeader<'a> {
    alg: &'static str,
    enc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cty: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a KeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epk: Option<EphemeralKey>,
}

/// Encrypts `content` to `recipient`.
///
/// # Errors
/// `NotEncrypted` if the key is none for that algorithm: of another type, or not on its curve.
pub fn encrypt(
    content: Content<'_>,
    recipient: &Recipient,
    with: Encryption,
    random: &dyn Random,
) -> Result<String, JweError> {
    if !recipient.receives(with.alg) {
        return Err(JweError::NotEncrypted);
    }
    let Delivered { cek, encrypted_key, ephemeral } =
        key_management::deliver(with.alg, with.enc, &recipient.key, random)?;
    let (plain, cty) = match content {
        Content::Token(token) => (token.as_bytes(), Some("JWT")),
        Content::Claims(claims) => (claims, None),
    };
    let header =
        NewHeader { alg: with.alg.name(), enc: with.enc.name(), cty, kid: recipient.kid.as_ref(), epk: ephemeral };
    let header = serde_json::to_vec(&header).map_err(|_| JweError::NotEncrypted)?;
    let mut token = base64url::encode(&header);
    let Sealed { iv, ciphertext, tag } = content::seal(with.enc, &cek, token.as_bytes(), plain, random)?;
    for part in [&encrypted_key, &iv, &ciphertext, &tag] {
        token.push('.');
        base64url::encode_into(part, &mut token);
    }
    Ok(token)
}

/// Whether a token is encrypted, by its number of parts (RFC 7516 §9): which road to take, nothing more.
pub fn is_encrypted(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 4
}

/// A token that nobody has decrypted yet. It says which key it claims to be encrypted to, and nothing else.
#[derive(Debug)]
pub struct Encrypted<'t> {
    with: Encryption,
    kid: Option<KeyId>,
    agreement: Agreement,
    header: &'t str,
    encrypted_key: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

impl<'t> Encrypted<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// Whatever is wrong with its form, its header or its algorithms.
    pub fn parse(token: &'t str) -> Result<Self, JweError> {
        if token.len() > MAX_LENGTH {
            return Err(JweError::TooLong);
        }
        let mut parts = token.split('.');
        let header = parts.next().ok_or(JweError::NotCompact)?;
        let mut part = || parts.next().and_then(base64url::decode).ok_or(JweError::NotCompact);
        let (encrypted_key, iv, ciphertext, tag) = (part()?, part()?, part()?, part()?);
        if parts.next().is_some() {
            return Err(JweError::NotCompact);
        }
        let members = base64url::decode(header).ok_or(JweError::NotCompact)?;
        let members = json::object(&members).ok_or(JweError::Header)?;
        if members.contains_key("crit") {
            return Err(JweError::Critical);
        }
        if members.contains_key("zip") {
            return Err(JweError::Compressed);
        }
        let alg = KeyManagementAlgorithm::from_name(text(&members, "alg")?.ok_or(JweError::Header)?);
        let enc = ContentEncryption::from_name(text(&members, "enc")?.ok_or(JweError::Header)?);
        let with = Encryption { alg: alg.ok_or(JweError::Algorithm)?, enc: enc.ok_or(JweError::Algorithm)? };
        let kid = text(&members, "kid")?.map(KeyId::new);
        let agreement = agreement(&members, with.alg)?;
        Ok(Self { with, kid, agreement, header, encrypted_key, iv, ciphertext, tag })
    }

    /// The key that the token claims to be encrypted to: a name to look up among known keys.
    pub const fn kid(&self) -> Option<&KeyId> {
        self.kid.as_ref()
    }

    /// What the token claims to be encrypted with.
    pub const fn with(&self) -> Encryption {
        self.with
    }

    /// Decrypts with `key` what was encrypted by one of the `accepted` pairs of algorithms.
    ///
    /// # Errors
    /// `Algorithm` if it was another pair, or the key is of another type; `Decryption` for everything else.
    pub fn decrypt(
        &self,
        accepted: impl FnOnce(Encryption) -> bool,
        key: &DecryptionKey,
        random: &dyn Random,
    ) -> Result<Plaintext, JweError> {
        if !accepted(self.with) || !key.fits(self.with.alg) {
            return Err(JweError::Algorithm);
        }
        let Encryption { alg, enc } = self.with;
        let cek = key_management::receive(alg, enc, key, &self.encrypted_key, &self.agreement, random)?;
        let (iv, ciphertext, tag) = (self.iv.clone(), self.ciphertext.clone(), self.tag.clone());
        content::open(enc, &cek, self.header.as_bytes(), Sealed { iv, ciphertext, tag }).map(Plaintext)
    }
}

/// The key agreement's part of the header, which RSA has no use for.
fn agreement(members: &Map<String, Value>, algorithm: KeyManagementAlgorithm) -> Result<Agreement, JweError> {
    if algorithm == KeyManagementAlgorithm::RsaOaep256 {
        return Ok(Agreement::default());
    }
    let ephemeral = members.get("epk").and_then(Value::as_object).ok_or(JweError::Header)?;
    let party = |name| match text(members, name)? {
        None => Ok(Vec::new()),
        Some(party) => base64url::decode(party).filter(|party| party.len() <= MAX_PARTY).ok_or(JweError::Header),
    };
    Ok(Agreement { ephemeral: Some(EphemeralKey::read(ephemeral)?), party_u: party("apu")?, party_v: party("apv")? })
}

/// A member that is a string, if it is there.
fn text<'m>(members: &'m Map<String, Value>, name: &str) -> Result<Option<&'m str>, JweError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JweError::Header),
    }
}

/// What was encrypted. Who encrypted it is not known: anyone can.
#[derive(Clone, PartialEq, Eq)]
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The token that was encrypted, if it is text at all.
    pub fn as_token(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests;
