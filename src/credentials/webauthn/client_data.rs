//! What the browser collected and the authenticator signed over: `clientDataJSON` (§5.8.1; §7.1 steps 7–12, §7.2 steps 11–15).

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{ChallengeBytes, Refusal};
use crate::crypto::base64url;
use crate::crypto::hash::constant_time_eq;

/// Which ceremony it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ceremony {
    Enrolment,
    Assertion,
}

impl Ceremony {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Enrolment => "webauthn.create",
            Self::Assertion => "webauthn.get",
        }
    }
}

/// What of it is looked at; browsers may add to it (§5.8.1).
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    type_: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: Option<bool>,
    /// The page around it, where it is of another origin.
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<IgnoredAny>,
}

/// Holds it against what was asked.
pub(super) fn check(
    json: &[u8],
    ceremony: Ceremony,
    challenge: &ChallengeBytes,
    origins: &[String],
) -> Result<(), Refusal> {
    let collected: ClientData = serde_json::from_slice(json).map_err(|_| Refusal::Malformed)?;
    if collected.type_ != ceremony.as_str() {
        return Err(Refusal::WrongType);
    }
    let answered = base64url::decode(&collected.challenge).ok_or(Refusal::Malformed)?;
    if !constant_time_eq(&answered, challenge) {
        return Err(Refusal::WrongChallenge);
    }
    // As text: an origin has one spelling, and whatever is spelled otherwise did not come from a browser.
    if !origins.contains(&collected.origin) {
        return Err(Refusal::WrongOrigin);
    }
    // No page of ours may be within another's, and none of ours asks from there.
    if collected.cross_origin == Some(true) || collected.top_origin.is_some() {
        return Err(Refusal::CrossOrigin);
    }
    Ok(())
}
