//! What keeps citizens sealed: the keys that wrap their data keys, and those that find them by name.

use std::fmt;
use std::sync::Arc;

use super::credentials::SealedCredential;
use super::error::Error;
use super::linked_accounts;
use crate::crypto::base64url;
use crate::crypto::blind_index::{BlindIndex, IndexKeys};
use crate::crypto::master_key::MasterKeys;
use crate::crypto::seal::{Context, DataKey, KeyEncryptionKeys, KeyOwner, Purpose, SealError};
use crate::domain::citizen::{Citizen, Profile};
use crate::domain::ids::{CitizenId, ClientId, CredentialId};
use crate::domain::likeness::Likeness;
use crate::domain::linked_account::{LinkCode, OldAccount, OldAccountId};
use crate::domain::national_id::{NationalId, Scheme};
use crate::domain::organisation_code::OrganisationCode;
use crate::domain::random::Random;
use crate::domain::risk;
use crate::domain::secret::SecretHash;
use crate::domain::sign_in_name::SignInName;

/// Handed to the store once its keys are loaded.
pub struct Vault {
    wrapping: Arc<KeyEncryptionKeys>,
    index: IndexKeys,
    random: Arc<dyn Random>,
}

/// A citizen's personal data as the database keeps it.
pub(super) struct SealedPerson {
    pub data_key: Vec<u8>,
    pub national_id: Vec<u8>,
    pub profile: Vec<u8>,
}

/// What a citizen's row holds sealed, opened.
pub(super) struct OpenedPerson {
    pub national_id: NationalId,
    pub profile: Profile,
}

impl Vault {
    /// # Errors
    /// As [`KeyEncryptionKeys::derive`].
    pub fn new(masters: &MasterKeys, index: IndexKeys, random: Arc<dyn Random>) -> Result<Self, SealError> {
        Ok(Self { wrapping: Arc::new(KeyEncryptionKeys::derive(masters, Purpose::DataKeys)?), index, random })
    }

    /// The same vault with other keys of the blind index.
    pub(super) fn with_index(&self, index: IndexKeys) -> Self {
        Self { wrapping: Arc::clone(&self.wrapping), index, random: Arc::clone(&self.random) }
    }

    /// Under a new data key.
    pub(super) fn seal(&self, citizen: &Citizen) -> Result<SealedPerson, SealError> {
        let (id, random) = (citizen.id, &*self.random);
        let key = DataKey::generate(random);
        Ok(SealedPerson {
            data_key: key.wrap(&self.wrapping, id, random)?,
            national_id: self.seal_number_with(&key, id, &citizen.national_id)?,
            profile: self.seal_with(&key, id, &citizen.profile)?,
        })
    }

    /// Another profile, under the data key that the citizen has.
    pub(super) fn seal_profile(&self, id: CitizenId, data_key: &[u8], profile: &Profile) -> Result<Vec<u8>, SealError> {
        self.seal_with(&DataKey::from_wrapped(&self.wrapping, id, data_key)?, id, profile)
    }

    /// Another national identifier, under the data key that the citizen has.
    pub(super) fn seal_national_id(
        &self,
        id: CitizenId,
        data_key: &[u8],
        national_id: &NationalId,
    ) -> Result<Vec<u8>, SealError> {
        self.seal_number_with(&DataKey::from_wrapped(&self.wrapping, id, data_key)?, id, national_id)
    }

    pub(super) fn open(&self, id: CitizenId, sealed: &SealedPerson) -> Result<OpenedPerson, Error> {
        let opened = self.open_values(id, sealed).inspect_err(|error| {
            tracing::error!(%error, citizen = %id, "a citizen's sealed data did not open");
        });
        let (national_id, profile) = opened.map_err(|_| Error::Corrupt("a citizen's sealed data"))?;
        Ok(OpenedPerson {
            national_id: read_national_id(&national_id).ok_or(Error::Corrupt("a national identifier"))?,
            profile: serde_json::from_slice(&profile).map_err(|_| Error::Corrupt("a citizen's profile"))?,
        })
    }

    /// What a credential of `citizen` is called and checked against, under the data key that they have.
    pub(super) fn seal_credential(
        &self,
        citizen: CitizenId,
        data_key: &[u8],
        credential: CredentialId,
        label: &[u8],
        material: &[u8],
    ) -> Result<SealedCredential, SealError> {
        let key = DataKey::from_wrapped(&self.wrapping, citizen, data_key)?;
        Ok(SealedCredential {
            label: key.seal(&credential_place("credentials.label", citizen, credential), label, &*self.random)?,
            material: key.seal(
                &credential_place("credentials.material", citizen, credential),
                material,
                &*self.random,
            )?,
        })
    }

    pub(super) fn open_credential(
        &self,
        citizen: CitizenId,
        data_key: &[u8],
        credential: CredentialId,
        sealed: &SealedCredential,
    ) -> Result<(Opened, Opened), Error> {
        let opened = || {
            let key = DataKey::from_wrapped(&self.wrapping, citizen, data_key)?;
            let label = key.open(&credential_place("credentials.label", citizen, credential), &sealed.label)?;
            let place = credential_place("credentials.material", citizen, credential);
            Ok::<_, SealError>((label, key.open(&place, &sealed.material)?))
        };
        opened().map_err(|error| {
            tracing::error!(%error, %citizen, %credential, "a sealed credential did not open");
            Error::Corrupt("a sealed credential")
        })
    }

    /// A new data key, wrapped for its owner.
    pub(super) fn new_data_key(&self, owner: impl Into<KeyOwner>) -> Result<Vec<u8>, SealError> {
        DataKey::generate(&*self.random).wrap(&self.wrapping, owner, &*self.random)
    }

    /// A value of `owner`'s for a column that `place` names, under the data key that they have.
    pub(super) fn seal_for(
        &self,
        owner: impl Into<KeyOwner>,
        data_key: &[u8],
        place: &Context,
        value: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        DataKey::from_wrapped(&self.wrapping, owner, data_key)?.seal(place, value, &*self.random)
    }

    pub(super) fn open_for(
        &self,
        owner: impl Into<KeyOwner>,
        data_key: &[u8],
        place: &Context,
        sealed: &[u8],
    ) -> Result<Opened, Error> {
        let owner = owner.into();
        let opened = DataKey::from_wrapped(&self.wrapping, owner, data_key).and_then(|key| key.open(place, sealed));
        opened.map_err(|error| {
            tracing::error!(%error, %owner, "a sealed value did not open");
            Error::Corrupt("a sealed value")
        })
    }

    /// The data key wrapped by the current master key; `None` if it already is.
    pub(super) fn rewrap(&self, owner: impl Into<KeyOwner>, data_key: &[u8]) -> Result<Option<Vec<u8>>, SealError> {
        DataKey::rewrap(&self.wrapping, owner, data_key, &*self.random)
    }

    /// The blind index of an organisation's code, under every live version of the key.
    pub(super) fn code_indexes(&self, code: &OrganisationCode) -> Vec<BlindIndex> {
        self.index.all("organisation_code", &code.to_string()).collect()
    }

    /// The blind index of an account at a portal, under every live version of the key: two portals may call an account the same.
    pub(super) fn account_indexes(&self, client: &ClientId, account: &OldAccountId) -> Vec<BlindIndex> {
        // No client's id contains a NUL.
        let value = zeroize::Zeroizing::new(format!("{client}\0{}", account.expose()));
        self.index.all("linked_account", &value).collect()
    }

    /// An account at a portal, for whoever is handed `code`, of which `hash` is kept.
    pub(super) fn seal_with_code(
        &self,
        code: &LinkCode,
        hash: SecretHash,
        account: &OldAccount,
    ) -> Result<Vec<u8>, Error> {
        let key = DataKey::of_secret(code.letters().as_bytes());
        Ok(key.seal(&code_place(hash), &linked_accounts::json_of(account)?, &*self.random)?)
    }

    pub(super) fn open_with_code(&self, code: &LinkCode, hash: SecretHash, sealed: &[u8]) -> Result<OldAccount, Error> {
        let opened = DataKey::of_secret(code.letters().as_bytes()).open(&code_place(hash), sealed);
        linked_accounts::account_of(&opened.map_err(|_| Error::Corrupt("what a code is of"))?)
    }

    /// The version of the master key that wraps now.
    pub(super) fn master_version(&self) -> i32 {
        i32::from(self.wrapping.current_version())
    }

    /// The versions of the index key that write and find, the newest first.
    pub(super) fn index_versions(&self) -> Vec<u16> {
        self.index.versions().collect()
    }

    /// A name's blind index under every live version of the key.
    ///
    /// Names are written under all of them, not under the newest alone: else two citizens could have one name, each
    /// under another version, and no unique key would notice.
    pub(super) fn indexes(&self, name: &SignInName) -> Vec<BlindIndex> {
        self.index.all(name.kind().as_str(), &name.normalised()).collect()
    }

    /// A name as a key of other stores: its current blind index, which says nothing without the index key.
    pub(super) fn name_tag(&self, name: &SignInName) -> String {
        base64url::encode(&self.index.index(name.kind().as_str(), &name.normalised()).mac)
    }

    /// What somebody looks like, as a blind index under every live version of the key.
    pub(super) fn likenesses(&self, likeness: &Likeness) -> Vec<BlindIndex> {
        self.index.all("likeness", likeness.as_str()).collect()
    }

    /// The version of the index key that writes now.
    pub(super) fn index_version(&self) -> i32 {
        i32::from(self.index.current_version())
    }

    /// A place under every live version of the key, the current first. Which block a place is cannot be told from it, so it is not
    /// computed again when the key is changed: it has its new name from the next sign-in on, and one that nobody has signed in from
    /// by the time the old key is retired is one where the citizen has not been. That costs a second factor at most.
    pub(super) fn places(&self, citizen: CitizenId, block: &str) -> Vec<risk::Place> {
        let place = format!("{citizen} {block}");
        self.index.all("device.place", &place).map(|index| risk::Place::from_bytes(index.mac)).collect()
    }

    fn seal_number_with(&self, key: &DataKey, id: CitizenId, national_id: &NationalId) -> Result<Vec<u8>, SealError> {
        key.seal(&Place::NationalId.of(id), text_of_number(national_id).as_bytes(), &*self.random)
    }

    fn seal_with(&self, key: &DataKey, id: CitizenId, profile: &Profile) -> Result<Vec<u8>, SealError> {
        let json = zeroize::Zeroizing::new(serde_json::to_vec(profile).map_err(|_| SealError::Malformed)?);
        key.seal(&Place::Profile.of(id), &json, &*self.random)
    }

    fn open_values(&self, id: CitizenId, sealed: &SealedPerson) -> Result<(Opened, Opened), SealError> {
        let key = DataKey::from_wrapped(&self.wrapping, id, &sealed.data_key)?;
        let national_id = key.open(&Place::NationalId.of(id), &sealed.national_id)?;
        Ok((national_id, key.open(&Place::Profile.of(id), &sealed.profile)?))
    }
}

/// A credential's column is bound to its row: what stands in one row opens in no other.
fn credential_place(column: &'static str, citizen: CitizenId, credential: CredentialId) -> Context {
    Context::new(column, [citizen.uuid().as_bytes().as_slice(), credential.uuid().as_bytes()].concat())
}

fn code_place(hash: SecretHash) -> Context {
    Context::new("link_codes.sealed", *hash.as_bytes())
}

pub(super) type Opened = zeroize::Zeroizing<Vec<u8>>;

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault([secret])")
    }
}

/// The columns that hold sealed values.
enum Place {
    NationalId,
    Profile,
}

impl Place {
    fn of(&self, citizen: CitizenId) -> Context {
        let column = match self {
            Self::NationalId => "citizens.national_id",
            Self::Profile => "citizens.profile",
        };
        Context::new(column, citizen.uuid())
    }
}

/// A number as it is sealed, its scheme before it.
pub(super) fn text_of_number(number: &NationalId) -> zeroize::Zeroizing<String> {
    zeroize::Zeroizing::new(format!("{}:{}", number.scheme(), number.expose()))
}

pub(super) fn read_national_id(bytes: &[u8]) -> Option<NationalId> {
    let (scheme, value) = std::str::from_utf8(bytes).ok()?.split_once(':')?;
    NationalId::parse(scheme.parse::<Scheme>().ok()?, value).ok()
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        Self::Other(Box::new(error))
    }
}
