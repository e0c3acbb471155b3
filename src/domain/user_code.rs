//! The code that a person reads off one device and types into another: RFC 8628 §6.1.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::random::Random;

/// Eight letters, written `WDJB-MJHT`: 34 bits, which throttling makes enough for the minutes that one lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UserCode([u8; UserCode::LENGTH]);

impl UserCode {
    const LENGTH: usize = 8;
    /// Twenty letters that no keyboard hides: no vowels, so that no word comes of them, and no digits to take them for.
    const ALPHABET: &'static [u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    /// The most that a person could mean by one: whoever sends more sends something else.
    const LONGEST_TYPED: usize = 64;

    /// A new one, every code as likely as every other.
    pub fn draw(random: &dyn Random) -> Self {
        // Bytes that would make the first letters likelier than the last ones are left out.
        let fair = |byte: &u8| usize::from(*byte) < 256 / Self::ALPHABET.len() * Self::ALPHABET.len();
        let mut letters = [0; Self::LENGTH];
        let mut drawn = 0;
        while drawn < Self::LENGTH {
            for byte in random.bytes::<16>().iter().filter(|byte| fair(byte)).take(Self::LENGTH - drawn) {
                letters[drawn] = Self::ALPHABET[usize::from(*byte) % Self::ALPHABET.len()];
                drawn += 1;
            }
        }
        Self(letters)
    }
}

/// What was typed can be no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user code is eight letters of BCDFGHJKLMNPQRSTVWXZ")]
pub struct NotAUserCode;

impl FromStr for UserCode {
    type Err = NotAUserCode;

    /// Reads what a person typed: in any case, with whatever they put between the letters.
    fn from_str(typed: &str) -> Result<Self, NotAUserCode> {
        if typed.len() > Self::LONGEST_TYPED {
            return Err(NotAUserCode);
        }
        let letters: Vec<u8> = typed
            .chars()
            .filter(|typed| !typed.is_whitespace() && !typed.is_ascii_punctuation() && !is_dash(*typed))
            .map(|typed| u8::try_from(typed.to_ascii_uppercase()).ok())
            .map(|letter| letter.filter(|letter| Self::ALPHABET.contains(letter)).ok_or(NotAUserCode))
            .collect::<Result<_, _>>()?;
        letters.try_into().map(Self).map_err(|_| NotAUserCode)
    }
}

/// The dashes that telephones put where a hyphen was meant.
const fn is_dash(character: char) -> bool {
    matches!(character, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, letter) in self.0.iter().enumerate() {
            if place == Self::LENGTH / 2 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*letter))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU8, Ordering};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_type_is_the_code_that_they_see() {
        let code: UserCode = "WDJB-MJHT".parse().unwrap();
        for typed in ["wdjb-mjht", "WDJBMJHT", " wdjb mjht ", "wdjb–mjht", "w.d.j.b_m.j.h.t", "WDJB\u{2011}MJHT\n"] {
            assert_eq!(typed.parse(), Ok(code), "{typed:?}");
        }
        assert_eq!(code.to_string(), "WDJB-MJHT");
    }

    #[test]
    fn what_can_be_no_code_is_refused() {
        for typed in
            ["", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH0", "ШDJB-MJHT", "ＷDJB-MJHT", &"-".repeat(65)]
        {
            assert_eq!(typed.parse::<UserCode>(), Err(NotAUserCode), "{typed:?}");
        }
    }

    /// Every byte in turn.
    #[derive(Debug, Default)]
    struct InTurn(AtomicU8);

    impl Random for InTurn {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    #[test]
    fn every_letter_is_as_likely_as_every_other() {
        let random = InTurn::default();
        let mut drawn = BTreeMap::<u8, u32>::new();
        // Each code takes 16 of the 256 bytes and uses 8; so often, every byte has had every place.
        for letter in (0..16 * 256).flat_map(|_| UserCode::draw(&random).0) {
            *drawn.entry(letter).or_default() += 1;
            random.0.fetch_add(1, Ordering::Relaxed);
        }
        let (least, most) = (drawn.values().min().unwrap(), drawn.values().max().unwrap());
        assert_eq!(drawn.len(), 20);
        assert!(most - least <= most / 50, "{drawn:?}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_a_code_reads_back(typed in "\\PC*") {
            if let Ok(code) = typed.parse::<UserCode>() {
                prop_assert_eq!(code.to_string().parse(), Ok(code));
            }
        }
    }
}
