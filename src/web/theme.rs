//! The operator's colours, as a style sheet, and whether they can be read (WCAG 2.2, success criteria 1.4.3 and 1.4.11).

use std::fmt;
use std::str::FromStr;

use super::assets::fingerprint;

/// A colour as in `#a62b56`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl Colour {
    const WHITE: Self = Self::new(0xffffff);

    const fn new(rgb: u32) -> Self {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Self { red, green, blue }
    }

    /// Relative luminance (WCAG 2.2, definitions).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// The contrast ratio with `other`, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// `parts` hundredths of `self` on `ground`.
    fn mixed(self, parts: u16, ground: Self) -> Self {
        let channel = |over: u8, under: u8| {
            let sum = u16::from(over) * parts + u16::from(under) * (100 - parts);
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self {
            red: channel(self.red, ground.red),
            green: channel(self.green, ground.green),
            blue: channel(self.blue, ground.blue),
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #rrggbb, as in #a62b56")]
pub struct InvalidColour;

impl FromStr for Colour {
    type Err = InvalidColour;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix('#') {
            Some(digits) if digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                u32::from_str_radix(digits, 16).map(Self::new).map_err(|_| InvalidColour)
            }
            _ => Err(InvalidColour),
        }
    }
}

/// The colours of one scheme that an operator may set; the others follow from these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Text.
    pub ink: Colour,
    /// The ground of the page.
    pub paper: Colour,
    /// The ground of cards and of the head of the page.
    pub surface: Colour,
    /// Buttons and links.
    pub accent: Colour,
    /// Done, verified.
    pub done: Colour,
    /// Take care, soon to end.
    pub care: Colour,
}

impl Palette {
    /// Text of less weight.
    fn muted(&self) -> Colour {
        self.ink.mixed(70, self.surface)
    }

    /// Hairlines that carry no meaning.
    fn line(&self) -> Colour {
        self.ink.mixed(14, self.paper)
    }

    /// The edge of a field or a button: it alone says that there is something to use.
    fn edge(&self) -> Colour {
        self.ink.mixed(52, self.surface)
    }

    /// Text on a ground of `accent`: white or the darkest ink, whichever reads better.
    fn on_accent(&self) -> Colour {
        let dark = Colour::new(0x1a0710);
        if Colour::WHITE.contrast(self.accent) >= dark.contrast(self.accent) { Colour::WHITE } else { dark }
    }

    fn soft(&self, colour: Colour) -> Colour {
        colour.mixed(9, self.surface)
    }

    fn properties(&self) -> [(&'static str, Colour); 13] {
        [
            ("ink", self.ink),
            ("muted", self.muted()),
            ("paper", self.paper),
            ("surface", self.surface),
            ("line", self.line()),
            ("edge", self.edge()),
            ("accent", self.accent),
            ("on-accent", self.on_accent()),
            ("accent-soft", self.soft(self.accent)),
            ("done", self.done),
            ("done-soft", self.soft(self.done)),
            ("care", self.care),
            ("care-soft", self.soft(self.care)),
        ]
    }
}

/// The operator's colours, for light and for dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    pub light: Palette,
    pub dark: Palette,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            light: Palette {
                ink: Colour::new(0x1c1f33),
                paper: Colour::new(0xfbf8f4),
                surface: Colour::WHITE,
                accent: Colour::new(0xa62b56),
                done: Colour::new(0x2c6e4f),
                care: Colour::new(0x8a5a00),
            },
            dark: Palette {
                ink: Colour::new(0xf4f1ec),
                paper: Colour::new(0x15161d),
                surface: Colour::new(0x1e202a),
                accent: Colour::new(0xf28cab),
                done: Colour::new(0x7fd1a6),
                care: Colour::new(0xf0b95a),
            },
        }
    }
}

/// Two colours that stand on each other and cannot be told apart well enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContrastFault {
    /// `light` or `dark`.
    pub scheme: &'static str,
    pub foreground: &'static str,
    pub background: &'static str,
    pub ratio: f64,
    pub needed: f64,
}

impl fmt::Display for ContrastFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, foreground, background, ratio, needed } = self;
        write!(
            f,
            "in the {scheme} scheme {foreground} on {background} has a contrast of {ratio:.2}, and {needed} is needed"
        )
    }
}

/// What stands on what in `senid.css`, and the ratio that WCAG 2.2 level AA asks: 4.5 for text, 3 for edges and signs.
const PAIRS: [(&str, &str, f64); 20] = [
    ("ink", "paper", 4.5),
    ("ink", "surface", 4.5),
    ("ink", "accent-soft", 4.5),
    ("muted", "paper", 4.5),
    ("muted", "surface", 4.5),
    ("muted", "accent-soft", 4.5),
    ("accent", "paper", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "accent-soft", 4.5),
    ("on-accent", "accent", 4.5),
    ("done", "paper", 4.5),
    ("done", "surface", 4.5),
    ("done", "done-soft", 4.5),
    ("care", "paper", 4.5),
    ("care", "surface", 4.5),
    ("care", "care-soft", 4.5),
    ("ink", "done-soft", 4.5),
    ("ink", "care-soft", 4.5),
    ("edge", "paper", 3.0),
    ("edge", "surface", 3.0),
];

impl Theme {
    /// Every pair of colours that does not reach WCAG 2.2 level AA. The shipped theme has none.
    pub fn check_contrast(&self) -> Vec<ContrastFault> {
        [("light", &self.light), ("dark", &self.dark)]
            .into_iter()
            .flat_map(|(scheme, palette)| {
                let properties = palette.properties();
                let colour =
                    move |name: &str| properties.iter().find(|(other, _)| *other == name).map(|(_, colour)| *colour);
                PAIRS.into_iter().filter_map(move |(foreground, background, needed)| {
                    let ratio = colour(foreground)?.contrast(colour(background)?);
                    (ratio < needed).then_some(ContrastFault { scheme, foreground, background, ratio, needed })
                })
            })
            .collect()
    }

    /// The style sheet that gives `senid.css` its colours.
    pub fn css(&self) -> String {
        let declarations =
            |palette: &Palette| palette.properties().map(|(name, colour)| format!("--{name}:{colour}")).join(";");
        format!(
            ":root{{{}}}\n@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
            declarations(&self.light),
            declarations(&self.dark)
        )
    }

    /// The style sheet and the address that it is served at.
    pub fn style_sheet(&self) -> StyleSheet {
        let css = self.css();
        let path = format!("/static/theme.{}.css", fingerprint(css.as_bytes()));
        StyleSheet { css, path }
    }
}

/// The theme's style sheet and where it is served; the path names the content, so it may be kept for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StyleSheet {
    pub css: String,
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_theme_can_be_read_in_light_and_dark() {
        assert_eq!(Theme::default().check_contrast(), []);
    }

    #[test]
    fn a_pale_accent_is_named_with_its_ratio() {
        let mut theme = Theme::default();
        theme.light.accent = "#f28cab".parse().unwrap();
        let faults = theme.check_contrast();
        let fault = faults.iter().find(|fault| fault.foreground == "accent" && fault.background == "surface").unwrap();
        assert_eq!((fault.scheme, fault.needed), ("light", 4.5));
        assert!((2.2..2.4).contains(&fault.ratio), "{fault}");
        assert!(!faults.iter().any(|fault| fault.scheme == "dark" || fault.foreground == "on-accent"), "{faults:?}");
    }

    #[test]
    fn every_pair_names_colours_that_there_are() {
        let properties = Theme::default().light.properties();
        for (foreground, background, _) in PAIRS {
            for name in [foreground, background] {
                assert!(properties.iter().any(|(other, _)| *other == name), "{name}");
            }
        }
    }

    #[test]
    fn contrast_is_measured_as_wcag_does() {
        let black = Colour::new(0);
        assert!((Colour::WHITE.contrast(black) - 21.0).abs() < 1e-9);
        // A grey that is known to just pass and its neighbour that just fails on white.
        assert!(Colour::new(0x767676).contrast(Colour::WHITE) >= 4.5);
        assert!(Colour::new(0x777777).contrast(Colour::WHITE) < 4.5);
    }

    #[test]
    fn a_colour_is_six_digits() {
        for wrong in ["a62b56", "#a62b5", "#a62b567", "#a62b5g", "#+62b56", "", "red"] {
            assert_eq!(wrong.parse::<Colour>(), Err(InvalidColour), "{wrong}");
        }
        assert_eq!("#A62B56".parse::<Colour>().unwrap().to_string(), "#a62b56");
    }

    #[test]
    fn another_theme_has_another_address() {
        let mut theme = Theme::default();
        let shipped = theme.style_sheet();
        theme.dark.care = Colour::WHITE;
        assert_ne!(theme.style_sheet().path, shipped.path);
        assert!(shipped.css.contains("--accent:#a62b56") && shipped.css.contains("--accent:#f28cab"));
    }
}
