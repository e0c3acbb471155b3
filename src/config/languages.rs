//! `[languages]`: the languages that SenID speaks to citizens.

use unic_langid::LanguageIdentifier;

use super::reader::Reader;
use super::value::Setting;

/// The languages whose texts are shipped.
pub const SHIPPED: [&str; 4] = ["vi", "en", "fr", "ru"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Languages {
    /// In the order of the language switch.
    pub enabled: Vec<LanguageIdentifier>,
    /// For whoever asks for none of them.
    pub default: LanguageIdentifier,
}

impl Default for Languages {
    fn default() -> Self {
        let enabled: Vec<LanguageIdentifier> = SHIPPED.iter().filter_map(|tag| tag.parse().ok()).collect();
        Self { default: enabled[0].clone(), enabled }
    }
}

impl Languages {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let enabled = from.list("languages.enabled", default.enabled);
        for (place, language) in enabled.iter().enumerate() {
            if !SHIPPED.iter().any(|shipped| language == shipped) {
                let shipped = SHIPPED.join(", ");
                from.refuse(
                    "languages.enabled",
                    format!("there are no texts in {language}: expected some of {shipped}"),
                );
            } else if enabled[..place].contains(language) {
                from.refuse("languages.enabled", "expected each language once");
            }
        }
        // Whoever enables other languages without naming a default means the first of them.
        let fallback = if enabled.contains(&default.default) {
            default.default
        } else {
            enabled.first().cloned().unwrap_or_default()
        };
        let chosen = from.checked("languages.default", fallback, |language| {
            if enabled.contains(language) {
                Ok(())
            } else {
                let enabled: Vec<String> = enabled.iter().map(|one| one.show().to_string()).collect();
                Err(format!("one of languages.enabled: {}", enabled.join(", ")))
            }
        });
        if enabled.is_empty() {
            from.refuse("languages.enabled", "expected at least one language");
        }
        Self { enabled, default: chosen }
    }
}
