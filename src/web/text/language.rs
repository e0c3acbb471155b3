//! The languages of the pages and how one is chosen (OpenID Connect Core §3.1.2.1 `ui_locales`, RFC 9110 §12.5.4).

use unic_langid::LanguageIdentifier;

/// A language in which every page exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    #[default]
    Vi,
    En,
    Fr,
    Ru,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::Vi, Self::En, Self::Fr, Self::Ru];

    /// The language's BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
            Self::Fr => "fr",
            Self::Ru => "ru",
        }
    }

    /// The language that a BCP 47 tag means, whatever its script or region (`en-GB` is English).
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// What the language calls itself.
    pub fn name(self) -> String {
        super::get(self, super::id("language-name"), &[])
    }

    pub(super) fn identifier(self) -> LanguageIdentifier {
        self.tag().parse().unwrap_or_default()
    }
}

/// What is known about the language somebody wants, strongest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    /// The portal's `ui_locales`: tags with spaces between. Leave it out once the citizen has
    /// switched the language in this very sign-in, or the switch would do nothing.
    pub ui_locales: Option<&'a str>,
    /// The citizen's own choice, as the cookie holds it.
    pub choice: Option<&'a str>,
    /// The browser's `Accept-Language`.
    pub accept_language: Option<&'a str>,
}

impl Wishes<'_> {
    /// The first wish that is `offered`, else the first that is offered at all, else the default.
    pub fn negotiate(self, offered: &[Language]) -> Language {
        let is_offered = |language: &Language| offered.contains(language);
        let from_portal = self.ui_locales.unwrap_or_default().split_ascii_whitespace().filter_map(Language::parse);
        let from_choice = self.choice.and_then(Language::parse);
        let from_browser = accepted(self.accept_language.unwrap_or_default());
        from_portal
            .chain(from_choice)
            .chain(from_browser)
            .find(is_offered)
            .or_else(|| offered.first().copied())
            .unwrap_or_default()
    }
}

/// The languages of an `Accept-Language` header, best first. A header of a hostile length is read in part only.
fn accepted(header: &str) -> Vec<Language> {
    let mut weighted: Vec<(u16, Language)> = header
        .split(',')
        .take(32)
        .filter_map(|range| {
            let mut parts = range.split(';');
            let language = Language::parse(parts.next()?)?;
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=").map(weight)).unwrap_or(1000);
            (weight > 0).then_some((weight, language))
        })
        .collect();
    // Stable: among equals the browser's order stands.
    weighted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    weighted.into_iter().map(|(_, language)| language).collect()
}

/// A quality value in thousandths (RFC 9110 §12.4.2); what is not one counts as 0.
fn weight(text: &str) -> u16 {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let thousandths = format!("{fraction:0<3}");
    match (whole, fraction.len() <= 3, thousandths.parse()) {
        ("0", true, Ok(thousandths)) => thousandths,
        ("1", true, Ok(0)) => 1000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiate(ui_locales: &str, choice: &str, accept_language: &str) -> Language {
        let some = |text| (!str::is_empty(text)).then_some(text);
        Wishes { ui_locales: some(ui_locales), choice: some(choice), accept_language: some(accept_language) }
            .negotiate(&Language::ALL)
    }

    #[test]
    fn nobody_who_says_nothing_is_answered_in_anything_but_the_default() {
        assert_eq!(negotiate("", "", ""), Language::Vi);
        assert_eq!(negotiate("de ja", "xx", "de-DE,*;q=0.5"), Language::Vi);
        assert_eq!(Wishes::default().negotiate(&[]), Language::Vi);
    }

    #[test]
    fn the_portal_is_heard_before_the_citizen_and_the_citizen_before_the_browser() {
        assert_eq!(negotiate("de fr-CA en", "ru", "en"), Language::Fr);
        assert_eq!(negotiate("de", "ru", "en"), Language::Ru);
        assert_eq!(negotiate("", "", "de, en-GB;q=0.8, fr;q=0.9"), Language::Fr);
    }

    #[test]
    fn a_quality_of_zero_or_nonsense_is_no_wish() {
        assert_eq!(negotiate("", "", "en;q=0, fr;q=0.000, ru;q=0.001"), Language::Ru);
        assert_eq!(negotiate("", "", "en;q=2, fr;q=x, ru;q=0.2"), Language::Ru);
        assert_eq!(negotiate("", "", "en; q=0.4 , FR-be ; q=0.9"), Language::Fr);
    }

    #[test]
    fn a_language_that_is_not_offered_is_not_given() {
        let wishes = Wishes { ui_locales: Some("ru fr"), ..Wishes::default() };
        assert_eq!(wishes.negotiate(&[Language::En, Language::Fr]), Language::Fr);
        let wishes = Wishes { ui_locales: Some("ru"), ..Wishes::default() };
        assert_eq!(wishes.negotiate(&[Language::En, Language::Fr]), Language::En);
    }
}
