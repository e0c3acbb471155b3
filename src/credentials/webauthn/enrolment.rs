//! Making a credential: §5.4 and §7.1.

use serde::Deserialize;
use serde_json::{Value, json};
use webauthn_rs_core::proto::{
    AuthenticatorAttestationResponseRaw, RegisterPublicKeyCredential, RegistrationExtensionsClientOutputs,
    RegistrationState,
};

use super::attestation::Policy;
use super::client_data::{self, Ceremony};
use super::relying_party::ALGORITHMS;
use super::{ChallengeBytes, Hint, Key, Refusal, RelyingParty, TIMEOUT_MILLISECONDS, UserVerification};
use crate::crypto::base64url;
use crate::domain::credential::CredentialTraits;
use crate::domain::time::Timestamp;

/// Who enrols a credential, as their authenticator keeps and shows it.
#[derive(Clone, Copy, Debug)]
pub struct Enrolment<'a> {
    /// What the service is called.
    pub service: &'a str,
    pub user_handle: &'a [u8; 32],
    /// Tells accounts apart where somebody has several: it leaves the house, and may be copied to the cloud of a phone's maker.
    pub account: &'a str,
    pub display_name: &'a str,
    /// What the person has: none of these authenticators makes another.
    pub has: &'a [Key],
    pub hint: Hint,
}

/// A credential that was just made.
#[derive(Clone, Debug)]
pub struct NewCredential {
    /// The credential id, as an assertion presents it.
    pub id: Vec<u8>,
    pub key: Key,
    pub traits: CredentialTraits,
    pub counter: u32,
}

/// What a browser sends: `PublicKeyCredential.toJSON()` (§5.1), of which only this is looked at.
#[derive(Deserialize)]
struct Answer {
    id: String,
    #[serde(rename = "type")]
    type_: String,
    response: Response,
    #[serde(rename = "clientExtensionResults", default)]
    extensions: Extensions,
}

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation_object: String,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Extensions {
    #[serde(rename = "credProps", default)]
    properties: Option<Properties>,
}

/// §10.1.3. The browser says so and nobody signs it: it decides what a page offers and nothing else.
#[derive(Default, Deserialize)]
struct Properties {
    #[serde(default)]
    rk: Option<bool>,
}

/// CTAP2 allows more, and nobody makes longer ones (§4, Credential ID).
const LONGEST_ID: usize = 1023;

impl RelyingParty {
    /// What the browser is to do: `PublicKeyCredentialCreationOptionsJSON` (§5.1.9).
    pub fn creation_options(
        &self,
        challenge: &ChallengeBytes,
        enrolment: &Enrolment<'_>,
        policy: &dyn Policy,
    ) -> Value {
        let algorithms = ALGORITHMS.map(|algorithm| json!({ "type": "public-key", "alg": algorithm as i32 }));
        json!({
            "rp": { "id": self.id(), "name": enrolment.service },
            "user": {
                "id": base64url::encode(enrolment.user_handle),
                "name": enrolment.account,
                "displayName": enrolment.display_name,
            },
            "challenge": base64url::encode(challenge),
            "pubKeyCredParams": algorithms,
            "timeout": TIMEOUT_MILLISECONDS,
            "excludeCredentials": enrolment.has.iter().map(descriptor).collect::<Vec<_>>(),
            "authenticatorSelection": {
                // Autofill finds nothing else. A key that has no room for it makes one all the same, for step-up.
                "residentKey": "preferred",
                "requireResidentKey": false,
                "userVerification": UserVerification::Preferred.as_str(),
            },
            "hints": enrolment.hint.values(),
            "attestation": policy.conveyance().as_str(),
            "extensions": { "credProps": true },
        })
    }

    /// The credential that `answer` brings, if it answers `challenge` and `policy` takes it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn enrol(
        &self,
        challenge: &ChallengeBytes,
        policy: &dyn Policy,
        now: Timestamp,
        answer: &str,
    ) -> Result<NewCredential, Refusal> {
        let answer: Answer = serde_json::from_str(answer).map_err(|_| Refusal::Malformed)?;
        if answer.type_ != "public-key" {
            return Err(Refusal::Malformed);
        }
        let decode = |text: &str| base64url::decode(text).ok_or(Refusal::Malformed);
        let id = decode(&answer.id)?;
        let client_data = decode(&answer.response.client_data)?;
        client_data::check(&client_data, Ceremony::Enrolment, challenge, self.origins())?;
        let registration = RegisterPublicKeyCredential {
            id: answer.id,
            raw_id: id.clone(),
            response: AuthenticatorAttestationResponseRaw {
                attestation_object: decode(&answer.response.attestation_object)?,
                client_data_json: client_data,
                transports: None,
            },
            type_: answer.type_,
            extensions: RegistrationExtensionsClientOutputs::default(),
        };
        let made = self.core.register_credential(&registration, &asked(challenge)?, None)?;
        // The id that was signed is the one that counts, and the browser names the same.
        if made.cred_id != id || id.is_empty() || id.len() > LONGEST_ID {
            return Err(Refusal::Malformed);
        }
        let provenance = policy.enrol(&registration.response.attestation_object, now)?;
        let discoverable = answer.extensions.properties.and_then(|properties| properties.rk).unwrap_or(false);
        Ok(NewCredential {
            traits: CredentialTraits {
                unlocked: made.user_verified,
                phishing_resistant: true,
                hardware_bound: policy.is_hardware_bound(&provenance),
                discoverable,
                synced: made.backup_eligible,
            },
            key: Key::new(&made, answer.response.transports, provenance),
            counter: made.counter,
            id,
        })
    }
}

/// As options name a credential (§5.8.3).
pub(super) fn descriptor(key: &Key) -> Value {
    json!({ "type": "public-key", "id": key.id(), "transports": key.transports() })
}

/// What `webauthn-rs-core` holds an answer against. It makes a challenge and a state of its own by its own randomness; ours comes
/// from whoever called, and the state is what it serialises.
fn asked(challenge: &ChallengeBytes) -> Result<RegistrationState, Refusal> {
    let state = json!({
        "policy": "preferred",
        "exclude_credentials": [],
        "challenge": base64url::encode(challenge),
        "credential_algorithms": ALGORITHMS,
        "require_resident_key": false,
        "authenticator_attachment": null,
        "extensions": {},
        "allow_synchronised_authenticators": true,
    });
    serde_json::from_value(state).map_err(|_| Refusal::Malformed)
}
