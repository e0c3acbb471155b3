//! What citizens hold, put into the identity store as their enrolment would have.

use senid::crypto::random::SystemRandom;
use senid::domain::assurance::AuthenticationLevel;
use senid::domain::credential::{Credential, CredentialKind, CredentialTraits};
use senid::domain::ids::CredentialId;
use senid::storage::{Enrolled, Material, StoredCredential};

use super::{Citizen, Operator, World};

/// A passkey that its phone opens with a finger.
pub const PASSKEY: CredentialTraits = CredentialTraits {
    unlocked: true,
    phishing_resistant: true,
    hardware_bound: false,
    discoverable: true,
    synced: true,
};

impl World {
    /// As if `citizen` had enrolled it in a session of the level `binding`. Nobody can prove it: its key is nowhere.
    pub async fn holds(
        &self,
        citizen: &Citizen,
        name: &str,
        kind: CredentialKind,
        traits: CredentialTraits,
        binding: AuthenticationLevel,
    ) -> CredentialId {
        let operator: Operator<'_> = self.operator();
        let (app, now) = (self.app(0), self.app(0).clock.now());
        let id = CredentialId::new(now, &SystemRandom::new());
        let new = StoredCredential {
            citizen: operator.id_of(citizen).await,
            credential: Credential {
                id,
                kind,
                name: name.parse().unwrap(),
                binding,
                traits,
                created_at: now,
                last_used_at: None,
            },
            material: Material::new(b"nothing that verifies".to_vec()),
            counter: 0,
        };
        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.credentials().enrol(&new, None).await.unwrap(), Enrolled::New);
        tx.commit().await.unwrap();
        id
    }
}
