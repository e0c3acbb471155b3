//! What a person is asked to sign where the signature is one over a document: a text that says what it is for.
//!
//! A key that can sign contracts must not sign what a person cannot read, so it is never bare bytes. Its first line tells it
//! from every other document, the last makes it one of a kind; nothing of it is chosen by whoever signs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::random::Random;
use crate::domain::time::Timestamp;

const FIRST_LINE: &str = "SenID sign-in";

/// The text of one sign-in, UTF-8 with a line feed after every line. Its bytes are what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// `portal` is whom the person signs in to.
    pub fn new(issuer: &str, portal: &str, now: Timestamp, random: &dyn Random) -> Self {
        let nonce = URL_SAFE_NO_PAD.encode(random.bytes::<32>());
        let portal = one_line(portal);
        let time = rfc3339(now);
        Self(format!(
            "{FIRST_LINE}\nVersion: 1\nThis signature signs you in. It agrees to nothing else.\nAt: {issuer}\nPortal: \
             {portal}\nTime: {time}\nNonce: {nonce}\n"
        ))
    }

    /// The same, for a person who compares `code` on two screens.
    #[must_use]
    pub fn with_code(self, code: &str) -> Self {
        Self(format!("{}Code: {code}\n", self.0))
    }

    /// One that stood in a record of ours.
    pub const fn from_text(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A portal's name cannot add lines of its own, nor turn round what stands in its own line.
fn one_line(name: &str) -> String {
    let plain = |character: char| {
        let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if character.is_control() || turns { ' ' } else { character }
    };
    name.chars().map(plain).collect()
}

fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.seconds())
        .map_or_else(|_| at.seconds().to_string(), |instant| instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::SystemRandom;

    #[test]
    fn the_text_says_what_it_is_for_and_is_one_of_a_kind() {
        let random = SystemRandom::new();
        let make =
            |portal| Challenge::new("https://id.example", portal, Timestamp::from_seconds(1_700_000_000), &random);
        let one = make("Cổng thuế");
        let lines: Vec<&str> = one.as_str().lines().collect();
        assert_eq!(
            lines[..6],
            [
                "SenID sign-in",
                "Version: 1",
                "This signature signs you in. It agrees to nothing else.",
                "At: https://id.example",
                "Portal: Cổng thuế",
                "Time: 2023-11-14T22:13:20Z",
            ]
        );
        assert!(one.as_str().ends_with('\n') && lines.len() == 7);
        assert_ne!(one, make("Cổng thuế"));
    }

    #[test]
    fn a_portal_s_name_writes_no_line_of_its_own() {
        let random = SystemRandom::new();
        let name = "Tax\r\nNonce: x\u{202e}\u{2028}gov";
        let text = Challenge::new("https://id.example", name, Timestamp::from_seconds(0), &random);
        assert!(text.as_str().contains("\nPortal: Tax  Nonce: x  gov\n"), "{}", text.as_str());
        assert_eq!(text.as_str().lines().count(), 7);
    }
}
