//! bcrypt (Provos and Mazières, 1999) in the modular crypt format: `$2b$‹cost›$‹salt›‹hash›`.

use base64::Engine;
use base64::alphabet::BCRYPT;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::super::PhcError;
use crate::crypto::hash::constant_time_eq;

/// Each step doubles it; this one is a quarter of a second on a core of today.
const MOST_COST: u32 = 12;
const LEAST_COST: u32 = 4;
/// What it takes of a password, with the NUL after it.
const MOST_PASSWORD: usize = 72;
const SALT_TEXT: usize = 22;
const HASH_TEXT: usize = 31;
/// Of the 24 bytes that are computed.
const HASH: usize = 23;

/// Some programs leave bits in the last character of a salt that stand for nothing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &BCRYPT,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

#[derive(Clone)]
pub(in crate::credentials::password) struct Bcrypt {
    cost: u32,
    salt: [u8; 16],
    hash: Vec<u8>,
}

impl Bcrypt {
    pub(super) fn parse(text: &str) -> Option<Result<Self, PhcError>> {
        // `$2x$` is of a program that took letters with an accent for others: whoever's it is sets another password.
        let rest = ["$2a$", "$2b$", "$2y$"].into_iter().find_map(|kind| text.strip_prefix(kind))?;
        Some(Self::read(rest).ok_or(PhcError::Bcrypt).and_then(|read| match read.cost {
            ..=MOST_COST => Ok(read),
            _ => Err(PhcError::ForeignTooCostly),
        }))
    }

    fn read(text: &str) -> Option<Self> {
        let (cost, text) = text.split_once('$')?;
        let (salt, hash) = text.split_at_checked(SALT_TEXT).filter(|(_, hash)| hash.len() == HASH_TEXT)?;
        let cost = Some(cost).filter(|cost| cost.len() == 2 && cost.bytes().all(|byte| byte.is_ascii_digit()))?;
        let cost = cost.parse().ok().filter(|cost| (LEAST_COST..=31).contains(cost))?;
        let hash = BASE64.decode(hash).ok().filter(|hash| hash.len() == HASH)?;
        Some(Self { cost, salt: BASE64.decode(salt).ok()?.try_into().ok()?, hash })
    }

    pub(super) fn verify(&self, secret: &[u8]) -> bool {
        let mut password = Zeroizing::new(Vec::with_capacity(MOST_PASSWORD));
        password.extend(secret.iter().copied().chain([0]).take(MOST_PASSWORD));
        let computed = Zeroizing::new(bcrypt::bcrypt(self.cost, self.salt, &password));
        constant_time_eq(&computed[..HASH], &self.hash)
    }
}
