//! Accounts that people had at portals before they signed in here, each linked to the one citizen who showed that it is theirs
//! (docs/moving-in.md).

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::ids::{CitizenId, ClientId, LinkId};
use super::issued_code::PaperCode;
use super::time::Timestamp;

/// What a portal hands to whoever had an account with it: 103 bits. There is one for everybody who ever had one, so of somebody who
/// took the hashes each guess is at millions of codes at once; and what a code is of is sealed with the code itself.
pub type LinkCode = PaperCode<24>;

/// What a portal calls an account of its own. Personal data: `Debug` shows it masked, and it is wiped on drop.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OldAccountId(String);

/// What a portal calls an account where its owner reads it, such as a name that they chose there.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OldAccountLabel(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccount {
    #[error("expected 1 to 200 characters")]
    Length,
    #[error("expected no control characters")]
    Control,
}

/// An account at a portal, as the portal says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldAccount {
    pub id: OldAccountId,
    #[serde(default)]
    pub label: Option<OldAccountLabel>,
}

/// One that is a citizen's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedAccount {
    pub id: LinkId,
    pub citizen: CitizenId,
    /// The portal.
    pub client: ClientId,
    pub account: OldAccount,
    pub linked_at: Timestamp,
}

/// What a code is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linkable {
    pub client: ClientId,
    pub account: OldAccount,
}

const LONGEST: usize = 200;

fn read(text: &str) -> Result<String, InvalidAccount> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(InvalidAccount::Control);
    }
    // Of a few characters that take several bytes each there are as many as of others.
    if !(1..=LONGEST).contains(&text.chars().count()) {
        return Err(InvalidAccount::Length);
    }
    Ok(text.to_owned())
}

impl OldAccountId {
    /// # Errors
    /// Where it is too long, or nothing that is written.
    pub fn parse(text: &str) -> Result<Self, InvalidAccount> {
        read(text).map(Self)
    }

    /// The id itself: for its portal, and for whose it is. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// As it is shown where others may look on: enough for whoever knows it.
    pub fn masked(&self) -> String {
        let characters: Vec<char> = self.0.chars().collect();
        let (head, tail) = match characters.len() {
            0..5 => (0, 0),
            5..9 => (0, 2),
            _ => (3, 3),
        };
        let part = |range: &[char]| range.iter().collect::<String>();
        format!("{}•••••{}", part(&characters[..head]), part(&characters[characters.len() - tail..]))
    }
}

impl OldAccountLabel {
    /// # Errors
    /// As [`OldAccountId::parse`].
    pub fn parse(text: &str) -> Result<Self, InvalidAccount> {
        read(text).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl OldAccount {
    /// What its owner knows it by: what the portal wrote for them, or else the id, masked.
    pub fn shown(&self) -> String {
        self.label.as_ref().map_or_else(|| self.id.masked(), |label| label.as_str().to_owned())
    }
}

impl TryFrom<String> for OldAccountId {
    type Error = InvalidAccount;
    fn try_from(text: String) -> Result<Self, InvalidAccount> {
        Self::parse(&text)
    }
}

impl From<OldAccountId> for String {
    fn from(id: OldAccountId) -> Self {
        id.0.clone()
    }
}

impl TryFrom<String> for OldAccountLabel {
    type Error = InvalidAccount;
    fn try_from(text: String) -> Result<Self, InvalidAccount> {
        Self::parse(&text)
    }
}

impl From<OldAccountLabel> for String {
    fn from(label: OldAccountLabel) -> Self {
        label.0.clone()
    }
}

impl fmt::Debug for OldAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for OldAccountLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[label]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_portal_calls_an_account_is_taken_as_it_is() {
        assert_eq!(OldAccountId::parse(" An.Nguyen ").unwrap().expose(), "An.Nguyen");
        assert_eq!(OldAccountId::parse("  "), Err(InvalidAccount::Length));
        assert_eq!(OldAccountId::parse(&"ữ".repeat(201)), Err(InvalidAccount::Length));
        assert!(OldAccountId::parse(&"ữ".repeat(200)).is_ok());
        assert_eq!(OldAccountId::parse("a\u{0}b"), Err(InvalidAccount::Control));
        assert_eq!(OldAccountLabel::parse("a\nb"), Err(InvalidAccount::Control));
    }

    #[test]
    fn little_of_it_is_shown() {
        for (id, masked) in [("4711", "•••••"), ("user42", "•••••42"), ("an.nguyen", "an.•••••yen")]
        {
            let id = OldAccountId::parse(id).unwrap();
            assert_eq!((id.masked().as_str(), format!("{id:?}").as_str()), (masked, masked));
        }
    }

    #[test]
    fn whoever_has_it_reads_what_the_portal_wrote_for_them() {
        let id = OldAccountId::parse("an.nguyen").unwrap();
        let account = OldAccount { id, label: Some(OldAccountLabel::parse("An’s shop").unwrap()) };
        assert_eq!(account.shown(), "An’s shop");
        assert_eq!(OldAccount { label: None, ..account }.shown(), "an.•••••yen");
    }
}
