//! Password hashes that older systems made. An import brings them; each is checked until its owner signs in for the first time, which
//! hashes the password with Argon2id.

mod bcrypt;
mod pbkdf2;
mod sha_crypt;

use super::PhcError;
use bcrypt::Bcrypt;
use pbkdf2::Pbkdf2;
use sha_crypt::ShaCrypt;

/// A hash of another kind than ours, whose cost is bearable.
#[derive(Clone)]
pub(super) enum Foreign {
    Bcrypt(Bcrypt),
    Pbkdf2(Pbkdf2),
    ShaCrypt(ShaCrypt),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Right,
    Wrong,
}

impl Foreign {
    /// `None` where `text` begins as none of the kinds does that are known here.
    ///
    /// # Errors
    /// Where it begins so, and cannot be read or would cost too much.
    pub(super) fn parse(text: &str) -> Option<Result<Self, PhcError>> {
        None.or_else(|| Bcrypt::parse(text).map(|read| read.map(Self::Bcrypt)))
            .or_else(|| ShaCrypt::parse(text).map(|read| read.map(Self::ShaCrypt)))
            .or_else(|| Pbkdf2::parse(text).map(|read| read.map(Self::Pbkdf2)))
    }

    /// Whether `secret` is the password that was hashed. It costs what the hash says.
    pub(super) fn verify(&self, secret: &[u8]) -> Verdict {
        let right = match self {
            Self::Bcrypt(hash) => hash.verify(secret),
            Self::Pbkdf2(hash) => hash.verify(secret),
            Self::ShaCrypt(hash) => hash.verify(secret),
        };
        if right { Verdict::Right } else { Verdict::Wrong }
    }
}

#[cfg(test)]
mod tests;
