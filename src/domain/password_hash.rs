//! A password as it is kept.

use std::fmt;

/// A password's hash as text: a PHC string, `$argon2id$v=19$…`, or what an older system wrote. It is what the store keeps and
/// `credentials::password` reads.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash that was read back from the store, or has been checked by `credentials::password`.
    pub fn from_phc(phc: impl Into<String>) -> Self {
        Self(phc.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it was made by: nothing of the hash itself.
    pub fn kind(&self) -> &'static str {
        match self.0.as_str() {
            text if text.starts_with("$argon2id$") => "argon2id",
            text if text.starts_with("$2") => "bcrypt",
            text if text.starts_with("$5$") || text.starts_with("$6$") => "sha-crypt",
            _ => "pbkdf2",
        }
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hash]")
    }
}
