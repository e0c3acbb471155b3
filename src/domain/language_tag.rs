//! Language tags: BCP 47 (RFC 5646), as far as claims and the wishes of clients need them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language, with a script or a region where that matters: `ru`, `vi-Latn`, `zh-Hant-TW`. Written as the IANA registry
/// writes it, so that one language is one text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageTag(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a language such as ru, vi-Latn or zh-Hant-TW (BCP 47)")]
pub struct InvalidLanguageTag;

const LONGEST: usize = 35;

impl LanguageTag {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Itself, and what it is a kind of: `zh-Hant-TW`, `zh-Hant`, `zh` (RFC 4647 §3.4).
    pub fn and_wider(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.as_str()), |tag| tag.rsplit_once('-').map(|(wider, _)| wider))
    }
}

impl FromStr for LanguageTag {
    type Err = InvalidLanguageTag;
    fn from_str(text: &str) -> Result<Self, InvalidLanguageTag> {
        if text.len() > LONGEST {
            return Err(InvalidLanguageTag);
        }
        let mut subtags = text.split('-');
        let language = subtags.next().unwrap_or_default();
        if !(2..=8).contains(&language.len()) || !language.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(InvalidLanguageTag);
        }
        let mut tag = language.to_ascii_lowercase();
        for subtag in subtags {
            if !(1..=8).contains(&subtag.len()) || !subtag.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(InvalidLanguageTag);
            }
            tag.push('-');
            tag.push_str(&written(subtag));
        }
        Ok(Self(tag))
    }
}

/// RFC 5646 §2.1.1: scripts begin with a capital, regions are capitals, the rest is small.
fn written(subtag: &str) -> String {
    let alphabetic = subtag.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mut small = subtag.to_ascii_lowercase();
    match (small.len(), alphabetic) {
        (2, true) => small.make_ascii_uppercase(),
        (4, true) => small[..1].make_ascii_uppercase(),
        _ => {}
    }
    small
}

impl TryFrom<String> for LanguageTag {
    type Error = InvalidLanguageTag;
    fn try_from(text: String) -> Result<Self, InvalidLanguageTag> {
        text.parse()
    }
}

impl From<LanguageTag> for String {
    fn from(tag: LanguageTag) -> Self {
        tag.0
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_one_text_however_it_is_typed() {
        for (typed, written) in
            [("RU", "ru"), ("vi-latn", "vi-Latn"), ("ZH-hant-tw", "zh-Hant-TW"), ("es-419", "es-419")]
        {
            assert_eq!(typed.parse::<LanguageTag>().unwrap().as_str(), written);
        }
    }

    #[test]
    fn what_is_no_language_is_refused() {
        for wrong in ["", "r", "ru_RU", "ru-", "-ru", "ru--RU", "русский", "ru RU", "1a", &"ru-x".repeat(20)] {
            assert_eq!(wrong.parse::<LanguageTag>(), Err(InvalidLanguageTag), "{wrong:?}");
        }
    }

    #[test]
    fn a_language_is_a_kind_of_the_wider_ones() {
        let tag: LanguageTag = "zh-Hant-TW".parse().unwrap();
        assert_eq!(tag.and_wider().collect::<Vec<_>>(), ["zh-Hant-TW", "zh-Hant", "zh"]);
    }
}
