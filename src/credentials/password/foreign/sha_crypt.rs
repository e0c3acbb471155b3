//! SHA-crypt (Drepper, 2008) in the modular crypt format: `$5$` and `$6$`, with or without `rounds=‹n›$`, then `‹salt›$‹hash›`.

use sha_crypt::password_hash::PasswordVerifier;

use super::super::PhcError;

/// A hundred times what is usual: a quarter of a second on a core of today.
const MOST_ROUNDS: u32 = 500_000;
const LEAST_ROUNDS: u32 = 1_000;
const MOST_SALT: usize = 16;

/// The text, once it is known what checking it costs.
#[derive(Clone)]
pub(in crate::credentials::password) struct ShaCrypt(String);

impl ShaCrypt {
    pub(super) fn parse(text: &str) -> Option<Result<Self, PhcError>> {
        let kinds = [("$5$", 43), ("$6$", 86)];
        let (rest, length) = kinds.into_iter().find_map(|(kind, length)| Some((text.strip_prefix(kind)?, length)))?;
        Some(rounds(rest, length).ok_or(PhcError::ShaCrypt).and_then(|rounds| match rounds {
            ..=MOST_ROUNDS => Ok(Self(text.to_owned())),
            _ => Err(PhcError::ForeignTooCostly),
        }))
    }

    pub(super) fn verify(&self, secret: &[u8]) -> bool {
        sha_crypt::ShaCrypt::default().verify_password(secret, self.0.as_str()).is_ok()
    }
}

/// How many rounds it takes, if the rest is as it must be.
fn rounds(text: &str, length: usize) -> Option<u32> {
    let (rounds, rest) = match text.strip_prefix("rounds=") {
        Some(said) => {
            let (rounds, rest) = said.split_once('$')?;
            let read: u32 = rounds.parse().ok()?;
            // One value has one text, and the reference refuses fewer.
            (Some(read).filter(|read| read.to_string() == rounds && *read >= LEAST_ROUNDS)?, rest)
        }
        None => (5_000, text),
    };
    let (salt, hash) = rest.split_once('$')?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./".contains(&byte));
    (plain(salt) && (1..=MOST_SALT).contains(&salt.len()) && plain(hash) && hash.len() == length).then_some(rounds)
}
