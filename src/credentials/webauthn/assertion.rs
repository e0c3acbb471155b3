//! Using a credential: §5.5 and §7.2.

use serde::Deserialize;
use serde_json::{Value, json};
use webauthn_rs_core::proto::{
    AuthenticationExtensionsClientOutputs, AuthenticationState, AuthenticatorAssertionResponseRaw, PublicKeyCredential,
};

use super::client_data::{self, Ceremony};
use super::enrolment::descriptor;
use super::{ChallengeBytes, Hint, Key, Refusal, RelyingParty, TIMEOUT_MILLISECONDS, UserVerification};
use crate::crypto::base64url;
use crate::crypto::hash::constant_time_eq;

/// An answer that was read and not yet believed.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// The credential that it says it is of.
    pub id: Vec<u8>,
    /// Whose the credential is, as the authenticator keeps it; a discoverable one always says it.
    user_handle: Option<Vec<u8>>,
    text: String,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

/// What a good answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// A PIN or a finger opened it.
    pub user_verified: bool,
    pub counter: u32,
}

/// Whose credential is expected.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    pub user_handle: &'a [u8; 32],
    /// Nobody said before who they are: the authenticator must (§7.2 step 6).
    pub must_be_named: bool,
}

#[derive(Deserialize)]
struct Answer {
    id: String,
    #[serde(rename = "type")]
    type_: String,
    response: Response,
}

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "authenticatorData")]
    authenticator_data: String,
    signature: String,
    #[serde(rename = "userHandle", default)]
    user_handle: Option<String>,
}

impl Assertion {
    /// Reads what a browser sends: `PublicKeyCredential.toJSON()` (§5.1).
    ///
    /// # Errors
    /// `Malformed`
    pub fn read(answer: &str) -> Result<Self, Refusal> {
        let answer: Answer = serde_json::from_str(answer).map_err(|_| Refusal::Malformed)?;
        if answer.type_ != "public-key" {
            return Err(Refusal::Malformed);
        }
        let decode = |text: &str| base64url::decode(text).ok_or(Refusal::Malformed);
        Ok(Self {
            id: decode(&answer.id)?,
            user_handle: answer.response.user_handle.as_deref().map(decode).transpose()?,
            text: answer.id,
            client_data: decode(&answer.response.client_data)?,
            authenticator_data: decode(&answer.response.authenticator_data)?,
            signature: decode(&answer.response.signature)?,
        })
    }
}

impl RelyingParty {
    /// What the browser is to do: `PublicKeyCredentialRequestOptionsJSON` (§5.1.10). Of nobody's keys in particular where
    /// `allowed` is empty.
    pub fn request_options(
        &self,
        challenge: &ChallengeBytes,
        allowed: &[Key],
        verification: UserVerification,
        hint: Hint,
    ) -> Value {
        json!({
            "rpId": self.id(),
            "challenge": base64url::encode(challenge),
            "timeout": TIMEOUT_MILLISECONDS,
            "allowCredentials": allowed.iter().map(descriptor).collect::<Vec<_>>(),
            "userVerification": verification.as_str(),
            "hints": hint.values(),
        })
    }

    /// Holds `assertion` against what was asked and against the key it says it is of, whose counter has come to `counter`.
    ///
    /// # Errors
    /// What is wrong with it. `CounterFell` means that everything else was right.
    pub fn verify(
        &self,
        assertion: &Assertion,
        challenge: &ChallengeBytes,
        verification: UserVerification,
        owner: Owner<'_>,
        key: &Key,
        counter: i64,
    ) -> Result<Verified, Refusal> {
        client_data::check(&assertion.client_data, Ceremony::Assertion, challenge, self.origins())?;
        match &assertion.user_handle {
            Some(named) if !constant_time_eq(named, owner.user_handle) => return Err(Refusal::WrongOwner),
            None if owner.must_be_named => return Err(Refusal::WrongOwner),
            _ => {}
        }
        let answer = PublicKeyCredential {
            id: assertion.text.clone(),
            raw_id: assertion.id.clone(),
            response: AuthenticatorAssertionResponseRaw {
                authenticator_data: assertion.authenticator_data.clone(),
                client_data_json: assertion.client_data.clone(),
                signature: assertion.signature.clone(),
                user_handle: None,
            },
            extensions: AuthenticationExtensionsClientOutputs::default(),
            type_: "public-key".to_owned(),
        };
        let counter = u32::try_from(counter).map_err(|_| Refusal::CounterFell)?;
        let credential = key.to_credential(counter).ok_or(Refusal::Malformed)?;
        let done = self.core.authenticate_single_credential(&answer, &asked(challenge, verification)?, &credential)?;
        Ok(Verified { user_verified: done.user_verified(), counter: done.counter() })
    }
}

/// As `asked` of an enrolment.
fn asked(challenge: &ChallengeBytes, verification: UserVerification) -> Result<AuthenticationState, Refusal> {
    let state = json!({
        "credentials": [],
        "policy": verification.as_str(),
        "challenge": base64url::encode(challenge),
        "appid": null,
        "allow_backup_eligible_upgrade": false,
    });
    serde_json::from_value(state).map_err(|_| Refusal::Malformed)
}
