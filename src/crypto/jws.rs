//! Signed tokens: JWS in its compact form (RFC 7515 §7.1), with the precautions of RFC 8725.
//!
//! A token's header chooses nothing. Which key verifies, with which algorithm, and what kind of token it must be comes
//! from whoever expects it; what the header says has to agree. Keys that a header brings along (`jku`, `x5u`) are not
//! looked at; a `jwk` is for the one kind of token that proves nothing but who holds the key ([`Unverified::own_key`]), and
//! certificates (`x5c`) for the one kind that is expected from whoever an authority vouches for ([`Unverified::certificates`]).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::crypto::base64url;
use crate::crypto::json;
use crate::crypto::jwk::{Jwk, JwkError, VerifyingKey};
use crate::crypto::mac::MacKey;
use crate::crypto::private_key::{PrivateKey, PrivateKeyError, Signature};
use crate::domain::keys::{KeyId, SignatureAlgorithm};
use crate::domain::mac::MacAlgorithm;

/// No token of ours comes near this.
const MAX_LENGTH: usize = 16 * 1024;

/// What kind of token it is (RFC 8725 §3.11): one kind is never taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typ {
    /// RFC 9068 §2.1.
    AccessToken,
    /// OpenID Connect Core §2 sets none; ours always say `JWT`.
    IdToken,
    /// OpenID Connect Back-Channel Logout §2.4.
    LogoutToken,
    /// OpenID Connect Core §5.3.2 sets none, and ours have none: nothing that must have one is ever one of these.
    Userinfo,
    /// RFC 8417 §2.3.
    SecurityEvent,
    /// What is told of a token: RFC 9701 §5.
    TokenIntrospection,
    /// JARM §2.1 sets none, and ours have none: as of userinfo.
    AuthorizationResponse,
    /// What a client proves itself with: RFC 7523 §3. It is never ours to sign.
    ClientAssertion,
    /// The parameters of a client's authorization request: RFC 9101 §10.8. It is never ours to sign.
    RequestObject,
    /// Who vouches for a program: RFC 7591 §2.3. It is never ours to sign.
    SoftwareStatement,
    /// Who vouches for a program that asks for tokens: RFC 7523 §2.1. It is never ours to sign.
    AssertionGrant,
    /// That its sender holds a key: RFC 9449 §4.2. It is never ours to sign.
    DpopProof,
    /// What is known of authenticators: FIDO Metadata Service §3.1.7. It is never ours to sign.
    MetadataBlob,
    /// What a population registry has of a person (docs/registry.md). It is never ours to sign.
    RegistryAnswer,
}

impl Typ {
    /// Those that are ours to sign, in their order: a signer finds its header by it.
    const OURS: [Self; 7] = [
        Self::AccessToken,
        Self::IdToken,
        Self::LogoutToken,
        Self::Userinfo,
        Self::SecurityEvent,
        Self::TokenIntrospection,
        Self::AuthorizationResponse,
    ];

    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::AccessToken => Some("at+jwt"),
            Self::IdToken => Some("JWT"),
            Self::LogoutToken => Some("logout+jwt"),
            Self::SecurityEvent => Some("secevent+jwt"),
            Self::Userinfo | Self::AuthorizationResponse => None,
            Self::TokenIntrospection => Some("token-introspection+jwt"),
            Self::ClientAssertion => Some("client-authentication+jwt"),
            Self::RequestObject => Some("oauth-authz-req+jwt"),
            Self::SoftwareStatement | Self::AssertionGrant | Self::MetadataBlob => None,
            Self::DpopProof => Some("dpop+jwt"),
            Self::RegistryAnswer => Some("registry-answer+jwt"),
        }
    }

    const fn may_be_unnamed(self) -> bool {
        matches!(
            self,
            Self::ClientAssertion
                | Self::RequestObject
                | Self::SoftwareStatement
                | Self::AssertionGrant
                | Self::MetadataBlob
        )
    }

    /// Whether a header with this `typ` may belong to a token of this kind.
    fn accepts(self, typ: Option<&str>) -> bool {
        match (self, typ) {
            // The names are younger than the tokens: most say `JWT` or nothing. What they claim tells them from others.
            (kind, None) if kind.may_be_unnamed() => true,
            (kind, Some(typ)) if kind.may_be_unnamed() && is_media_type(typ, "JWT") => true,
            (_, Some(typ)) => self.name().is_some_and(|name| is_media_type(typ, name)),
            (_, None) => false,
        }
    }
}

/// Media types are compared without regard to case, and may leave out `application/` (RFC 7515 §4.1.9).
fn is_media_type(typ: &str, name: &str) -> bool {
    let prefix = "application/";
    let short = match typ.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => &typ[prefix.len()..],
        _ => typ,
    };
    short.eq_ignore_ascii_case(name)
}

/// Why a token is refused. Whoever presented it learns that it was, not why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    #[error("the token is longer than any of its kind")]
    TooLong,
    #[error("the token is not three parts of base64url")]
    NotCompact,
    #[error("the header is not a JSON object with every member once and of its type")]
    Header,
    #[error("the header demands an extension (crit) that is not understood")]
    Critical,
    #[error("the algorithm is not one that is accepted here")]
    Algorithm,
    #[error("the token is of another kind")]
    Typ,
    #[error("the token names no key that is known here")]
    UnknownKey,
    #[error("the signature is not the key's")]
    Signature,
    #[error("the claims are not a JSON object with every member once and of its type")]
    Claims,
}

/// What a token of ours is before its signature: its headers, prepared once for a key.
pub struct Headers {
    /// One for each of [`Typ::OURS`], encoded, with the `.` behind it.
    encoded: [String; Typ::OURS.len()],
}

impl Headers {
    pub fn new(kid: &KeyId, algorithm: SignatureAlgorithm) -> Self {
        let header = |typ: Typ| {
            // Neither name nor thumbprint holds a character that JSON escapes.
            let typ = typ.name().map_or_else(String::new, |name| format!(r#""typ":"{name}","#));
            let json = format!(r#"{{"alg":"{algorithm}",{typ}"kid":"{kid}"}}"#);
            base64url::encode(json.as_bytes()) + "."
        };
        Self { encoded: Typ::OURS.map(header) }
    }

    /// The token up to its signature: what is signed.
    ///
    /// # Errors
    /// `NotSigned` if the claims do not become JSON, or the kind is not ours to sign.
    pub fn begin(&self, typ: Typ, claims: &impl Serialize) -> Result<String, PrivateKeyError> {
        let claims = serde_json::to_vec(claims).map_err(|_| PrivateKeyError::NotSigned)?;
        let header = self.encoded.get(typ as usize).ok_or(PrivateKeyError::NotSigned)?;
        // The longest signature, RSA's, takes 342 characters.
        let mut token = String::with_capacity(header.len() + claims.len().div_ceil(3) * 4 + 1 + 342);
        token.push_str(header);
        base64url::encode_into(&claims, &mut token);
        Ok(token)
    }
}

/// The token that was begun, with its signature.
pub fn finish(mut begun: String, signature: &[u8]) -> String {
    begun.push('.');
    base64url::encode_into(signature, &mut begun);
    begun
}

/// A signer with its key, its `kid` and its headers, prepared once.
pub struct Signer {
    key: PrivateKey,
    kid: KeyId,
    headers: Headers,
}

impl Signer {
    /// # Errors
    /// `Rejected` if the key has no public part of its type.
    pub fn new(key: PrivateKey) -> Result<Self, PrivateKeyError> {
        let kid = key.public_key()?.thumbprint();
        let headers = Headers::new(&kid, key.algorithm());
        Ok(Self { key, kid, headers })
    }

    pub const fn kid(&self) -> &KeyId {
        &self.kid
    }

    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    pub const fn private_key(&self) -> &PrivateKey {
        &self.key
    }

    /// Signs `claims` as a token of that kind.
    ///
    /// # Errors
    /// `NotSigned` if the claims do not become JSON, the library refuses, or the kind is not ours to sign.
    pub fn sign(&self, typ: Typ, claims: &impl Serialize) -> Result<String, PrivateKeyError> {
        let begun = self.headers.begin(typ, claims)?;
        let signature: Signature = self.key.sign(begun.as_bytes())?;
        Ok(finish(begun, signature.as_ref()))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {})", self.algorithm(), self.kid)
    }
}

/// A token whose signature nobody has looked at yet. It says which key it claims to be signed by, and nothing else.
#[derive(Clone, Debug)]
pub struct Unverified<'t> {
    algorithm: SignatureAlgorithm,
    parts: Parts<'t>,
}

impl<'t> Unverified<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// Whatever is wrong with its form, its header or its algorithm.
    pub fn parse(token: &'t str) -> Result<Self, JwsError> {
        Self::parse_within(token, MAX_LENGTH)
    }

    /// As [`parse`](Self::parse), for a document of up to `longest` bytes.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_within(token: &'t str, longest: usize) -> Result<Self, JwsError> {
        let parts = Parts::parse(token, longest)?;
        let algorithm = SignatureAlgorithm::from_name(&parts.algorithm).ok_or(JwsError::Algorithm)?;
        Ok(Self { algorithm, parts })
    }

    /// The key that the token claims to be signed by: a name to look up among known keys, never a path or an address.
    pub const fn kid(&self) -> Option<&KeyId> {
        self.parts.kid.as_ref()
    }

    /// The algorithm that the token claims to be signed with.
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The key that the token brings along in its header: whoever made the token holds it, and more is not said by that.
    /// `None` where it brings none.
    ///
    /// # Errors
    /// What is wrong with the key; one with a private member is nobody's proof of anything.
    pub fn own_key(&self) -> Option<Result<VerifyingKey, JwkError>> {
        let jwk = self.parts.jwk.as_ref()?;
        let members = jwk.as_object().ok_or(JwkError::Type);
        Some(members.and_then(Jwk::parse).and_then(|key| key.verifying(self.algorithm)))
    }

    /// The certificates in DER that the token brings along (RFC 7515 §4.1.6), the signer's first: nothing is known of them yet.
    /// `None` where it brings none, or what is no list of certificates.
    pub fn certificates(&self) -> Option<Vec<Vec<u8>>> {
        let listed = self.parts.x5c.as_ref()?.as_array()?;
        listed.iter().map(|one| BASE64.decode(one.as_str()?).ok()).collect()
    }

    /// Whether the token is of the kind expected, signed by `key` with one of the `accepted` algorithms.
    ///
    /// # Errors
    /// `Typ`, `Algorithm`, `Signature`, or `NotCompact` if the payload is not base64url.
    pub fn verify(
        self,
        expected: Typ,
        accepted: &[SignatureAlgorithm],
        key: &VerifyingKey,
    ) -> Result<Payload, JwsError> {
        if !expected.accepts(self.parts.typ.as_deref()) {
            return Err(JwsError::Typ);
        }
        if self.algorithm != key.algorithm() || !accepted.contains(&self.algorithm) {
            return Err(JwsError::Algorithm);
        }
        if !key.verifies(self.parts.signed.as_bytes(), &self.parts.signature) {
            return Err(JwsError::Signature);
        }
        self.parts.payload()
    }
}

/// As [`Unverified`], for a token that two who share a secret exchange. It is a type of its own, and so is its key: no
/// public key is ever taken for a secret.
#[derive(Clone, Debug)]
pub struct UnverifiedMac<'t> {
    algorithm: MacAlgorithm,
    parts: Parts<'t>,
}

impl<'t> UnverifiedMac<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// As [`Unverified::parse`].
    pub fn parse(token: &'t str) -> Result<Self, JwsError> {
        let parts = Parts::parse(token, MAX_LENGTH)?;
        let algorithm = MacAlgorithm::from_name(&parts.algorithm).ok_or(JwsError::Algorithm)?;
        Ok(Self { algorithm, parts })
    }

    /// The algorithm that the token claims to be protected with.
    pub const fn algorithm(&self) -> MacAlgorithm {
        self.algorithm
    }

    /// Whether the token is of the kind expected, and protected by `key`.
    ///
    /// # Errors
    /// As [`Unverified::verify`].
    pub fn verify(self, expected: Typ, key: &MacKey) -> Result<Payload, JwsError> {
        if !expected.accepts(self.parts.typ.as_deref()) {
            return Err(JwsError::Typ);
        }
        if self.algorithm != key.algorithm() {
            return Err(JwsError::Algorithm);
        }
        if !key.verifies(self.parts.signed.as_bytes(), &self.parts.signature) {
            return Err(JwsError::Signature);
        }
        self.parts.payload()
    }
}

/// What a token says that it is protected with, `none` included: to tell its sender apart what is wrong, for nothing else.
pub fn claimed_algorithm(token: &str) -> Option<String> {
    Parts::parse(token, MAX_LENGTH).ok().map(|parts| parts.algorithm)
}

/// Whom a token says that it is from: a name to look keys up under, not to be believed before they have verified it.
pub fn claimed_issuer(token: &str) -> Option<String> {
    let payload = Parts::parse(token, MAX_LENGTH).ok()?.payload().ok()?;
    match json::object(payload.as_bytes())?.remove("iss")? {
        Value::String(issuer) => Some(issuer),
        _ => None,
    }
}

/// The three parts of a token and what its header says.
#[derive(Clone, Debug)]
struct Parts<'t> {
    algorithm: String,
    typ: Option<String>,
    kid: Option<KeyId>,
    jwk: Option<Value>,
    x5c: Option<Value>,
    signed: &'t str,
    payload: &'t str,
    signature: Vec<u8>,
}

impl<'t> Parts<'t> {
    fn parse(token: &'t str, longest: usize) -> Result<Self, JwsError> {
        if token.len() > longest {
            return Err(JwsError::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::NotCompact)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::NotCompact)?;
        if payload.contains('.') {
            return Err(JwsError::NotCompact);
        }
        let header = base64url::decode(header).ok_or(JwsError::NotCompact)?;
        let signature = base64url::decode(signature).ok_or(JwsError::NotCompact)?;
        let mut header = json::object(&header).ok_or(JwsError::Header)?;
        if header.contains_key("crit") {
            return Err(JwsError::Critical);
        }
        let algorithm = text(&mut header, "alg")?.ok_or(JwsError::Header)?;
        let typ = text(&mut header, "typ")?;
        let kid = text(&mut header, "kid")?.map(KeyId::new);
        let (jwk, x5c) = (header.remove("jwk"), header.remove("x5c"));
        Ok(Self { algorithm, typ, kid, jwk, x5c, signed, payload, signature })
    }

    fn payload(&self) -> Result<Payload, JwsError> {
        base64url::decode(self.payload).map(Payload).ok_or(JwsError::NotCompact)
    }
}

/// Takes a member that is a string, if it is there.
fn text(header: &mut Map<String, Value>, name: &str) -> Result<Option<String>, JwsError> {
    match header.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JwsError::Header),
    }
}

/// What a verified token says. There is no other way to come by one than [`Unverified::verify`] or
/// [`UnverifiedMac::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(Vec<u8>);

impl Payload {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The claims as a type of their own.
    ///
    /// # Errors
    /// `Claims` if they are no JSON object, have a member twice or of another type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, JwsError> {
        let members = json::object(&self.0).ok_or(JwsError::Claims)?;
        T::deserialize(Value::Object(members)).map_err(|_| JwsError::Claims)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Claims are personal data.
        write!(f, "Payload({} bytes)", self.0.len())
    }
}

#[cfg(test)]
#[path = "jws_tests.rs"]
mod tests;
