//! `binding_message`: what the citizen compares on two screens, so it must look the same on both. CIBA Core §7.1.

use crate::protocol::OAuthError;

/// As many characters as are compared at a glance.
const LONGEST: usize = 64;
/// Beside letters and digits of any script.
const PUNCTUATION: &str = " -.,:;/#()+!?'_&";

/// A message that can be shown on every screen as it was sent.
///
/// # Errors
/// `invalid_binding_message` where it is too long, or has a character that some screens do not show, or show otherwise: no
/// emoji, nothing unseen, nothing that changes the direction of what is beside it.
pub(super) fn read(message: &str) -> Result<String, OAuthError> {
    let refused = |why: &'static str| Err(OAuthError::invalid_binding_message(why));
    if message.chars().count() > LONGEST {
        return refused("binding_message has more than 64 characters");
    }
    if !message.chars().all(|c| c.is_alphanumeric() || PUNCTUATION.contains(c)) {
        return refused("binding_message may have letters, digits, spaces and - . , : ; / # ( ) + ! ? ' _ &");
    }
    if !message.chars().any(char::is_alphanumeric) {
        return refused("binding_message has neither a letter nor a digit");
    }
    Ok(message.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_everywhere_is_shown() {
        for message in ["1234", "Hồ sơ 2026/118-A", "Касса 12", "品川 7", "W4SCT"] {
            assert_eq!(read(message).unwrap(), message.trim(), "{message}");
        }
        assert_eq!(read(&"a".repeat(64)).unwrap().len(), 64);
    }

    #[test]
    fn what_does_not_is_refused() {
        let long = "a".repeat(65);
        for message in [
            long.as_str(),
            "1234 \u{1F44D}\u{1F3FF}",
            "12\u{202e}34",
            "12\u{200b}34",
            "12\n34",
            "<b>1234</b>",
            "e\u{301}",
            "\u{0}",
            "- . -",
            "www\u{2024}example",
            "\"1\"",
        ] {
            assert_eq!(read(message).unwrap_err().code.as_str(), "invalid_binding_message", "{message:?}");
        }
    }
}
