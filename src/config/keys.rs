//! `[keys]`: key pairs' lives, and the master key that wraps every other key.

use std::path::PathBuf;
use std::time::Duration;

use toml::Value;

use super::lifetimes::Lifetimes;
use super::pkcs11::Pkcs11;
use super::reader::Reader;
use super::value::Setting;
use crate::domain::encryption::EncryptionKeyType;
use crate::domain::keys::{KeyPlace, RotationPolicy, SignatureAlgorithm};
use crate::domain::secret::SecretString;

/// What tokens may be signed with; RS256 costs twenty-five times ES256 and is offered last.
const OFFERED: [SignatureAlgorithm; 3] =
    [SignatureAlgorithm::Es256, SignatureAlgorithm::EdDsa, SignatureAlgorithm::Rs256];
/// A server that has not heard yet that its key was retired signs with it for a moment longer.
const HEARD_OF: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Holds `private/`, where development keys are made, and the trust anchors.
    pub folder: PathBuf,
    pub master_key: MasterKey,
    /// The algorithms that ID tokens are offered in, the preferred one first, and how long each one's keys live.
    pub rotation: RotationPolicy,
    /// Where new signing keys are made.
    pub signing: KeyPlace,
    /// The hardware module, where there is one.
    pub pkcs11: Option<Pkcs11>,
}

/// Where the master key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterKey {
    /// Made on first start in [`Keys::private_folder`]; only for a loopback issuer.
    Development,
    /// `SENID_MASTER_KEY`.
    Environment(SecretString),
    /// A file that only SenID's user may read.
    File(PathBuf),
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            folder: "keys".into(),
            master_key: MasterKey::Development,
            rotation: RotationPolicy {
                algorithms: OFFERED.into(),
                encryption: EncryptionKeyType::ALL.into(),
                publish_before: 7 * DAY,
                rotate_every: 90 * DAY,
                retire_after: 2 * DAY,
            },
            signing: KeyPlace::Store,
            pkcs11: None,
        }
    }
}

impl Keys {
    /// The folder of private keys: only SenID's user may look into it, and no version control does.
    pub fn private_folder(&self) -> PathBuf {
        self.folder.join("private")
    }

    pub(super) fn read(from: &mut Reader, lifetimes: &Lifetimes) -> Self {
        let Self { folder, rotation, signing, .. } = Self::default();
        let keys = Self {
            folder: from.value("keys.folder", folder),
            master_key: master_key(from),
            rotation: RotationPolicy {
                algorithms: from.list("keys.algorithms", rotation.algorithms),
                encryption: rotation.encryption,
                publish_before: from.within("keys.publish_before", rotation.publish_before, DAY / 24..=60 * DAY),
                rotate_every: from.within("keys.rotate_every", rotation.rotate_every, DAY..=730 * DAY),
                retire_after: from.within("keys.retire_after", rotation.retire_after, DAY / 24..=120 * DAY),
            },
            signing: from.value("keys.signing", signing),
            pkcs11: Pkcs11::read(from),
        };
        keys.hold_together(from, lifetimes);
        keys
    }

    fn hold_together(&self, from: &mut Reader, lifetimes: &Lifetimes) {
        if self.signing == KeyPlace::Module && self.pkcs11.is_none() && !from.has_fault_below("keys.pkcs11") {
            from.refuse("keys.signing", "expected keys.pkcs11.module, token_label and pin_file beside it");
        }
        let RotationPolicy { algorithms, publish_before, rotate_every, retire_after, .. } = &self.rotation;
        if algorithms.iter().enumerate().any(|(place, algorithm)| algorithms[..place].contains(algorithm)) {
            from.refuse("keys.algorithms", "expected each algorithm once");
        }
        // OpenID Connect Discovery §3: RS256 must be offered; ES256 signs what is ours.
        for needed in [SignatureAlgorithm::Es256, SignatureAlgorithm::Rs256] {
            if !algorithms.contains(&needed) && !from.has_fault_at("keys.algorithms") {
                from.refuse("keys.algorithms", format!("expected {needed} among them"));
            }
        }
        if publish_before >= rotate_every {
            from.refuse("keys.publish_before", "expected less than keys.rotate_every");
        }
        if *retire_after < lifetimes.access_token.max(lifetimes.id_token) + HEARD_OF {
            from.refuse(
                "keys.retire_after",
                "expected at least a minute more than lifetimes.access_token and lifetimes.id_token",
            );
        } else if *retire_after < lifetimes.session_absolute {
            // A portal names its session by the ID token that began it (RP-Initiated Logout §2).
            from.refuse("keys.retire_after", "expected no less than lifetimes.session_absolute");
        }
    }
}

fn master_key(from: &mut Reader) -> MasterKey {
    if from.is_set_in_file("keys.master_key") {
        from.refuse_unseen(
            "keys.master_key",
            "expected not to find the master key in the settings file: put it into a file of its own \
             (keys.master_key_file) or into SENID_MASTER_KEY",
        );
        return MasterKey::Development;
    }
    let both = from.is_set("keys.master_key") && from.is_set("keys.master_key_file");
    if !both && let Some(path) = from.optional::<PathBuf>("keys.master_key_file") {
        // Its permissions and its contents are judged by who opens it.
        return MasterKey::File(path);
    }
    from.secret("keys.master_key", |text| Ok(SecretString::new(text)), |_| "[secret]".to_owned())
        .map_or(MasterKey::Development, MasterKey::Environment)
}

impl Setting for SignatureAlgorithm {
    const EXPECTED: &'static str = "one of \"ES256\", \"EdDSA\", \"RS256\"";

    fn read(value: &Value) -> Option<Self> {
        Self::from_name(value.as_str()?.trim()).filter(|algorithm| OFFERED.contains(algorithm))
    }

    fn show(&self) -> Value {
        Value::String(self.name().to_owned())
    }
}
