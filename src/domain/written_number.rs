//! Numbers as people write them: what stands between the characters, and how input methods write the characters themselves.

use zeroize::Zeroizing;

/// Nothing longer is looked at: no number has as many characters, whatever stands between them.
pub(super) const MOST_CHARACTERS: usize = 64;

/// `text` without what people and word processors put between characters, in ASCII digits and capitals where it was written in
/// full-width or small ones; any other character is left as it is, for a scheme to refuse. `None` where it is too long to look at.
pub(super) fn compact(text: &str) -> Option<Zeroizing<String>> {
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        return None;
    }
    // As long as it can become, so that no copy is left behind by growing.
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    value.extend(text.chars().filter(|character| !separates(*character)).map(ascii));
    Some(value)
}

/// A full-width character, as East Asian input methods type it, as the ASCII one that it means; letters as capitals.
fn ascii(character: char) -> char {
    let narrow = match character {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
            char::from_u32(u32::from(character) - u32::from('０') + u32::from('0')).unwrap_or(character)
        }
        _ => character,
    };
    narrow.to_ascii_uppercase()
}

/// Spaces, dots, dashes, and the invisible marks that are copied along with a number.
fn separates(character: char) -> bool {
    let invisible = |character| matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    let dash = |character| matches!(character, '-' | '－' | '−' | '\u{2010}'..='\u{2015}');
    let dot = |character| matches!(character, '.' | '．' | '·');
    character.is_whitespace() || dot(character) || dash(character) || invisible(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_the_characters_makes_no_difference() {
        for text in
            ["2 84 05 2A", " 2-84.05·2a\n", "２８４０５２Ａ", "２８４０５２ａ", "\u{feff}284\u{a0}05\u{2009}2A\u{200b}"]
        {
            assert_eq!(compact(text).unwrap().as_str(), "284052A", "{text:?}");
        }
        assert_eq!(compact("12٣,é").unwrap().as_str(), "12٣,é", "what is foreign stays, to be refused");
        assert_eq!(compact(&" ".repeat(MOST_CHARACTERS)).unwrap().as_str(), "");
        assert_eq!(compact(&" ".repeat(MOST_CHARACTERS + 1)), None);
    }
}
