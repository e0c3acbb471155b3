//! Characters that nobody sees, with which one text is made to look like another.

/// Characters without a picture of their own and marks of direction (Unicode Technical Report 36 §3.2): those that Unicode
/// lets fonts leave out (`Default_Ignorable_Code_Point`), and blanks that are no white space.
pub const fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text with a mark in the place of whatever is not seen: a line break says that it is one, and what turns the direction
/// of writing, hides or is no character of a text becomes U+FFFD.
pub fn unmasked(text: &str) -> String {
    let seen = |character: char| match character {
        '\n' => '↵',
        '\t' => ' ',
        hidden if is_unseen(hidden) || hidden.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    text.replace("\r\n", "\n").chars().map(seen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_is_marked_and_every_language_stays() {
        assert_eq!(unmasked("100\u{202e}001 VND"), "100\u{fffd}001 VND");
        assert_eq!(unmasked("a\r\nb\tc\u{0}\u{200b}d"), "a↵b c\u{fffd}\u{fffd}d");
        for whole in ["Nguyễn Văn An", "Фёдор", "محمد", "張偉", "naïve e\u{301}"] {
            assert_eq!(unmasked(whole), whole);
        }
    }
}
