//! Proof Key for Code Exchange: RFC 7636. S256 alone; `plain` does not exist here.

use crate::crypto::base64url;
use crate::crypto::hash::{constant_time_eq, sha256};
use crate::domain::authorization::CodeChallenge;
use crate::protocol::OAuthError;

/// Reads the challenge of an authorization request (RFC 7636 §4.3).
///
/// # Errors
/// `invalid_request` for another method than `S256`, a method without a challenge, and a challenge that is no SHA-256.
pub fn challenge(challenge: Option<&str>, method: Option<&str>) -> Result<Option<CodeChallenge>, OAuthError> {
    match (challenge, method) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(OAuthError::invalid_request("code_challenge_method without code_challenge")),
        // RFC 7636 §4.3 takes an absent method as `plain`, which is never accepted: the developer has to write S256.
        (Some(_), None | Some("plain")) => {
            Err(OAuthError::invalid_request("code_challenge_method must be S256; plain is not accepted"))
        }
        (Some(text), Some("S256")) => base64url::decode_array(text)
            .map(|hash| Some(CodeChallenge(hash)))
            .ok_or_else(|| OAuthError::invalid_request("code_challenge must be 43 characters of unpadded base64url")),
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("code_challenge_method must be S256")),
    }
}

/// Holds the verifier of a token request against the challenge of its authorization request (RFC 7636 §4.6).
///
/// A verifier where no challenge was given is refused too: someone took the challenge out on the way (RFC 9700 §4.8.2).
///
/// # Errors
/// `invalid_grant` where they do not belong together, `invalid_request` for an impossible verifier.
pub fn verify(challenge: Option<&CodeChallenge>, verifier: Option<&str>) -> Result<(), OAuthError> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => {
            Err(OAuthError::invalid_grant("code_verifier given, but the authorization request had no code_challenge"))
        }
        (Some(_), None) => Err(OAuthError::invalid_grant("code_verifier is missing")),
        (Some(_), Some(text)) if !is_verifier(text) => {
            Err(OAuthError::invalid_request("code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~"))
        }
        (Some(CodeChallenge(expected)), Some(text)) => match constant_time_eq(&sha256(text.as_bytes()), expected) {
            true => Ok(()),
            false => Err(OAuthError::invalid_grant("code_verifier does not match the code_challenge")),
        },
    }
}

/// RFC 7636 §4.1.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_verifies() {
        let challenge = challenge(Some(CHALLENGE), Some("S256")).unwrap();
        assert_eq!(verify(challenge.as_ref(), Some(VERIFIER)), Ok(()));
    }

    #[test]
    fn plain_is_refused_named_or_implied() {
        assert!(challenge(Some(VERIFIER), Some("plain")).is_err());
        assert!(challenge(Some(VERIFIER), None).is_err());
    }

    #[test]
    fn dropping_either_side_is_refused() {
        let challenge = challenge(Some(CHALLENGE), Some("S256")).unwrap();
        assert!(verify(challenge.as_ref(), None).is_err());
        assert!(verify(None, Some(VERIFIER)).is_err());
    }

    #[test]
    fn another_verifier_is_an_invalid_grant() {
        let challenge = challenge(Some(CHALLENGE), Some("S256")).unwrap();
        let other = VERIFIER.replace('d', "e");
        assert_eq!(verify(challenge.as_ref(), Some(&other)).unwrap_err().code.as_str(), "invalid_grant");
    }
}
