//! Whether two spellings are one name, however it was typed: Unicode's forms, case, spaces, and where a Vietnamese syllable carries
//! its tone.

use unicode_normalization::UnicodeNormalization;

/// Whether marks on letters tell names apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Diacritics {
    /// `Hà` and `Hạ` are two people.
    #[default]
    Count,
    /// The registry keeps names in plain letters.
    AreNotKept,
}

/// Vietnam's five tone marks. Each syllable has one at most, and of old and new orthography one writes it over another vowel than the
/// other: `Hòa` and `Hoà` are one name.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// No name is longer; what is longer is nobody's.
const LONGEST: usize = 200;

/// Whether `left` and `right` are the same name.
pub fn same_name(left: &str, right: &str, diacritics: Diacritics) -> bool {
    match (folded(left, diacritics), folded(right, diacritics)) {
        (Some(left), Some(right)) => left == right,
        _ => false,
    }
}

/// The syllables, each as its letters and its tone.
fn folded(name: &str, diacritics: Diacritics) -> Option<Vec<(String, Vec<char>)>> {
    if name.chars().count() > LONGEST {
        return None;
    }
    let lower: String = name.nfkc().collect::<String>().to_lowercase();
    let syllables: Vec<_> = lower.split_whitespace().map(|syllable| fold(syllable, diacritics)).collect();
    (!syllables.is_empty()).then_some(syllables)
}

fn fold(syllable: &str, diacritics: Diacritics) -> (String, Vec<char>) {
    let (mut letters, mut tones) = (String::new(), Vec::new());
    for character in syllable.nfd() {
        match (character, diacritics) {
            ('đ', Diacritics::AreNotKept) => letters.push('d'),
            (mark, Diacritics::AreNotKept) if unicode_normalization::char::is_combining_mark(mark) => {}
            (tone, Diacritics::Count) if TONES.contains(&tone) => tones.push(tone),
            (letter, _) => letters.push(letter),
        }
    }
    (letters, tones)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) -> bool {
        same_name(left, right, Diacritics::Count)
    }

    #[test]
    fn a_name_is_the_same_however_it_is_typed() {
        for typed in [
            "Nguyễn Văn An",
            "NGUYỄN VĂN AN",
            "  nguyễn\u{a0}văn \t an ",
            "Nguyê\u{303}n Va\u{306}n An",
            "Ｎguyễn Văn An",
        ] {
            assert!(same(typed, "Nguyễn Văn An"), "{typed}");
        }
        assert!(same("ĐỖ THỊ HÀ", "đỗ thị hà"));
    }

    #[test]
    fn a_tone_is_a_syllable_s_wherever_it_is_written() {
        for (old, new) in [("Trần Thị Hòa", "Trần Thị Hoà"), ("Lê Thúy", "Lê Thuý"), ("Khóe", "Khoé")] {
            assert!(same(old, new), "{old}");
        }
        assert!(!same("Hòa", "Hóa"));
        assert!(!same("Hoà Anh", "Hoa Ành"), "of another syllable");
    }

    #[test]
    fn diacritics_tell_people_apart_unless_the_registry_keeps_none() {
        for (left, right) in
            [("Hà", "Hạ"), ("Hà", "Ha"), ("Đào", "Dào"), ("Tân", "Tăn"), ("Lý", "Lí"), ("José", "Jose")]
        {
            assert!(!same(left, right), "{left} {right}");
        }
        assert!(same_name("Nguyễn Văn Đức", "NGUYEN VAN DUC", Diacritics::AreNotKept));
        assert!(!same_name("Nguyễn Văn Đức", "NGUYEN VAN DUNG", Diacritics::AreNotKept));
    }

    #[test]
    fn what_is_no_name_is_nobody_s() {
        assert!(!same("", ""));
        assert!(!same("An", "Văn An"));
        assert!(!same("Văn An", "An Văn"));
        assert!(!same(&"a".repeat(201), &"a".repeat(201)));
    }
}
