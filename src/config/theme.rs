//! `[authority.theme.light]` and `[authority.theme.dark]`: the colours of the pages, held to WCAG 2.2's contrast.

use std::fmt;

use toml::Value;

use super::reader::Reader;
use super::value::Setting;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    pub light: Palette,
    pub dark: Palette,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Text.
    pub ink: Colour,
    /// The ground of the page.
    pub paper: Colour,
    /// The ground of cards.
    pub surface: Colour,
    /// Buttons and links.
    pub accent: Colour,
    /// What is done.
    pub done: Colour,
    /// What needs care.
    pub care: Colour,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            light: Palette {
                ink: Colour(0x1c, 0x1f, 0x33),
                paper: Colour(0xfb, 0xf8, 0xf4),
                surface: Colour(0xff, 0xff, 0xff),
                accent: Colour(0xa6, 0x2b, 0x56),
                done: Colour(0x2c, 0x6e, 0x4f),
                care: Colour(0x8a, 0x5a, 0x00),
            },
            dark: Palette {
                ink: Colour(0xf4, 0xf1, 0xec),
                paper: Colour(0x15, 0x16, 0x1d),
                surface: Colour(0x1e, 0x20, 0x2a),
                accent: Colour(0xf2, 0x8c, 0xab),
                done: Colour(0x7f, 0xd1, 0xa6),
                care: Colour(0xf0, 0xb9, 0x5a),
            },
        }
    }
}

/// WCAG 2.2, 1.4.3 (AA): text and its background.
const LEAST_CONTRAST: f64 = 4.5;

impl Theme {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            light: Palette::read(from, "authority.theme.light", default.light),
            dark: Palette::read(from, "authority.theme.dark", default.dark),
        }
    }
}

impl Palette {
    fn read(from: &mut Reader, group: &str, default: Self) -> Self {
        let paper = from.value(&format!("{group}.paper"), default.paper);
        let surface = from.value(&format!("{group}.surface"), default.surface);
        let mut on_both = |name: &str, default: Colour| {
            let key = format!("{group}.{name}");
            let colour = from.value(&key, default);
            for (ground, name) in [(paper, "paper"), (surface, "surface")] {
                let contrast = colour.contrast(ground);
                if contrast < LEAST_CONTRAST {
                    let has = format!("{colour} on {ground} has {contrast:.1}:1");
                    from.refuse(&key, format!("expected a contrast of at least 4.5:1 with {group}.{name}; {has}"));
                }
            }
            colour
        };
        Self {
            ink: on_both("ink", default.ink),
            accent: on_both("accent", default.accent),
            done: on_both("done", default.done),
            care: on_both("care", default.care),
            paper,
            surface,
        }
    }
}

/// Red, green and blue of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// WCAG 2.2's contrast ratio, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Setting for Colour {
    const EXPECTED: &'static str = "a colour, such as \"#a62b56\"";

    fn read(value: &Value) -> Option<Self> {
        let digits = value.as_str()?.trim().strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self(channel(0)?, channel(2)?, channel(4)?))
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_wcags() {
        let (black, white) = (Colour(0, 0, 0), Colour(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        assert!((white.contrast(white) - 1.0).abs() < 1e-9);
        // #767676 is the lightest grey that passes on white.
        assert!(Colour(0x76, 0x76, 0x76).contrast(white) >= LEAST_CONTRAST);
        assert!(Colour(0x77, 0x77, 0x77).contrast(white) < LEAST_CONTRAST);
    }
}
