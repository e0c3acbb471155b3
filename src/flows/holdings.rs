//! What a citizen could prove, as the identity store knows it, and as the settings let it be proven.

use crate::domain::credential::CredentialKind;
use crate::domain::holdings::Holdings;
use crate::domain::ids::{CitizenId, ClientId};
use crate::domain::message::Channel;
use crate::storage::StoredCredential;

use super::{App, FlowError, certificate, webauthn};

/// What `citizen` holds and can prove in a sign-in for `client`, or for their own account; nothing at all for someone who is gone.
pub async fn load(app: &App, citizen: CitizenId, client: Option<&ClientId>) -> Result<Option<Holdings>, FlowError> {
    let mut store = app.store.read().await?;
    let Some(found) = store.citizens().find(citizen).await? else { return Ok(None) };
    let has_password = store.passwords().find(citizen).await?.is_some();
    let mut credentials: Vec<_> = store
        .credentials()
        .list(citizen)
        .await?
        .into_iter()
        .filter_map(|stored| weighed(app, stored, client))
        .map(|stored| stored.credential)
        .collect();
    for list in credentials.clone().iter().filter(|held| held.kind == CredentialKind::RecoveryCodes) {
        // A list that is used up proves nothing more.
        if store.recovery_codes().left(citizen, list.id).await? == 0 {
            credentials.retain(|held| held.id != list.id);
        }
    }
    let messages = &app.settings.messages;
    let reached = Channel::Sms.verified_of(&found.profile).is_some_and(|number| messages.reaches(number));
    let counts = messages.sms_counts && messages.offers(Channel::Sms) && reached;
    let sms = match &found.profile.phone_number {
        Some(telephone) if counts => {
            // Where its codes were guessed at too often none is looked at any more.
            let failures = store.sent_codes().failures_in_a_row(citizen).await?;
            (failures < app.settings.throttling.failures_in_a_row).then(|| telephone.counts_for())
        }
        _ => None,
    };
    Ok(Some(Holdings { account_level: found.account_level, has_password, sms, credentials }))
}

/// A stored credential as it is worth now; `None` where nothing is proven with it.
pub fn weighed(app: &App, stored: StoredCredential, client: Option<&ClientId>) -> Option<StoredCredential> {
    match stored.credential.kind {
        CredentialKind::WebAuthn => webauthn::weighed(app, stored),
        CredentialKind::Certificate => certificate::weighed(app, stored, client),
        CredentialKind::Totp | CredentialKind::RecoveryCodes => Some(stored),
    }
}
