//! What a new password must be: NIST SP 800-63B-4 §3.1.1.2.
//!
//! Long enough, not too long, not one that everybody tries first, not made of what others know about its owner. No
//! rules about kinds of characters, and no expiry: both make passwords worse.

mod common;
mod context;

use unicode_normalization::UnicodeNormalization;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::secret::SecretString;
pub use context::{Context, ContextWord};

/// A password as it is hashed and compared: NFKC, so that one typed on another keyboard is the same (RFC 8265 §4 with
/// the compatibility forms folded too, as NIST asks). `Debug` shows nothing of it, and it is wiped on drop.
#[derive(Clone, PartialEq, Eq, Debug, ZeroizeOnDrop)]
pub struct NormalisedPassword(SecretString);

/// No password is as long, even decomposed: what is longer is not looked at.
const MOST_BYTES: usize = 4096;

impl NormalisedPassword {
    /// Normalises a password for comparison. Whether it would do as a new one is [`judge`]'s business.
    ///
    /// # Errors
    /// [`Refusal::TooLong`] beyond 4096 bytes or `most` characters; [`Refusal::ControlCharacter`].
    pub fn new(typed: &SecretString, most: u32) -> Result<Self, Refusal> {
        let typed = typed.expose();
        if typed.len() > MOST_BYTES {
            return Err(Refusal::TooLong { most });
        }
        // Room for all of it at once: a buffer that grew would leave pieces of the password behind.
        let mut normalised = Zeroizing::new(String::with_capacity(4 * MOST_BYTES));
        for character in typed.nfkc() {
            if character.is_control() {
                return Err(Refusal::ControlCharacter);
            }
            normalised.push(character);
        }
        if normalised.chars().count() > most as usize {
            return Err(Refusal::TooLong { most });
        }
        Ok(Self(SecretString::new(normalised.as_str())))
    }

    /// The password itself. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// How long a password must and may be, in characters after NFKC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// The least where the password alone signs in.
    pub alone: u32,
    /// The least where a second factor is always asked.
    pub with_second_factor: u32,
    pub most: u32,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { alone: 15, with_second_factor: 8, most: 128 }
    }
}

/// What the password is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordUse {
    Alone,
    WithSecondFactor,
}

impl Lengths {
    pub const fn least(self, purpose: PasswordUse) -> u32 {
        match purpose {
            PasswordUse::Alone => self.alone,
            PasswordUse::WithSecondFactor => self.with_second_factor,
        }
    }
}

/// Why a new password will not do. The sentences are with the pages' texts, under [`Refusal::name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the password is shorter than {least} characters")]
    TooShort { least: u32 },
    #[error("the password is longer than {most} characters")]
    TooLong { most: u32 },
    #[error("the password has a control character")]
    ControlCharacter,
    #[error("the password is one of those tried first")]
    Common,
    #[error("the password repeats one piece")]
    Repetitive,
    #[error("the password is a run of the alphabet, of digits or of the keyboard")]
    Sequential,
    #[error("the password is little more than {0}")]
    Context(ContextWord),
}

impl Refusal {
    /// The stable name under which the texts say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too-short",
            Self::TooLong { .. } => "too-long",
            Self::ControlCharacter => "control-character",
            Self::Common => "common",
            Self::Repetitive => "repetitive",
            Self::Sequential => "sequential",
            Self::Context(word) => word.refusal_name(),
        }
    }
}

/// Judges a new password, and hands it back as it is to be hashed.
///
/// # Errors
/// The first reason against it, in the order of [`Refusal`].
pub fn judge(
    typed: &SecretString,
    lengths: Lengths,
    purpose: PasswordUse,
    context: &Context,
) -> Result<NormalisedPassword, Refusal> {
    let password = NormalisedPassword::new(typed, lengths.most)?;
    let least = lengths.least(purpose);
    if password.expose().chars().count() < least as usize {
        return Err(Refusal::TooShort { least });
    }
    let lower = Zeroizing::new(password.expose().to_lowercase());
    let folded = context::fold(password.expose());
    if common::contains(&lower) || common::contains(&folded) {
        return Err(Refusal::Common);
    }
    if repeats(&lower) {
        return Err(Refusal::Repetitive);
    }
    if runs(&folded) {
        return Err(Refusal::Sequential);
    }
    match context.gives_away(&folded) {
        Some(word) => Err(Refusal::Context(word)),
        None => Ok(password),
    }
}

/// Whether one piece, over and over and perhaps cut short at the end, is all there is.
fn repeats(text: &str) -> bool {
    let characters = Zeroizing::new(text.chars().collect::<Vec<char>>());
    let period = |length: usize| (length..characters.len()).all(|at| characters[at] == characters[at - length]);
    (1..=characters.len() / 2).any(period)
}

/// What fingers and memory run along.
const RUNS: [&str; 6] = [
    "abcdefghijklmnopqrstuvwxyz",
    "1234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/// Whether the text is one piece of a run, forwards or backwards, the end joined to the beginning.
fn runs(text: &str) -> bool {
    let backwards: Zeroizing<String> = Zeroizing::new(text.chars().rev().collect());
    RUNS.iter().any(|run| {
        let around = run.repeat(1 + text.chars().count().div_ceil(run.chars().count()));
        !text.is_empty() && (around.contains(text) || around.contains(backwards.as_str()))
    })
}

#[cfg(test)]
mod tests;
