//! Sealed values: AES-256-GCM (NIST SP 800-38D) bound to the row and column they belong in.
//!
//! `format (1) ‖ key version (2) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. Format, key version and [`Context`] are the
//! associated data, so a value moved to another citizen's row, another column or under another key does not open.
//!
//! Nonces are drawn at random. A [`DataKey`] seals one citizen's few values and a [`KeyEncryptionKeys`] wraps one key
//! a citizen, so both stay far below the 2³² values at which random nonces become a risk.

use std::collections::BTreeMap;
use std::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::crypto::hash::hkdf;
use crate::crypto::master_key::MasterKeys;
use crate::domain::ids::{CitizenId, OrganisationId};
use crate::domain::random::Random;
use crate::domain::secret::SecretBytes;

const FORMAT: u8 = 1;
const HEADER: usize = 3;
const OVERHEAD: usize = HEADER + NONCE_LEN + MAX_TAG_LEN;

/// Where a sealed value belongs: its table and column, and the row's own id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context(Vec<u8>);

impl Context {
    /// `place` as in `citizen.profile`; `row` whatever identifies the row among its like.
    pub fn new(place: &'static str, row: impl AsRef<[u8]>) -> Self {
        let row = row.as_ref();
        // No place contains a NUL, so no two contexts read the same.
        let mut context = Vec::with_capacity(place.len() + 1 + row.len());
        context.extend_from_slice(place.as_bytes());
        context.push(0);
        context.extend_from_slice(row);
        Self(context)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("not a sealed value")]
    Malformed,
    #[error("sealed under key version {0}, which is not among the keys")]
    UnknownKey(u16),
    /// Altered, moved from another place, or sealed under another key: these cannot be told apart.
    #[error("the sealed value does not open here")]
    Refused,
}

/// Whose a data key is: what was wrapped for one opens for nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOwner {
    Citizen(CitizenId),
    Organisation(OrganisationId),
}

impl KeyOwner {
    fn context(self) -> Context {
        match self {
            Self::Citizen(citizen) => Context::new("citizen.data_key", citizen.uuid()),
            Self::Organisation(organisation) => Context::new("organisation.data_key", organisation.uuid()),
        }
    }
}

impl From<CitizenId> for KeyOwner {
    fn from(citizen: CitizenId) -> Self {
        Self::Citizen(citizen)
    }
}

impl From<OrganisationId> for KeyOwner {
    fn from(organisation: OrganisationId) -> Self {
        Self::Organisation(organisation)
    }
}

impl fmt::Display for KeyOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Citizen(citizen) => write!(f, "citizen {citizen}"),
            Self::Organisation(organisation) => write!(f, "organisation {organisation}"),
        }
    }
}

/// A citizen's or an organisation's own key. Erasing its wrapped form erases them.
#[derive(Clone)]
pub struct DataKey {
    bytes: SecretBytes<32>,
}

impl DataKey {
    /// Data keys are made once and never change, so they have one version.
    const VERSION: u16 = 1;

    pub fn generate(random: &dyn Random) -> Self {
        Self { bytes: SecretBytes::new(random.bytes()) }
    }

    /// The key that a secret stands for which somebody was handed: what it seals, nobody else opens. The secret is as hard to guess as a
    /// key has to be.
    pub fn of_secret(secret: &[u8]) -> Self {
        Self { bytes: hkdf(secret, b"", b"senid handed secret v1") }
    }

    /// The key sealed under the current master key, as its owner's row keeps it.
    ///
    /// # Errors
    /// `Refused` if the cipher refuses, which for a key of 32 bytes it does not.
    pub fn wrap(
        &self,
        keys: &KeyEncryptionKeys,
        owner: impl Into<KeyOwner>,
        random: &dyn Random,
    ) -> Result<Vec<u8>, SealError> {
        keys.seal_key(&owner.into().context(), &self.bytes, random)
    }

    /// # Errors
    /// Whatever [`KeyEncryptionKeys::open`] says; `Refused` for another owner's key.
    pub fn from_wrapped(
        keys: &KeyEncryptionKeys,
        owner: impl Into<KeyOwner>,
        wrapped: &[u8],
    ) -> Result<Self, SealError> {
        keys.open_key(&owner.into().context(), wrapped).map(|bytes| Self { bytes })
    }

    /// The same key wrapped by the current master key; `None` if it already is.
    ///
    /// # Errors
    /// As [`from_wrapped`](Self::from_wrapped).
    pub fn rewrap(
        keys: &KeyEncryptionKeys,
        owner: impl Into<KeyOwner>,
        wrapped: &[u8],
        random: &dyn Random,
    ) -> Result<Option<Vec<u8>>, SealError> {
        keys.reseal(&owner.into().context(), wrapped, random)
    }

    /// # Errors
    /// `Refused` if the cipher refuses: beyond 64 GiB.
    pub fn seal(&self, context: &Context, plain: &[u8], random: &dyn Random) -> Result<Vec<u8>, SealError> {
        seal(&aes(&self.bytes)?, Self::VERSION, context, plain, random)
    }

    /// # Errors
    /// `Malformed` if it is no sealed value, `Refused` if it was altered or belongs elsewhere.
    pub fn open(&self, context: &Context, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        match key_version(sealed)? {
            Self::VERSION => open(&aes(&self.bytes)?, context, sealed),
            other => Err(SealError::UnknownKey(other)),
        }
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// What a master key's derived keys are for: what one purpose sealed, another's keys do not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Wraps every citizen's [`DataKey`].
    DataKeys,
    /// Seals the server's own keys: signing, blind index, pairwise subject, refresh succession.
    ServerKeys,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::DataKeys => b"senid data keys v1",
            Self::ServerKeys => b"senid server keys v1",
        }
    }
}

/// Keys that only seal keys, one derived from each version of the master key.
#[derive(Debug)]
pub struct KeyEncryptionKeys {
    current: u16,
    keys: BTreeMap<u16, LessSafeKey>,
}

impl KeyEncryptionKeys {
    /// Keys that were drawn and are themselves stored sealed, in versions; the highest seals.
    ///
    /// # Errors
    /// `UnknownKey` of version 0 if there is none.
    pub fn new(keys: impl IntoIterator<Item = (u16, SecretBytes<32>)>) -> Result<Self, SealError> {
        let prepare = |(version, key): (u16, SecretBytes<32>)| aes(&key).map(|key| (version, key));
        let keys = keys.into_iter().map(prepare).collect::<Result<BTreeMap<_, _>, _>>()?;
        let current = keys.last_key_value().map(|(version, _)| *version).ok_or(SealError::UnknownKey(0))?;
        Ok(Self { current, keys })
    }

    /// # Errors
    /// `Refused` if the cipher refuses a key, which of 32 bytes it does not.
    pub fn derive(masters: &MasterKeys, purpose: Purpose) -> Result<Self, SealError> {
        let derive = |(version, master): (u16, &SecretBytes<32>)| {
            // A master key is uniformly random already, so the salt may be empty (RFC 5869 §3.1).
            aes(&hkdf(master.expose(), b"", purpose.label())).map(|key| (version, key))
        };
        let keys = masters.iter().map(derive).collect::<Result<_, _>>()?;
        Ok(Self { current: masters.current_version(), keys })
    }

    /// # Errors
    /// `Refused` if the cipher refuses: beyond 64 GiB.
    pub fn seal(&self, context: &Context, plain: &[u8], random: &dyn Random) -> Result<Vec<u8>, SealError> {
        seal(self.key(self.current)?, self.current, context, plain, random)
    }

    /// # Errors
    /// `Malformed` if it is no sealed value, `UnknownKey` if its master key is not among ours, `Refused` if it was
    /// altered or belongs elsewhere.
    pub fn open(&self, context: &Context, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        open(self.key(key_version(sealed)?)?, context, sealed)
    }

    /// Seals a key of 32 bytes.
    ///
    /// # Errors
    /// As [`seal`](Self::seal).
    pub fn seal_key(
        &self,
        context: &Context,
        key: &SecretBytes<32>,
        random: &dyn Random,
    ) -> Result<Vec<u8>, SealError> {
        self.seal(context, key.expose(), random)
    }

    /// Opens a key of 32 bytes.
    ///
    /// # Errors
    /// As [`open`](Self::open), and `Malformed` if what it holds has another length.
    pub fn open_key(&self, context: &Context, sealed: &[u8]) -> Result<SecretBytes<32>, SealError> {
        let plain = self.open(context, sealed)?;
        plain.as_slice().try_into().map(SecretBytes::new).map_err(|_| SealError::Malformed)
    }

    /// The same value sealed under the current master key; `None` if it already is.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn reseal(&self, context: &Context, sealed: &[u8], random: &dyn Random) -> Result<Option<Vec<u8>>, SealError> {
        if key_version(sealed)? == self.current {
            return Ok(None);
        }
        let plain = self.open(context, sealed)?;
        self.seal(context, &plain, random).map(Some)
    }

    /// The version that seals now: rows of a lower one wait to be resealed.
    pub const fn current_version(&self) -> u16 {
        self.current
    }

    fn key(&self, version: u16) -> Result<&LessSafeKey, SealError> {
        self.keys.get(&version).ok_or(SealError::UnknownKey(version))
    }
}

/// The version of the key that `sealed` names, for finding rows that wait to be resealed.
///
/// # Errors
/// `Malformed` if it is no sealed value.
pub fn key_version(sealed: &[u8]) -> Result<u16, SealError> {
    match sealed {
        [FORMAT, high, low, ..] if sealed.len() >= OVERHEAD => Ok(u16::from_be_bytes([*high, *low])),
        _ => Err(SealError::Malformed),
    }
}

fn aes(key: &SecretBytes<32>) -> Result<LessSafeKey, SealError> {
    UnboundKey::new(&AES_256_GCM, key.expose()).map(LessSafeKey::new).map_err(|_| SealError::Refused)
}

fn seal(
    key: &LessSafeKey,
    version: u16,
    context: &Context,
    plain: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, SealError> {
    let nonce: [u8; NONCE_LEN] = random.bytes();
    let [high, low] = version.to_be_bytes();
    let mut sealed = Vec::with_capacity(OVERHEAD + plain.len());
    sealed.extend_from_slice(&[FORMAT, high, low]);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let associated = associated_data(&sealed, context);
    let (_, text) = sealed.split_at_mut(HEADER + NONCE_LEN);
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated), text)
        .map_err(|_| SealError::Refused)?;
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

fn open(key: &LessSafeKey, context: &Context, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, text) = sealed[HEADER..].split_at(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Malformed)?;
    let mut plain = Zeroizing::new(text.to_vec());
    let associated = Aad::from(associated_data(sealed, context));
    let length = key.open_in_place(nonce, associated, &mut plain).map_err(|_| SealError::Refused)?.len();
    plain.truncate(length);
    Ok(plain)
}

fn associated_data(sealed: &[u8], context: &Context) -> Vec<u8> {
    [&sealed[..HEADER], &context.0].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::random::SystemRandom;
    use crate::domain::time::Timestamp;

    fn masters(text: &str) -> MasterKeys {
        MasterKeys::parse(text).unwrap()
    }

    const FIRST: &str = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const SECOND: &str = "2://///////////////////////////////////////wA=";

    fn keys(text: &str) -> KeyEncryptionKeys {
        KeyEncryptionKeys::derive(&masters(text), Purpose::DataKeys).unwrap()
    }

    fn citizen() -> CitizenId {
        CitizenId::new(Timestamp::EPOCH, &SystemRandom::new())
    }

    #[test]
    fn what_was_sealed_opens_in_its_own_place_only() {
        let (random, here, there) = (SystemRandom::new(), citizen(), citizen());
        let key = DataKey::generate(&random);
        let profile = |citizen: CitizenId| Context::new("citizen.profile", citizen.uuid());
        let sealed = key.seal(&profile(here), b"Nguyen Van An", &random).unwrap();
        assert_eq!(key.open(&profile(here), &sealed).unwrap().as_slice(), b"Nguyen Van An");
        assert_eq!(key.open(&profile(there), &sealed), Err(SealError::Refused));
        assert_eq!(key.open(&Context::new("citizen.identifier", here.uuid()), &sealed), Err(SealError::Refused));
        assert_eq!(DataKey::generate(&random).open(&profile(here), &sealed), Err(SealError::Refused));
    }

    #[test]
    fn sealing_twice_shows_nothing_in_common() {
        let (random, context) = (SystemRandom::new(), Context::new("citizen.profile", [1]));
        let key = DataKey::generate(&random);
        let first = key.seal(&context, b"same", &random).unwrap();
        let second = key.seal(&context, b"same", &random).unwrap();
        assert_ne!(first[HEADER..HEADER + NONCE_LEN], second[HEADER..HEADER + NONCE_LEN]);
        assert_ne!(first[HEADER + NONCE_LEN..], second[HEADER + NONCE_LEN..]);
    }

    #[test]
    fn every_altered_bit_is_noticed() {
        let (random, context) = (SystemRandom::new(), Context::new("citizen.profile", [1]));
        let key = DataKey::generate(&random);
        let sealed = key.seal(&context, b"An", &random).unwrap();
        for at in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[at / 8] ^= 1 << (at % 8);
            assert!(key.open(&context, &altered).is_err(), "bit {at}");
        }
        for length in 0..sealed.len() {
            assert!(key.open(&context, &sealed[..length]).is_err(), "{length} bytes of it");
        }
    }

    #[test]
    fn a_data_key_unwraps_for_its_citizen_only() {
        let (random, keys, here) = (SystemRandom::new(), keys(FIRST), citizen());
        let key = DataKey::generate(&random);
        let wrapped = key.wrap(&keys, here, &random).unwrap();
        assert_eq!(DataKey::from_wrapped(&keys, here, &wrapped).unwrap().bytes, key.bytes);
        assert_eq!(DataKey::from_wrapped(&keys, citizen(), &wrapped).unwrap_err(), SealError::Refused);
    }

    #[test]
    fn what_a_secret_sealed_opens_with_that_secret_only() {
        let (random, context) = (SystemRandom::new(), Context::new("link_codes.sealed", [1]));
        let sealed = DataKey::of_secret(b"BCDF").seal(&context, b"an.nguyen", &random).unwrap();
        assert_eq!(DataKey::of_secret(b"BCDF").open(&context, &sealed).unwrap().as_slice(), b"an.nguyen");
        assert_eq!(DataKey::of_secret(b"BCDG").open(&context, &sealed), Err(SealError::Refused));
    }

    #[test]
    fn one_purpose_s_keys_do_not_open_what_another_s_sealed() {
        let (random, context) = (SystemRandom::new(), Context::new("key", [1]));
        let sealed = keys(FIRST).seal(&context, b"key", &random).unwrap();
        let others = KeyEncryptionKeys::derive(&masters(FIRST), Purpose::ServerKeys).unwrap();
        assert_eq!(others.open(&context, &sealed), Err(SealError::Refused));
    }

    #[test]
    fn a_new_master_key_takes_over_and_the_old_can_go() {
        let (random, here) = (SystemRandom::new(), citizen());
        let (old, both, new) = (keys(FIRST), keys(&format!("{FIRST}\n{SECOND}")), keys(SECOND));
        let key = DataKey::generate(&random);
        let wrapped = key.wrap(&old, here, &random).unwrap();
        assert_eq!(DataKey::from_wrapped(&new, here, &wrapped).unwrap_err(), SealError::UnknownKey(1));

        let rewrapped = DataKey::rewrap(&both, here, &wrapped, &random).unwrap().expect("it was under the old key");
        assert_eq!(key_version(&rewrapped), Ok(2));
        assert_eq!(DataKey::from_wrapped(&new, here, &rewrapped).unwrap().bytes, key.bytes);
        assert_eq!(DataKey::rewrap(&both, here, &rewrapped, &random), Ok(None));
    }

    #[test]
    fn a_key_relabelled_as_of_another_version_does_not_open() {
        // Both versions hold the same bytes, so only the associated data can tell.
        let same = FIRST.replacen("1:", "2:", 1);
        let (random, keys) = (SystemRandom::new(), keys(&format!("{FIRST}\n{same}")));
        let context = Context::new("key", [1]);
        let mut sealed = keys.seal(&context, b"key", &random).unwrap();
        sealed[2] = 1;
        assert_eq!(keys.open(&context, &sealed), Err(SealError::Refused));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let key = DataKey { bytes: SecretBytes::new([7; 32]) };
            prop_assert!(key.open(&Context::new("citizen.profile", [1]), &bytes).is_err());
        }
    }
}
