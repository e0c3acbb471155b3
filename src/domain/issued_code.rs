//! What a registrar may hand to a citizen whom they see: a code that is good once, for one thing.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

use super::ids::CitizenId;
use super::random::Random;
use super::secret::{SecretHash, SecretString};
use super::time::Timestamp;

/// What a code is good for, and nothing else. The text is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeUse {
    /// Sets a new password at once: the registrar has seen who comes.
    Recover,
    /// Raises what was proven in this session to two factors.
    Raise,
    /// Signs in, at a counter, somebody who has nothing with them.
    Counter,
}

impl CodeUse {
    pub const ALL: [Self; 3] = [Self::Recover, Self::Raise, Self::Counter];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recover => "recover",
            Self::Raise => "raise",
            Self::Counter => "counter",
        }
    }
}

impl fmt::Display for CodeUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CodeUse {
    type Err = UnknownUse;
    fn from_str(text: &str) -> Result<Self, UnknownUse> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or(UnknownUse)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected recover, raise or counter")]
pub struct UnknownUse;

/// A code as it stands on paper, in groups of four letters. `Debug` shows nothing of it, and it is wiped on drop.
#[derive(Clone, Debug)]
pub struct PaperCode<const LENGTH: usize>(SecretString);

/// `BCDF-GHJK-LMNP-QRST`: 69 bits, of which a plain hash is kept (NIST SP 800-63B-4 §3.1.2.2 asks for 64).
pub type CodeText = PaperCode<16>;

impl<const LENGTH: usize> PaperCode<LENGTH> {
    const GROUP: usize = 4;
    /// Twenty letters that no keyboard hides: no vowels, so that no word comes of them, and no digits to take them for.
    const ALPHABET: &'static [u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    /// The most that a person could mean by one.
    const LONGEST_TYPED: usize = 64;

    /// A new one, every code as likely as every other.
    pub fn draw(random: &dyn Random) -> Self {
        // Bytes that would make the first letters likelier than the last ones are left out.
        let fair = |byte: &u8| usize::from(*byte) < 256 / Self::ALPHABET.len() * Self::ALPHABET.len();
        let mut letters = Zeroizing::new(String::with_capacity(LENGTH));
        while letters.len() < LENGTH {
            let bytes = Zeroizing::new(random.bytes::<32>());
            for byte in bytes.iter().filter(|byte| fair(byte)).take(LENGTH - letters.len()) {
                letters.push(char::from(Self::ALPHABET[usize::from(*byte) % Self::ALPHABET.len()]));
            }
        }
        Self(SecretString::new(letters.as_str()))
    }

    /// What was typed, in any case and with whatever stands between the letters; `None` where it can be no code.
    pub fn read(typed: &str) -> Option<Self> {
        if typed.len() > Self::LONGEST_TYPED {
            return None;
        }
        let between = |c: &char| c.is_whitespace() || c.is_ascii_punctuation() || matches!(c, '\u{2010}'..='\u{2015}');
        let mut letters = Zeroizing::new(String::with_capacity(LENGTH));
        for letter in typed.chars().filter(|c| !between(c)).map(|c| c.to_ascii_uppercase()) {
            if letters.len() == LENGTH || !u8::try_from(letter).is_ok_and(|byte| Self::ALPHABET.contains(&byte)) {
                return None;
            }
            letters.push(letter);
        }
        (letters.len() == LENGTH).then(|| Self(SecretString::new(letters.as_str())))
    }

    /// The letters alone: what is hashed.
    pub fn letters(&self) -> &str {
        self.0.expose()
    }

    /// As it is written down.
    pub fn written(&self) -> SecretString {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / Self::GROUP));
        for (place, letter) in self.letters().chars().enumerate() {
            if place > 0 && place % Self::GROUP == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        SecretString::new(text.as_str())
    }
}

/// A code as the identity store holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedCode {
    pub hash: SecretHash,
    pub citizen: CitizenId,
    pub purpose: CodeUse,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;
    use crate::domain::random::Random;

    /// One byte after another.
    #[derive(Debug, Default)]
    struct InTurn(AtomicU8);

    impl Random for InTurn {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    #[test]
    fn a_code_is_read_as_it_was_written_and_as_people_type() {
        let random = InTurn::default();
        let code = CodeText::draw(&random);
        let written = code.written();
        assert_eq!(written.expose().len(), 19);
        let typed = [written.expose().to_owned(), written.expose().to_lowercase(), format!(" {} ", code.letters())];
        for typed in typed {
            assert_eq!(CodeText::read(&typed).unwrap().letters(), code.letters(), "{typed}");
        }
        assert_ne!(CodeText::draw(&random).letters(), code.letters());
        let long = "B".repeat(17);
        for wrong in ["", "BCDF-GHJK-LMNP-QRS", "BCDF-GHJK-LMNP-QRSA", &long, &"-".repeat(65)] {
            assert!(CodeText::read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn every_use_is_read_by_its_name() {
        for purpose in CodeUse::ALL {
            assert_eq!(purpose.as_str().parse(), Ok(purpose));
        }
        assert_eq!("enrol".parse::<CodeUse>(), Err(UnknownUse));
    }
}
