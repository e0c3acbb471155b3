//! Attestation objects: W3C WebAuthn §6.5.4, with the authenticator data of §6.1.

use super::cbor::Item;
use crate::domain::attestation::Aaguid;

/// Bits of the flags (§6.1).
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED_CREDENTIAL_DATA: u8 = 1 << 6;
const EXTENSION_DATA: u8 = 1 << 7;
/// Before the credential's id: the hash of the relying party's id, the flags, the counter, the AAGUID and a length.
const FLAGS_AT: usize = 32;
const AAGUID_AT: usize = FLAGS_AT + 1 + 4;
const ID_LENGTH_AT: usize = AAGUID_AT + 16;
const ID_AT: usize = ID_LENGTH_AT + 2;
/// The chain from an authenticator's certificate to its maker's root.
const MOST_CERTIFICATES: usize = 8;

/// What an authenticator says of a new credential. That the statement's signature holds is for the ceremony to have checked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AttestationObject<'a> {
    pub aaguid: Aaguid,
    /// The key was made never to leave its authenticator.
    pub single_device: bool,
    pub voucher: Voucher<'a>,
}

/// Who vouches for the model.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Voucher<'a> {
    /// Nobody, or somebody in a format whose word does not count here.
    Nobody,
    /// The credential's own key (§6.5.3 "self attestation"): nobody else.
    Own,
    /// The authenticator's maker (§8.2 with `x5c`).
    Maker { algorithm: i64, leaf: &'a [u8], intermediates: Vec<&'a [u8]> },
}

/// The sentence says what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedObject {
    #[error("it is not one CBOR map as CTAP2 writes it: definite lengths, each member once, nothing after it")]
    Cbor,
    #[error("it lacks fmt, attStmt or authData, or one of them is of another type")]
    Members,
    #[error("its authData is cut off, holds no credential, or goes on after it")]
    AuthenticatorData,
    #[error("its authData says that the key is backed up, and that it cannot be")]
    BackedUp,
    #[error("the credential's key is not of the type that its algorithm works with (ES256, ES384, RS256, EdDSA)")]
    Key,
    #[error("its statement is not of its format: alg, sig and a list of at most 8 certificates")]
    Statement,
    #[error("a statement without a certificate is signed with another algorithm than the credential's")]
    OwnAlgorithm,
}

impl<'a> AttestationObject<'a> {
    /// Takes an attestation object apart.
    ///
    /// # Errors
    /// Whatever another reader might take for something else.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, MalformedObject> {
        let object = Item::read(bytes).filter(Item::is_map).ok_or(MalformedObject::Cbor)?;
        let format = object.member("fmt").and_then(Item::text).ok_or(MalformedObject::Members)?;
        let statement = object.member("attStmt").filter(|item| item.is_map()).ok_or(MalformedObject::Members)?;
        let data = object.member("authData").and_then(Item::bytes).ok_or(MalformedObject::Members)?;
        let data = CredentialData::read(data)?;
        Ok(Self {
            aaguid: data.aaguid,
            single_device: data.single_device,
            voucher: Voucher::read(format, statement, data.algorithm)?,
        })
    }
}

impl<'a> Voucher<'a> {
    fn read(format: &str, statement: &Item<'a>, credential: i64) -> Result<Self, MalformedObject> {
        match format {
            "none" => match statement {
                Item::Map(members) if members.is_empty() => Ok(Self::Nobody),
                _ => Err(MalformedObject::Statement),
            },
            "packed" => Self::packed(statement, credential),
            // fido-u2f signs neither the AAGUID nor the flags; of the others no device was at hand to hold this against.
            _ => Ok(Self::Nobody),
        }
    }

    fn packed(statement: &Item<'a>, credential: i64) -> Result<Self, MalformedObject> {
        let algorithm = statement.member("alg").and_then(Item::integer).ok_or(MalformedObject::Statement)?;
        statement.member("sig").and_then(Item::bytes).ok_or(MalformedObject::Statement)?;
        let Some(chain) = statement.member("x5c") else {
            return if algorithm == credential { Ok(Self::Own) } else { Err(MalformedObject::OwnAlgorithm) };
        };
        let chain = chain.list().filter(|chain| chain.len() <= MOST_CERTIFICATES).ok_or(MalformedObject::Statement)?;
        let chain: Option<Vec<&[u8]>> = chain.iter().map(Item::bytes).collect();
        let chain = chain.ok_or(MalformedObject::Statement)?;
        let (leaf, intermediates) = chain.split_first().ok_or(MalformedObject::Statement)?;
        Ok(Self::Maker { algorithm, leaf, intermediates: intermediates.to_vec() })
    }
}

/// Of the authenticator data, what is asked here.
struct CredentialData {
    aaguid: Aaguid,
    single_device: bool,
    algorithm: i64,
}

impl CredentialData {
    fn read(data: &[u8]) -> Result<Self, MalformedObject> {
        let fault = MalformedObject::AuthenticatorData;
        let flags = *data.get(FLAGS_AT).ok_or(fault)?;
        let has = |flag: u8| flags & flag != 0;
        if !has(ATTESTED_CREDENTIAL_DATA) {
            return Err(fault);
        }
        if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            return Err(MalformedObject::BackedUp);
        }
        let aaguid = data.get(AAGUID_AT..ID_LENGTH_AT).and_then(|aaguid| aaguid.try_into().ok()).ok_or(fault)?;
        let length = data.get(ID_LENGTH_AT..ID_AT).and_then(|length| length.try_into().ok()).ok_or(fault)?;
        let after_id = data.get(ID_AT + usize::from(u16::from_be_bytes(length))..).ok_or(fault)?;
        let (key, rest) = Item::read_first(after_id).ok_or(fault)?;
        let rest = match has(EXTENSION_DATA) {
            true => Item::read_first(rest).filter(|(extensions, _)| extensions.is_map()).ok_or(fault)?.1,
            false => rest,
        };
        if !rest.is_empty() {
            return Err(fault);
        }
        Ok(Self {
            aaguid: Aaguid::from_bytes(aaguid),
            single_device: !has(BACKUP_ELIGIBLE),
            algorithm: algorithm(&key).ok_or(MalformedObject::Key)?,
        })
    }
}

/// The algorithm of a COSE key (RFC 9052 §7), where its type and its curve are that algorithm's.
fn algorithm(key: &Item<'_>) -> Option<i64> {
    let number = |label: i64| key.labelled(label).and_then(Item::integer);
    let algorithm = number(3)?;
    let fits = match (algorithm, number(1)?) {
        (-7, 2) => number(-1) == Some(1),
        (-35, 2) => number(-1) == Some(2),
        (-8, 1) => number(-1) == Some(6),
        (-257, 3) => key.labelled(-1).and_then(Item::bytes).is_some(),
        _ => false,
    };
    fits.then_some(algorithm)
}

#[cfg(test)]
#[path = "object_tests.rs"]
pub(super) mod tests;
