//! `[keys]`: signing keys' lives, and the master key that wraps every other key.

use std::path::PathBuf;
use std::time::Duration;

use super::lifetimes::Lifetimes;
use super::reader::Reader;
use super::value::words;
use crate::domain::secret::SecretString;

const DAY: Duration = Duration::from_secs(86_400);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Where development keys are made; production keeps nothing there but trust anchors.
    pub folder: PathBuf,
    pub master_key: MasterKey,
    /// The algorithms of ID tokens, the preferred one first.
    pub algorithms: Vec<SigningAlgorithm>,
    /// How long a signing key signs.
    pub rotate_every: Duration,
    /// How long before it signs a key stands in the JWKS, so that every portal has fetched it.
    pub publish_before: Duration,
    /// How long after it signed a key stays in the JWKS, so that the last token can be verified.
    pub retire_after: Duration,
}

/// Where the master key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterKey {
    /// Made on first start in [`Keys::folder`]; only for a loopback issuer.
    Development,
    /// `SENID_MASTER_KEY`.
    Environment(SecretString),
    /// A file that only SenID's user may read.
    File(PathBuf),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SigningAlgorithm {
    Es256,
    Rs256,
    EdDsa,
}

words!(SigningAlgorithm, "one of \"ES256\", \"RS256\", \"EdDSA\"", Es256 = "ES256", Rs256 = "RS256", EdDsa = "EdDSA");

impl Default for Keys {
    fn default() -> Self {
        Self {
            folder: "keys".into(),
            master_key: MasterKey::Development,
            algorithms: vec![SigningAlgorithm::Es256, SigningAlgorithm::EdDsa, SigningAlgorithm::Rs256],
            rotate_every: 90 * DAY,
            publish_before: 7 * DAY,
            retire_after: 2 * DAY,
        }
    }
}

impl Keys {
    pub(super) fn read(from: &mut Reader, lifetimes: &Lifetimes) -> Self {
        let default = Self::default();
        let keys = Self {
            folder: from.value("keys.folder", default.folder),
            master_key: master_key(from),
            algorithms: from.list("keys.algorithms", default.algorithms),
            rotate_every: from.within("keys.rotate_every", default.rotate_every, DAY..=730 * DAY),
            publish_before: from.within("keys.publish_before", default.publish_before, DAY / 24..=60 * DAY),
            retire_after: from.within("keys.retire_after", default.retire_after, DAY / 24..=60 * DAY),
        };
        let mut seen = keys.algorithms.clone();
        seen.sort();
        seen.dedup();
        if seen.len() != keys.algorithms.len() {
            from.refuse("keys.algorithms", "expected each algorithm once");
        }
        // OpenID Connect Discovery §3: RS256 must be offered; ES256 signs what is ours.
        for needed in [SigningAlgorithm::Es256, SigningAlgorithm::Rs256] {
            if !keys.algorithms.contains(&needed) {
                from.refuse("keys.algorithms", format!("expected {} among them", needed.as_str()));
            }
        }
        if keys.publish_before >= keys.rotate_every {
            from.refuse("keys.publish_before", "expected less than keys.rotate_every");
        }
        if keys.retire_after < lifetimes.access_token.max(lifetimes.id_token) {
            from.refuse("keys.retire_after", "expected no less than lifetimes.access_token and lifetimes.id_token");
        }
        keys
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
