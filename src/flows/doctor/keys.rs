//! The master key, and whether the key pairs are as young as the settings want them.

use super::{Doctor, Finding, What, or_sound, spoken};
use crate::config::MasterKey;
use crate::crypto::seal::{KeyEncryptionKeys, Purpose};
use crate::domain::keys::{KeyAlgorithm, KeyPair, KeyState, RotationPolicy};
use crate::domain::time::Timestamp;
use crate::flows::hardware::Hardware;
use crate::storage::Store;

/// Late by less than this is only the job's turn.
const GRACE: std::time::Duration = std::time::Duration::from_secs(2 * 3_600);

pub(super) async fn look(store: &Store, doctor: &Doctor) -> Vec<Finding> {
    let mut findings = Vec::new();
    if doctor.settings.keys.master_key == MasterKey::Development {
        findings.push(Finding::new(What::KeysDevelopment, "the master key is one for development"));
    }
    let Ok(mut reading) = store.read().await else { return findings };
    // Where there is no schema there are no keys; the schema's own finding says so.
    let (Ok(sealed), Ok(pairs)) = (reading.sealed_keys().load().await, reading.key_pairs().load().await) else {
        return findings;
    };
    match &doctor.masters {
        Err(why) => findings.push(Finding::new(What::KeysMaster, why)),
        Ok(masters) => {
            let opens = KeyEncryptionKeys::derive(masters, Purpose::ServerKeys)
                .is_ok_and(|sealing| sealed.iter().all(|key| key.open(&sealing).is_ok()));
            if !opens {
                findings.push(Finding::new(What::KeysOtherMaster, "it does not open the keys in the identity store"));
            }
        }
    }
    if let Some(finding) = of_module(&doctor.hardware).await {
        findings.push(finding);
    }
    let keys: Vec<KeyPair> = pairs.into_iter().map(|pair| pair.key).collect();
    findings.extend(of_pairs(&keys, &doctor.settings.keys.rotation, doctor.now()));
    or_sound(
        findings,
        What::KeysSound,
        format!("the master key opens {} keys, and every algorithm has a young key", sealed.len()),
    )
}

/// That the module answers: it may be away although a server that asked it before is still up.
async fn of_module(hardware: &Result<Option<Hardware>, String>) -> Option<Finding> {
    let why = match hardware {
        Ok(None) => return None,
        Ok(Some(hardware)) => hardware.look().await.err()?.to_string(),
        Err(why) => why.clone(),
    };
    Some(Finding::new(What::KeysModule, why))
}

fn of_pairs(keys: &[KeyPair], policy: &RotationPolicy, now: Timestamp) -> Vec<Finding> {
    let signing = policy.algorithms.iter().copied().map(KeyAlgorithm::from);
    let wanted = signing.chain(policy.encryption.iter().copied().map(KeyAlgorithm::from));
    let judge = |algorithm: KeyAlgorithm| {
        let own = || keys.iter().filter(move |key| key.algorithm == algorithm);
        match own().find(|key| key.state(keys, now) == KeyState::Current) {
            None => Some(Finding::new(What::KeysNone, format!("there is no current key for {algorithm}"))),
            Some(key) => {
                let age = now.since(key.active_from);
                let is_late = age > policy.rotate_every + GRACE;
                is_late.then(|| Finding::new(What::KeysLate, format!("the key for {algorithm} is {} old", spoken(age))))
            }
        }
    };
    wanted.filter_map(judge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::domain::keys::{KeyId, SignatureAlgorithm};

    #[test]
    fn a_key_that_is_missing_or_older_than_it_should_be_is_found() {
        let policy = RotationPolicy {
            algorithms: vec![SignatureAlgorithm::Es256],
            encryption: Vec::new(),
            ..config::Keys::default().rotation
        };
        let key = |algorithm: SignatureAlgorithm| KeyPair {
            kid: KeyId::new("k"),
            algorithm: algorithm.into(),
            created_at: Timestamp::EPOCH,
            active_from: Timestamp::EPOCH,
            retired_at: None,
            removed_at: None,
        };
        let whats =
            |keys: &[KeyPair], now| of_pairs(keys, &policy, now).into_iter().map(|one| one.what).collect::<Vec<_>>();
        let end = Timestamp::EPOCH + policy.rotate_every + GRACE;
        assert_eq!(whats(&[key(SignatureAlgorithm::Es256)], end), []);
        let later = end + std::time::Duration::from_secs(1);
        assert_eq!(whats(&[key(SignatureAlgorithm::Es256)], later), [What::KeysLate]);
        assert_eq!(whats(&[key(SignatureAlgorithm::Rs256)], end), [What::KeysNone]);
        assert_eq!(whats(&[], end), [What::KeysNone]);
    }
}
