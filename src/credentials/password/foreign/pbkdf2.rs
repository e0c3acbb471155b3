//! PBKDF2 (RFC 8018) as programs write it down:
//!
//! | written by | |
//! |---|---|
//! | the PHC string format | `$pbkdf2-sha256$i=600000,l=32$‹salt›$‹hash›` |
//! | passlib | `$pbkdf2-sha256$29000$‹salt›$‹hash›`, and `$pbkdf2$…` with SHA-1; a dot stands for a plus |
//! | Django | `pbkdf2_sha256$600000$‹salt, as it is›$‹hash›` |
//! | ASP.NET Identity | one text in base64: a version, the function, the iterations, the salt and the hash |

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

use super::super::PhcError;
use crate::crypto::hash::constant_time_eq;
use crate::crypto::pbkdf2::{Prf, derive};

/// Over all blocks of a hash. Half a second on a core of today, and more than any of these programs takes by itself.
const MOST_ITERATIONS: u32 = 1_500_000;
const SALT: RangeInclusive<usize> = 4..=128;
const HASH: RangeInclusive<usize> = 16..=64;

#[derive(Clone)]
pub(in crate::credentials::password) struct Pbkdf2 {
    prf: Prf,
    iterations: NonZeroU32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Pbkdf2 {
    pub(super) fn parse(text: &str) -> Option<Result<Self, PhcError>> {
        let named = |names: [(&'static str, Prf); 4]| {
            names.into_iter().find_map(|(name, prf)| Some((prf, text.strip_prefix(name)?)))
        };
        let modular = named([
            ("$pbkdf2-sha256$", Prf::HmacSha256),
            ("$pbkdf2-sha512$", Prf::HmacSha512),
            ("$pbkdf2-sha1$", Prf::HmacSha1),
            ("$pbkdf2$", Prf::HmacSha1),
        ]);
        let of_django = named([
            ("pbkdf2_sha256$", Prf::HmacSha256),
            ("pbkdf2_sha512$", Prf::HmacSha512),
            ("pbkdf2_sha1$", Prf::HmacSha1),
            ("pbkdf2$", Prf::HmacSha1),
        ]);
        let read = match (modular, of_django) {
            (Some((prf, rest)), _) => read_modular(prf, rest),
            (_, Some((prf, rest))) => read_django(prf, rest),
            _ => read_asp_net(&STANDARD.decode(text).ok()?)?,
        };
        Some(read.filter(Self::is_whole).ok_or(PhcError::Pbkdf2).and_then(|read| match read.work() {
            ..=MOST_ITERATIONS => Ok(read),
            _ => Err(PhcError::ForeignTooCostly),
        }))
    }

    fn is_whole(&self) -> bool {
        SALT.contains(&self.salt.len()) && HASH.contains(&self.hash.len())
    }

    /// The iterations of all the blocks that the hash has: each costs as much as the first.
    fn work(&self) -> u32 {
        let block = match self.prf {
            Prf::HmacSha1 => 20,
            Prf::HmacSha256 => 32,
            Prf::HmacSha512 => 64,
        };
        let blocks = u32::try_from(self.hash.len().div_ceil(block)).unwrap_or(u32::MAX);
        self.iterations.get().saturating_mul(blocks)
    }

    pub(super) fn verify(&self, secret: &[u8]) -> bool {
        let mut computed = Zeroizing::new(vec![0; self.hash.len()]);
        derive(self.prf, self.iterations, &self.salt, secret, &mut computed);
        constant_time_eq(&computed, &self.hash)
    }
}

fn read_modular(prf: Prf, text: &str) -> Option<Pbkdf2> {
    let [costs, salt, hash] = fields(text)?;
    let (iterations, length) = match costs.strip_prefix("i=") {
        Some(costs) => match costs.split_once(",l=") {
            Some((iterations, length)) => (iterations, Some(number(length)?)),
            None => (costs, None),
        },
        None => (costs, None),
    };
    let decode = |text: &str| STANDARD_NO_PAD.decode(text.replace('.', "+")).ok();
    let (salt, hash) = (decode(salt)?, decode(hash)?);
    let as_long = length.is_none_or(|length| u32::try_from(hash.len()) == Ok(length));
    as_long.then_some(Pbkdf2 { prf, iterations: NonZeroU32::new(number(iterations)?)?, salt, hash })
}

fn read_django(prf: Prf, text: &str) -> Option<Pbkdf2> {
    let [iterations, salt, hash] = fields(text)?;
    let iterations = NonZeroU32::new(number(iterations)?)?;
    Some(Pbkdf2 { prf, iterations, salt: salt.as_bytes().to_vec(), hash: STANDARD.decode(hash).ok()? })
}

/// Versions 2 and 3 of its format, which begin with 0 and 1.
fn read_asp_net(bytes: &[u8]) -> Option<Option<Pbkdf2>> {
    let word = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let parts = |prf: Option<Prf>, iterations: Option<u32>, salt: usize, length: usize| {
        let (salt, hash) = bytes.get(salt..)?.split_at_checked(length)?;
        let iterations = NonZeroU32::new(iterations?)?;
        Some(Pbkdf2 { prf: prf?, iterations, salt: salt.to_vec(), hash: hash.to_vec() })
    };
    match bytes {
        [0, ..] if bytes.len() == 49 => Some(parts(Some(Prf::HmacSha1), Some(1_000), 1, 16)),
        [1, ..] => {
            let prf = match word(1) {
                Some(0) => Some(Prf::HmacSha1),
                Some(1) => Some(Prf::HmacSha256),
                Some(2) => Some(Prf::HmacSha512),
                _ => None,
            };
            let length = word(9).and_then(|length| usize::try_from(length).ok());
            Some(length.and_then(|length| parts(prf, word(5), 13, length)))
        }
        _ => None,
    }
}

fn fields(text: &str) -> Option<[&str; 3]> {
    let mut fields = text.split('$');
    let three = [fields.next()?, fields.next()?, fields.next()?];
    fields.next().is_none().then_some(three)
}

/// One value has one text.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}
