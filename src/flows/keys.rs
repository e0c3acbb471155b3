//! The keys that a running server works with: the ring, which changes as keys are rotated, and those that do not.

use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::crypto::blind_index::IndexKeys;
use crate::crypto::hardware::HardwareSigner;
use crate::crypto::jws::Typ;
use crate::crypto::keyring::{KeyRing, Signing};
use crate::crypto::nonce::NonceKeys;
use crate::crypto::pairwise::SubjectKey;
use crate::crypto::seal::{Context, KeyEncryptionKeys, SealError};
use crate::crypto::succession::SuccessionKeys;
use crate::crypto::token::{Token, TokenKind};
use crate::domain::client::{Client, SubjectType};
use crate::domain::ids::{CitizenId, GrantId, SessionId};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::random::Random;
use crate::domain::secret::SecretBytes;
use crate::domain::time::Timestamp;
use crate::storage::SealedKeyKind;

use super::hardware::Hardware;
use super::key_pairs::Makers;
use super::{App, FlowError};

#[derive(Debug)]
pub struct Keys {
    ring: ArcSwap<KeyRing>,
    subjects: SubjectKey,
    succession: SuccessionKeys,
    /// Seals what stands in the short-lived store and names a person.
    short_lived: KeyEncryptionKeys,
    nonces: NonceKeys,
    /// Seals the key pairs.
    sealing: Arc<KeyEncryptionKeys>,
    /// Signs with those that are not here.
    hardware: Option<Arc<Hardware>>,
}

/// A token with its signature, or what a hardware module is to sign.
enum Begun {
    Signed(String),
    InHardware(Arc<HardwareSigner>, String),
}

impl Keys {
    pub fn new(
        ring: KeyRing,
        subjects: SubjectKey,
        succession: SuccessionKeys,
        short_lived: KeyEncryptionKeys,
        nonces: NonceKeys,
        sealing: Arc<KeyEncryptionKeys>,
        hardware: Option<Arc<Hardware>>,
    ) -> Self {
        Self { ring: ArcSwap::from_pointee(ring), subjects, succession, short_lived, nonces, sealing, hardware }
    }

    /// What key pairs are made with.
    pub fn makers(&self) -> Makers<'_> {
        Makers { sealing: &self.sealing, hardware: self.hardware.as_deref() }
    }

    /// The hardware module, where the settings name one.
    pub const fn hardware(&self) -> Option<&Arc<Hardware>> {
        self.hardware.as_ref()
    }

    pub fn ring(&self) -> Arc<KeyRing> {
        self.ring.load_full()
    }

    pub fn sealing(&self) -> &KeyEncryptionKeys {
        &self.sealing
    }

    /// What administrators seal with.
    pub fn sealing_handle(&self) -> Arc<KeyEncryptionKeys> {
        Arc::clone(&self.sealing)
    }

    pub const fn nonces(&self) -> &NonceKeys {
        &self.nonces
    }

    /// Reads the stored key pairs again: they were rotated.
    pub async fn reload_ring(&self, app: &App) -> Result<(), FlowError> {
        let stored = app.store.read().await?.key_pairs().load().await?;
        let ring = KeyRing::open(stored, &self.sealing, app.clock.now()).map_err(FlowError::failed)?;
        self.ring.store(Arc::new(ring));
        Ok(())
    }

    /// Reads the keys of the blind index again: one was added, or retired.
    pub async fn reload_index(&self, app: &App) -> Result<(), FlowError> {
        let stored = app.store.read().await?.sealed_keys().load().await?;
        let live = stored.iter().filter(|key| key.kind == SealedKeyKind::BlindIndex && key.retired_at.is_none());
        let keys = live.map(|key| Ok((key.version, key.open(&self.sealing)?))).collect::<Result<Vec<_>, SealError>>();
        let keys = IndexKeys::new(keys.map_err(FlowError::failed)?).map_err(FlowError::failed)?;
        Ok(app.store.renew_index(keys)?)
    }

    /// The `sub` that `client` knows a citizen by, wherever it is told: the one rule (Core §8).
    pub fn subject(&self, client: &Client, citizen: CitizenId) -> String {
        match client.subject_type {
            SubjectType::Pairwise => self.subjects.pairwise(&client.sector_identifier, citizen),
            SubjectType::Public => self.subjects.public(citizen),
        }
    }

    /// The `sid` that `client` knows a session by; another for every client, so that portals cannot compare them.
    pub fn sid(&self, client: &Client, session: SessionId) -> String {
        self.subjects.sid(&client.id, session)
    }

    /// What the browser shows of a session, so that portals' pages see when it is another.
    pub fn browser_state(&self, session: SessionId) -> String {
        self.subjects.browser_state(session)
    }

    /// What the citizen's authenticators know them by.
    pub fn user_handle(&self, relying_party: &str, citizen: CitizenId) -> [u8; 32] {
        self.subjects.user_handle(relying_party, citizen)
    }

    /// Signs `claims` with the current key of `algorithm`: at once, or in the hardware module where that key is there.
    ///
    /// # Errors
    /// `Away` and `Busy` where it is there and does not sign: no other key signs instead.
    pub async fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        typ: Typ,
        claims: &(impl Serialize + Sync),
        now: Timestamp,
    ) -> Result<String, FlowError> {
        match self.begin(algorithm, typ, claims, now)? {
            Begun::Signed(token) => Ok(token),
            Begun::InHardware(signer, begun) => Ok(self.module_of(&signer)?.sign(signer, begun).await?),
        }
    }

    fn begin(
        &self,
        algorithm: SignatureAlgorithm,
        typ: Typ,
        claims: &impl Serialize,
        now: Timestamp,
    ) -> Result<Begun, FlowError> {
        let ring = self.ring.load();
        let signer = ring.signer(algorithm, now);
        match signer.ok_or_else(|| FlowError::failed(format!("there is no current signing key for {algorithm}")))? {
            Signing::Here(signer) => signer.sign(typ, claims).map(Begun::Signed).map_err(FlowError::failed),
            Signing::InHardware(signer) => {
                let begun = signer.begin(typ, claims).map_err(FlowError::failed)?;
                Ok(Begun::InHardware(Arc::clone(signer), begun))
            }
        }
    }

    fn module_of(&self, signer: &HardwareSigner) -> Result<&Hardware, FlowError> {
        let missing =
            || FlowError::failed(format!("{} is in a hardware module, and the settings name none", signer.kid()));
        self.hardware.as_deref().ok_or_else(missing)
    }

    /// Whether the key that signs with `algorithm` can be reached, as far as is known: asked before something is spent for a token.
    ///
    /// # Errors
    /// `Away` where it is in a hardware module that is.
    pub fn can_sign(&self, algorithm: SignatureAlgorithm, now: Timestamp) -> Result<(), FlowError> {
        match self.ring.load().signer(algorithm, now) {
            Some(Signing::InHardware(signer)) => Ok(self.module_of(signer)?.is_up()?),
            Some(Signing::Here(_)) | None => Ok(()),
        }
    }

    /// The version that [`Self::successor`] derives with now.
    pub fn succession_version(&self) -> i32 {
        self.succession.current_version().into()
    }

    /// The first refresh token of a grant.
    pub fn first_refresh_token(&self, grant: GrantId, random: &dyn Random) -> Result<Token, FlowError> {
        self.succession.first(grant.uuid(), random).map_err(FlowError::failed)
    }

    /// A refresh token that was presented, if it is one that was issued here: what anyone could make up is not even
    /// looked for.
    pub fn refresh_token(&self, presented: &str) -> Option<Token> {
        let token = Token::parse(TokenKind::RefreshToken, presented).ok()?;
        self.succession.has_issued(&token).then_some(token)
    }

    /// What follows `parent`, and the version of the key that derived it.
    pub fn successor(&self, parent: &Token) -> Result<(Token, i32), FlowError> {
        let version = self.succession_version();
        Ok((self.successor_of_version(parent, version)?, version))
    }

    /// What followed `parent` when it was rotated with that version of the key.
    pub fn successor_of_version(&self, parent: &Token, version: i32) -> Result<Token, FlowError> {
        let found = u16::try_from(version).ok().and_then(|version| self.succession.successor(parent, version));
        found.ok_or_else(|| FlowError::failed(format!("version {version} of the succession key is gone")))
    }

    /// What follows the registration access token `parent`: the token, what a new client secret is made from, and the
    /// version of the key that derived both.
    pub fn registration_successor(&self, parent: &Token) -> Result<(Token, SecretBytes<64>, i32), FlowError> {
        let version = self.succession_version();
        let (token, secret) = self.registration_successor_of_version(parent, version)?;
        Ok((token, secret, version))
    }

    /// What followed `parent` when it was replaced with that version of the key.
    pub fn registration_successor_of_version(
        &self,
        parent: &Token,
        version: i32,
    ) -> Result<(Token, SecretBytes<64>), FlowError> {
        let version = u16::try_from(version).ok();
        let found = version.and_then(|version| self.succession.registration_successor(parent, version));
        found.ok_or_else(|| FlowError::failed("the version of the succession key that an update was made with is gone"))
    }

    pub fn seal_short_lived(&self, context: &Context, plain: &[u8], random: &dyn Random) -> Result<Vec<u8>, FlowError> {
        self.short_lived.seal(context, plain, random).map_err(FlowError::failed)
    }

    pub fn open_short_lived(&self, context: &Context, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, FlowError> {
        self.short_lived.open(context, sealed).map_err(FlowError::failed)
    }
}
