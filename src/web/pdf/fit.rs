//! The fonts of papers, and how text fits: what they hold, how wide it is, where a line ends.

use krilla::text::Font;
use unicode_normalization::UnicodeNormalization;

use super::PdfError;

const FILES: [&[u8]; 2] = [include_bytes!("fonts/noto-sans-400.ttf"), include_bytes!("fonts/noto-sans-600.ttf")];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Strong,
}

pub(super) struct Fonts([Face; 2]);

pub(super) struct Face {
    pub font: Font,
    face: ttf_parser::Face<'static>,
}

impl Fonts {
    /// Read where a paper is made and dropped with it: a server that makes none keeps nothing of them.
    pub(super) fn load() -> Result<Self, PdfError> {
        let load = |bytes: &'static [u8]| {
            let font = Font::new(bytes.into(), 0).ok_or(PdfError::Font)?;
            let face = ttf_parser::Face::parse(bytes, 0).map_err(|_| PdfError::Font)?;
            Ok::<_, PdfError>(Face { font, face })
        };
        Ok(Self([load(FILES[0])?, load(FILES[1])?]))
    }

    pub(super) const fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.0[0],
            Weight::Strong => &self.0[1],
        }
    }
}

impl Face {
    /// How wide `text` is at `size`. Kerning only makes it narrower.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let units: u32 = text.chars().map(|c| u32::from(self.advance(c))).sum();
        units as f32 * size / f32::from(self.face.units_per_em())
    }

    fn advance(&self, c: char) -> u16 {
        self.face.glyph_index(c).and_then(|glyph| self.face.glyph_hor_advance(glyph)).unwrap_or(0)
    }

    /// `text` as it can be drawn: composed, on one line, and with a box for each letter that the fonts do not hold. No name
    /// falls out of a paper without a trace.
    fn drawable(&self, text: &str) -> String {
        let shown = |c: char| match c {
            c if c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}' => ' ',
            c if self.face.glyph_index(c).is_some() => c,
            _ => '□',
        };
        text.nfc().filter(|c| !c.is_control() || c.is_whitespace()).map(shown).collect()
    }

    /// The lines that `text` takes at `size` where each may be `room` wide. A word that is longer than a line is broken.
    pub(super) fn lines(&self, text: &str, size: f32, room: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in self.drawable(text).split(' ').filter(|word| !word.is_empty()) {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.width(&longer, size) <= room {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for c in word.chars() {
                if !line.is_empty() && self.width(&line, size) + self.width(c.encode_utf8(&mut [0; 4]), size) > room {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::text::Language;

    #[test]
    fn every_letter_of_every_text_is_in_both_fonts() {
        let fonts = Fonts::load().unwrap();
        for weight in [Weight::Regular, Weight::Strong] {
            let missing: std::collections::BTreeSet<char> = Language::ALL
                .into_iter()
                .flat_map(|language| crate::web::text::sources(language).iter().flat_map(|source| source.chars()))
                .filter(|c| !c.is_control() && fonts.of(weight).face.glyph_index(*c).is_none())
                // Arrows and the like stand on pages alone.
                .filter(|c| c.is_alphanumeric() || c.is_ascii())
                .collect();
            assert!(missing.is_empty(), "{weight:?}: {missing:?}");
        }
    }

    #[test]
    fn a_letter_that_no_font_holds_leaves_a_box_and_a_decomposed_one_is_composed() {
        let fonts = Fonts::load().unwrap();
        let face = fonts.of(Weight::Regular);
        assert_eq!(face.lines("Nguye\u{302}\u{303}n 김", 10.0, 500.0), ["Nguyễn □"]);
        assert_eq!(face.lines("a\u{0}b\u{1b}\nc\td", 10.0, 500.0), ["ab c d"]);
    }

    #[test]
    fn no_line_is_wider_than_its_room() {
        let fonts = Fonts::load().unwrap();
        let face = fonts.of(Weight::Strong);
        let text = "Cổng Dịch vụ công đã nhận: họ và tên, ngày sinh, ".to_owned() + &"x".repeat(300);
        for room in [40.0, 120.0, 480.0] {
            let lines = face.lines(&text, 11.0, room);
            assert!(lines.iter().all(|line| face.width(line, 11.0) <= room), "{lines:?}");
            let together: String = lines.concat().split(' ').collect();
            assert_eq!(together, text.split(' ').collect::<String>(), "nothing is lost");
        }
    }
}
