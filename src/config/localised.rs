//! A text that the operator gives once for all languages or in each of them.

use std::collections::BTreeMap;

use toml::Value;
use unic_langid::LanguageIdentifier;

use super::languages::Languages;
use super::reader::Reader;
use super::value::Setting;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localised {
    texts: BTreeMap<LanguageIdentifier, String>,
    fallback: String,
}

impl Localised {
    /// The same text in every language.
    pub fn everywhere(text: impl Into<String>) -> Self {
        Self { texts: BTreeMap::new(), fallback: text.into() }
    }

    /// A text in some languages, by tag; the first stands in for the others.
    pub fn in_languages(texts: &[(&str, &str)]) -> Self {
        let read = |(tag, text): &(&str, &str)| Some((tag.parse().ok()?, (*text).to_owned()));
        Self {
            texts: texts.iter().filter_map(read).collect(),
            fallback: texts.first().map(|(_, text)| (*text).to_owned()).unwrap_or_default(),
        }
    }

    pub fn in_language(&self, language: &LanguageIdentifier) -> &str {
        self.texts.get(language).unwrap_or(&self.fallback)
    }

    /// Reads `key = "…"` or `[key]` with one text a language; the default language's then stands in for the missing.
    pub(super) fn read(from: &mut Reader, key: &str, languages: &Languages, default: Self) -> Self {
        let members = from.members(key);
        if members.is_empty() {
            let written = if from.is_empty_group(key) { None } else { from.set_and_checked(key, |_: &String| Ok(())) };
            return match written {
                Some(text) => Self::everywhere(text),
                None => {
                    default.show(from, key, languages);
                    default
                }
            };
        }
        if from.is_set(key) {
            from.refuse(
                key,
                format!("expected one text for all languages, or {key}.{} and the like, not both", members[0]),
            );
        }
        let mut texts = BTreeMap::new();
        for member in &members {
            let member_key = format!("{key}.{member}");
            match LanguageIdentifier::read(&Value::String(member.clone())) {
                Some(language) => {
                    if let Some(text) = from.optional::<String>(&member_key) {
                        texts.insert(language, text);
                    }
                }
                None => from.refuse(&member_key, format!("expected {} after {key}.", LanguageIdentifier::EXPECTED)),
            }
        }
        let Some(fallback) = texts.get(&languages.default).cloned() else {
            if !from.has_fault_below(key) {
                from.refuse(
                    &format!("{key}.{}", members[0]),
                    format!(
                        "expected {key}.{} beside it: it stands in for the languages that are missing",
                        languages.default
                    ),
                );
            }
            return default;
        };
        let missing: Vec<String> = languages
            .enabled
            .iter()
            .filter(|language| !texts.contains_key(language))
            .map(ToString::to_string)
            .collect();
        if !missing.is_empty() {
            from.warn(
                key,
                format!("there is no text in {}; the one in {} is shown", missing.join(", "), languages.default),
            );
        }
        Self { texts, fallback }
    }

    fn show(&self, from: &mut Reader, key: &str, languages: &Languages) {
        if self.texts.is_empty() {
            from.show(key, Some(Value::String(self.fallback.clone())));
        }
        for language in &languages.enabled {
            if !self.texts.is_empty() {
                from.show(&format!("{key}.{language}"), Some(Value::String(self.in_language(language).to_owned())));
            }
        }
    }
}
