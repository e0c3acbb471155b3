//! What others know about a password's owner: a password may contain it, but must not live on it.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use zeroize::Zeroizing;

/// What a password was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextWord {
    Identifier,
    Name,
    Phone,
    Email,
    ServiceName,
}

impl ContextWord {
    pub(super) const fn refusal_name(self) -> &'static str {
        match self {
            Self::Identifier => "contains-identifier",
            Self::Name => "contains-name",
            Self::Phone => "contains-phone",
            Self::Email => "contains-email",
            Self::ServiceName => "contains-service-name",
        }
    }
}

impl fmt::Display for ContextWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identifier => "its owner's identifier",
            Self::Name => "its owner's name",
            Self::Phone => "its owner's telephone number",
            Self::Email => "its owner's e-mail address",
            Self::ServiceName => "the service's name",
        })
    }
}

/// Shorter words stand in half of all passwords by chance.
const LEAST_WORD: usize = 3;
/// What must be left once the words are taken out: the length that NIST demands of any password.
const LEAST_REST: usize = 8;

/// The words that others know. `Debug` shows nothing of them.
#[derive(Clone, Default)]
pub struct Context {
    words: Vec<(ContextWord, Zeroizing<String>)>,
}

impl Context {
    #[must_use]
    pub fn identifier(self, identifier: &str) -> Self {
        self.with(ContextWord::Identifier, identifier)
    }

    /// The whole name and each of its words.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        name.split_whitespace()
            .fold(self.with(ContextWord::Name, name), |context, word| context.with(ContextWord::Name, word))
    }

    /// A telephone number in any form: what counts is its last nine digits, the same with and without calling code.
    #[must_use]
    pub fn phone(self, phone: &str) -> Self {
        let digits: Zeroizing<String> = Zeroizing::new(phone.chars().filter(char::is_ascii_digit).collect());
        let last = digits.len().saturating_sub(9);
        self.with(ContextWord::Phone, &digits[last..])
    }

    /// The part before the `@` and the host without its last label.
    #[must_use]
    pub fn email(self, email: &str) -> Self {
        let (local, host) = email.split_once('@').unwrap_or((email, ""));
        let host = host.rsplit_once('.').map_or(host, |(host, _)| host);
        self.with(ContextWord::Email, local).with(ContextWord::Email, host)
    }

    #[must_use]
    pub fn service_name(self, name: &str) -> Self {
        self.with(ContextWord::ServiceName, name)
    }

    fn with(mut self, kind: ContextWord, word: &str) -> Self {
        let word = fold(word);
        if word.chars().count() >= LEAST_WORD {
            self.words.push((kind, word));
        }
        self
    }

    /// The first word that `folded` lives on: with all of them taken out, too little is left.
    pub(super) fn gives_away(&self, folded: &str) -> Option<ContextWord> {
        let mut longest_first: Vec<&(ContextWord, Zeroizing<String>)> = self.words.iter().collect();
        longest_first.sort_by_key(|(_, word)| std::cmp::Reverse(word.len()));
        let mut rest = Zeroizing::new(folded.to_owned());
        let mut found = None;
        for (kind, word) in longest_first {
            if rest.contains(word.as_str()) {
                found.get_or_insert(*kind);
                // Something stays in its place, so that what stood around it does not grow into another word.
                rest = Zeroizing::new(rest.replace(word.as_str(), "\0"));
            }
        }
        let left = rest.chars().filter(|character| *character != '\0').count();
        found.filter(|_| left < LEAST_REST)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[context]")
    }
}

/// Letters and digits alone, in lower case, without marks: `Nguyễn Văn An` and `nguyen-van-an` are the same.
pub(super) fn fold(text: &str) -> Zeroizing<String> {
    let mut folded = Zeroizing::new(String::with_capacity(4 * text.len()));
    for character in text.nfkd().filter(|character| !is_combining_mark(*character)) {
        match character {
            // Its bar is no combining mark, so decomposition leaves it.
            'đ' | 'Đ' => folded.push('d'),
            _ => folded.extend(character.to_lowercase().filter(|character| character.is_alphanumeric())),
        }
    }
    folded
}
